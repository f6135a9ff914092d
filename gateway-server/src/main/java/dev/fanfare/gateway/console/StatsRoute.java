package dev.fanfare.gateway.console;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.HttpRoute;
import dev.fanfare.gateway.hub.Hub;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.observe.OpenFiles;
import dev.fanfare.gateway.observe.Readiness;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** The numbers the page shows, as JSON. Made on {@code executor}: the open files are counted by reading /proc. */
public final class StatsRoute implements HttpRoute {
    private final ObjectMapper json = new ObjectMapper();
    private final Hub hub;
    private final GatewayMetrics metrics;
    private final Readiness readiness;
    private final Node node;
    private final Executor executor;

    /** What does not change while the gateway runs. */
    public record Node(String version, String transport, int workers, long tickMillis) {}

    public StatsRoute(Hub hub, GatewayMetrics metrics, Readiness readiness, Node node, Executor executor) {
        this.hub = hub;
        this.metrics = metrics;
        this.readiness = readiness;
        this.node = node;
        this.executor = executor;
    }

    @Override
    public CompletionStage<HttpReply> answer(HttpCall call) {
        return CompletableFuture.supplyAsync(() -> HttpReply.json(HttpResponseStatus.OK, stats().toString()), executor);
    }

    private ObjectNode stats() {
        ObjectNode stats = json.createObjectNode()
                .put("version", node.version())
                .put("transport", node.transport())
                .put("workers", node.workers())
                .put("uptimeSeconds", ManagementFactory.getRuntimeMXBean().getUptime() / 1e3)
                .put("messagesSent", metrics.deliveredTotal())
                .put("dropped", metrics.droppedTotal())
                .put("conflated", metrics.conflatedTotal())
                .put("tickIntervalMillis", node.tickMillis())
                .put("pendingBytes", hub.waitingBytes())
                .put(
                        "heapUsedBytes",
                        Runtime.getRuntime().totalMemory()
                                - Runtime.getRuntime().freeMemory())
                .put("heapMaxBytes", Runtime.getRuntime().maxMemory())
                .put("draining", readiness.phase().compareTo(Readiness.Phase.READY) > 0);
        ObjectNode connections = stats.putObject("connections");
        for (StreamKind kind : StreamKind.values()) {
            connections.put(kind == StreamKind.SSE ? "sse" : "ws", hub.count(kind));
        }
        stats.putObject("broadcastMillis").put("last", metrics.lastBroadcastMillis());
        return stats.put("openFiles", OpenFiles.open()).put("maxOpenFiles", OpenFiles.limit());
    }
}
