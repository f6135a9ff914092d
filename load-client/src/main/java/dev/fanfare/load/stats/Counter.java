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
    /** TLS handshakes that succeeded, whatever the connections were for. */
    TLS_HANDSHAKES("tls-handshakes"),
    /** Of them, those that continued a session of before: no certificate, no signature. */
    TLS_RESUMED("tls-resumed"),
    /** HTTP/2 connections that were ready for streams. */
    HTTP2_CONNECTIONS("http2-connections"),
    /** Streams opened again after one ended. */
    RECONNECTED("reconnected"),
    /** Messages over SSE, whatever their content. */
    MESSAGES_SSE("messages-sse"),
    /** Messages over WebSocket, whatever their content. */
    MESSAGES_WEBSOCKET("messages-websocket"),
    /** Bytes read from sockets, response heads and framing included; of TLS what was in it. */
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
    STALLED("stalled"),
    /** Streams this client cut to make a reconnect storm; also among the ended. */
    DROPPED("dropped"),
    /** Publications the server confirmed. */
    PUBLISHED("published"),
    /** Calls that published them. */
    PUBLISH_CALLS("publish-calls"),
    /** Calls the server refused for now (429, 500, 503) or that got no answer; they were made again. */
    PUBLISH_REFUSED("publish-refused"),
    /** Publications made again although the first try may have counted: its answer never came. */
    PUBLISH_UNCERTAIN("publish-uncertain"),
    /** Publications refused for good, and confirmed ones whose offset does not follow the one before. */
    PUBLISH_ERRORS("publish-errors"),
    /** Publications that were due and had not been made when publishing ended: the rate was not held. */
    UNSENT("unsent"),
    /** Times a subscriber was told that something is missing for good. */
    GAPS("gaps"),
    /** Publications that are missing according to those gaps, as far as they say. */
    TOLD_MISSING("told-missing"),
    /** Publications older than the stream they came on: what a client that came back had missed. */
    CAUGHT_UP("caught-up"),
    /** Contents that came under a second offset: a publication made again that had counted. */
    REPEATED("repeated"),
    /** Cursors that did not say what the client had received. */
    WRONG_CURSOR("wrong-cursor"),
    /** Messages that are not of this run. */
    FOREIGN("foreign"),
    /** Offsets skipped in channels that conflate. */
    CONFLATED("conflated"),
    /** Returns after a drop that brought everything up to now. */
    RECOVERED("recovered"),
    /** Clients that ended with everything, in order, and were never told of a gap. */
    CLIENTS_COMPLETE("clients-complete"),
    /** Clients that were told of a gap and got the rest in order. */
    CLIENTS_TOLD("clients-told"),
    /** Clients that lost something silently, or got something twice, out of order or corrupt. */
    CLIENTS_FAULTY("clients-faulty"),
    /** Clients that were not connected at the end. */
    CLIENTS_ABSENT("clients-absent");

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
