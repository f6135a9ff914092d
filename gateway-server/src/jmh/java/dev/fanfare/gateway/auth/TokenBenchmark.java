package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.config.Given;
import dev.fanfare.gateway.config.Settings;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a token costs the thread that checks it: parse, check the signature, read the claims. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class TokenBenchmark {
    private static final String SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @Param({"HS256", "RS256", "PS256", "ES256", "EdDSA"})
    private String algorithm = "";

    private Issuers issuers;
    private TokenTerms terms;
    private String token = "";

    @Setup
    public void make() throws Exception {
        Map<String, Given> settings = new HashMap<>();
        settings.put("auth.algorithms", new Given(algorithm, "benchmark"));
        Path secret = Files.createTempFile("private", ".pem");
        if (algorithm.equals("HS256")) {
            settings.put("auth.hmac-secret", new Given(SECRET, "benchmark"));
        } else {
            KeyPair pair = pair();
            Path open = Files.createTempFile("public", ".pem");
            write(open, "PUBLIC KEY", pair.getPublic().getEncoded());
            write(secret, "PRIVATE KEY", pair.getPrivate().getEncoded());
            settings.put("auth.public-key", new Given(open.toString(), "benchmark"));
        }
        AuthConfig config = AuthConfig.from(new Settings(Map.of(), Map.of(), settings));
        TokenMaker maker = algorithm.equals("HS256")
                ? TokenMaker.ofSecret(config, "", null)
                : TokenMaker.ofPrivateKey(secret, algorithm);
        long now = Instant.now().getEpochSecond();
        token = maker.sign(
                "{\"sub\":\"42\",\"iat\":%d,\"exp\":%d,\"jti\":\"0b6b2bb8\",\"channels\":[\"news\"],\"subscribe\":[\"chat:*\"]}"
                        .formatted(now, now + 36_000),
                null);
        issuers = new Issuers(config, new GatewayMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));
        terms = config.terms();
        read();
    }

    @Benchmark
    public Principal read() throws BadToken {
        Token read = Token.parse(token);
        issuers.of(read).check(read);
        return new Claims(read.claims(), terms, Instant.now().getEpochSecond()).principal(Set.of());
    }

    /** For a machine that does other things as well: processor time of this thread, the best of seven rounds, for each algorithm named. */
    public static void main(String[] algorithms) throws Exception {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (String each : algorithms) {
            TokenBenchmark benchmark = new TokenBenchmark();
            benchmark.algorithm = each;
            benchmark.make();
            double best = Double.MAX_VALUE;
            for (int round = 0; round < 10; round++) {
                long began = threads.getCurrentThreadCpuTime();
                for (int i = 0; i < 1000; i++) {
                    benchmark.read();
                }
                best = round < 3 ? best : Math.min(best, (threads.getCurrentThreadCpuTime() - began) / 1e6);
            }
            System.out.printf("%-6s %.0f microseconds%n", each, best);
        }
    }

    private KeyPair pair() throws Exception {
        if (algorithm.equals("ES256")) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        }
        return KeyPairGenerator.getInstance(algorithm.equals("EdDSA") ? "Ed25519" : "RSA")
                .generateKeyPair();
    }

    private static void write(Path file, String label, byte[] content) throws Exception {
        Files.writeString(
                file,
                "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                        .formatted(label, Base64.getMimeEncoder().encodeToString(content), label));
        file.toFile().deleteOnExit();
    }
}
