package dev.fanfare.gateway.auth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A signed token (JWS in compact form, RFC 7515) taken apart; nothing in it has been verified. Only what has one meaning is read: no member
 * twice, no header that changes how the rest is to be understood. Any thread.
 *
 * @param header its JSON object
 * @param claims the JSON object that is signed
 * @param algorithm what {@code alg} says
 * @param keyId {@code kid}, or null
 * @param signed the bytes that are signed
 * @param signature of them
 */
@SuppressWarnings("ArrayRecordComponent") // made once, never compared
record Token(
        JsonNode header,
        JsonNode claims,
        Algorithm algorithm,
        @Nullable String keyId,
        byte[] signed,
        byte[] signature) {
    private static final int MAX_DEPTH = 32;
    private static final int LONGEST_KEY_ID = 255;
    /** So that an ID token or a logout token, which the same issuer signs, does not open a connection when it says what it is (RFC 8725 §3.11). */
    private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/jwt", "application/at+jwt");

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /**
     * Takes {@code text} apart.
     *
     * @throws BadToken if it is no token, or one signed with an algorithm that is not known
     */
    static Token parse(String text) throws BadToken {
        int first = text.indexOf('.');
        int second = text.indexOf('.', first + 1);
        if (first < 0 || second < 0 || text.indexOf('.', second + 1) >= 0) {
            throw BadToken.malformed("it is not made of three parts (header.claims.signature)");
        }
        JsonNode header = object(text.substring(0, first), "header");
        Algorithm algorithm = algorithm(header);
        if (header.has("crit")) {
            throw BadToken.malformed("header crit is not understood");
        }
        JsonNode type = header.path("typ");
        if (!type.isMissingNode() && !TYPES.contains(type.asText("").toLowerCase(Locale.ROOT))) {
            throw BadToken.malformed(
                    "header typ is %s; allowed: JWT, at+jwt".formatted(BadToken.shown(type.toString())));
        }
        return new Token(
                header,
                object(text.substring(first + 1, second), "claims"),
                algorithm,
                keyId(header),
                text.substring(0, second).getBytes(StandardCharsets.US_ASCII),
                decode(text.substring(second + 1), "signature"));
    }

    /** Reads one JSON value, as strictly as the parts of a token. */
    static JsonNode json(byte[] utf8) throws IOException {
        // Jackson would take other encodings, and UTF-8 that is not well-formed, for what they are not.
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(utf8))
                .toString();
        JsonNode value;
        try {
            value = JSON.readTree(text);
        } catch (NumberFormatException tooLong) { // 1e99999999999, which no claim needs
            throw new JsonParseException(null, "a number has an exponent that is too long");
        }
        return value == null ? JSON.missingNode() : value;
    }

    private static Algorithm algorithm(JsonNode header) throws BadToken {
        JsonNode alg = header.path("alg");
        Algorithm algorithm = alg.isTextual() ? Algorithm.named(alg.textValue()) : null;
        if (algorithm == null) {
            throw BadToken.malformed("header alg is %s; allowed: %s"
                    .formatted(alg.isMissingNode() ? "missing" : BadToken.shown(alg.toString()), Algorithm.all()));
        }
        return algorithm;
    }

    private static @Nullable String keyId(JsonNode header) throws BadToken {
        JsonNode kid = header.path("kid");
        if (kid.isMissingNode()) {
            return null;
        }
        if (!kid.isTextual() || kid.textValue().length() > LONGEST_KEY_ID) {
            throw BadToken.malformed("header kid must be a text of at most %d characters".formatted(LONGEST_KEY_ID));
        }
        return kid.textValue();
    }

    private static JsonNode object(String part, String name) throws BadToken {
        JsonNode value;
        try {
            value = json(decode(part, name));
        } catch (JsonProcessingException broken) {
            // its own words would quote the token
            throw BadToken.malformed(
                    "its %s cannot be read as JSON (at most %d levels, no member twice)".formatted(name, MAX_DEPTH));
        } catch (CharacterCodingException broken) {
            throw BadToken.malformed("its %s is not UTF-8".formatted(name));
        } catch (IOException impossible) {
            throw BadToken.malformed("its %s cannot be read".formatted(name));
        }
        if (!value.isObject()) {
            throw BadToken.malformed("its %s is no JSON object".formatted(name));
        }
        return value;
    }

    private static byte[] decode(String part, String name) throws BadToken {
        try {
            if (part.indexOf('=') < 0) {
                return Base64.getUrlDecoder().decode(part);
            }
        } catch (IllegalArgumentException notBase64) {
            // told below
        }
        throw BadToken.malformed("its %s is not base64url without padding".formatted(name));
    }
}
