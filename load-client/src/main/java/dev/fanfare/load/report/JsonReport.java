package dev.fanfare.load.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.Interval;
import dev.fanfare.load.stats.IntervalCodec;
import dev.fanfare.load.stats.Percentiles;
import dev.fanfare.load.stats.RunResult;
import dev.fanfare.load.stats.Sample;
import dev.fanfare.load.stats.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.HistogramIterationValue;

/** The report for programs. Its schema stands in docs/load-client.md; a change that breaks readers raises {@link #SCHEMA}. */
public final class JsonReport {
    /** Version of the schema. */
    public static final int SCHEMA = 1;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int STEPS_PER_HALF_DISTANCE = 5;

    private JsonReport() {}

    /** Builds the report; {@code environment} names the machine and the programs. */
    public static ObjectNode of(
            RunResult result, List<FailCondition.Outcome> outcomes, Map<String, String> environment) {
        ObjectNode root = NODES.objectNode();
        root.put("schema", SCHEMA);
        root.put("scenario", result.scenario());
        root.put("startedAt", Instant.ofEpochMilli(result.startedAt()).toString());
        root.put("interrupted", result.interrupted());
        root.put("deserted", result.deserted());
        root.put("processes", result.processes());
        root.put("rampMillis", result.rampMillis());
        root.put("windowMillis", result.windowMillis());
        result.settings().forEach(root.putObject("settings")::put);
        environment.forEach(root.putObject("environment")::put);
        root.set("connections", connections(result));
        root.set("faults", faults(result));
        if (result.publishes()) {
            root.set("publishing", publishing(result));
            root.set("clients", clients(result));
            root.set("recovery", recovery(result.total()));
        }
        root.set("window", window(result));
        ObjectNode totals = root.putObject("totals");
        totals.set("healthy", counters(result.total().healthy()));
        totals.set("slow", counters(result.total().slow()));
        root.set("failIf", outcomes(outcomes));
        root.set("latencyDistribution", distribution(result.window()));
        ArrayNode series = root.putArray("series");
        result.samples().forEach(sample -> series.add(point(sample)));
        return root;
    }

    /** Writes a report to a file, indented. */
    public static void write(ObjectNode report, Path file) throws IOException {
        Files.writeString(
                file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(report) + System.lineSeparator());
    }

    private static ObjectNode connections(RunResult result) {
        Interval total = result.total();
        ObjectNode node = NODES.objectNode();
        node.put("attempted", total.total(Counter.ATTEMPTED));
        node.putObject("opened")
                .put("sse", total.total(Counter.OPENED_SSE))
                .put("websocket", total.total(Counter.OPENED_WEBSOCKET));
        node.put("failed", total.total(Counter.FAILED));
        total.failures().forEach(node.putObject("failedBy")::put);
        node.put("closed", total.healthy().ended() + total.slow().ended());
        total.endings().forEach(node.putObject("closedBy")::put);
        node.put("reconnected", total.total(Counter.RECONNECTED));
        node.put("stalled", total.healthy().get(Counter.STALLED));
        node.set("openMillis", percentiles(result.opening()));
        node.put("http2Connections", total.total(Counter.HTTP2_CONNECTIONS));
        node.putObject("tls")
                .put("handshakes", total.total(Counter.TLS_HANDSHAKES))
                .put("resumed", total.total(Counter.TLS_RESUMED))
                .set("millis", percentiles(Percentiles.of(total.handshake())));
        return node;
    }

    private static ObjectNode faults(RunResult result) {
        return NODES.objectNode()
                .put("lost", result.faults(Counter.LOST))
                .put("duplicated", result.faults(Counter.DUPLICATED))
                .put("outOfOrder", result.faults(Counter.OUT_OF_ORDER))
                .put("corrupt", result.faults(Counter.CORRUPT));
    }

