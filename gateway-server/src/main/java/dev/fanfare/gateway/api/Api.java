package dev.fanfare.gateway.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.PresenceStore;
import dev.fanfare.gateway.http.HttpRoute;
import dev.fanfare.gateway.hub.Hub;
import java.util.Map;

/** The routes of the API. */
public final class Api {
    private static final int MAX_DEPTH = 100;

    private Api() {}

    /** What the API works with. */
    public record Parts(ChannelsConfig channels, Broker broker, PresenceStore presence, Hub hub, String version) {}

    /** The routes by path, for callers that {@code config} lets in. */
    public static Map<String, HttpRoute> routes(ApiConfig config, Parts parts) {
        ObjectMapper json = new ObjectMapper(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(MAX_DEPTH)
                                .build())
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        ApiAccess access = new ApiAccess(config.key());
        Publisher publisher =
                new Publisher(parts.broker(), parts.channels(), config.publishRate(), parts.hub()::isOverloaded);
        ApiMethods methods = new ApiMethods(json, publisher, parts.broker(), parts.presence(), config.maxBatch());
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
        return Map.of(
                "/api/", new ApiRoute(access, json, named),
                "/api/bulk", new BulkRoute(access, json, methods, publisher, config.maxBatch()),
                "/publish/", new PublishRoute(access, json, publisher));
    }
}
