package dev.fanfare.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.gateway.engine.EngineException;
import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.HttpRoute;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /api/METHOD}: a JSON object in, {@code {"result":…}} or {@code {"error":{"code","message"}}} out, both with
 * status 200; 401 and 403 for callers that are not let in, 429 with {@code Retry-After} when the gateway cannot take more.
 */
final class ApiRoute implements HttpRoute {
    private static final Logger log = LoggerFactory.getLogger(ApiRoute.class);
    private static final String PREFIX = "/api/";
    private static final int MAX_COMMANDS = 1_000;

    /** What a method does with its parameters. */
    @FunctionalInterface
    interface Method {
        CompletionStage<ObjectNode> call(JsonNode params) throws ApiError;
    }

    private final ApiAccess access;
    private final ObjectMapper json;
    private final Map<String, Method> methods;

    ApiRoute(ApiAccess access, ObjectMapper json, Map<String, Method> methods) {
        this.access = access;
        this.json = json;
        this.methods = new TreeMap<>(methods);
        this.methods.put("batch", this::batch);
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public CompletionStage<HttpReply> answer(HttpCall call) {
        try {
            access.require(call);
        } catch (HttpProblem stranger) {
            return CompletableFuture.failedFuture(stranger);
        }
        String name = call.path().substring(PREFIX.length());
        return run(name, call.body()).handle((result, failure) -> failure == null ? ok(result) : failed(failure));
    }

    private CompletionStage<ObjectNode> run(String name, byte[] body) {
        try {
            JsonNode params = body.length == 0 ? json.createObjectNode() : json.readTree(body);
            return method(name).call(requireObject(params));
        } catch (JsonProcessingException broken) {
            return CompletableFuture.failedFuture(ApiError.bad("the body is not JSON: " + broken.getOriginalMessage()));
        } catch (IOException | ApiError refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** {@code batch}: commands {@code {"METHOD":{…}}}, carried out in order; the replies come in the same order. */
    private CompletionStage<ObjectNode> batch(JsonNode params) throws ApiError {
        JsonNode commands = params.path("commands");
        if (!commands.isArray() || commands.size() > MAX_COMMANDS) {
            throw ApiError.bad("'commands' must be a list of at most %d objects".formatted(MAX_COMMANDS));
        }
        List<CompletableFuture<ObjectNode>> replies = new ArrayList<>(commands.size());
        for (JsonNode command : commands) {
            replies.add(command(command).toCompletableFuture());
        }
        return CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
                .thenApply(done -> {
                    ObjectNode result = json.createObjectNode();
                    ArrayNode all = result.putArray("replies");
                    replies.forEach(reply -> all.add(reply.join()));
                    return result;
                });
    }

    private CompletionStage<ObjectNode> command(JsonNode command) {
        CompletionStage<ObjectNode> made;
        String name = command.size() == 1 ? command.fieldNames().next() : "";
        try {
            if (name.isEmpty() || name.equals("batch")) {
                throw ApiError.bad("a command is an object with one member, its method (not batch)");
            }
            made = method(name).call(requireObject(command.path(name)));
        } catch (ApiError refused) {
            made = CompletableFuture.failedFuture(refused);
        }
        return made.handle((result, failure) -> failure == null
                ? json.createObjectNode().<ObjectNode>set(name, result)
                : json.createObjectNode().<ObjectNode>set("error", error(errorOf(failure))));
    }

    private Method method(String name) throws ApiError {
        Method method = methods.get(name);
        if (method == null) {
            throw new ApiError(
                    ApiError.Code.METHOD_NOT_FOUND, "there is %s".formatted(String.join(", ", methods.keySet())));
        }
        return method;
    }

    private static JsonNode requireObject(JsonNode params) throws ApiError {
        if (!params.isObject()) {
            throw ApiError.bad("parameters must be a JSON object");
        }
        return params;
    }

    private HttpReply ok(ObjectNode result) {
        return HttpReply.json(
                HttpResponseStatus.OK,
                json.createObjectNode().set("result", result).toString());
    }

    private HttpReply failed(Throwable failure) {
        ApiError error = errorOf(failure);
        String body = json.createObjectNode().set("error", error(error)).toString();
        return switch (error.code()) {
            case TOO_MANY_REQUESTS ->
                HttpReply.json(HttpResponseStatus.TOO_MANY_REQUESTS, body).with(HttpHeaderNames.RETRY_AFTER, "1");
            case INTERNAL -> HttpReply.json(HttpResponseStatus.INTERNAL_SERVER_ERROR, body);
            default -> new HttpReply(HttpResponseStatus.OK, HttpReply.JSON, body.getBytes(UTF_8), Map.of());
        };
    }

    private ObjectNode error(ApiError error) {
        return json.createObjectNode().put("code", error.code().number).put("message", error.words());
    }

    private static ApiError errorOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof ApiError error) {
            return error;
        }
        if (cause instanceof EngineException engine) {
            return ApiError.of(engine);
        }
        log.warn("an API call failed", cause);
        return new ApiError(ApiError.Code.INTERNAL, "the gateway failed; its log says why");
    }
}
