package dev.fanfare.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.EngineException;
import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.HttpRoute;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /publish/CHANNEL}: the body is the data, as {@code curl -d} sends it. {@code ?type=}, {@code ?key=} and the
 * header {@code Idempotency-Key} say the rest. Errors are problem details (RFC 9457).
 */
final class PublishRoute implements HttpRoute {
    private static final String PREFIX = "/publish/";

    private final ApiAccess access;
    private final ObjectMapper json;
    private final Publisher publisher;

    PublishRoute(ApiAccess access, ObjectMapper json, Publisher publisher) {
        this.access = access;
        this.json = json;
        this.publisher = publisher;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST, HttpMethod.PUT);
    }

    @Override
    public CompletionStage<HttpReply> answer(HttpCall call) {
        try {
            access.require(call);
            Publisher.Options options = Publisher.Options.of(
                    parameter(call, "type"),
                    parameter(call, "key"),
                    call.headers().get("Idempotency-Key"));
            requireText(call.body());
            Broker.Request request = publisher.request(
                    call.path().substring(PREFIX.length()), call.body(), isJson(call.body()), options);
            return publisher.publish(List.of(request)).thenCompose(outcomes -> reply(outcomes.get(0)));
        } catch (HttpProblem stranger) {
            return CompletableFuture.failedFuture(stranger);
        } catch (ApiError refused) {
            return CompletableFuture.failedFuture(problem(refused));
        }
    }

    /** An API error as an HTTP problem. */
    static HttpProblem problem(ApiError error) {
        HttpResponseStatus status = switch (error.code()) {
            case INTERNAL -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
            case UNAUTHORIZED -> HttpResponseStatus.UNAUTHORIZED;
            case PERMISSION_DENIED -> HttpResponseStatus.FORBIDDEN;
            case METHOD_NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
            case LIMIT_EXCEEDED -> HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
            case BAD_REQUEST -> HttpResponseStatus.BAD_REQUEST;
            case NOT_AVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
            case TOO_MANY_REQUESTS -> HttpResponseStatus.TOO_MANY_REQUESTS;
        };
        HttpProblem problem = HttpProblem.of(status, String.valueOf(error.getMessage()));
        return error.code() == ApiError.Code.TOO_MANY_REQUESTS || error.code() == ApiError.Code.NOT_AVAILABLE
                ? problem.with(HttpHeaderNames.RETRY_AFTER, "1")
                : problem;
    }

    private static CompletionStage<HttpReply> reply(Broker.Outcome outcome) {
        EngineException failure = outcome.failure();
        var position = outcome.position();
        if (failure != null || position == null) {
            return CompletableFuture.failedFuture(problem(ApiError.of(
                    failure == null
                            ? new EngineException(EngineException.Reason.UNAVAILABLE, "no position")
                            : failure)));
        }
        return CompletableFuture.completedFuture(HttpReply.json(
                HttpResponseStatus.OK,
                "{\"offset\":%d,\"epoch\":\"%s\"}".formatted(position.offset(), position.epoch())));
    }

    private static void requireText(byte[] body) throws ApiError {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
        } catch (CharacterCodingException binary) {
            throw ApiError.bad("the data must be UTF-8 text; streams carry text only");
        }
    }

    private boolean isJson(byte[] body) {
        try (JsonParser parser = json.createParser(body)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException text) {
            return false;
        }
    }

    private static @Nullable String parameter(HttpCall call, String name) {
        List<String> values = call.query().getOrDefault(name, List.of());
        return values.isEmpty() ? null : values.get(0);
    }
}
