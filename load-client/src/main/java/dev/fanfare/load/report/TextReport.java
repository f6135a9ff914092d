package dev.fanfare.load.report;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.Interval;
import dev.fanfare.load.stats.Percentiles;
import dev.fanfare.load.stats.RunResult;
import dev.fanfare.load.stats.Sample;
import dev.fanfare.load.stats.Tally;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The summary a person reads at the end of a run. One use. */
public final class TextReport {
    private final StringBuilder text = new StringBuilder();
    private final RunResult result;

    private TextReport(RunResult result) {
        this.result = result;
    }

    /** Writes the summary, several lines, the last one ended. */
    public static String of(RunResult result, List<FailCondition.Outcome> outcomes) {
        TextReport report = new TextReport(result);
        report.connections();
        report.faults();
        report.publishing();
        report.recovery();
        report.clients();
        report.window();
        report.slow();
        report.verdict(outcomes);
        return report.text.toString();
    }

    private void connections() {
        Interval total = result.total();
        Sample.Open open = result.samples().isEmpty()
                ? new Sample.Open(0, 0)
                : result.samples().get(result.samples().size() - 1).open();
        line("Connections", "");
        line(
                "  opened",
                "%,d sse, %,d websocket",
                total.total(Counter.OPENED_SSE),
                total.total(Counter.OPENED_WEBSOCKET));
        line("  open at the end", "%,d sse, %,d websocket", open.sse(), open.webSocket());
        line("  failed", "%,d", total.total(Counter.FAILED));
        reasons(total.failures());
        line("  ended early", "%,d", total.healthy().ended() + total.slow().ended());
        reasons(total.endings());
        number("  reconnected", total.total(Counter.RECONNECTED));
        number("  stalled", total.healthy().get(Counter.STALLED));
        Percentiles opening = result.opening();
        line(
                "  ramp",
                "%s, %,.0f opened/s, time to open p50 %d p99 %d max %d ms",
                TimeText.format(result.rampMillis()),
                result.rampMillis() == 0 ? 0 : opening.count() * 1000.0 / result.rampMillis(),
                opening.p50(),
                opening.p99(),
                opening.max());
        tls(total);
    }

    private void tls(Interval total) {
        number("  http2 connections", total.total(Counter.HTTP2_CONNECTIONS));
        long handshakes = total.total(Counter.TLS_HANDSHAKES);
        if (handshakes > 0) {
            Percentiles times = Percentiles.of(total.handshake());
            line(
                    "  TLS handshakes",
                    "%,d (%,d resumed), p50 %d p99 %d max %d ms",
                    handshakes,
                    total.total(Counter.TLS_RESUMED),
                    times.p50(),
                    times.p99(),
                    times.max());
        }
    }

    private void faults() {
        Tally healthy = result.total().healthy();
        line("Faults, whole run", "");
        line("  lost", "%,d", result.faults(Counter.LOST));
        line("  duplicated", "%,d", result.faults(Counter.DUPLICATED));
        line("  out of order", "%,d", result.faults(Counter.OUT_OF_ORDER));
        line("  corrupt", "%,d", result.faults(Counter.CORRUPT));
        number("  repeated", result.faults(Counter.REPEATED));
        number("  wrong cursor", result.faults(Counter.WRONG_CURSOR));
        number("  foreign", result.faults(Counter.FOREIGN));
        number("  protocol errors", healthy.get(Counter.PROTOCOL_ERRORS));
        number("  without id", healthy.get(Counter.WITHOUT_ID));
        number("  missed while away", healthy.get(Counter.MISSED));
        number("  from the future", healthy.get(Counter.FUTURE));
    }

    private void publishing() {
        if (!result.publishes()) {
            return;
        }
        Interval total = result.total();
        Tally tally = total.healthy();
        Tally window = result.window().healthy();
        line("Publishing", "");
        line(
                "  confirmed",
                "%,d in %,d calls, %,.0f/s in the window",
                tally.get(Counter.PUBLISHED),
                tally.get(Counter.PUBLISH_CALLS),
                result.windowMillis() == 0 ? 0 : window.get(Counter.PUBLISHED) * 1000.0 / result.windowMillis());
        times("  time to confirm", Percentiles.of(result.window().publish()));
        number("  refused for now", tally.get(Counter.PUBLISH_REFUSED));
        number("  errors", tally.get(Counter.PUBLISH_ERRORS));
        reasons(total.refusals());
        number("  made twice", tally.get(Counter.PUBLISH_UNCERTAIN));
        number("  due, not made", tally.get(Counter.UNSENT));
    }

