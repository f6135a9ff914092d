package dev.fanfare.gateway.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.fanfare.gateway.channel.ClientInfo;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.PresenceStore;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import java.util.List;

/** Tells the engine who is subscribed to channels whose rules ask for it, and the others who comes and goes. Event loop. */
final class Attendance {
    private final Broker broker;
    private final PresenceStore presence;
    private final int crowd;
    private final GatewayMetrics metrics;

    /** {@code crowd} is how many subscribers a channel may have here for comings and goings to be told. */
    Attendance(Broker broker, PresenceStore presence, int crowd, GatewayMetrics metrics) {
        this.crowd = crowd;
        this.metrics = metrics;
        this.broker = broker;
        this.presence = presence;
    }

    void came(Subscription subscription, ClientId client) {
        Topic topic = subscription.topic;
        if (topic.pattern == null && topic.rules.presence()) {
            presence.add(topic.name, client.info(subscription.owner.who()));
        }
        announce(subscription, client, Publication.Kind.JOIN);
    }

    void went(Subscription subscription, ClientId client) {
        Topic topic = subscription.topic;
        if (topic.pattern == null && topic.rules.presence()) {
            presence.remove(topic.name, client.info(subscription.owner.who()));
        }
        announce(subscription, client, Publication.Kind.LEAVE);
    }

    private void announce(Subscription subscription, ClientId client, Publication.Kind kind) {
        Topic topic = subscription.topic;
        if (topic.pattern != null || !topic.rules.joinLeave()) {
            return;
        }
        if (topic.roster.size() > crowd) {
            metrics.crowded();
        } else {
            byte[] who = view(client.info(subscription.owner.who())).getBytes(UTF_8);
            broker.publish(List.of(new Broker.Request(
                    topic.name, topic.rules, new Publication.Content(kind, who, true, null, null), null)));
        }
    }

    private static String view(ClientInfo client) {
        StringBuilder json = new StringBuilder(64).append("{\"client\":\"").append(client.client());
        JsonStringEncoder.getInstance().quoteAsString(client.user(), json.append("\",\"user\":\""));
        json.append('"');
        return (client.info() == null ? json : json.append(",\"info\":").append(client.info()))
                .append('}')
                .toString();
    }
}
