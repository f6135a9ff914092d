package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes that come to nothing: each is answered as clearly as can be, counted, and costs no warning in the log. */
class TlsHandshakeTest {
    @TempDir
    static Path directory;

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    private static TlsFiles files;
    private static SSLContext trusting;

    @BeforeAll
    static void makeCertificates() {
        files = new TlsFiles(directory);
        trusting = files.trusting();
    }

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    void plainHttpIsAnswered400(String transport) throws Exception {
        RunningGateway gateway = gateways.start(files.settings("server.transport=" + transport));
        try (RawClient client = RawClient.to(gateway).get("/sse")) {
            Reply reply = client.readReply();
            assertThat(reply.problem(400)).contains("https://");
            assertThat(reply.header("connection")).isEqualTo("close");
            assertThat(client.readToEnd()).isEmpty();
        }
        awaitHandshakes(gateway, "plain_http", 1);
    }

    @Test
    void aLongPlainRequestIsAnsweredTooAndNotReset() throws Exception {
        RunningGateway gateway = gateways.start(files.settings());
        try (RawClient client = RawClient.to(gateway)) {
            client.send("POST /publish/news HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n");
            client.sendMeanwhile("x".repeat(200_000));
            assertThat(client.readReply().problem(400)).contains("https://");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0080\u0001\u0001\u0000\u0002", "\u0000\u0000\u0000\u0000", "help\r\n", " "})
    void whatIsNeitherTlsNorHttpIsClosed(String bytes) throws Exception {
        RunningGateway gateway = gateways.start(files.settings());
        try (RawClient client = RawClient.to(gateway)) {
            client.send(bytes.getBytes(ISO_8859_1));
            client.awaitClosed();
        }
        awaitHandshakes(gateway, "failed", 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void whatOnlyBeginsLikeTlsIsClosed(String provider) throws Exception {
        RunningGateway gateway = gateways.start(files.settings("tls.provider=" + provider));
        try (RawClient client = RawClient.to(gateway)) {
            client.send(new byte[] {22, 3, 1, 0, 4, 1, 2, 3, 4, 22, 9, 9, 9, 9});
            client.awaitClosed();
        }
        awaitHandshakes(gateway, "failed", 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\u0016\u0003\u0001"})
    void whoIsTooSlowIsClosed(String beginning) throws Exception {
        RunningGateway gateway = gateways.start(files.settings("tls.handshake-timeout=1s"));
        long begin = System.nanoTime();
        try (RawClient client = RawClient.to(gateway)) {
            client.send(beginning.getBytes(ISO_8859_1));
            client.awaitClosed();
        }
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)).isBetween(900L, 5_000L);
        awaitHandshakes(gateway, "timed_out", 1);
    }

    @Test
    void whoHasShakenHandsIsUnderTheTimeoutsOfHttp() throws Exception {
        RunningGateway gateway = gateways.start(files.settings("tls.handshake-timeout=1s", "http.request-timeout=3s"));
        try (RawClient client = RawClient.tls(gateway, trusting)) {
            TimeUnit.MILLISECONDS.sleep(1_600);
            assertThat(client.get("/health/live").readReply().status()).isEqualTo(200);
        }
        try (RawClient client = RawClient.tls(gateway, trusting)) {
            assertThat(client.readReply().problem(408)).contains("3000 ms");
            assertThat(client.readToEnd()).isEmpty();
        }
        awaitHandshakes(gateway, "timed_out", 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void whoLeavesInBetweenIsCounted(String provider) throws Exception {
        RunningGateway gateway = gateways.start(files.settings("tls.provider=" + provider));
        try (RawClient client = RawClient.to(gateway)) {
            client.send(new byte[] {22, 3, 1, 0, 100, 1});
        }
        awaitHandshakes(gateway, "abandoned", 1);
        RawClient.to(gateway).close(); // said nothing at all, as a health check of a load balancer does
        try (RawClient client = RawClient.tls(gateway, trusting)) {
            assertThat(client.get("/health/live").readReply().status()).isEqualTo(200);
        }
        awaitHandshakes(gateway, "abandoned", 1);
    }

    @Test
    void moreThanMayAtOnceAreRefusedWithAnAlert() throws Exception {
        RunningGateway gateway = gateways.start(files.settings("tls.handshake-rate=2"));
        int completed = 0;
        int refused = 0;
        for (int i = 0; i < 6; i++) {
            try (RawClient client = RawClient.tls(gateway, trusting)) {
                assertThat(client.get("/health/live").readReply().status()).isEqualTo(200);
                completed++;
            } catch (SSLException alert) {
                assertThat(alert).hasMessageContaining("internal_error");
                refused++;
            }
        }
        assertThat(completed).isBetween(2, 4);
        awaitHandshakes(gateway, "refused", refused);
        await().atMost(Meters.PATIENCE).ignoreExceptions().untilAsserted(() -> {
            try (RawClient client = RawClient.tls(gateway, trusting)) {
                assertThat(client.get("/health/live").readReply().status()).isEqualTo(200);
            }
        });
    }

    @Test
    void aConnectionOverTheLimitIsToldSoInside() throws Exception {
        RunningGateway gateway = gateways.start(files.settings("limits.max-connections=1"));
        try (SseStream first = SseStream.on(RawClient.tls(gateway, trusting).get("/sse"));
                RawClient second = RawClient.tls(gateway, trusting)) {
            assertThat(first.nextSeq()).isPositive();
            assertThat(second.get("/sse").readReply().problem(503)).contains("as many connections as it may");
            assertThat(second.readToEnd()).isEmpty();
        }
    }

    @Test
    void aConnectionOverTheLimitHasLessTimeForItsHandshake() throws Exception {
        RunningGateway gateway = gateways.start(files.settings("limits.max-connections=1", "tls.handshake-timeout=1m"));
        try (SseStream first = SseStream.on(RawClient.tls(gateway, trusting).get("/sse"));
                RawClient second = RawClient.to(gateway)) {
            assertThat(first.nextSeq()).isPositive();
            second.awaitClosed();
            assertThat(first.nextSeq()).isPositive();
        }
        awaitHandshakes(gateway, "timed_out", 1);
    }

    @Test
    void aClientThatDoesNotTrustTheCertificateIsCounted() throws Exception {
        RunningGateway gateway = gateways.start(files.settings());
        SSLContext strange = SSLContext.getInstance("TLS");
        strange.init(null, TlsFiles.authority("Other").toTrustManagerFactory().getTrustManagers(), null);
        assertThatThrownBy(() -> RawClient.tls(gateway, strange)).isInstanceOf(SSLException.class);
        awaitHandshakes(gateway, "failed", 1);
    }

    private static void awaitHandshakes(RunningGateway gateway, String result, double count) throws IOException {
        await().atMost(Meters.PATIENCE)
                .untilAsserted(() -> assertThat(Meters.of(gateway))
                        .containsEntry("gateway_tls_handshakes_total{result=\"" + result + "\"}", count));
    }
}
