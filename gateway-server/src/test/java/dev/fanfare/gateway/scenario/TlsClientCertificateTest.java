package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.RunningGateway;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that must, or may, show a certificate. */
class TlsClientCertificateTest {
    @TempDir
    static Path directory;

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    private static TlsFiles files;

    @BeforeAll
    static void makeCertificates() {
        files = new TlsFiles(directory);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void whereOneIsRequiredOnlyAGoodOneOpensTheDoor(String provider) throws Exception {
        RunningGateway gateway = start(provider, "required");
        assertThat(status(gateway, files.showing(good()))).isEqualTo(200);
        assertRefused(gateway, files.trusting(), 1);
        assertRefused(gateway, files.showing(expired()), 2);
        assertRefused(gateway, files.showing(unknown()), 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void whereOneIsOptionalABadOneIsRefusedAndNoneIsNot(String provider) throws Exception {
        RunningGateway gateway = start(provider, "optional");
        assertThat(status(gateway, files.trusting())).isEqualTo(200);
        assertThat(status(gateway, files.showing(good()))).isEqualTo(200);
        assertRefused(gateway, files.showing(expired()), 1);
    }

    private static RunningGateway start(String provider, String clients) {
        return gateways.start(files.settings(
                "tls.provider=" + provider, "tls.client-auth=" + clients, "tls.client-ca=" + files.path("ca.pem")));
    }

    private static X509Bundle good() {
        return files.signed(TlsFiles.client("one of us"));
    }

    private static X509Bundle expired() {
        Instant now = Instant.now();
        return files.signed(TlsFiles.client("too late")
                .notBefore(now.minus(Duration.ofDays(2)))
                .notAfter(now.minus(Duration.ofDays(1))));
    }

    /** Of an authority with the same name, or the client would not even try. */
    private static X509Bundle unknown() throws Exception {
        return TlsFiles.client("stranger").buildIssuedBy(TlsFiles.authority("Test Authority"));
    }

    private static int status(RunningGateway gateway, SSLContext client) throws IOException {
        try (RawClient opened = RawClient.tls(gateway, client)) {
            return opened.get("/health/live").readReply().status();
        }
    }

    private static void assertRefused(RunningGateway gateway, SSLContext client, double soFar) {
        assertThatThrownBy(() -> status(gateway, client)).isInstanceOf(IOException.class);
        await().atMost(Meters.PATIENCE).untilAsserted(() -> {
            Map<String, Double> values = Meters.of(gateway);
            assertThat(values).containsEntry("gateway_tls_handshakes_total{result=\"client_certificate\"}", soFar);
        });
    }
}
