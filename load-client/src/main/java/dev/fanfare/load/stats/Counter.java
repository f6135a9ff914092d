package dev.fanfare.load.stats;

/** Everything that is counted, named and explained once. The label is the key in the JSON report. */
public enum Counter {
    /** Connections tried, later tries of {@code --reconnect} included. */
    ATTEMPTED("attempted", "connections tried, reconnects included"),
    /** SSE handshakes completed. */
    OPENED_SSE("opened-sse", "SSE streams opened"),
    /** WebSocket handshakes completed. */
    OPENED_WEBSOCKET("opened-websocket", "WebSockets opened"),
    /** Of the opened SSE streams, those that ended while the run went on. */
    ENDED_SSE("ended-sse", "SSE streams that ended before the run did"),
    /** Of the opened WebSockets, those that ended while the run went on. */
    ENDED_WEBSOCKET("ended-websocket", "WebSockets that ended before the run did"),
    /** Tries that did not get as far as an open stream. */
    FAILED("failed", "tries that did not open a stream"),
    /** Streams this client ended because the server broke the protocol; also among the ended. */
    PROTOCOL_ERRORS("protocol-errors", "streams ended because the server broke the protocol"),
    /** Streams opened again after one ended. */
    RECONNECTED("reconnected", "streams opened again after one ended"),
    /** Messages over SSE, whatever their content. */
    MESSAGES_SSE("messages-sse", "messages over SSE"),
    /** Messages over WebSocket, whatever their content. */
    MESSAGES_WEBSOCKET("messages-websocket", "messages over WebSocket"),
    /** Bytes read from sockets, response heads and framing included. */
    BYTES("bytes", "bytes read from the sockets"),
    /** SSE comments and WebSocket pings and pongs. */
    HEARTBEATS("heartbeats", "SSE comments, WebSocket pings and pongs"),
    /** Numbers that were skipped and have not arrived since. */
    LOST("lost", "numbers skipped and not arrived since"),
    /** Messages whose number had arrived before. */
    DUPLICATED("duplicated", "messages whose number had arrived before"),
    /** Messages that arrived after one with a higher number. */
    OUT_OF_ORDER("out-of-order", "messages that arrived after a higher number"),
    /** Messages that are not what the server sent to everybody. */
    CORRUPT("corrupt", "messages whose content is not a well-formed tick, or not the tick others got"),
    /** Numbers that passed between the end of a stream and its reconnect. */
    MISSED("missed-while-away", "numbers that passed between the end of a stream and its reconnect"),
    /** Ticks whose time of making lies in the future; their latency counts as 0. */
    FUTURE("from-the-future", "messages made later than this machine's clock says; latency taken as 0"),
    /** Streams that at the end of the run were two numbers or more behind the others. */
    STALLED("stalled", "open streams that had fallen two numbers or more behind at the end");

    private final String label;
    private final String meaning;

    Counter(String label, String meaning) {
        this.label = label;
        this.meaning = meaning;
    }

    /** Its key in the JSON report. */
    public String label() {
        return label;
    }

    /** What it counts, in one phrase. */
    public String meaning() {
        return meaning;
    }

    /** Handshakes completed over {@code transport}. */
    public static Counter opened(Transport transport) {
        return transport == Transport.SSE ? OPENED_SSE : OPENED_WEBSOCKET;
    }

    /** Streams over {@code transport} that ended. */
    public static Counter ended(Transport transport) {
        return transport == Transport.SSE ? ENDED_SSE : ENDED_WEBSOCKET;
    }

    /** Messages over {@code transport}. */
    public static Counter messages(Transport transport) {
        return transport == Transport.SSE ? MESSAGES_SSE : MESSAGES_WEBSOCKET;
    }
}
