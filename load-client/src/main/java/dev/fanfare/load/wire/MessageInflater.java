package dev.fanfare.load.wire;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates messages of permessage-deflate (RFC 7692 §7.2.2), each of which must begin anew, as the server has said. One for all
 * connections of a thread.
 */
final class MessageInflater {
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
    private static final ThreadLocal<MessageInflater> OWN = ThreadLocal.withInitial(MessageInflater::new);

    private final Inflater inflater = new Inflater(true);
    private byte[] text = new byte[16 * 1024];
    private int length;

    /** The one of this thread. */
    static MessageInflater own() {
        return OWN.get();
    }

    /** Inflates a whole message; {@link #text()} has it until the next one. */
    void inflate(byte[] buffer, int from, int to) throws ProtocolViolation {
        inflater.reset();
        length = 0;
        try {
            inflater.setInput(buffer, from, to - from);
            drain();
            inflater.setInput(TAIL);
            drain();
        } catch (DataFormatException broken) {
            throw new ProtocolViolation("compressed WebSocket message is malformed");
        }
        if (inflater.getRemaining() > 0) {
            throw new ProtocolViolation("compressed WebSocket message is malformed");
        }
    }

    byte[] text() {
        return text;
    }

    int length() {
        return length;
    }

    private void drain() throws DataFormatException, ProtocolViolation {
        int more;
        do {
            if (length == text.length) {
                if (length > FrameDecoder.LIMIT) {
                    throw new ProtocolViolation("WebSocket message too long", ProtocolViolation.TOO_BIG);
                }
                text = Arrays.copyOf(text, 2 * length);
            }
            more = inflater.inflate(text, length, text.length - length);
            length += more;
        } while (more > 0);
    }
}
