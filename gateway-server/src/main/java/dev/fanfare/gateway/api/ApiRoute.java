package dev.fanfare.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpReply;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    /** Methods whose results may be long. */
    private static final Set<String> LISTING = Set.of("history", "channels", "presence");

    /** What a method does with its parameters. */
    @FunctionalInterface
    interface Method {
        CompletionStage<ObjectNode> call(JsonNode params, Bounds bounds) throws ApiError;
    }

    private final Json json;
    private final Map<String, Method> methods;
    private final Background background;
    private final int maxPublications;

    ApiRoute(Json json, Map<String, Method> methods, Background background, int maxPublications) {
        this.json = json;
        this.methods = new TreeMap<>(methods);
        this.background = background;
        this.maxPublications = maxPublications;
        this.methods.put(BATCH, (params, alone) -> batch(params, alone.caller()));
    }

    @Override
    public CompletionStage<HttpReply> answer(HttpCall call, Caller caller) {
        String name = call.path().substring(PATH.length());
        return run(name, call.body(), caller)
                .handle((result, failure) -> failure == null ? ok(name, result) : failed(ApiError.of(failure)));
    }

    private CompletionStage<ObjectNode> run(String name, byte[] body, Caller caller) {
        try {
            Method method = method(name);
            JsonNode params = body.length == 0 ? Json.object() : json.read(body);
            return method.call(requireObject(params), new Bounds(1, maxPublications, caller));
        } catch (ApiError refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** {@code batch}: commands {@code {"METHOD":{…}}}, carried out in order; the replies come in the same order. */
    private CompletionStage<ObjectNode> batch(JsonNode params, Caller caller) throws ApiError {
        JsonNode commands = params.path("commands");
        if (!commands.isArray() || commands.size() > MAX_COMMANDS) {
            throw ApiError.bad("'commands' must be a list of at most %d objects".formatted(MAX_COMMANDS));
        }
        int listing = 0;
        for (JsonNode command : commands) {
            listing += LISTING.contains(methodOf(command)) ? 1 : 0;
        }
        Bounds bounds = new Bounds(listing, maxPublications, caller);
        List<CompletableFuture<ObjectNode>> replies = new ArrayList<>(commands.size());
        for (JsonNode command : commands) {
            replies.add(command(command, bounds).toCompletableFuture());
        }
        int size = listing > 0 ? Integer.MAX_VALUE : replies.size();
        return background.apply(CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new)), size, done -> {
            ObjectNode result = Json.object();
            ArrayNode all = result.putArray("replies");
            replies.forEach(reply -> all.add(reply.join()));
            return result;
        });
    }

    /** The method a command names; empty if it is none. */
    private static String methodOf(JsonNode command) {
        return command.isObject() && command.size() == 1 ? command.fieldNames().next() : "";
    }

    private CompletionStage<ObjectNode> command(JsonNode command, Bounds bounds) {
        CompletionStage<ObjectNode> made;
        String name = methodOf(command);
        try {
            if (name.isEmpty() || name.equals(BATCH)) {
                throw ApiError.bad("a command is an object with one member, its method (not batch)");
            }
            made = method(name).call(requireObject(command.path(name)), bounds);
        } catch (ApiError refused) {
            made = CompletableFuture.failedFuture(refused);
        }
        return made.handle((result, failure) -> failure == null
                ? Json.object().<ObjectNode>set(name, result)
                : Json.object().<ObjectNode>set("error", error(ApiError.of(failure))));
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
        ObjectNode reply = name.equals(BATCH) ? result : Json.object().set("result", result);
        return HttpReply.json(HttpResponseStatus.OK, reply.toString());
    }

    private HttpReply failed(ApiError error) {
        String body = Json.object().set("error", error(error)).toString();
        return switch (error.code()) {
            case TOO_MANY_REQUESTS, UNAVAILABLE ->
                HttpReply.json(error.code().status(), body).with(HttpHeaderNames.RETRY_AFTER, error.retryAfter());
            case INTERNAL -> HttpReply.json(error.code().status(), body);
            default -> HttpReply.json(HttpResponseStatus.OK, body);
        };
    }

    private ObjectNode error(ApiError error) {
        return Json.object().put("code", error.code().number).put("message", error.words());
    }
}
