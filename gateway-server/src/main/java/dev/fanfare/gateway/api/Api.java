package dev.fanfare.gateway.api;

import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.PresenceStore;
import dev.fanfare.gateway.http.HttpRoute;
import dev.fanfare.gateway.hub.Hub;
import java.util.Map;
import java.util.concurrent.Executor;

/** The routes of the API. */
public final class Api {
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
        Json json = new Json();
        Background background = new Background(parts.background());
        Publisher publisher = new Publisher(
                parts.broker(),
                parts.channels(),
                new PublishRate(config.publishRate(), System::nanoTime),
                parts.hub()::isOverloaded,
                background);
        ApiMethods.State state = new ApiMethods.State(parts.broker(), parts.presence(), parts.background());
        ApiMethods methods = new ApiMethods(publisher, state, config.maxBatch());
        ClientMethods clients = new ClientMethods(publisher, parts.hub(), parts.version());
        Map<String, ApiRoute.Method> named = Map.ofEntries(
                Map.entry("publish", methods::publish),
                Map.entry("broadcast", methods::broadcast),
                Map.entry("history", methods::history),
                Map.entry("history_remove", (params, bounds) -> methods.historyRemove(params)),
                Map.entry("channels", methods::channels),
                Map.entry("presence", methods::presence),
                Map.entry("presence_stats", (params, bounds) -> methods.presenceStats(params)),
                Map.entry("subscribe", (params, bounds) -> clients.subscribe(params)),
                Map.entry("unsubscribe", (params, bounds) -> clients.unsubscribe(params)),
                Map.entry("disconnect", (params, bounds) -> clients.disconnect(params)),
                Map.entry("info", (params, bounds) -> clients.info(params)));
        CloudEventsRoute cloudEvents = new CloudEventsRoute(json, publisher, config.maxBatch());
        ApiAccess access = new ApiAccess(config.key());
        return Map.of(
                ApiRoute.PATH,
                new Guard(access, parts.background(), new ApiRoute(json, named, background, config.maxBatch())),
                "/api/bulk",
                new Guard(access, parts.background(), new BulkRoute(json, publisher, config.maxBatch())),
                PublishRoute.PATH,
                new Guard(access, parts.background(), new PublishRoute(json, publisher, cloudEvents)),
                "/cloudevents",
                new Guard(access, parts.background(), cloudEvents));
    }
}
