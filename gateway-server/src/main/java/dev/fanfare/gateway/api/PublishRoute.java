package dev.fanfare.gateway.api;

import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpReply;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /publish/CHANNEL}: the body is the data, as {@code curl -d} sends it, or a CloudEvent. {@code ?type=},
 * {@code ?key=} and the header {@code Idempotency-Key} say the rest.
 */
final class PublishRoute implements Guard.Work {
    static final String PATH = "/publish/";

    private final Json json;
    private final Publisher publisher;
    private final CloudEventsRoute cloudEvents;

    PublishRoute(Json json, Publisher publisher, CloudEventsRoute cloudEvents) {
        this.json = json;
        this.publisher = publisher;
        this.cloudEvents = cloudEvents;
    }

    @Override
    public CompletionStage<HttpReply> answer(HttpCall call, Caller caller) throws ApiError {
        String channel = call.path().substring(PATH.length());
        if (CloudEventsRoute.Mode.of(call.headers()) != null) {
            return cloudEvents.publish(call, caller, channel);
        }
        Message.Options options = Message.Options.of(
                parameter(call, "type"), parameter(call, "key"), call.headers().get("Idempotency-Key"));
        byte[] data = call.body();
        Utf8.require(data, 0, data.length, Publisher.TEXT_ONLY);
        return publish(publisher, caller, channel, Message.of(data, json.isJson(data), options));
    }

    /** Publishes one message; the reply is its place, or a problem. */
    static CompletionStage<HttpReply> publish(Publisher publisher, Caller caller, String channel, Message message)
            throws ApiError {
        return publisher
                .publish(caller, publisher.request(caller, channel, message))
                .thenCompose(published -> {
                    StringBuilder reply = new StringBuilder(48);
                    try {
                        Publisher.write(published.orThrow(), reply);
                    } catch (ApiError refused) {
                        return CompletableFuture.failedFuture(refused);
                    }
                    return CompletableFuture.completedFuture(HttpReply.json(HttpResponseStatus.OK, reply.toString()));
                });
    }

    private static @Nullable String parameter(HttpCall call, String name) {
        List<String> values = call.query().getOrDefault(name, List.of());
        return values.isEmpty() ? null : values.get(0);
    }
}
