package dev.fanfare.gateway.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpReply;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * {@code POST /api/METHOD}: a JSON object in, {@code {"result":…}} or {@code {"error":{"code","message"}}} out, both with
 * status 200; but 429 and 503 with {@code Retry-After} when the gateway cannot take more, and 500 when it failed.
 */
final class ApiRoute implements Guard.Work {
    static final String PATH = "/api/";
    private static final String BATCH = "batch";
    private static final int MAX_COMMANDS = 1_000;

    /** What a method does with its parameters. */
    @FunctionalInterface
    interface Method {
        CompletionStage<ObjectNode> call(JsonNode params) throws ApiError;
    }

    private final ObjectMapper json;
    private final Map<String, Method> methods;

    ApiRoute(ObjectMapper json, Map<String, Method> methods) {
        this.json = json;
        this.methods = new TreeMap<>(methods);
        this.methods.put(BATCH, this::batch);
    }

    @Override
    public CompletionStage<HttpReply> answer(HttpCall call) {
        String name = call.path().substring(PATH.length());
        return run(name, call.body())
                .handle((result, failure) -> failure == null ? ok(name, result) : failed(ApiError.of(failure)));
    }

    private CompletionStage<ObjectNode> run(String name, byte[] body) {
        try {
            Method method = method(name);
            return method.call(requireObject(body.length == 0 ? json.createObjectNode() : json.readTree(body)));
        } catch (JsonProcessingException broken) {
            return CompletableFuture.failedFuture(ApiError.bad("the body is not JSON: " + broken.getOriginalMessage()));
        } catch (IOException broken) {
            return CompletableFuture.failedFuture(ApiError.bad("the body is not JSON in UTF-8"));
        } catch (ApiError refused) {
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
        String name =
                command.isObject() && command.size() == 1 ? command.fieldNames().next() : "";
        try {
            if (name.isEmpty() || name.equals(BATCH)) {
                throw ApiError.bad("a command is an object with one member, its method (not batch)");
            }
            made = method(name).call(requireObject(command.path(name)));
        } catch (ApiError refused) {
            made = CompletableFuture.failedFuture(refused);
        }
        return made.handle((result, failure) -> failure == null
                ? json.createObjectNode().<ObjectNode>set(name, result)
                : json.createObjectNode().<ObjectNode>set("error", error(ApiError.of(failure))));
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

    /** The replies of a batch stand alone, as Centrifugo sends them. */
    private HttpReply ok(String name, ObjectNode result) {
        ObjectNode reply = name.equals(BATCH) ? result : json.createObjectNode().set("result", result);
        return HttpReply.json(HttpResponseStatus.OK, reply.toString());
    }

    private HttpReply failed(ApiError error) {
        String body = json.createObjectNode().set("error", error(error)).toString();
        return switch (error.code()) {
            case TOO_MANY_REQUESTS, UNAVAILABLE ->
                HttpReply.json(error.code().status(), body).with(HttpHeaderNames.RETRY_AFTER, error.retryAfter());
            case INTERNAL -> HttpReply.json(error.code().status(), body);
            default -> HttpReply.json(HttpResponseStatus.OK, body);
        };
    }

    private ObjectNode error(ApiError error) {
        return json.createObjectNode().put("code", error.code().number).put("message", error.words());
    }
}
