package dev.fanfare.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.ClientInfo;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.PresenceStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What each method about channels does; one JSON object in, one out. Event loop, then a thread of the engine. */
final class ApiMethods {
    private static final int MAX_LISTED = 1_000;
    private static final int MAX_HISTORY = 100_000;
    private static final int MAX_STARS = 4;
    /** Bytes of history that are written at once; more would hold up the engine's thread. */
    private static final int SHORT = 64 * 1024;

    private final ObjectMapper json;
    private final Publisher publisher;
    private final State state;
    private final int maxBatch;

    /** What is asked, and who writes long answers. */
    record State(Broker broker, PresenceStore presence, Executor background) {}

    ApiMethods(ObjectMapper json, Publisher publisher, State state, int maxBatch) {
        this.json = json;
        this.publisher = publisher;
        this.state = state;
        this.maxBatch = maxBatch;
    }

    /** {@code publish}: one publication to one channel. */
    CompletionStage<ObjectNode> publish(JsonNode params) throws ApiError {
        Message message = Message.of(json, params);
        return publisher
                .publish(publisher.request(Params.text(params, "channel"), message))
                .thenApply(this::result);
    }

    /** {@code broadcast}: one publication to many channels; each has an outcome of its own. */
    CompletionStage<ObjectNode> broadcast(JsonNode params) throws ApiError {
        JsonNode channels = params.path("channels");
        if (!channels.isArray() || channels.isEmpty() || channels.size() > maxBatch) {
            throw ApiError.bad("'channels' must be a list of 1 to %d names".formatted(maxBatch));
        }
        Message message = Message.of(json, params);
        List<Publisher.Draft> drafts = new ArrayList<>(channels.size());
        for (JsonNode channel : channels) {
            drafts.add(Publisher.Draft.of(() -> {
                if (!channel.isTextual()) {
                    throw ApiError.bad("a channel name must be a text");
                }
                return publisher.request(channel.textValue(), message);
            }));
        }
        return publisher.publish(drafts).thenApply(outcomes -> {
            StringBuilder responses = new StringBuilder(outcomes.size() * 48).append('[');
            for (Publisher.Published outcome : outcomes) {
                responses.append(responses.length() == 1 ? "" : ",");
                outcome.writeTo(responses);
            }
            RawValue all = new RawValue(responses.append(']').toString());
            return json.createObjectNode().putRawValue("responses", all);
        });
    }

    /** {@code history}: what a channel retains, or with limit 0 (the default) its newest position. */
    CompletionStage<ObjectNode> history(JsonNode params) throws ApiError {
        String channel = Params.text(params, "channel");
        ChannelRules rules = publisher.rulesOf(channel);
        if (!rules.retains()) {
            throw new ApiError(
                    ApiError.Code.NOT_AVAILABLE, "%s keeps no history (its namespace says so)".formatted(channel));
        }
        int limit = (int) Params.integer(params, "limit", 0, -1, MAX_HISTORY);
        if (params.path("reverse").asBoolean()) {
            throw ApiError.bad("'reverse' is not supported: history comes oldest first");
        }
        return state.broker()
                .history(channel, rules, since(params.path("since")), limit == -1 ? Integer.MAX_VALUE : limit)
                .thenCompose(history -> isShort(history)
                        ? CompletableFuture.completedFuture(view(history))
                        : CompletableFuture.supplyAsync(() -> view(history), state.background()));
    }

    /** {@code history_remove}: forgets what a channel retains. */
    CompletionStage<ObjectNode> historyRemove(JsonNode params) throws ApiError {
        String channel = Params.text(params, "channel");
        publisher.rulesOf(channel);
        return state.broker().removeHistory(channel).thenApply(done -> json.createObjectNode());
    }

