package dev.fanfare.load.cli;

import dev.fanfare.load.report.LiveLine;
import dev.fanfare.load.report.TimeText;
import dev.fanfare.load.scenario.RunListener;
import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.Interval;
import dev.fanfare.load.stats.Phase;
import dev.fanfare.load.stats.Sample;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * What is seen while a run goes on: a bar while connecting if standard output is a terminal, a line a second otherwise. The run's
 * thread only.
 */
final class LiveProgress implements RunListener, AutoCloseable {
    private static final int BAR_REFRESH_MILLIS = 200;

    private final PrintWriter out;
    private final boolean terminal;
    private @Nullable ProgressBar bar;
    private int planned;

    LiveProgress(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Progress fit for what standard output is. */
    static LiveProgress on(PrintWriter out) {
        return new LiveProgress(out, stdoutIsTerminal());
    }

    /** {@link System#console()} is no answer: from Java 22 on there is one whatever standard output is. */
    private static boolean stdoutIsTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void ramping(int settled, int connections, Interval total) {
        planned = connections;
        if (!terminal) {
            return;
        }
        ProgressBar shown = bar;
        if (shown == null) {
            shown = newBar(connections);
            bar = shown;
        }
        long failed = total.total(Counter.FAILED);
        shown.setExtraMessage(failed == 0 ? "" : failed + " failed");
        shown.stepTo(settled);
    }

    private static ProgressBar newBar(int connections) {
        PrintStream stdout = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        return new ProgressBarBuilder()
                .setTaskName("Connecting")
                .setInitialMax(connections)
                .setUpdateIntervalMillis(BAR_REFRESH_MILLIS)
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setUnit("", 1)
                .showSpeed()
                .setConsumer(new ConsoleProgressBarConsumer(stdout))
                .build();
    }

    @Override
    public void rampOver(long millis, Interval total) {
        close();
        out.println(String.format(
                Locale.ROOT,
                "%,d of %,d connections open after %s; measuring from here",
                total.open(),
                planned,
                TimeText.format(millis)));
        out.flush();
    }

    @Override
    public void sample(Sample sample, Interval total) {
        if (terminal && sample.phase() == Phase.RAMP) {
            return;
        }
        out.println(LiveLine.of(sample, total));
        out.flush();
    }

    /** Takes the bar away, if there is one. */
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
