package dev.fanfare.load.report;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.Interval;
import dev.fanfare.load.stats.RunResult;
import dev.fanfare.load.stats.Sample;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What {@code --fail-if} may ask about. Faults cover the whole run, messages and latency the measured window. In a broadcast both
 * leave out the connections of {@code --slow-share}; with channels, faults cover them as well.
 */
@SuppressWarnings("ImmutableEnumChecker") // the functions are lambdas without state
public enum Metric {
    LOST("lost", r -> r.faults(Counter.LOST)),
    DUPLICATED("duplicated", r -> r.faults(Counter.DUPLICATED)),
    OUT_OF_ORDER("out-of-order", r -> r.faults(Counter.OUT_OF_ORDER)),
    CORRUPT("corrupt", r -> r.faults(Counter.CORRUPT)),
    WITHOUT_ID("without-id", Counter.WITHOUT_ID),
    STALLED("stalled", Counter.STALLED),
    MISSED("missed-while-away", Counter.MISSED),
    PROTOCOL_ERRORS("protocol-errors", Counter.PROTOCOL_ERRORS),
    RECONNECTED("reconnected", Counter.RECONNECTED),
    FAILED("failed", r -> r.total().total(Counter.FAILED)),
    CLOSED("closed", r -> r.total().healthy().ended()),
    CONNECTED("connected", Metric::connected),
    MESSAGES("messages", r -> r.window().healthy().messages()),
    RATE("rate", RunResult::messagesPerSecond),
    COMPLETE("complete", r -> r.total().total(Counter.CLIENTS_COMPLETE)),
    TOLD("told", r -> r.total().total(Counter.CLIENTS_TOLD)),
    FAULTY("faulty", r -> r.total().total(Counter.CLIENTS_FAULTY)),
    ABSENT("absent", r -> r.total().total(Counter.CLIENTS_ABSENT)),
    GAPS("gaps", Counter.GAPS),
    SLOW_GAPS("slow-gaps", r -> r.total().slow().get(Counter.GAPS)),
    REPEATED("repeated", r -> r.faults(Counter.REPEATED)),
    WRONG_CURSOR("wrong-cursor", r -> r.faults(Counter.WRONG_CURSOR)),
    FOREIGN("foreign", r -> r.faults(Counter.FOREIGN)),
    PUBLISHED("published", Counter.PUBLISHED),
    PUBLISH_REFUSED("publish-refused", Counter.PUBLISH_REFUSED),
    PUBLISH_ERRORS("publish-errors", Counter.PUBLISH_ERRORS),
    UNSENT("unsent", Counter.UNSENT),
    RECOVERED("recovered", r -> r.total().total(Counter.RECOVERED)),
    UNRECOVERED("unrecovered", Metric::unrecovered),
    HANDSHAKE_P50("handshake-p50", Interval::handshake, 50),
    HANDSHAKE_P99("handshake-p99", Interval::handshake, 99),
    HANDSHAKE_MAX("handshake-max", Interval::handshake, 100),
    P50("p50", Interval::latency, 50),
    P90("p90", Interval::latency, 90),
    P99("p99", Interval::latency, 99),
    P999("p99.9", Interval::latency, 99.9),
    MAX("max", Interval::latency, 100),
    PUBLISH_P50("publish-p50", Interval::publish, 50),
    PUBLISH_P99("publish-p99", Interval::publish, 99),
    PUBLISH_MAX("publish-max", Interval::publish, 100),
    RECOVERY_P50("recovery-p50", Interval::recovery, 50),
    RECOVERY_P99("recovery-p99", Interval::recovery, 99),
    RECOVERY_MAX("recovery-max", Interval::recovery, 100);

    private final String label;
    private final @Nullable Function<Interval, Histogram> times;
    private final ToDoubleFunction<RunResult> value;

    Metric(String label, Counter counter) {
        this(label, r -> r.total().healthy().get(counter));
    }

    Metric(String label, ToDoubleFunction<RunResult> value) {
        this.label = label;
        this.times = null;
        this.value = value;
    }

    Metric(String label, Function<Interval, Histogram> times, double percentile) {
        this.label = label;
        this.times = times;
        this.value = r -> {
            Histogram histogram = times.apply(spanOf(label, r));
            return percentile == 100 ? histogram.getMaxValue() : histogram.getValueAtPercentile(percentile);
        };
    }

    /** Latencies are those of the window; handshakes come before it, and who was dropped at its end may have everything after it. */
    private static Interval spanOf(String label, RunResult result) {
        return label.startsWith("recovery") || label.startsWith("handshake") ? result.total() : result.window();
    }

    /** Its name in a condition. */
    public String label() {
        return label;
    }

    /** Whether it is a time, in milliseconds, and so must be compared with one. */
    public boolean isTime() {
        return times != null;
    }

    /** Whether it is a time and there was nothing in the run that took any. */
    boolean isEmpty(RunResult result) {
        return times != null && times.apply(spanOf(label, result)).getTotalCount() == 0;
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

    private static double unrecovered(RunResult result) {
        return result.total().total(Counter.DROPPED) - result.total().total(Counter.RECOVERED);
    }

    private static double connected(RunResult result) {
        List<Sample> samples = result.samples();
        return samples.isEmpty() ? 0 : samples.get(samples.size() - 1).open().all();
    }
}