    private void recovery() {
        Interval total = result.total();
        long dropped = total.total(Counter.DROPPED);
        if (dropped > 0) {
            line("Reconnect storm", "%,d connections cut off", dropped);
            line("  recovered", "%,d", total.total(Counter.RECOVERED));
            times("  time to recover", Percentiles.of(total.recovery()));
        }
        if (total.total(Counter.CAUGHT_UP) > 0) {
            line("  caught up", "%,d messages", total.total(Counter.CAUGHT_UP));
        }
    }

    private void clients() {
        Interval total = result.total();
        if (!result.publishes()) {
            return;
        }
        line("Clients at the end", result.interrupted() == null ? "" : "not judged: the run was stopped early");
        line("  complete", "%,d, everything and in order", total.total(Counter.CLIENTS_COMPLETE));
        line("  told of a gap", "%,d, the rest in order", total.total(Counter.CLIENTS_TOLD));
        line("  faulty", "%,d", total.total(Counter.CLIENTS_FAULTY));
        line("  not connected", "%,d", total.total(Counter.CLIENTS_ABSENT));
        if (total.total(Counter.GAPS) > 0) {
            line(
                    "  gaps",
                    "%,d (%,d slow), for %,d messages at least",
                    total.total(Counter.GAPS),
                    total.slow().get(Counter.GAPS),
                    total.total(Counter.TOLD_MISSING));
        }
        number("  conflated", total.total(Counter.CONFLATED));
    }

    private void window() {
        Interval window = result.window();
        Tally healthy = window.healthy();
        Percentiles latency = Percentiles.of(window.latency());
        line("Measured window", "%s", TimeText.format(result.windowMillis()));
        line(
                "  messages",
                "%,d (%,d sse, %,d websocket), %,.0f/s",
                healthy.messages(),
                healthy.get(Counter.MESSAGES_SSE),
                healthy.get(Counter.MESSAGES_WEBSOCKET),
                result.messagesPerSecond());
        line("  bytes", "%,d (%,.0f per message)", healthy.get(Counter.BYTES), perMessage(healthy));
        times("  latency", latency);
        line(
                "  client CPU",
                "%.2f us per message, %.3f cores",
                result.cpuMicrosPerMessage(),
                result.windowMillis() == 0 ? 0 : window.cpuNanos() / 1e6 / result.windowMillis());
    }

    private static double perMessage(Tally tally) {
        return tally.messages() == 0 ? 0 : (double) tally.get(Counter.BYTES) / tally.messages();
    }

    private void slow() {
        Tally slow = result.total().slow();
        if (slow.get(Counter.ATTEMPTED) > 0) {
            line("Slow connections", "%,d opened, %,d ended early", slow.opened(), slow.ended());
            line("  messages", "%,d, lost %,d", slow.messages(), slow.get(Counter.LOST));
        }
    }

    private void verdict(List<FailCondition.Outcome> outcomes) {
        for (FailCondition.Outcome outcome : outcomes) {
            Metric metric = outcome.condition().metric();
            Double value = outcome.value();
            String found = value == null
                    ? (metric.label().contains("-") ? "nothing measured" : "no messages")
                    : metric.label() + " is " + plain(value) + (metric.isTime() ? " ms" : "");
            line(
                    outcome.holds() ? "FAILED" : "passed",
                    "%s: %s",
                    outcome.condition().text(),
                    found);
        }
        if (result.interrupted() != null) {
            line("Stopped early", "%s", result.interrupted());
        }
    }

    private static String plain(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%,.1f", value);
    }

    private void reasons(Map<String, Long> reasons) {
        reasons.forEach(
                (reason, number) -> text.append(String.format(Locale.ROOT, "%22s%,d × %s%n", "", number, reason)));
    }

    private void times(String what, Percentiles times) {
        if (times.count() > 0) {
            line(
                    what,
                    "p50 %d  p90 %d  p99 %d  p99.9 %d  max %d ms",
                    times.p50(),
                    times.p90(),
                    times.p99(),
                    times.p999(),
                    times.max());
        }
    }

    private void number(String what, long number) {
        if (number != 0) {
            line(what, "%,d", number);
        }
    }

    private void line(String what, String format, Object... values) {
        String value = String.format(Locale.ROOT, format, values);
        text.append(String.format(Locale.ROOT, "%-20s%s", what, value).stripTrailing())
                .append(System.lineSeparator());
    }
}