    private static ObjectNode publishing(RunResult result) {
        Tally tally = result.total().healthy();
        ObjectNode node = NODES.objectNode();
        node.put("confirmed", tally.get(Counter.PUBLISHED));
        node.put("calls", tally.get(Counter.PUBLISH_CALLS));
        node.put("refused", tally.get(Counter.PUBLISH_REFUSED));
        node.put("errors", tally.get(Counter.PUBLISH_ERRORS));
        result.total().refusals().forEach(node.putObject("refusedBy")::put);
        node.put("uncertain", tally.get(Counter.PUBLISH_UNCERTAIN));
        node.put("unsent", tally.get(Counter.UNSENT));
        node.set("millis", percentiles(Percentiles.of(result.window().publish())));
        return node;
    }

    private static ObjectNode clients(RunResult result) {
        Interval total = result.total();
        return NODES.objectNode()
                .put("complete", total.total(Counter.CLIENTS_COMPLETE))
                .put("told", total.total(Counter.CLIENTS_TOLD))
                .put("faulty", total.total(Counter.CLIENTS_FAULTY))
                .put("absent", total.total(Counter.CLIENTS_ABSENT));
    }

    private static ObjectNode recovery(Interval total) {
        ObjectNode node = NODES.objectNode();
        node.put("dropped", total.total(Counter.DROPPED));
        node.put("recovered", total.total(Counter.RECOVERED));
        node.put("caughtUp", total.total(Counter.CAUGHT_UP));
        node.put("gaps", total.total(Counter.GAPS));
        node.put("slowGaps", total.slow().get(Counter.GAPS));
        node.put("toldMissing", total.total(Counter.TOLD_MISSING));
        node.set("millis", percentiles(Percentiles.of(total.recovery())));
        return node;
    }

    private static ObjectNode window(RunResult result) {
        Interval window = result.window();
        ObjectNode node = NODES.objectNode();
        node.put("messages", window.healthy().messages());
        node.put("messagesPerSecond", result.messagesPerSecond());
        node.put("bytes", window.healthy().get(Counter.BYTES));
        node.set("latencyMillis", percentiles(Percentiles.of(window.latency())));
        node.put("cpuSeconds", window.cpuNanos() / 1e9);
        node.put("cpuMicrosPerMessage", result.cpuMicrosPerMessage());
        node.set("healthy", counters(window.healthy()));
        node.set("slow", counters(window.slow()));
        node.put("latencyHistogram", IntervalCodec.base64(window.latency()));
        return node;
    }

    private static ObjectNode counters(Tally tally) {
        ObjectNode node = NODES.objectNode();
        for (Counter counter : Counter.values()) {
            node.put(counter.label(), tally.get(counter));
        }
        return node;
    }

    private static ObjectNode percentiles(Percentiles p) {
        return NODES.objectNode()
                .put("count", p.count())
                .put("p50", p.p50())
                .put("p90", p.p90())
                .put("p99", p.p99())
                .put("p99.9", p.p999())
                .put("max", p.max());
    }

    private static ArrayNode outcomes(List<FailCondition.Outcome> outcomes) {
        ArrayNode array = NODES.arrayNode();
        for (FailCondition.Outcome outcome : outcomes) {
            array.addObject()
                    .put("condition", outcome.condition().text())
                    .put("value", outcome.value())
                    .put("holds", outcome.holds());
        }
        return array;
    }

    private static ArrayNode distribution(Interval window) {
        ArrayNode array = NODES.arrayNode();
        for (HistogramIterationValue step : window.latency().percentiles(STEPS_PER_HALF_DISTANCE)) {
            array.addObject()
                    .put("percentile", step.getPercentileLevelIteratedTo())
                    .put("millis", step.getValueIteratedTo())
                    .put("count", step.getTotalCountToThisValue());
        }
        return array;
    }

    private static ObjectNode point(Sample sample) {
        ObjectNode node = NODES.objectNode();
        node.put("startMillis", sample.startMillis());
        node.put("durationMillis", sample.durationMillis());
        node.put("phase", sample.phase().name().toLowerCase(Locale.ROOT));
        node.put("openSse", sample.open().sse());
        node.put("openWebSocket", sample.open().webSocket());
        node.put("messagesPerSecond", sample.messagesPerSecond());
        node.set("latencyMillis", percentiles(sample.latency()));
        node.set("healthy", counters(sample.healthy()));
        node.set("slow", counters(sample.slow()));
        return node;
    }
}
