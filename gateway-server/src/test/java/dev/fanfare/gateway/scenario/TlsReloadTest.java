package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.RunningGateway;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A new certificate while streams live. */
class TlsReloadTest {
    private static final String LOADED = "gateway_tls_certificate_reloads_total{result=\"loaded\"}";
    private static final String REFUSED = "gateway_tls_certificate_reloads_total{result=\"refused\"}";

    @TempDir
    Path directory;

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    private TlsFiles files;

    @BeforeEach
    void makeCertificates() {
        files = new TlsFiles(directory);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void whoIsConnectedStaysAndWhoComesSeesTheNewOne(String provider) throws Exception {
        RunningGateway gateway = start("tls.provider=" + provider, "tls.reload-interval=1s");
        try (SseStream stream =
                        SseStream.on(RawClient.tls(gateway, files.trusting()).get("/sse"));
                WsStream webSocket =
                        WsStream.on(RawClient.tls(gateway, files.trusting()).send(WsStream.HANDSHAKE))) {
            long before = stream.nextSeq();
            X509Bundle renewed = files.renew("renewed");
            awaitShown(gateway, renewed);
            assertThat(Meters.of(gateway))
                    .containsEntry(LOADED, 1.0)
                    .containsEntry(REFUSED, 0.0)
                    .containsEntry("gateway_tls_certificate_expiry_timestamp_seconds", (double)
                            renewed.getCertificate().getNotAfter().toInstant().getEpochSecond());
            long after =
                    Meters.of(gateway).get("gateway_messages_published_total").longValue();
            long seq = stream.nextSeq();
            assertThat(seq).isEqualTo(before + 1);
            while (seq < after) {
                seq = stream.nextSeq();
            }
            assertThat(webSocket.nextSeq()).isPositive();
            assertThat(Meters.sum(Meters.of(gateway), "gateway_connections_closed_total"))
                    .isZero();
        }
    }

    @Test
    void aBrokenOneKeepsTheOldOneAndIsReportedOnce() throws Exception {
        gateways.expectWarning("the new certificate cannot be used, the old one stays: tls.certificate: cannot use "
                + files.path("certificate.pem"));
        RunningGateway gateway = start("tls.reload-interval=1s");
        BigInteger old = serial(gateway);
        files.write("certificate.pem", "not a certificate");
        awaitMeter(gateway, REFUSED, 1);
        assertThat(serial(gateway)).isEqualTo(old);
        TimeUnit.MILLISECONDS.sleep(2_500);
        awaitMeter(gateway, REFUSED, 1);
        assertThat(gateways.warnings()).hasSize(1);
        awaitShown(gateway, files.renew("repaired"));
    }

    @Test
    void aKeyOfAnotherCertificateKeepsTheOldOne() throws Exception {
        gateways.expectWarning("it is not the key of the first certificate");
        RunningGateway gateway = start("tls.reload-interval=1s");
        BigInteger old = serial(gateway);
        files.write("key.pem", files.signed(TlsFiles.server("other")).getPrivateKeyPEM());
        awaitMeter(gateway, REFUSED, 1);
        assertThat(serial(gateway)).isEqualTo(old);
    }

    @Test
    void aFileThatIsGoneKeepsTheOldOne() throws Exception {
        gateways.expectWarning("there is no such file");
        RunningGateway gateway = start("tls.reload-interval=1s");
        Files.delete(files.path("key.pem"));
        awaitMeter(gateway, REFUSED, 1);
        assertThat(serial(gateway)).isPositive();
    }

    @Test
    void onDemandItIsReadAtOnce() throws Exception {
        RunningGateway gateway = start("tls.reload-interval=1h");
        X509Bundle renewed = files.renew("renewed");
        assertThat(serial(gateway)).isNotEqualTo(renewed.getCertificate().getSerialNumber());
        gateway.reload();
        awaitShown(gateway, renewed);
    }

    @Test
    void manyReloadsUnderFullTrafficHarmNobody() throws Exception {
        RunningGateway gateway = start("tls.reload-interval=1h", "tls.handshake-rate=0");
        for (int i = 0; i < 40; i++) {
            files.renew("number " + i);
            gateway.reload();
            try (SseStream stream =
                    SseStream.on(RawClient.tls(gateway, files.trusting()).get("/sse"))) {
                assertThat(stream.head().status()).isEqualTo(200);
            }
            awaitMeter(gateway, LOADED, i + 1); // it must not read what the next round writes
        }
        assertThat(Meters.of(gateway)).containsEntry("gateway_tls_handshakes_total{result=\"failed\"}", 0.0);
    }

    @Test
    void sighupOfTheProcessReads() throws Exception {
        ChildGateway child = gateways.closing(ChildGateway.start(
                java.util.Map.of(),
                "--host=127.0.0.1",
                "--port=0",
                "--set=tls.certificate=" + files.path("certificate.pem"),
                "--set=tls.key=" + files.path("key.pem")));
        assertThat(child.port()).isPositive();
        assertThat(child.output())
                .contains("encrypted   ")
                .contains("CN=gateway until ")
                .contains("https://");
        files.renew("renewed");
        child.hangUp();
        await().atMost(Meters.PATIENCE)
                .untilAsserted(() -> assertThat(child.output()).contains("a new certificate is in use", "CN=renewed"));
        child.terminate();
        assertThat(child.exitCode()).isZero();
    }

    private RunningGateway start(String... settings) {
        return gateways.start(files.settings(settings));
    }

    private void awaitShown(RunningGateway gateway, X509Bundle expected) {
        await().atMost(Meters.PATIENCE)
                .untilAsserted(() -> assertThat(serial(gateway))
                        .isEqualTo(expected.getCertificate().getSerialNumber()));
    }

    private static void awaitMeter(RunningGateway gateway, String name, double value) {
        await().atMost(Meters.PATIENCE)
                .untilAsserted(() -> assertThat(Meters.of(gateway)).containsEntry(name, value));
    }

    private BigInteger serial(RunningGateway gateway) throws IOException {
        try (RawClient client = RawClient.tls(gateway, files.trusting())) {
            return ((X509Certificate) client.session().getPeerCertificates()[0]).getSerialNumber();
        }
    }
}