    /** {@code channels}: which channels there are, by pattern. */
    CompletionStage<ObjectNode> channels(JsonNode params) throws ApiError {
        String given = Params.textOrNull(params, "pattern");
        String pattern = given == null ? "*" : given;
        if (pattern.length() > publisher.maxName()
                || pattern.chars().filter(c -> c == '*').count() > MAX_STARS) {
            throw ApiError.bad(
                    "'pattern' must have at most %d characters and %d stars".formatted(publisher.maxName(), MAX_STARS));
        }
        return state.broker()
                .channels(new ChannelPattern(pattern), MAX_LISTED + 1)
                .thenApply(names -> {
                    ObjectNode result = json.createObjectNode();
                    ObjectNode channels = result.putObject("channels");
                    names.stream().limit(MAX_LISTED).forEach(channels::putObject);
                    return names.size() > MAX_LISTED ? result.put("truncated", true) : result;
                });
    }

    /** {@code presence}: who is subscribed to a channel. */
    CompletionStage<ObjectNode> presence(JsonNode params) throws ApiError {
        return state.presence().list(withPresence(params), MAX_LISTED + 1).thenApply(clients -> {
            ObjectNode result = json.createObjectNode();
            ObjectNode present = result.putObject("presence");
            for (ClientInfo client : clients.subList(0, Math.min(MAX_LISTED, clients.size()))) {
                present.putObject(client.client())
                        .put("client", client.client())
                        .put("user", client.user());
            }
            return clients.size() > MAX_LISTED ? result.put("truncated", true) : result;
        });
    }

    /** {@code presence_stats}: how many are subscribed to a channel. */
    CompletionStage<ObjectNode> presenceStats(JsonNode params) throws ApiError {
        return state.presence()
                .stats(withPresence(params))
                .thenApply(stats -> json.createObjectNode()
                        .put("num_clients", stats.clients())
                        .put("num_users", stats.users()));
    }

    private static @Nullable StreamPosition since(JsonNode since) throws ApiError {
        if (since.isMissingNode() || since.isNull()) {
            return null;
        }
        if (!since.path("offset").isNumber()) {
            throw ApiError.bad("'since' must be an object with 'offset' and 'epoch'");
        }
        return new StreamPosition(Params.integer(since, "offset", 0, 0, Long.MAX_VALUE), Params.text(since, "epoch"));
    }

    private ObjectNode result(Publisher.Published published) {
        try {
            StreamPosition position = published.orThrow();
            return json.createObjectNode().put("offset", position.offset()).put("epoch", position.epoch());
        } catch (ApiError refused) {
            throw new CompletionException(refused);
        }
    }

    private static boolean isShort(Broker.History history) {
        long bytes = 0;
        for (Publication each : history.publications()) {
            bytes += each.content().data().length + 32L;
        }
        return bytes <= SHORT;
    }

    private ObjectNode view(Broker.History history) {
        ObjectNode result = json.createObjectNode();
        ArrayNode publications = result.putArray("publications");
        for (Publication each : history.publications()) {
            publications.add(view(each));
        }
        result.put("epoch", history.top().epoch()).put("offset", history.top().offset());
        return history.complete() ? result : result.put("complete", false);
    }

    /** A publication with its data exactly as it was published. */
    private ObjectNode view(Publication publication) {
        ObjectNode view = json.createObjectNode().put("offset", publication.offset());
        Publication.Content content = publication.content();
        String data = new String(content.data(), UTF_8);
        if (content.json()) {
            view.putRawValue("data", new RawValue(data));
        } else {
            view.put("data", data);
        }
        if (content.type() != null) {
            view.put("type", content.type());
        }
        return content.key() == null ? view : view.put("key", content.key());
    }

    private String withPresence(JsonNode params) throws ApiError {
        String channel = Params.text(params, "channel");
        if (!publisher.rulesOf(channel).presence()) {
            throw new ApiError(
                    ApiError.Code.NOT_AVAILABLE, "%s has no presence (its namespace says so)".formatted(channel));
        }
        return channel;
    }
}
