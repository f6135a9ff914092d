package dev.fanfare.load.connect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to connect, and how. Immutable; only plain values, so that it travels between processes as JSON.
 *
 * @param urls one or more {@code http://host:port[/base]} or {@code https://…}; connections are spread over them evenly, in blocks
 * @param requests what requests say
 * @param tls whom to believe where a URL says {@code https}
 * @param streamsPerConnection SSE streams that share one HTTP/2 connection; 0 for HTTP/1.1, where each has its own
 * @param connections how many streams in all
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
        RequestPlan requests,
        TlsPlan tls,
        int streamsPerConnection,
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
    }
}
