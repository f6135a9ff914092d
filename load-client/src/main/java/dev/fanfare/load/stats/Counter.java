package dev.fanfare.load.stats;

/** Everything that is counted, named and explained once. The label is the key in the JSON report. */
public enum Counter {
    /** Connections tried, later tries of {@code --reconnect} included. */
    ATTEMPTED("attempted"),
    /** SSE handshakes completed. */
    OPENED_SSE("opened-sse"),
    /** WebSocket handshakes completed. */
    OPENED_WEBSOCKET("opened-websocket"),
    /** Of the opened SSE streams, those that ended while the run went on. */
    ENDED_SSE("ended-sse"),
    /** Of the opened WebSockets, those that ended while the run went on. */
    ENDED_WEBSOCKET("ended-websocket"),
    /** Tries that did not get as far as an open stream. */
    FAILED("failed"),
    /** Streams this client ended because the server broke the protocol; also among the ended. */
    PROTOCOL_ERRORS("protocol-errors"),
    /** Streams opened again after one ended. */
    RECONNECTED("reconnected"),
    /** Messages over SSE, whatever their content. */
    MESSAGES_SSE("messages-sse"),
    /** Messages over WebSocket, whatever their content. */
    MESSAGES_WEBSOCKET("messages-websocket"),
    /** Bytes read from sockets, response heads and framing included. */
    BYTES("bytes"),
    /** SSE comments and WebSocket pings and pongs. */
    HEARTBEATS("heartbeats"),
    /** Numbers that were skipped and have not arrived since. */
    LOST("lost"),
    /** Messages whose number had arrived before. */
    DUPLICATED("duplicated"),
    /** Messages that arrived after one with a higher number. */
    OUT_OF_ORDER("out-of-order"),
    /** Messages that are not what the server sent to everybody. */
    CORRUPT("corrupt"),
    /** Events over SSE without an {@code id:} that is a number: after one nobody could resume. */
    WITHOUT_ID("without-id"),
    /** Numbers that passed between the end of a stream and its reconnect. */
    MISSED("missed-while-away"),
    /** Ticks whose time of making lies in the future; their latency counts as 0. */
    FUTURE("from-the-future"),
    /** Streams that at the end of the run were two numbers or more behind the others. */
    STALLED("stalled");

    private final String label;

    Counter(String label) {
        this.label = label;
    }

    /** Its key in the JSON report. */
    public String label() {
        return label;
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
