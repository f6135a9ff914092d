package dev.fanfare.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.gateway.auth.Permissions;
import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.hub.Hub;
import dev.fanfare.gateway.hub.Wish;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Methods about connections of this node. A connection is named by the {@code client} that presence and join messages show;
 * all of a user by the {@code sub} of its tokens. Event loop.
 */
final class ClientMethods {
    private final Publisher publisher;
    private final Hub hub;
    private final String version;

    ClientMethods(Publisher publisher, Hub hub, String version) {
        this.publisher = publisher;
        this.hub = hub;
        this.version = version;
    }

    /** {@code subscribe}: subscribes a connection to one more channel. */
    CompletionStage<ObjectNode> subscribe(JsonNode params, Bounds bounds) throws ApiError {
        String channel = Params.text(params, "channel");
        ChannelRules rules = publisher.rulesOf(channel);
        bounds.caller()
                .require(Permissions.subscribe(Principal.OPERATOR, channel, rules)); // whatever the user's token grants
        Wish wish = new Wish(channel, rules, null);
        int most = publisher.maxPerConnection();
        return hub.subscribe(target(params), wish, most).thenCompose(done -> {
            if (done == Hub.Subscribed.TOO_MANY) {
                return CompletableFuture.failedFuture(new ApiError(
                        ApiError.Code.TOO_MANY_SUBSCRIPTIONS,
                        "the connection has as many subscriptions as it may: %d (channels.max-per-connection), or the gateway has"
                                .formatted(most)));
            }
            return CompletableFuture.completedFuture(Json.object());
        });
    }

    /** {@code unsubscribe}: ends a connection's subscription. */
    CompletionStage<ObjectNode> unsubscribe(JsonNode params) throws ApiError {
        String channel = Params.text(params, "channel");
        if (!ChannelPattern.isPattern(channel)) { // which only a client can have subscribed to
            publisher.rulesOf(channel);
        }
        return found(hub.unsubscribe(target(params), channel));
    }

    /** {@code disconnect}: ends a connection; an SSE client may come back. */
    CompletionStage<ObjectNode> disconnect(JsonNode params) throws ApiError {
        return found(hub.disconnect(target(params)));
    }

    /** {@code info}: this node. */
    CompletionStage<ObjectNode> info(JsonNode params) {
        ObjectNode result = Json.object();
        result.putArray("nodes")
                .addObject()
                .put("uid", hub.node())
                .put("name", hub.node())
                .put("version", version)
                .put("num_clients", hub.count())
                .put("num_users", hub.users())
                .put("num_channels", hub.channels())
                .put("uptime", ManagementFactory.getRuntimeMXBean().getUptime() / 1000);
        return CompletableFuture.completedFuture(result);
    }

    private static Hub.Target target(JsonNode params) throws ApiError {
        String client = Params.textOrNull(params, "client");
        String user = Params.textOrNull(params, "user");
        if (client == null && user == null) {
            throw ApiError.bad("'client' or 'user' must name whose connections are meant");
        }
        return new Hub.Target(client, user);
    }

    /** An unknown connection is no error: it may have left a moment ago. */
    private CompletionStage<ObjectNode> found(CompletionStage<Integer> done) {
        return done.thenApply(found -> Json.object());
    }
}
