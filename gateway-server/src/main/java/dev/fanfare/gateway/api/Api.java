package dev.fanfare.gateway.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.PresenceStore;
import dev.fanfare.gateway.http.HttpRoute;
import dev.fanfare.gateway.hub.Hub;
import java.util.Map;
import java.util.concurrent.Executor;

/** The routes of the API. */
public final class Api {
    private static final int MAX_DEPTH = 100;

    private Api() {}

    /**
     * What the API works with.
     *
     * @param background does what takes long; may refuse
     */
    public record Parts(
            ChannelsConfig channels,
            Broker broker,
            PresenceStore presence,
            Hub hub,
            Executor background,
            String version) {}

    /** The routes by path, for callers that {@code config} lets in. */
    public static Map<String, HttpRoute> routes(ApiConfig config, Parts parts) {
        ObjectMapper json = json();
        Publisher publisher = new Publisher(
                parts.broker(),
                parts.channels(),
                new PublishRate(config.publishRate(), System::nanoTime),
                parts.hub()::isOverloaded);
        ApiMethods.State state = new ApiMethods.State(parts.broker(), parts.presence(), parts.background());
        ApiMethods methods = new ApiMethods(json, publisher, state, config.maxBatch());
        ClientMethods clients = new ClientMethods(json, publisher, parts.hub(), parts.version());
        Map<String, ApiRoute.Method> named = Map.ofEntries(
                Map.entry("publish", methods::publish),
                Map.entry("broadcast", methods::broadcast),
                Map.entry("history", methods::history),
                Map.entry("history_remove", methods::historyRemove),
                Map.entry("channels", methods::channels),
                Map.entry("presence", methods::presence),
                Map.entry("presence_stats", methods::presenceStats),
                Map.entry("subscribe", clients::subscribe),
                Map.entry("unsubscribe", clients::unsubscribe),
                Map.entry("disconnect", clients::disconnect),
                Map.entry("info", clients::info));
        CloudEventsRoute cloudEvents = new CloudEventsRoute(json, publisher, config.maxBatch());
        ApiAccess access = new ApiAccess(config.key());
        return Map.of(
                ApiRoute.PATH,
                new Guard(access, parts.background(), new ApiRoute(json, named)),
                "/api/bulk",
                new Guard(access, parts.background(), new BulkRoute(json, publisher, config.maxBatch())),
                PublishRoute.PATH,
                new Guard(access, parts.background(), new PublishRoute(json, publisher, cloudEvents)),
                "/cloudevents",
                new Guard(access, parts.background(), cloudEvents));
    }

    /** Numbers pass as they are, and an object that names a member twice is refused: nothing is altered in silence. */
    static ObjectMapper json() {
        StreamReadConstraints constraints =
                StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build();
        return new ObjectMapper(
                        JsonFactory.builder().streamReadConstraints(constraints).build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);
    }
}
