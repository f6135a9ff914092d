package dev.fanfare.gateway.wire;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What was agreed on for one WebSocket (RFC 7692 §7.1). Both sides begin each message with an empty window, whatever was offered:
 * only so one compressed frame fits every connection, and nothing is kept for one between two messages.
 *
 * @param windowBits the client can look back 2 to the power of this
 * @param limited whether the client asked for a window, which must be answered
 */
public record PermessageDeflate(int windowBits, boolean limited) {
    /** As far as deflate can look back at all. */
    public static final int MAX_WINDOW_BITS = 15;

    private static final String NAME = "permessage-deflate";
    /** Decimal without leading zeros (RFC 7692 §7.1.2). */
    private static final Pattern WINDOW_BITS = Pattern.compile("[89]|1[0-5]");

    /** {@code permessage-deflate; a; b=1} */
    private record Offer(String extension, List<Parameter> parameters) {}

    private record Parameter(String name, @Nullable String value) {}

    /**
     * The first offer that can be accepted; null if there is none. One with a parameter that is unknown, given twice, or has a value it
     * must not have is declined (RFC 7692 §7.1).
     *
     * @param fields values of {@code Sec-WebSocket-Extensions}
     * @throws IllegalArgumentException if a field is not a list of extensions, for which RFC 6455 §9.1 allows only to fail
     */
    public static @Nullable PermessageDeflate accept(List<String> fields) {
        PermessageDeflate accepted = null;
        for (String field : fields) {
            for (Offer offer : new Scanner(field).offers()) {
                if (accepted == null && offer.extension().equals(NAME)) {
                    accepted = accept(offer);
                }
            }
        }
        return accepted;
    }

    /** The value of {@code Sec-WebSocket-Extensions} in the response. */
    public String answer() {
        return NAME + "; server_no_context_takeover; client_no_context_takeover"
                + (limited ? "; server_max_window_bits=" + windowBits : "");
    }

    private static @Nullable PermessageDeflate accept(Offer offer) {
        Set<String> seen = new HashSet<>();
        String bits = null;
        for (Parameter parameter : offer.parameters()) {
            String value = parameter.value();
            boolean good = seen.add(parameter.name())
                    && switch (parameter.name()) {
                        case "server_no_context_takeover", "client_no_context_takeover" -> value == null;
                        case "client_max_window_bits" -> value == null || isWindow(value);
                        case "server_max_window_bits" -> value != null && isWindow(value);
                        default -> false;
                    };
            if (!good) {
                return null;
            }
            if (parameter.name().equals("server_max_window_bits")) {
                bits = value;
            }
        }
        return new PermessageDeflate(bits == null ? MAX_WINDOW_BITS : Integer.parseInt(bits), bits != null);
    }

    private static boolean isWindow(String value) {
        return WINDOW_BITS.matcher(value).matches();
    }

    /** Reads one field by the grammar of RFC 6455 §9.1; empty elements of the list are passed over (RFC 9110 §5.6.1.2). */
    private static final class Scanner {
        private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

        private final String text;
        private int at;

        Scanner(String text) {
            this.text = text;
        }

        List<Offer> offers() {
            List<Offer> offers = new ArrayList<>();
            do {
                space();
                if (at < text.length() && text.charAt(at) != ',') {
                    offers.add(offer());
                }
            } while (skip(','));
            if (at < text.length()) {
                throw malformed();
            }
            return offers;
        }

        private Offer offer() {
            String name = token();
            List<Parameter> parameters = new ArrayList<>();
            while (skip(';')) {
                String parameter = token();
                parameters.add(new Parameter(parameter, skip('=') ? value() : null));
            }
            return new Offer(name, parameters);
        }

        /** A token, also one in quotes. */
        private String value() {
            space();
            if (at == text.length() || text.charAt(at) != '"') {
                return token();
            }
            at++;
            StringBuilder value = new StringBuilder();
            while (at < text.length() && text.charAt(at) != '"') {
                at += text.charAt(at) == '\\' ? 1 : 0;
                if (at == text.length() || !isTokenMark(text.charAt(at))) {
                    throw malformed();
                }
                value.append(text.charAt(at++));
            }
            if (at++ == text.length() || value.isEmpty()) {
                throw malformed();
            }
            return value.toString();
        }

        private String token() {
            space();
            int from = at;
            while (at < text.length() && isTokenMark(text.charAt(at))) {
                at++;
            }
            if (at == from) {
                throw malformed();
            }
            return text.substring(from, at);
        }

        private boolean skip(char mark) {
            space();
            boolean there = at < text.length() && text.charAt(at) == mark;
            at += there ? 1 : 0;
            return there;
        }

        private void space() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
        }

        private static boolean isTokenMark(char c) {
            return (c >= '0' && c <= '9')
                    || (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || TOKEN_MARKS.indexOf(c) >= 0;
        }

        private static IllegalArgumentException malformed() {
            return new IllegalArgumentException("malformed Sec-WebSocket-Extensions");
        }
    }
}
