package dev.fanfare.gateway.auth;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A token as a person reads it; nothing in it has been verified. Immutable; any thread. */
public final class InspectedToken {
    private static final List<String> TIMES = List.of("iat", "nbf", "exp", "expire_at");
    private static final long LAST_SECOND = 253_402_300_799L;

    private final Token token;

    private InspectedToken(Token token) {
        this.token = token;
    }

    /**
     * Takes {@code text} apart.
     *
     * @throws IllegalArgumentException if it is no token, with the reason
     */
    public static InspectedToken of(String text) {
        try {
            return new InspectedToken(Token.parse(text));
        } catch (BadToken bad) {
            throw new IllegalArgumentException(bad.getMessage(), bad);
        }
    }

    /** The header, as indented JSON. */
    public String header() {
        return token.header().toPrettyString();
    }

    /** The claims, as indented JSON. */
    public String claims() {
        return token.claims().toPrettyString();
    }

    /** The times among the claims, one line each, in UTC and relative to {@code now}. */
    public List<String> times(Instant now) {
        List<String> lines = new ArrayList<>();
        for (String claim : TIMES) {
            JsonNode value = token.claims().path(claim);
            long seconds = value.asLong(-1);
            if (claim.equals("expire_at") && value.isNumber() && seconds == 0) {
                lines.add("%-9s never".formatted(claim));
            } else if (value.isNumber() && seconds >= 0 && seconds <= LAST_SECOND) {
                lines.add("%-9s %s, %s"
                        .formatted(claim, Instant.ofEpochSecond(seconds), relative(seconds - now.getEpochSecond())));
            }
        }
        return lines;
    }

    private static String relative(long seconds) {
        return seconds < 0 ? words(-seconds) + " ago" : "in " + words(seconds);
    }

    private static String words(long seconds) {
        if (seconds < 120) {
            return seconds + " s";
        }
        return seconds < 7200
                ? seconds / 60 + " min"
                : seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " days";
    }
}
