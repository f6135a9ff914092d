package dev.fanfare.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.ClientInfo;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.EngineException;
import dev.fanfare.gateway.engine.PresenceStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What each method of the API does; one JSON object in, one out. Event loop, then a thread of the engine. */
final class ApiMethods {
    private static final int MAX_LISTED = 1_000;

    private final ObjectMapper json;
    private final Publisher publisher;
    private final Broker broker;
    private final PresenceStore presence;
    private final int maxBatch;

    ApiMethods(ObjectMapper json, Publisher publisher, Broker broker, PresenceStore presence, int maxBatch) {
        this.json = json;
        this.publisher = publisher;
        this.broker = broker;
        this.presence = presence;
        this.maxBatch = maxBatch;
    }

    /** {@code publish}: one publication to one channel. */
    CompletionStage<ObjectNode> publish(JsonNode params) throws ApiError {
        Broker.Request request = publication(params, Publisher.text(params, "channel"));
        return publisher.publish(List.of(request)).thenApply(outcomes -> published(outcomes.get(0)));
    }

    /** {@code broadcast}: one publication to many channels; each has an outcome of its own. */
    CompletionStage<ObjectNode> broadcast(JsonNode params) throws ApiError {
        JsonNode channels = params.path("channels");
        if (!channels.isArray() || channels.isEmpty() || channels.size() > maxBatch) {
            throw ApiError.bad("'channels' must be a list of 1 to %d names".formatted(maxBatch));
        }
        List<Broker.Request> batch = new ArrayList<>(channels.size());
        for (JsonNode channel : channels) {
            if (!channel.isTextual()) {
                throw ApiError.bad("'channels' must hold texts only");
            }
            batch.add(publication(params, channel.textValue()));
        }
        return publisher.publish(batch).thenApply(outcomes -> {
            ObjectNode result = json.createObjectNode();
            ArrayNode responses = result.putArray("responses");
            outcomes.forEach(outcome -> responses.add(reply(outcome)));
            return result;
        });
    }

    /** {@code history}: what a channel retains, or with limit 0 (the default) its newest position. */
    CompletionStage<ObjectNode> history(JsonNode params) throws ApiError {
        String channel = Publisher.text(params, "channel");
        ChannelRules rules = publisher.rulesOf(channel);
        if (!rules.retains()) {
            throw new ApiError(
                    ApiError.Code.NOT_AVAILABLE, "%s keeps no history (its namespace says so)".formatted(channel));
        }
        int limit = params.path("limit").asInt(0);
        if (limit < -1 || limit > 100_000) {
            throw ApiError.bad("'limit' must be from 0 to 100000, or -1 for everything");
        }
        JsonNode since = params.path("since");
        StreamPosition from = since.isObject()
                ? new StreamPosition(
                        since.path("offset").asLong(), since.path("epoch").asText(""))
                : null;
        return broker.history(channel, rules, from, limit == -1 ? Integer.MAX_VALUE : limit)
                .thenApply(history -> {
                    ObjectNode result = json.createObjectNode();
                    ArrayNode publications = result.putArray("publications");
                    history.publications().forEach(each -> publications.add(view(each)));
                    result.put("epoch", history.top().epoch())
                            .put("offset", history.top().offset());
                    return history.complete() ? result : result.put("complete", false);
                });
    }

    /** {@code history_remove}: forgets what a channel retains. */
    CompletionStage<ObjectNode> historyRemove(JsonNode params) throws ApiError {
        String channel = Publisher.text(params, "channel");
        publisher.rulesOf(channel);
        return broker.removeHistory(channel).thenApply(done -> json.createObjectNode());
    }

    /** {@code channels}: which channels there are, by pattern. */
    CompletionStage<ObjectNode> channels(JsonNode params) throws ApiError {
        String pattern = Publisher.textOrNull(params, "pattern");
        return broker.channels(new ChannelPattern(pattern == null ? "*" : pattern), MAX_LISTED)
                .thenApply(names -> {
                    ObjectNode result = json.createObjectNode();
                    ObjectNode channels = result.putObject("channels");
                    names.forEach(channels::putObject);
                    return names.size() == MAX_LISTED ? result.put("truncated", true) : result;
                });
    }

