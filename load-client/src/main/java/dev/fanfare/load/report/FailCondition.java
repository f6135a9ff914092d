package dev.fanfare.load.report;

import dev.fanfare.load.stats.RunResult;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One condition of {@code --fail-if}: the run is bad if it holds. Immutable.
 *
 * @param metric what is compared
 * @param operator {@code >}, {@code >=}, {@code <}, {@code <=} or {@code ==}
 * @param threshold with what; milliseconds for a time
 * @param text as the user wrote it
 */
public record FailCondition(Metric metric, String operator, double threshold, String text) {
    private static final Pattern FORM = Pattern.compile("\\s*([a-z0-9.-]+)\\s*(>=|<=|==|>|<)\\s*(\\S+)\\s*");

    /**
     * How a condition came out.
     *
     * @param value the metric in the run; null for a time when no message came whose time could be taken
     * @param holds whether the condition holds, so the run is bad
     */
    public record Outcome(FailCondition condition, @Nullable Double value, boolean holds) {}

    /**
     * Reads conditions separated by commas.
     *
     * @throws IllegalArgumentException naming the condition, the fault and what is allowed
     */
    public static List<FailCondition> parseAll(String list) {
        List<FailCondition> conditions = new ArrayList<>();
        for (String text : list.split(",", -1)) {
            conditions.add(parse(text));
        }
        return conditions;
    }

    private static FailCondition parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("'" + text.strip()
                    + "' is not a condition; allowed is METRIC OPERATOR VALUE, such as lost>0 or p99>500ms, with the operators"
                    + " > >= < <= == and the metrics " + Metric.labels());
        }
        String name = form.group(1);
        Metric metric = Metric.byLabel(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + text.strip() + "': unknown metric '" + name + "'; allowed are " + Metric.labels()));
        return new FailCondition(metric, form.group(2), threshold(metric, form.group(3), text.strip()), text.strip());
    }

    private static double threshold(Metric metric, String value, String text) {
        if (metric.isTime()) {
            try {
                return TimeText.parseMillis(value);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("'" + text + "': " + e.getMessage(), e);
            }
        }
        if (!value.matches("\\d+(\\.\\d+)?")) {
            throw new IllegalArgumentException("'" + text + "': '" + value + "' is not a number; " + metric.label()
                    + " is compared with a plain number");
        }
        return Double.parseDouble(value);
    }

    /** Looks the metric up in a run and compares. A time holds when there was none: silence is not a good latency. */
    public Outcome check(RunResult result) {
        if (metric.isEmpty(result)) {
            return new Outcome(this, null, true);
        }
        double value = metric.of(result);
        boolean holds = switch (operator) {
            case ">" -> value > threshold;
            case ">=" -> value >= threshold;
            case "<" -> value < threshold;
            case "<=" -> value <= threshold;
            default -> Double.compare(value, threshold) == 0;
        };
        return new Outcome(this, value, holds);
    }
}
