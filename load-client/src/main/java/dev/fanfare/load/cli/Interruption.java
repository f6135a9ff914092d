package dev.fanfare.load.cli;

import dev.fanfare.load.scenario.LoadRun;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Makes Ctrl-C and SIGTERM end a run early but properly. As a shutdown hook it holds the JVM open until the report is printed and
 * then ends it with the report's exit code. Any thread.
 */
final class Interruption implements Runnable {
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile @Nullable LoadRun current;
    private volatile int exitCode;

    /** From now on a signal stops {@code run}. */
    void stops(LoadRun run) {
        current = run;
    }

    /** The program is about to end by itself with {@code code}. */
    void finished(int code) {
        exitCode = code;
        finished.countDown();
    }

    @Override
    public void run() {
        if (finished.getCount() == 0) {
            return;
        }
        LoadRun run = current;
        if (run == null) {
            return;
        }
        run.stop("by a signal");
        try {
            finished.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(exitCode);
    }
}
