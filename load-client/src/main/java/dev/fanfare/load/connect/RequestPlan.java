package dev.fanfare.load.connect;

import java.util.List;

/**
 * What requests say. Immutable; only plain values, so that it travels between processes as JSON.
 *
 * @param ssePath path of the event stream, after the base
 * @param wsPath path of the WebSocket, after the base
 * @param headers extra request header lines {@code Name: value}; one of our own names replaces ours
 * @param tokens bearer tokens, used in turn; none for nobody in particular
 */
public record RequestPlan(String ssePath, String wsPath, List<String> headers, List<String> tokens) {

    public RequestPlan {
        headers = List.copyOf(headers);
        tokens = List.copyOf(tokens);
    }
}
