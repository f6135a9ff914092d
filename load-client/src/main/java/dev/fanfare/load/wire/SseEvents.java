package dev.fanfare.load.wire;

/** Takes what an event stream says. Called on the connection's event loop. */
public interface SseEvents {
    /** The event came without an id, or with an empty one. */
    long NO_ID = -1;

    /** The event came with an id that is no number: a cursor only its server understands. */
    long OPAQUE_ID = -2;

    /**
     * An event was dispatched. Its data are the bytes from {@code offset} up to {@code end}, unchecked as to UTF-8; the array
     * is the caller's and changes after the call.
     *
     * @param id the event's own {@code id:} when that is a plain decimal number, else {@link #OPAQUE_ID} or {@link #NO_ID}
     */
    void event(byte[] buffer, int offset, int end, long id) throws ProtocolViolation;

    /** A comment line: a heartbeat. */
    void comment();

    /** A {@code retry:} field: the wait before reconnecting, in milliseconds. */
    void retry(long millis);
}
