package dev.fanfare.gateway.auth;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.metrics.TokenResult;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the claims of a token whose signature holds. Of one thread, for one token. */
final class Claims {
    private static final int LONGEST_NAME = 255;
    private static final int MOST_GRANTS = 256;
    /** The year 9999. */
    private static final long LAST_SECOND = 253_402_300_799L;

    private final JsonNode claims;
    private final TokenTerms terms;
    private final long now;
    private final long skew;

    Claims(JsonNode claims, TokenTerms terms, long nowSeconds) {
        this.claims = claims;
        this.terms = terms;
        this.now = nowSeconds;
        this.skew = terms.clockSkew().toSeconds();
    }

    /**
     * Who it is.
     *
     * @param audience of which {@code aud} must name one; empty if that does not matter
     * @throws BadToken naming the first claim that is not as it must be
     */
    Principal principal(Set<String> audience) throws BadToken {
        checkAudience(audience);
        long issuedAt = issuedAt();
        long expiresAt = expiresAt(issuedAt);
        Grants grants = new Grants(
                list("channels", name -> name, Grants::channelProblem),
                list("subscribe", ChannelPattern::new, Grants::problem),
                list("publish", ChannelPattern::new, Grants::problem));
        String user = name("sub");
        return new Principal(
                Principal.Kind.TOKEN, user == null ? "" : user, info(), name("jti"), issuedAt, expiresAt, grants);
    }

    private void checkAudience(Set<String> audience) throws BadToken {
        List<String> named = new ArrayList<>();
        JsonNode aud = claims.path("aud");
        if (aud.isTextual()) {
            named.add(aud.textValue());
        } else if (aud.isArray()) {
            for (JsonNode each : aud) {
                if (!each.isTextual()) {
                    throw BadToken.claim("aud", "must be a text or a list of texts");
                }
                named.add(each.textValue());
            }
        } else if (!aud.isMissingNode()) {
            throw BadToken.claim("aud", "must be a text or a list of texts");
        }
        if (!audience.isEmpty() && named.stream().noneMatch(audience::contains)) {
            throw BadToken.claim(
                    "aud", aud.isMissingNode() ? "missing" : "%s is not us".formatted(BadToken.shown(aud.toString())));
        }
    }

    private long issuedAt() throws BadToken {
        Long notBefore = seconds("nbf");
        if (notBefore != null && notBefore > now + skew) {
            throw BadToken.claim("nbf", "it is not valid for another %d s".formatted(notBefore - now));
        }
        Long issued = seconds("iat");
        if (issued != null && issued > now + skew) {
            throw BadToken.claim("iat", "it is issued %d s from now".formatted(issued - now));
        }
        return issued == null ? 0 : issued;
    }

    /** When its connections are no longer welcome: {@code expire_at} if it is there (0 means never), else when it expires. */
    private long expiresAt(long issuedAt) throws BadToken {
        Long expires = seconds("exp");
        if (expires == null && terms.requireExpiry()) {
            throw BadToken.claim("exp", "missing; a token must say when it expires (auth.require-expiry)");
        }
        if (expires != null && now >= expires + skew) {
            throw expired("exp", expires);
        }
        long longest = terms.maxLifetime().toSeconds();
        if (expires != null && longest > 0 && expires - (issuedAt == 0 ? now : issuedAt) > longest) {
            throw BadToken.claim(
                    "exp", "it lives longer than the %d s a token may (auth.max-token-lifetime)".formatted(longest));
        }
        Long connection = seconds("expire_at");
        if (connection == null) {
            return expires == null ? Principal.NEVER : expires + skew;
        }
        if (connection == 0) {
            return Principal.NEVER;
        }
        if (now >= connection + skew) {
            throw expired("expire_at", connection);
        }
        return connection + skew;
    }

    private BadToken expired(String claim, long at) {
        return new BadToken(TokenResult.EXPIRED, "claim %s: it expired %d s ago".formatted(claim, now - at));
    }

    private @Nullable Long seconds(String claim) throws BadToken {
        JsonNode value = claims.path(claim);
        if (value.isMissingNode()) {
            return null;
        }
        BigDecimal seconds = value.isNumber() ? value.decimalValue() : BigDecimal.ONE.negate();
        if (seconds.signum() < 0 || seconds.compareTo(BigDecimal.valueOf(LAST_SECOND)) > 0) {
            throw BadToken.claim(claim, "must be a number of seconds since 1970");
        }
        return seconds.longValue();
    }

    private @Nullable String name(String claim) throws BadToken {
        JsonNode value = claims.path(claim);
        if (value.isMissingNode()) {
            return null;
        }
        String text = value.isTextual() ? value.textValue() : null;
        if (text == null
                || text.length() > LONGEST_NAME
                || text.chars().anyMatch(Character::isISOControl)
                || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw BadToken.claim(
                    claim,
                    "must be a text of at most %d characters, without control characters".formatted(LONGEST_NAME));
        }
        return text;
    }

    private @Nullable String info() throws BadToken {
        JsonNode info = claims.path("info");
        if (info.isMissingNode()) {
            return null;
        }
        String json = info.toString();
        int bytes = json.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > terms.maxInfo()) {
            throw BadToken.claim(
                    "info", "%d bytes are too many; allowed: %d (auth.max-info)".formatted(bytes, terms.maxInfo()));
        }
        return json;
    }

    private <T> List<T> list(String claim, Function<String, T> make, Function<String, @Nullable String> problem)
            throws BadToken {
        JsonNode value = claims.path(claim);
        if (value.isMissingNode()) {
            return List.of();
        }
        if (!value.isArray() || value.size() > MOST_GRANTS) {
            throw BadToken.claim(claim, "must be a list of at most %d channels".formatted(MOST_GRANTS));
        }
        List<T> all = new ArrayList<>(value.size());
        for (JsonNode each : value) {
            String wrong = each.isTextual() ? problem.apply(each.textValue()) : "must be a list of texts";
            if (wrong != null) {
                throw BadToken.claim(claim, wrong);
            }
            all.add(make.apply(each.textValue()));
        }
        return all;
    }
}
