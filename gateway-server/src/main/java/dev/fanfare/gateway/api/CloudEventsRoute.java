package dev.fanfare.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpReply;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /cloudevents}: CloudEvents 1.0 over HTTP, structured, batched or binary. An event's channel is its subject, else
 * its source; at {@code /publish/CHANNEL}, which takes events as well, it is that channel.
 */
final class CloudEventsRoute implements Guard.Work {
    private static final String MEDIA_TYPE = "application/cloudevents";

    private final Json json;
    private final Publisher publisher;
    private final int maxBatch;

    CloudEventsRoute(Json json, Publisher publisher, int maxBatch) {
        this.json = json;
        this.publisher = publisher;
        this.maxBatch = maxBatch;
    }

    /** How a request carries events (HTTP binding §1.3). */
    enum Mode {
        STRUCTURED,
        BATCHED,
        BINARY;

        /** The mode of a request; null if it carries no event. */
        static @Nullable Mode of(HttpHeaders headers) throws ApiError {
            String type = mediaType(headers.get(HttpHeaderNames.CONTENT_TYPE, ""));
            if (!type.startsWith(MEDIA_TYPE)) {
                return headers.contains("ce-specversion") ? BINARY : null;
            }
            return switch (type.substring(MEDIA_TYPE.length())) {
                case "+json" -> STRUCTURED;
                case "-batch+json" -> BATCHED;
                default ->
                    throw new ApiError(
                            ApiError.Code.UNKNOWN_FORMAT,
                            "of CloudEvents the gateway reads application/cloudevents+json and -batch+json");
            };
        }
    }

    /** A Content-Type without its parameters. */
    static String mediaType(String contentType) {
        int parameters = contentType.indexOf(';');
        String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
        return type.trim().toLowerCase(Locale.ROOT);
    }

    @Override
    public CompletionStage<HttpReply> answer(HttpCall call, Caller caller) throws ApiError {
        return publish(call, caller, null);
    }

    /** Publishes the events of {@code call} to {@code channel}, or if that is null each to its own. */
    CompletionStage<HttpReply> publish(HttpCall call, Caller caller, @Nullable String channel) throws ApiError {
        Mode mode = Mode.of(call.headers());
        if (mode == null) {
            throw new ApiError(
                    ApiError.Code.UNKNOWN_FORMAT,
                    "no CloudEvent: neither Content-Type: application/cloudevents+json (or -batch+json) nor ce-specversion");
        }
        if (mode == Mode.BATCHED) {
            return publishAll(json.read(call.body()), caller, channel);
        }
        CloudEvent event = mode == Mode.BINARY
                ? CloudEvent.ofHeaders(json, call.headers(), call.body())
                : CloudEvent.ofJson(json, json.read(call.body()));
        return PublishRoute.publish(publisher, caller, channel == null ? event.channel() : channel, event.message());
    }

    private CompletionStage<HttpReply> publishAll(JsonNode events, Caller caller, @Nullable String channel)
            throws ApiError {
        if (!events.isArray() || events.size() > maxBatch) {
            throw ApiError.bad("a batch is a list of at most %d events (api.max-batch)".formatted(maxBatch));
        }
        List<Publisher.Draft> drafts = new ArrayList<>(events.size());
        for (JsonNode each : events) {
            drafts.add(Publisher.Draft.of(() -> {
                CloudEvent event = CloudEvent.ofJson(json, each);
                return publisher.request(caller, channel == null ? event.channel() : channel, event.message());
            }));
        }
        return publisher.publish(caller, drafts, CloudEventsRoute::reply);
    }

    private static HttpReply reply(List<Publisher.Published> outcomes) {
        StringBuilder list = new StringBuilder(outcomes.size() * 48 + 2).append('[');
        for (Publisher.Published outcome : outcomes) {
            list.append(list.length() == 1 ? "" : ",");
            outcome.writeTo(list);
        }
        return HttpReply.json(HttpResponseStatus.OK, list.append(']').toString());
    }
}
