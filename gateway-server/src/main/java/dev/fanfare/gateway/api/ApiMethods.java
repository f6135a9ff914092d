package dev.fanfare.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.fanfare.gateway.auth.Permissions;
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
    /** Bytes of data in all histories of a reply together, and what an engine reads at once; of one publication there may be more. */
    private static final int MAX_HISTORY_BYTES = 1 << 20;
    /** What a publication has in a reply beside its data. */
    private static final int AROUND = 32;

    private static final int MAX_LISTED_TOGETHER = 10_000;

    private final Publisher publisher;
    private final State state;
    private final int maxBatch;

    /** What is asked, and who writes long answers. */
    record State(Broker broker, PresenceStore presence, Executor background) {}

    ApiMethods(Publisher publisher, State state, int maxBatch) {
        this.publisher = publisher;
        this.state = state;
        this.maxBatch = maxBatch;
    }

    /** {@code publish}: one publication to one channel. */
    CompletionStage<ObjectNode> publish(JsonNode params, Bounds bounds) throws ApiError {
        bounds.publish(1);
        Message message = Message.of(params);
        return publisher
                .publish(bounds.caller(), publisher.request(bounds.caller(), Params.text(params, "channel"), message))
                .thenApply(ApiMethods::result);
    }

    /** {@code broadcast}: one publication to many channels; each has an outcome of its own. */
    CompletionStage<ObjectNode> broadcast(JsonNode params, Bounds bounds) throws ApiError {
        JsonNode channels = params.path("channels");
        if (!channels.isArray() || channels.isEmpty() || channels.size() > maxBatch) {
            throw ApiError.bad("'channels' must be a list of 1 to %d names".formatted(maxBatch));
        }
        bounds.publish(channels.size());
        Message message = Message.of(params);
        List<Publisher.Draft> drafts = new ArrayList<>(channels.size());
        for (JsonNode channel : channels) {
            drafts.add(Publisher.Draft.of(() -> {
                if (!channel.isTextual()) {
                    throw ApiError.bad("a channel name must be a text");
                }
                return publisher.request(bounds.caller(), channel.textValue(), message);
            }));
        }
        return publisher.publish(bounds.caller(), drafts, outcomes -> {
            StringBuilder responses = new StringBuilder(outcomes.size() * 48).append('[');
            for (Publisher.Published outcome : outcomes) {
                responses.append(responses.length() == 1 ? "" : ",");
                outcome.writeTo(responses);
            }
            RawValue all = new RawValue(responses.append(']').toString());
            return Json.object().putRawValue("responses", all);
        });
    }

    /** {@code history}: what a channel retains, or with limit 0 (the default) its newest position. */
    CompletionStage<ObjectNode> history(JsonNode params, Bounds bounds) throws ApiError {
        String channel = Params.text(params, "channel");
        ChannelRules rules = publisher.rulesOf(channel);
        bounds.caller().require(Permissions.history(bounds.caller().who(), channel, rules));
        if (!rules.retains()) {
            throw new ApiError(
                    ApiError.Code.NOT_AVAILABLE, "%s keeps no history (its namespace says so)".formatted(channel));
        }
        int given = (int) Params.integer(params, "limit", 0, -1, MAX_HISTORY);
        int limit = given == -1 ? Integer.MAX_VALUE : given;
        if (params.path("reverse").asBoolean()) {
            throw ApiError.bad("'reverse' is not supported: history comes oldest first");
        }
        return state.broker()
                .history(channel, rules, since(params.path("since")), limit)
                .thenCompose(history -> {
                    List<Publication> fitting = fitting(history.publications(), bounds);
                    boolean truncated = fitting.size() < history.publications().size()
                            || (fitting.size() < limit && history.hasMore());
                    return bytesOf(fitting) <= SHORT
                            ? CompletableFuture.completedFuture(view(history, fitting, truncated))
                            : CompletableFuture.supplyAsync(
                                    () -> view(history, fitting, truncated), state.background());
                });
    }

    /** {@code history_remove}: forgets what a channel retains. */
    CompletionStage<ObjectNode> historyRemove(JsonNode params) throws ApiError {
        String channel = Params.text(params, "channel");
        publisher.rulesOf(channel);
        return state.broker().removeHistory(channel).thenApply(done -> Json.object());
    }

    /** {@code channels}: which channels there are, by pattern. */
    CompletionStage<ObjectNode> channels(JsonNode params, Bounds bounds) throws ApiError {
        String given = Params.textOrNull(params, "pattern");
        String pattern = given == null ? "*" : given;
        if (pattern.length() > publisher.maxName()
                || pattern.chars().filter(c -> c == '*').count() > MAX_STARS) {
            throw ApiError.bad(
                    "'pattern' must have at most %d characters and %d stars".formatted(publisher.maxName(), MAX_STARS));
        }
        bounds.scan();
        int most = Math.min(MAX_LISTED, bounds.share(MAX_LISTED_TOGETHER));
        return state.broker().channels(new ChannelPattern(pattern), most + 1).thenApply(names -> {
            ObjectNode result = Json.object();
            ObjectNode channels = result.putObject("channels");
            names.stream().limit(most).forEach(channels::putObject);
            return names.size() > most ? result.put("truncated", true) : result;
        });
    }

    /** {@code presence}: who is subscribed to a channel. */
    CompletionStage<ObjectNode> presence(JsonNode params, Bounds bounds) throws ApiError {
        int most = Math.min(MAX_LISTED, bounds.share(MAX_LISTED_TOGETHER));
        return state.presence().list(withPresence(params, bounds), most + 1).thenApply(clients -> {
            ObjectNode result = Json.object();
            ObjectNode present = result.putObject("presence");
            for (ClientInfo client : clients.subList(0, Math.min(most, clients.size()))) {
                ObjectNode view = present.putObject(client.client())
                        .put("client", client.client())
                        .put("user", client.user());
                if (client.info() != null) {
                    view.putRawValue("info", new RawValue(client.info()));
                }
            }
            return clients.size() > most ? result.put("truncated", true) : result;
        });
    }

    /** {@code presence_stats}: how many are subscribed to a channel. */
    CompletionStage<ObjectNode> presenceStats(JsonNode params, Bounds bounds) throws ApiError {
        return state.presence()
                .stats(withPresence(params, bounds))
                .thenApply(stats ->
                        Json.object().put("num_clients", stats.clients()).put("num_users", stats.users()));
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

    private static ObjectNode result(Publisher.Published published) {
        try {
            StreamPosition position = published.orThrow();
            return Json.object().put("offset", position.offset()).put("epoch", position.epoch());
        } catch (ApiError refused) {
            throw new CompletionException(refused);
        }
    }

    /** The first of {@code publications}, as many as the reply has room for; if it is for them alone, one at least. */
    private static List<Publication> fitting(List<Publication> publications, Bounds bounds) {
        int most = bounds.share(MAX_HISTORY_BYTES);
        long bytes = 0;
        int count = 0;
        while (count < publications.size()) {
            bytes += publications.get(count).content().data().length + AROUND;
            if (bytes > most && (count > 0 || !bounds.isAlone())) {
                break;
            }
            count++;
        }
        return publications.subList(0, count);
    }

    private static long bytesOf(List<Publication> publications) {
        return publications.stream()
                .mapToLong(each -> each.content().data().length + AROUND)
                .sum();
    }

    private static ObjectNode view(Broker.History history, List<Publication> fitting, boolean truncated) {
        ObjectNode result = Json.object();
        ArrayNode publications = result.putArray("publications");
        fitting.forEach(each -> publications.add(view(each)));
        result.put("epoch", history.top().epoch()).put("offset", history.top().offset());
        if (truncated) {
            result.put("truncated", true);
        }
        return history.complete() ? result : result.put("complete", false);
    }

    /** A publication with its data exactly as it was published. */
    private static ObjectNode view(Publication publication) {
        ObjectNode view = Json.object().put("offset", publication.offset());
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

    private String withPresence(JsonNode params, Bounds bounds) throws ApiError {
        String channel = Params.text(params, "channel");
        ChannelRules rules = publisher.rulesOf(channel);
        bounds.caller().require(Permissions.presence(bounds.caller().who(), channel, rules));
        if (!rules.presence()) {
            throw new ApiError(
                    ApiError.Code.NOT_AVAILABLE, "%s has no presence (its namespace says so)".formatted(channel));
        }
        return channel;
    }
}
