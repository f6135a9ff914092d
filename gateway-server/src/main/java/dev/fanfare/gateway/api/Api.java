package dev.fanfare.gateway.api;

import dev.fanfare.gateway.auth.Revocations;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.PresenceStore;
import dev.fanfare.gateway.http.HttpRoute;
import dev.fanfare.gateway.hub.Hub;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Executor;

/** The routes of the API. */
public final class Api {
    private Api() {}

    /**
     * What the API works with.
     *
     * @param background does what takes long; may refuse
     * @param tokens whether they are looked at
     */
    public record Parts(
            ChannelsConfig channels,
            Broker broker,
            PresenceStore presence,
            Hub hub,
            Revocations revocations,
            boolean tokens,
            Executor background,
            String version) {}

    /** The routes by path, for callers that {@code access} lets in. */
    public static Map<String, HttpRoute> routes(ApiConfig config, ApiAccess access, Parts parts) {
        Json json = new Json();
        Background background = new Background(parts.background());
        Publisher publisher = new Publisher(parts.broker(), parts.channels(), parts.hub()::isOverloaded, background);
        ApiMethods.State state = new ApiMethods.State(parts.broker(), parts.presence(), parts.background());
        ApiMethods methods = new ApiMethods(publisher, state, config.maxBatch());
        ClientMethods clients = new ClientMethods(publisher, parts.hub(), parts.version());
        TokenMethods tokens = new TokenMethods(parts.revocations(), parts.tokens(), Clock.systemUTC());
        Map<String, ApiRoute.Method> named = Map.ofEntries(
                Map.entry("publish", methods::publish),
                Map.entry("broadcast", methods::broadcast),
                Map.entry("history", methods::history),
                Map.entry("presence", methods::presence),
                Map.entry("presence_stats", methods::presenceStats),
                Map.entry("history_remove", withKey((params, bounds) -> methods.historyRemove(params))),
                Map.entry("channels", withKey(methods::channels)),
                Map.entry("subscribe", withKey(clients::subscribe)),
                Map.entry("unsubscribe", withKey((params, bounds) -> clients.unsubscribe(params))),
                Map.entry("disconnect", withKey((params, bounds) -> clients.disconnect(params))),
                Map.entry("revoke", withKey((params, bounds) -> tokens.revoke(params))),
                Map.entry("info", withKey((params, bounds) -> clients.info(params))));
        CloudEventsRoute cloudEvents = new CloudEventsRoute(json, publisher, config.maxBatch());
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

    /** {@code method} for holders of a key only. */
    private static ApiRoute.Method withKey(ApiRoute.Method method) {
        return (params, bounds) -> {
            bounds.caller().requireKey();
            return method.call(params, bounds);
        };
    }
}
