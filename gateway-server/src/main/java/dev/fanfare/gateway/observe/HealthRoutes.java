package dev.fanfare.gateway.observe;

import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.HttpRoute;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Liveness and readiness in the two-question form of Kubernetes. Event loop. */
public final class HealthRoutes {
    private HealthRoutes() {}

    /** 200 as long as the process can answer at all. */
    public static HttpRoute live() {
        return headers ->
                CompletableFuture.completedFuture(HttpReply.json(HttpResponseStatus.OK, "{\"status\":\"live\"}"));
    }

    /** 200 when new connections are welcome, 503 before that and while draining. */
    public static HttpRoute ready(Readiness readiness) {
        return headers -> {
            Readiness.Phase phase = readiness.phase();
            boolean ready = phase == Readiness.Phase.READY;
            return CompletableFuture.completedFuture(HttpReply.json(
                    ready ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE,
                    "{\"status\":\"" + phase.name().toLowerCase(Locale.ROOT) + "\"}"));
        };
    }
}
