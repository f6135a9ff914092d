package dev.fanfare.load.report;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.RunResult;
import dev.fanfare.load.stats.Sample;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What {@code --fail-if} may ask about. Faults cover the whole run, messages and latency the measured window; both leave out the
 * connections of {@code --slow-share}.
 */
@SuppressWarnings("ImmutableEnumChecker") // the functions are lambdas without state
public enum Metric {
    LOST("lost", Counter.LOST),
    DUPLICATED("duplicated", Counter.DUPLICATED),
    OUT_OF_ORDER("out-of-order", Counter.OUT_OF_ORDER),
    CORRUPT("corrupt", Counter.CORRUPT),
    WITHOUT_ID("without-id", Counter.WITHOUT_ID),
    STALLED("stalled", Counter.STALLED),
    MISSED("missed-while-away", Counter.MISSED),
    PROTOCOL_ERRORS("protocol-errors", Counter.PROTOCOL_ERRORS),
    RECONNECTED("reconnected", Counter.RECONNECTED),
    FAILED("failed", false, r -> r.total().total(Counter.FAILED)),
    CLOSED("closed", false, r -> r.total().healthy().ended()),
    CONNECTED("connected", false, Metric::connected),
    MESSAGES("messages", false, r -> r.window().healthy().messages()),
    RATE("rate", false, RunResult::messagesPerSecond),
    P50("p50", true, r -> r.window().latency().getValueAtPercentile(50)),
    P90("p90", true, r -> r.window().latency().getValueAtPercentile(90)),
    P99("p99", true, r -> r.window().latency().getValueAtPercentile(99)),
    P999("p99.9", true, r -> r.window().latency().getValueAtPercentile(99.9)),
    MAX("max", true, r -> r.window().latency().getMaxValue());

    private final String label;
    private final boolean time;
    private final ToDoubleFunction<RunResult> value;

    Metric(String label, Counter counter) {
        this(label, false, r -> r.total().healthy().get(counter));
    }

    Metric(String label, boolean time, ToDoubleFunction<RunResult> value) {
        this.label = label;
        this.time = time;
        this.value = value;
    }

    /** Its name in a condition. */
    public String label() {
        return label;
    }

    /** Whether it is a time, in milliseconds, and so must be compared with one. */
    public boolean isTime() {
        return time;
    }

    /** Its value in a run. */
    public double of(RunResult result) {
        return value.applyAsDouble(result);
    }

    /** All names, as an error message lists them. */
    public static String labels() {
        return Arrays.stream(values()).map(Metric::label).collect(Collectors.joining(", "));
    }

    /** The metric of that name. */
    static Optional<Metric> byLabel(String label) {
        return Arrays.stream(values()).filter(m -> m.label.equals(label)).findFirst();
    }

    private static double connected(RunResult result) {
        List<Sample> samples = result.samples();
        return samples.isEmpty() ? 0 : samples.get(samples.size() - 1).open().all();
    }
}
