package dev.fanfare.load.wire;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Status and header fields of a response (RFC 9112 §4, §5). Immutable. Names are lower case; a name that came more than once
 * has its values joined with ", " (RFC 9110 §5.3).
 *
 * @param status three digits
 * @param headers lower-case name to value
 */
public record ResponseHead(int status, Map<String, String> headers) {
    private static final Set<String> CONNECTION_FIELDS =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    public ResponseHead {
        headers = Map.copyOf(headers);
    }

    /** The value of a header by its lower-case name, or null when the response has none. */
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    /** Parses a complete head, {@code CRLF CRLF} included. */
    static ResponseHead parse(byte[] bytes, int length) throws ProtocolViolation {
        String text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
        int lineEnd = text.indexOf("\r\n");
        int status = status(text.substring(0, lineEnd));
        Map<String, String> headers = new LinkedHashMap<>();
        int at = lineEnd + 2;
        while (true) {
            lineEnd = text.indexOf("\r\n", at);
            if (lineEnd == at) {
                return new ResponseHead(status, headers);
            }
            field(text.substring(at, lineEnd), headers);
            at = lineEnd + 2;
        }
    }

    /**
     * The head that these fields are (RFC 9113 §8.2, §8.3); null for trailers, which have no status.
     *
     * @throws ProtocolViolation when they may not stand in a response
     */
    static @Nullable ResponseHead ofHttp2(List<HpackDecoder.Field> fields) throws ProtocolViolation {
        int status = 0;
        Map<String, String> headers = new LinkedHashMap<>();
        for (HpackDecoder.Field field : fields) {
            String name = field.name();
            if (name.equals(":status") && status == 0 && headers.isEmpty()) {
                status = status("HTTP/1.1 " + field.value());
            } else if (name.startsWith(":")
                    || CONNECTION_FIELDS.contains(name)
                    || !name.equals(name.toLowerCase(Locale.ROOT))) {
                throw new ProtocolViolation("HTTP/2 header field that may not be in a response");
            } else {
                field(name + ":" + field.value(), headers);
            }
        }
        return status == 0 ? null : new ResponseHead(status, headers);
    }

    private static int status(String line) throws ProtocolViolation {
        boolean shape = line.length() >= 12
                && line.startsWith("HTTP/1.1 ")
                && (line.length() == 12 || line.charAt(12) == ' ')
                && clean(line);
        if (!shape) {
            throw new ProtocolViolation("malformed HTTP status line");
        }
        int status = 0;
        for (int i = 9; i < 12; i++) {
            char digit = line.charAt(i);
            if (digit < '0' || digit > '9') {
                throw new ProtocolViolation("malformed HTTP status line");
            }
            status = status * 10 + digit - '0';
        }
        return status;
    }

    private static void field(String line, Map<String, String> headers) throws ProtocolViolation {
        int colon = line.indexOf(':');
        if (colon <= 0 || !clean(line)) {
            throw new ProtocolViolation("malformed HTTP header line");
        }
        for (int i = 0; i < colon; i++) {
            char c = line.charAt(i);
            boolean token = c < 128 && (Character.isLetterOrDigit(c) || TOKEN_MARKS.indexOf(c) >= 0);
            if (!token) {
                throw new ProtocolViolation("malformed HTTP header name");
            }
        }
        String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
        headers.merge(name, line.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
    }

    /** No control character but tab: a stray CR, LF or NUL inside a line is an attempt to smuggle or a broken encoder. */
    private static boolean clean(String line) {
        return line.chars().noneMatch(c -> (c < 0x20 && c != '\t') || c == 0x7f);
    }
}