    /** {@code presence}: who is subscribed to a channel. */
    CompletionStage<ObjectNode> presence(JsonNode params) throws ApiError {
        return presence.list(withPresence(params), MAX_LISTED).thenApply(clients -> {
            ObjectNode result = json.createObjectNode();
            ObjectNode present = result.putObject("presence");
            for (ClientInfo client : clients) {
                present.putObject(client.client())
                        .put("client", client.client())
                        .put("user", client.user());
            }
            return clients.size() == MAX_LISTED ? result.put("truncated", true) : result;
        });
    }

    /** {@code presence_stats}: how many are subscribed to a channel. */
    CompletionStage<ObjectNode> presenceStats(JsonNode params) throws ApiError {
        return presence.stats(withPresence(params))
                .thenApply(stats -> json.createObjectNode()
                        .put("num_clients", stats.clients())
                        .put("num_users", stats.users()));
    }

    /** A request to publish what {@code params} say. */
    Broker.Request publication(JsonNode params, String channel) throws ApiError {
        Publisher.Options options = Publisher.Options.of(
                Publisher.textOrNull(params, "type"),
                Publisher.textOrNull(params, "key"),
                Publisher.textOrNull(params, "idempotency_key"));
        JsonNode data = params.path("data");
        if (!data.isMissingNode()) {
            return publisher.request(channel, bytes(data), true, options);
        }
        String base64 = Publisher.textOrNull(params, "b64data");
        if (base64 == null) {
            throw ApiError.bad("'data' is missing: any JSON value");
        }
        return publisher.request(channel, text(base64), false, options);
    }

    /** The reply to one publication: a result or an error. */
    ObjectNode reply(Broker.Outcome outcome) {
        EngineException failure = outcome.failure();
        return failure == null
                ? json.createObjectNode().set("result", published(outcome))
                : error(ApiError.of(failure));
    }

    ObjectNode error(ApiError error) {
        ObjectNode reply = json.createObjectNode();
        reply.putObject("error").put("code", error.code().number).put("message", error.words());
        return reply;
    }

    private ObjectNode published(Broker.Outcome outcome) {
        StreamPosition position = outcome.position();
        if (position == null) {
            throw new java.util.concurrent.CompletionException(outcome.failure());
        }
        return json.createObjectNode().put("offset", position.offset()).put("epoch", position.epoch());
    }

    private ObjectNode view(Publication publication) {
        ObjectNode view = json.createObjectNode().put("offset", publication.offset());
        Publication.Content content = publication.content();
        view.set("data", parsed(content));
        if (content.type() != null) {
            view.put("type", content.type());
        }
        return content.key() == null ? view : view.put("key", content.key());
    }

    private JsonNode parsed(Publication.Content content) {
        if (content.json()) {
            try {
                return json.readTree(content.data());
            } catch (IOException impossible) { // it was JSON when it was published
                return json.getNodeFactory().textNode(new String(content.data(), UTF_8));
            }
        }
        return json.getNodeFactory().textNode(new String(content.data(), UTF_8));
    }

    private String withPresence(JsonNode params) throws ApiError {
        String channel = Publisher.text(params, "channel");
        if (!publisher.rulesOf(channel).presence()) {
            throw new ApiError(
                    ApiError.Code.NOT_AVAILABLE, "%s has no presence (its namespace says so)".formatted(channel));
        }
        return channel;
    }

    private byte[] bytes(JsonNode data) throws ApiError {
        try {
            return json.writeValueAsBytes(data);
        } catch (IOException unwritable) {
            throw ApiError.bad("'data' is not JSON");
        }
    }

    private static byte[] text(String base64) throws ApiError {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return bytes;
        } catch (IllegalArgumentException | CharacterCodingException wrong) {
            throw ApiError.bad("'b64data' must be UTF-8 text in base 64; streams carry text only");
        }
    }
}
