package dev.fanfare.gateway.auth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** A token, made without any class of the gateway. */
public final class TestToken {
    /** Long enough for every HMAC algorithm. */
    public static final String SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Object> header = new LinkedHashMap<>();
    private final Map<String, Object> claims = new LinkedHashMap<>();

    private TestToken() {}

    /** Signs bytes. */
    public interface Signer {
        byte[] sign(byte[] signed) throws GeneralSecurityException;
    }

    /** For this user, issued now, for an hour. */
    public static TestToken of(String user) {
        long now = Instant.now().getEpochSecond();
        return new TestToken()
                .header("alg", "HS256")
                .claim("sub", user)
                .claim("iat", now)
                .claim("exp", now + 3600);
    }

    /** Sets a claim; null takes it away. */
    public TestToken claim(String name, @Nullable Object value) {
        set(claims, name, value);
        return this;
    }

    /** Sets a member of the header; null takes it away. */
    public TestToken header(String name, @Nullable Object value) {
        set(header, name, value);
        return this;
    }

    public TestToken subscribe(String... grants) {
        return claim("subscribe", List.of(grants));
    }

    public TestToken publish(String... grants) {
        return claim("publish", List.of(grants));
    }

    public TestToken channels(String... names) {
        return claim("channels", List.of(names));
    }

    /** Signed with {@link #SECRET} and HS256. */
    public String signed() {
        return signed(hmac("HmacSHA256", SECRET));
    }

    /** Signed, whatever the header says. */
    public String signed(Signer signer) {
        try {
            return raw(JSON.writeValueAsString(header), JSON.writeValueAsString(claims), signer);
        } catch (JsonProcessingException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** A token of these texts, well-formed or not. */
    public static String raw(String header, String claims, Signer signer) {
        String signed =
                base64(header.getBytes(StandardCharsets.UTF_8)) + "." + base64(claims.getBytes(StandardCharsets.UTF_8));
        try {
            return signed + "." + base64(signer.sign(signed.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** For example {@code HmacSHA256}. */
    public static Signer hmac(String algorithm, String secret) {
        return signed -> {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), algorithm));
            return mac.doFinal(signed);
        };
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static void set(Map<String, Object> members, String name, @Nullable Object value) {
        if (value == null) {
            members.remove(name);
        } else {
            members.put(name, value);
        }
    }
}
