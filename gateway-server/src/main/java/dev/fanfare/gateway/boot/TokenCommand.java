package dev.fanfare.gateway.boot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.gateway.auth.AuthConfig;
import dev.fanfare.gateway.auth.TokenMaker;
import dev.fanfare.gateway.auth.UnusableKeyException;
import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.config.Units;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code token}: what one needs to try tokens out. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        description = "Make and inspect tokens for development; see docs/auth.md.",
        subcommands = {TokenCommand.Create.class, TokenInspectCommand.class, TokenCommand.Key.class})
final class TokenCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec(spec).commandLine(), "Missing a subcommand; allowed: create, inspect, key");
    }

    private static CommandSpec spec(@Nullable CommandSpec spec) {
        if (spec == null) {
            throw new IllegalStateException("not run by picocli");
        }
        return spec;
    }

    /** {@code token create}. */
    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = {
                "Print a token, and nothing else.",
                "It is signed with the configured secret (auth.hmac-secret, or that of --issuer), or with --key."
            })
    static final class Create implements Callable<Integer> {
        private static final JsonMapper JSON = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();

        @Option(names = "--sub", paramLabel = "USER", description = "who it is; without it the token names no user")
        private @Nullable String user;

        @Option(names = "--channel", paramLabel = "NAME", description = "a channel to subscribe to; may be repeated")
        private List<String> channels = new ArrayList<>();

        @Option(
                names = "--subscribe",
                paramLabel = "PATTERN",
                description = "what may be subscribed to, for example 'chat:*'; may be repeated")
        private List<String> subscribe = new ArrayList<>();

        @Option(names = "--publish", paramLabel = "PATTERN", description = "what may be published to; may be repeated")
        private List<String> publish = new ArrayList<>();

        @Option(
                names = "--ttl",
                paramLabel = "TIME",
                defaultValue = "1h",
                description = "time until it expires (default ${DEFAULT-VALUE})")
        private String ttl = "1h";

        @Option(
                names = "--stay",
                description = "connections outlive the token (expire_at: 0); without it they end when it expires")
        private boolean stay;

        @Option(names = "--info", paramLabel = "JSON", description = "what others see of the user")
        private @Nullable String info;

        @Option(
                names = "--id",
                paramLabel = "ID",
                description = "jti, by which it can be revoked (default: a random one)")
        private @Nullable String id;

        @Option(
                names = "--issuer",
                paramLabel = "NAME",
                description = "of auth.issuers (default: what stands in auth itself)")
        private String issuer = "";

        @Option(names = "--key", paramLabel = "FILE", description = "private key to sign with, PEM (PKCS #8)")
        private @Nullable Path key;

        @Option(names = "--key-id", paramLabel = "KID", description = "kid in the header")
        private @Nullable String keyId;

        @Option(
                names = "--algorithm",
                paramLabel = "NAME",
                description = "for example HS512 (default: what the key is for)")
        private @Nullable String algorithm;

        @Mixin
        private final ConfigOptions options = new ConfigOptions();

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() throws ConfigException {
            AuthConfig config = options.load().auth();
            try {
                TokenMaker maker = key == null
                        ? TokenMaker.ofSecret(config, issuer, algorithm)
                        : TokenMaker.ofPrivateKey(key, algorithm);
                spec(spec).commandLine().getOut().println(maker.sign(claims(config), keyId));
                return ExitCode.OK;
            } catch (UnusableKeyException unusable) {
                throw new ConfigException(String.valueOf(unusable.getMessage()));
            }
        }

        private String claims(AuthConfig config) {
            long now = Instant.now().getEpochSecond();
            ObjectNode claims = JSON.createObjectNode();
            config.issuerClaim(issuer).ifPresent(name -> claims.put("iss", name));
            config.audienceClaim(issuer).ifPresent(name -> claims.put("aud", name));
            if (user != null) {
                claims.put("sub", user);
            }
            claims.put("iat", now).put("exp", now + lifetime().toSeconds());
            if (stay) {
                claims.put("expire_at", 0);
            }
            claims.put("jti", id == null ? UUID.randomUUID().toString() : id);
            list(claims, "channels", channels);
            list(claims, "subscribe", subscribe);
            list(claims, "publish", publish);
            if (info != null) {
                claims.set("info", json(info));
            }
            return claims.toString();
        }

        private Duration lifetime() {
            try {
                return Units.duration(ttl);
            } catch (IllegalArgumentException wrong) {
                throw bad("--ttl", ttl, String.valueOf(wrong.getMessage()));
            }
        }

        private JsonNode json(String text) {
            try {
                JsonNode value = JSON.readTree(text);
                if (!value.isMissingNode()) {
                    return value;
                }
            } catch (JsonProcessingException broken) {
                // told below
            }
            throw bad("--info", text, "a JSON text");
        }

        private ParameterException bad(String option, String value, String allowed) {
            return new ParameterException(
                    spec(spec).commandLine(),
                    "Invalid value for option '%s': '%s'; allowed: %s".formatted(option, value, allowed));
        }

        private static void list(ObjectNode claims, String claim, List<String> values) {
            if (!values.isEmpty()) {
                ArrayNode all = claims.putArray(claim);
                values.forEach(all::add);
            }
        }
    }

    /** {@code token key}. */
    @Command(
            name = "key",
            mixinStandardHelpOptions = true,
            description = "Print a fresh random secret for auth.hmac-secret, long enough for HS512.")
    static final class Key implements Callable<Integer> {
        private static final int SECRET_BYTES = 48;
        private static final int LINE = 64;

        @Option(
                names = "--ed25519",
                description =
                        "an Ed25519 key pair instead: the private key for --key, the public one for auth.public-key")
        private boolean ed25519;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() throws GeneralSecurityException {
            CommandLine command = spec(spec).commandLine();
            if (ed25519) {
                KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
                command.getOut().print(pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
                command.getOut().print(pem("PUBLIC KEY", pair.getPublic().getEncoded()));
                command.getOut().flush();
            } else {
                byte[] random = new byte[SECRET_BYTES];
                new SecureRandom().nextBytes(random);
                command.getOut().println(Base64.getUrlEncoder().withoutPadding().encodeToString(random));
            }
            return ExitCode.OK;
        }

        private static String pem(String label, byte[] content) {
            String body = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(content);
            return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, body, label);
        }
    }
}
