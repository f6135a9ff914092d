package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.RunningGateway;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients as they come, over TLS. */
class TlsScenarioTest {
    private static final String PROVIDERS = "openssl, epoll\n openssl, nio\n jdk, epoll\n openssl, io-uring";

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
    @CsvSource(textBlock = PROVIDERS)
    void apiAndStreamsWorkForTheHttpClientOfTheJdk(String provider, String transport) throws Exception {
        RunningGateway gateway = start(provider, transport);
        HttpClient client = HttpClient.newBuilder().sslContext(trusting).build();
        String root = "https://127.0.0.1:" + gateway.port();

        HttpClient.Version spoken = client.send(
                        HttpRequest.newBuilder(URI.create(root + "/health/live"))
                                .build(),
                        BodyHandlers.ofString())
                .version();
        assertThat(spoken).isEqualTo(HttpClient.Version.HTTP_2);
        var published = client.send(
                HttpRequest.newBuilder(URI.create(root + "/publish/news"))
                        .POST(HttpRequest.BodyPublishers.ofString("{\"a\":1}"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(published.statusCode()).as(published.body()).isEqualTo(200);
        var metrics = client.send(
                HttpRequest.newBuilder(URI.create(root + "/metrics")).build(), BodyHandlers.ofString());
        assertThat(metrics.body()).contains("gateway_tls_handshakes_total{result=\"completed\"}");

        var stream =
                client.send(HttpRequest.newBuilder(URI.create(root + "/sse")).build(), BodyHandlers.ofInputStream());
        try (InputStream body = stream.body();
                BufferedReader lines = new BufferedReader(new InputStreamReader(body, UTF_8))) {
            List<String> ticks = new ArrayList<>();
            while (ticks.size() < 5) {
                String line = lines.readLine();
                if (line.startsWith("data: ")) {
                    ticks.add(line);
                }
            }
            assertThat(ticks).allMatch(tick -> tick.startsWith("data: {\"seq\":"));
        }
        Meters.awaitConnections(gateway, 0, 0);
    }

    @ParameterizedTest
    @CsvSource(textBlock = PROVIDERS)
    void theWebSocketOfTheJdkWorksAsWell(String provider, String transport) throws Exception {
        RunningGateway gateway = start(provider, transport);
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        WebSocket socket = HttpClient.newBuilder()
                .sslContext(trusting)
                .build()
                .newWebSocketBuilder()
                .buildAsync(URI.create("wss://127.0.0.1:" + gateway.port() + "/ws"), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                        messages.add(text.toString());
                        from.request(1);
                        return CompletableFuture.completedFuture(null);
                    }
                })
                .get(10, TimeUnit.SECONDS);
        for (int i = 0; i < 5; i++) {
            assertThat(messages.poll(10, TimeUnit.SECONDS)).startsWith("{\"seq\":");
        }
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
        Meters.awaitClosed(gateway, "client", 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void everyByteOfBothStreamsIsRightAndNoTickIsMissing(String provider) throws Exception {
        RunningGateway gateway = start(provider, "auto");
        try (SseStream sse = SseStream.on(RawClient.tls(gateway, trusting).get("/sse"));
                WsStream ws = WsStream.on(RawClient.tls(gateway, trusting).send(WsStream.HANDSHAKE))) {
            Meters.assertNoGap(gateway, sse.nextSeqs(20));
            List<Long> seqs = new ArrayList<>();
            while (seqs.size() < 20) {
                seqs.add(ws.nextSeq());
            }
            Meters.assertNoGap(gateway, seqs);
            assertThat(sse.client().session().getProtocol()).isEqualTo("TLSv1.3");
        }
        Meters.awaitConnections(gateway, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void theProtocolIsChosenByAlpn(String provider) throws Exception {
        RunningGateway gateway = start(provider, "auto");
        assertThat(negotiated(gateway, "http/1.1")).isEqualTo("http/1.1");
        assertThat(negotiated(gateway, "http/1.1", "h2")).isEqualTo("h2");
        assertThat(negotiated(gateway, "something", "http/1.1")).isEqualTo("http/1.1");
        assertThat(negotiated(gateway)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void oldProtocolsAreRefusedAndCounted(String provider) throws Exception {
        RunningGateway gateway = start(provider, "auto");
        assertThatThrownBy(() -> handshake(gateway, "TLSv1.1")).isInstanceOf(SSLException.class);
        handshake(gateway, "TLSv1.2");
        handshake(gateway, "TLSv1.3");
        await().atMost(Meters.PATIENCE) // the client of TLS 1.3 has finished before we have
                .untilAsserted(() -> assertThat(Meters.of(gateway))
                        .containsEntry("gateway_tls_handshakes_total{result=\"failed\"}", 1.0)
                        .containsEntry("gateway_tls_handshakes_total{result=\"completed\"}", 2.0));
    }

    @Test
    void theOldestProtocolCanBeRaised() {
        RunningGateway gateway = gateways.start(files.settings("tls.min-version=TLSv1.3"));
        assertThatThrownBy(() -> handshake(gateway, "TLSv1.2")).isInstanceOf(SSLException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void aClientThatComesBackResumesItsSession(String provider) throws Exception {
        RunningGateway gateway = start(provider, "auto");
        long first = created(gateway);
        TimeUnit.MILLISECONDS.sleep(20);
        assertThat(created(gateway)).as("creation of the session").isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void theEndOfAConnectionIsSaidAndNotJustCutOff(String provider) throws Exception {
        RunningGateway gateway = start(provider, "auto");
        try (RawClient client = RawClient.tls(gateway, trusting)) {
            assertThat(client.get("/nothing", "Connection: close").readReply().status())
                    .isEqualTo(404);
            assertThat(client.readToEnd()).isEmpty(); // throws without close_notify
        }
        try (WsStream ws = WsStream.on(RawClient.tls(gateway, trusting).send(WsStream.HANDSHAKE))) {
            ws.send(WsStream.frame(WsStream.FIN | WsStream.BINARY, (byte) 1));
            assertThat(ws.next(WsStream.CLOSE).closeCode()).isEqualTo(1003);
            assertThat(ws.client().readToEnd()).isEmpty();
        }
    }

    @Test
    void aClientThatSaysThatItLeavesIsLetGo() throws Exception {
        RunningGateway gateway = start("auto", "auto");
        try (SseStream sse = SseStream.on(RawClient.tls(gateway, trusting).get("/sse"))) {
            assertThat(sse.nextSeq()).isPositive();
            sse.client().shutdownOutput(); // close_notify, while TCP stays open
            Meters.awaitClosed(gateway, "client", 1);
        }
    }

    private static RunningGateway start(String provider, String transport) {
        if (!transport.equals("auto") && !Gateways.transports().contains(transport)) {
            org.junit.jupiter.api.Assumptions.abort(transport + " cannot run here");
        }
        return gateways.start(files.settings("tls.provider=" + provider, "server.transport=" + transport));
    }

    private static long created(RunningGateway gateway) throws IOException {
        try (RawClient client = RawClient.tls(gateway, trusting)) {
            client.get("/health/live").readReply(); // the ticket comes behind the handshake
            return client.session().getCreationTime();
        }
    }

    private static String negotiated(RunningGateway gateway, String... offered) throws IOException {
        try (SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket("127.0.0.1", gateway.port())) {
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(offered);
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket.getApplicationProtocol();
        }
    }

    /** By BoringSSL, because the JDK has unlearned what is old. */
    private static void handshake(RunningGateway gateway, String version) throws IOException {
        SslContext context = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .protocols(version)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .build();
        TlsClient.shakeHands(context, gateway.port());
    }
}
