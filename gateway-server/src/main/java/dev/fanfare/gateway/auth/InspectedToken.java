package dev.fanfare.gateway.auth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A token as a person reads it; nothing in it has been verified. Immutable; any thread. */
public final class InspectedToken {
    private static final ObjectWriter PRINTER = JsonMapper.builder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build()
            .writerWithDefaultPrettyPrinter();
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
        return pretty(token.header());
    }

    /** The claims, as indented JSON. */
    public String claims() {
        return pretty(token.claims());
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

    /** In ASCII, so that no token writes to the terminal what it likes. */
    private static String pretty(JsonNode json) {
        try {
            return PRINTER.writeValueAsString(json);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
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
