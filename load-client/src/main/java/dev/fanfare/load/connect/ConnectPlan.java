package dev.fanfare.load.connect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to connect, and how. Immutable; only plain values, so that it travels between processes as JSON.
 *
 * @param urls one or more {@code http://host:port[/base]}; connections are spread over them evenly, in blocks
 * @param ssePath path of the event stream, after the base
 * @param wsPath path of the WebSocket, after the base
 * @param headers extra request header lines {@code Name: value}; one of our own names replaces ours
 * @param connections how many in all
 * @param sseShare 0 to 1: the share that uses SSE; the rest uses WebSocket
 * @param slowShare 0 to 1: the share of each transport that stops reading after the handshake
 * @param rampPerSecond connections opened per second
 * @param connectTimeoutMillis from the start of a try until the response head is complete
 * @param inFlight handshakes under way at once, at most
 * @param reconnect whether a stream that ends or a try that fails is tried again
 * @param compare whether all connections must receive the same bytes under the same number
 * @param channels what is published and subscribed to; null for a broadcast, which the server makes by itself
 */
public record ConnectPlan(
        List<String> urls,
        String ssePath,
        String wsPath,
        List<String> headers,
        int connections,
        double sseShare,
        double slowShare,
        double rampPerSecond,
        long connectTimeoutMillis,
        int inFlight,
        boolean reconnect,
        boolean compare,
        @Nullable ChannelPlan channels) {

    public ConnectPlan {
        urls = List.copyOf(urls);
        headers = List.copyOf(headers);
    }
}
