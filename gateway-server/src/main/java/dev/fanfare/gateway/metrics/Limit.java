package dev.fanfare.gateway.metrics;

import java.util.Locale;

/**
 * What a client went beyond; the values of the label {@code limit}. What ends a stream counts as a {@link CloseReason}, what
 * keeps one from beginning as a {@link Refusal}.
 */
public enum Limit {
    /** A connection that would have been refused was reset when it was accepted, because too many others were being told so. */
    CUT_AT_ACCEPT,
    /** A trusted proxy did not send its PROXY protocol header in time. */
    PROXY_TIMEOUT,
    /** What a trusted proxy sent is no PROXY protocol header. */
    PROXY_HEADER,
    /** A trusted proxy said in a header field for whom it speaks, and nobody can read it. */
    FORWARDED,
    /** A request line was too long. */
    REQUEST_LINE,
    /** The header fields of a request were too long. */
    HEADERS,
    /** A request had too many header fields. */
    HEADER_COUNT,
    /** A request had too many parameters in its query. */
    QUERY_PARAMETERS,
    /** A request's body was too long. */
    BODY;

    /** As it stands in metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
