package dev.fanfare.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/** Tells text from other bytes: a WebSocket client closes its connection at the first byte that is not UTF-8. */
final class Utf8 {
    private static final char REPLACEMENT = '\ufffd';

    private Utf8() {}

    /** Refuses bytes that are not UTF-8 with {@code words}. */
    static void require(byte[] bytes, int from, int length, String words) throws ApiError {
        // Lenient decoding is several times as fast, and shows errors by a character that hardly any text has.
        if (new String(bytes, from, length, UTF_8).indexOf(REPLACEMENT) < 0) {
            return;
        }
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, length));
        } catch (CharacterCodingException binary) {
            throw ApiError.bad(words);
        }
    }
}
