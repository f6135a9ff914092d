package dev.fanfare.gateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.HttpRoute;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/bulk}: one publication a line (NDJSON, the parameters of {@code publish}), one result a line, in the same
 * order. A line that is wrong does not keep the others from being published.
 */
final class BulkRoute implements HttpRoute {
    private static final String TYPE = "application/x-ndjson";

    private final ApiAccess access;
    private final ObjectMapper json;
    private final ApiMethods methods;
    private final Publisher publisher;
    private final int maxLines;

    BulkRoute(ApiAccess access, ObjectMapper json, ApiMethods methods, Publisher publisher, int maxLines) {
        this.access = access;
        this.json = json;
        this.methods = methods;
        this.publisher = publisher;
        this.maxLines = maxLines;
    }

    /** A line's request, or why there is none. */
    private record Line(
            Broker.@Nullable Request request, @Nullable ApiError error) {}

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public CompletionStage<HttpReply> answer(HttpCall call) {
        try {
            access.require(call);
            List<Line> lines = lines(call.body());
            List<Broker.Request> batch = new ArrayList<>(lines.size());
            for (Line line : lines) {
                if (line.request() != null) {
                    batch.add(line.request());
                }
            }
            return publisher.publish(batch).thenApply(outcomes -> reply(lines, outcomes));
        } catch (HttpProblem stranger) {
            return CompletableFuture.failedFuture(stranger);
        } catch (ApiError refused) {
            boolean busy = refused.code() == ApiError.Code.TOO_MANY_REQUESTS;
            HttpProblem problem = HttpProblem.of(
                    busy ? HttpResponseStatus.TOO_MANY_REQUESTS : HttpResponseStatus.BAD_REQUEST, refused.words());
            return CompletableFuture.failedFuture(busy ? problem.with(HttpHeaderNames.RETRY_AFTER, "1") : problem);
        }
    }

    private List<Line> lines(byte[] body) throws ApiError {
        List<Line> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= body.length; i++) {
            if (i == body.length || body[i] == '\n') {
                int length = i - from;
                if (length > 1 || (length == 1 && body[from] != '\r')) {
                    lines.add(line(body, from, length));
                }
                from = i + 1;
            }
        }
        if (lines.size() > maxLines) {
            throw ApiError.bad("%d lines are too many; allowed: %d (api.max-batch)".formatted(lines.size(), maxLines));
        }
        return lines;
    }

    private Line line(byte[] body, int from, int length) {
        try {
            var params = json.readTree(body, from, length);
            return new Line(methods.publication(params, Publisher.text(params, "channel")), null);
        } catch (ApiError refused) {
            return new Line(null, refused);
        } catch (IOException broken) {
            return new Line(null, ApiError.bad("not a JSON object"));
        }
    }

    private HttpReply reply(List<Line> lines, List<Broker.Outcome> outcomes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(lines.size() * 48);
        int at = 0;
        for (Line line : lines) {
            ObjectNode result = line.error() == null ? methods.reply(outcomes.get(at++)) : methods.error(line.error());
            out.writeBytes(result.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            out.write('\n');
        }
        return HttpReply.ok(TYPE, out.toByteArray());
    }
}
