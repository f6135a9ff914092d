package dev.fanfare.gateway.address;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads one line of {@code Forwarded} (RFC 7239 §4): elements separated by commas, of pairs separated by semicolons, whose values are
 * tokens or quoted. One object a line; one thread.
 */
final class ForwardedHeader {
    private static final String TOKEN = "!#$%&'*+-.^_`|~";

    private final String text;
    private int at;

    private ForwardedHeader(String text) {
        this.text = text;
    }

    /**
     * The elements of {@code line}, the client's first.
     *
     * @throws MalformedForwardException if it is not as the grammar wants it
     */
    static List<Hop> hops(String line) throws MalformedForwardException {
        return new ForwardedHeader(line).elements();
    }

    private List<Hop> elements() throws MalformedForwardException {
        List<Hop> hops = new ArrayList<>(2);
        do {
            skipSpace();
            if (at < text.length() && text.charAt(at) != ',') { // RFC 9110 §5.6.1 lets elements be empty
                hops.add(element());
                if (hops.size() > Forwarding.MAX_HOPS) {
                    throw new MalformedForwardException();
                }
            }
        } while (skip(','));
        if (at < text.length()) {
            throw new MalformedForwardException();
        }
        return hops;
    }

    private Hop element() throws MalformedForwardException {
        Map<String, String> pairs = new HashMap<>();
        do {
            skipSpace();
            String name = token().toLowerCase(Locale.ROOT);
            if (!skip('=')) {
                throw new MalformedForwardException();
            }
            String value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
            if (pairs.put(name, value) != null) {
                throw new MalformedForwardException(); // §4: no parameter twice
            }
            skipSpace();
        } while (skip(';'));
        return new Hop(
                Hop.node(pairs.getOrDefault("for", "")),
                Hop.scheme(pairs.getOrDefault("proto", "")),
                pairs.getOrDefault("host", ""));
    }

    private String token() throws MalformedForwardException {
        int begin = at;
        while (at < text.length() && isToken(text.charAt(at))) {
            at++;
        }
        if (at == begin) {
            throw new MalformedForwardException();
        }
        return text.substring(begin, at);
    }

    private String quoted() throws MalformedForwardException {
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char next = text.charAt(at);
            if (next == '"') {
                at++;
                return value.toString();
            }
            if (next == '\\' && ++at < text.length()) {
                next = text.charAt(at);
            }
            value.append(next);
        }
        throw new MalformedForwardException();
    }

    private boolean skip(char wanted) {
        boolean found = at < text.length() && text.charAt(at) == wanted;
        at += found ? 1 : 0;
        return found;
    }

    private void skipSpace() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private static boolean isToken(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || TOKEN.indexOf(c) >= 0;
    }
}
