package dev.fanfare.load.wire;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The rules by which a response head opens a stream. Pure functions: any thread. */
public final class Upgrade {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /** In place of a length: the body is chunked. */
    public static final long CHUNKED = -1;

    /** In place of a length: the body ends with the connection. */
    public static final long UNTIL_CLOSE = Long.MAX_VALUE;

    private Upgrade() {}

    /** {@code Sec-WebSocket-Accept} for a {@code Sec-WebSocket-Key} (RFC 6455 §4.2.2). */
    public static String accept(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder().encodeToString(sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    /**
     * Checks the answer to a WebSocket request (RFC 6455 §4.1).
     *
     * @param protocols the value of {@code Sec-WebSocket-Protocol} that was sent, null for none
     * @param extensions the value of {@code Sec-WebSocket-Extensions} that was sent, null for none
     * @return whether permessage-deflate was agreed on, without context takeover
     */
    public static boolean checkWebSocket(
            ResponseHead head, String key, @Nullable String protocols, @Nullable String extensions)
            throws ProtocolViolation {
        status(head, 101);
        require("websocket".equalsIgnoreCase(head.header("upgrade")), "Upgrade header is not websocket");
        require(lists(head.header("connection"), "upgrade"), "Connection header does not say Upgrade");
        require(accept(key).equals(head.header("sec-websocket-accept")), "Sec-WebSocket-Accept does not match the key");
        String chosen = head.header("sec-websocket-protocol");
        require(chosen == null || lists(protocols, chosen), "WebSocket subprotocol nobody offered");
        String extension = head.header("sec-websocket-extensions");
        if (extension == null) {
            return false;
        }
        List<String> parts =
                Arrays.stream(extension.split(";", -1)).map(String::strip).toList();
        require(extensions != null && parts.get(0).equals("permessage-deflate"), "WebSocket extension nobody offered");
        require(parts.contains("server_no_context_takeover"), "permessage-deflate that looks back is not read here");
        return true;
    }

    /**
     * Checks the answer to an event stream request (WHATWG HTML §9.2.3, RFC 9112 §6).
     *
     * @param accepted the value of {@code Accept-Encoding} that was sent, null for none
     * @return the length of the body, {@link #CHUNKED} or {@link #UNTIL_CLOSE}
     */
    public static long checkSse(ResponseHead head, @Nullable String accepted) throws ProtocolViolation {
        status(head, 200);
        String[] type = String.valueOf(head.header("content-type"))
                .toLowerCase(Locale.ROOT)
                .split(";", -1);
        require(type[0].strip().equals("text/event-stream"), "Content-Type is not text/event-stream");
        for (String parameter : Arrays.asList(type).subList(1, type.length)) {
            String p = parameter.strip().replace("\"", "");
            require(!p.startsWith("charset=") || p.equals("charset=utf-8"), "event stream charset is not utf-8");
        }
        require(
                head.header("content-encoding") == null || (isGzip(head) && lists(accepted, "gzip")),
                "Content-Encoding nobody offered");
        String coding = head.header("transfer-encoding");
        require(coding == null || coding.equalsIgnoreCase("chunked"), "Transfer-Encoding is not chunked");
        String length = head.header("content-length");
        require(length == null || coding == null, "Content-Length beside Transfer-Encoding");
        if (length == null) {
            return coding == null ? UNTIL_CLOSE : CHUNKED;
        }
        require(length.matches("\\d{1,18}"), "Content-Length is not a number");
        return Long.parseLong(length);
    }

    /** Whether the body is coded; of all codings only gzip is read here. */
    public static boolean isGzip(ResponseHead head) {
        return "gzip".equals(head.header("content-encoding"));
    }

    private static void status(ResponseHead head, int wanted) throws ProtocolViolation {
        require(head.status() == wanted, "HTTP status " + head.status());
    }

    private static boolean lists(@Nullable String header, String member) {
        return header != null
                && Arrays.stream(header.split(",", -1)).anyMatch(m -> m.strip().equalsIgnoreCase(member));
    }

    private static void require(boolean held, String otherwise) throws ProtocolViolation {
        if (!held) {
            throw new ProtocolViolation(otherwise);
        }
    }
}
