package dev.fanfare.gateway.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Capability;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * The image of {@code ops/docker} behind nginx, with the rights and the files of {@code compose.yml}. Its twin for machines
 * without Docker is {@code .ci/acceptance}: the jar behind nginx.
 */
@EnabledIf(
        value = "dev.fanfare.gateway.container.DockerEngine#answers",
        disabledReason = "no Docker engine answers: the image was neither built nor run")
class ImageBehindNginxTest {
    private static final int PATIENCE_SECONDS = 30;

    private static String image = "";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Network network = Network.newNetwork();
    private final GenericContainer<?> gateway = gateway(network);
    private final GenericContainer<?> nginx = nginx(network);

    @BeforeAll
    @Timeout(value = 12, unit = TimeUnit.MINUTES)
    static void image() throws Exception {
        image = DockerEngine.gatewayImage();
    }

    @BeforeEach
    void start() {
        gateway.start();
        nginx.start();
    }

    @AfterEach
    void stop() {
        nginx.stop();
        gateway.stop();
        network.close();
    }

    @Test
    void itRunsWithoutRightsAndWithNothingToWriteTo() throws Exception {
        assertThat(gateway.execInContainer("id", "-u").getStdout()).isEqualTo("10001\n");
        assertThat(gateway.execInContainer("cat", "/proc/1/status").getStdout())
                .contains("CapEff:\t0000000000000000", "NoNewPrivs:\t1");
        assertThat(gateway.execInContainer("touch", "/opt/fanfare/here").getExitCode())
                .isNotZero();
        assertThat(gateway.execInContainer("/opt/fanfare/health").getExitCode()).isZero();
        assertThat(gateway.execInContainer("/opt/fanfare/health", "/nothing").getExitCode())
                .isOne();
        String metrics = http.send(get(gateway, 8080, "/metrics"), HttpResponse.BodyHandlers.ofString())
                .body();
        assertThat(metrics).contains("gateway_transport_info{transport=\"epoll\"} 1");
    }

    @Test
    void bothTransportsTickThroughNginxAndATermSignalDrains() throws Exception {
        WebSocketTicks socket = WebSocketTicks.open(http, at(nginx, 8081, "ws", "/ws"));
        try (BufferedReader events = stream()) {
            assertInOrder(seqs(events, 10));
            List<Long> seqs = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                seqs.add(WebSocketTicks.seqOf(socket.next(PATIENCE_SECONDS)));
            }
            assertInOrder(seqs);

            gateway.getDockerClient()
                    .stopContainerCmd(gateway.getContainerId())
                    .withTimeout(PATIENCE_SECONDS)
                    .exec();

            List<String> rest = events.lines().toList();
            assertThat(rest).as("the last thing an EventSource reads").last().isEqualTo("");
            assertThat(rest.get(rest.size() - 2)).startsWith("retry: ");
        }
        assertThat(socket.closed().get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(1001);
        assertThat(gateway.getDockerClient()
                        .inspectContainerCmd(gateway.getContainerId())
                        .exec()
                        .getState()
                        .getExitCodeLong())
                .isZero();
        assertThat(gateway.getLogs()).contains("draining 2 connections", "drained; 0 connections");
        try (BufferedReader events = stream()) {
            assertThat(events.lines().toList())
                    .as("with no gateway left nginx asks the EventSource to come back")
                    .singleElement()
                    .asString()
                    .startsWith("retry: ");
        }
    }

    private static GenericContainer<?> gateway(Network network) {
        return new GenericContainer<>(DockerImageName.parse(image))
                .withNetwork(network)
                .withNetworkAliases("gateway")
                .withEnv("FANFARE_TICKER_INTERVAL", "200ms")
                .withExposedPorts(8080)
                .withCreateContainerCmdModifier(command -> command.getHostConfig()
                        .withReadonlyRootfs(true)
                        .withCapDrop(Capability.ALL)
                        .withSecurityOpts(List.of("no-new-privileges:true")))
                .waitingFor(Wait.forHttp("/health/ready").forPort(8080));
    }

    private static GenericContainer<?> nginx(Network network) {
        return new GenericContainer<>(DockerImageName.parse(DockerEngine.nginxImage()))
                .withNetwork(network)
                .withExposedPorts(8081)
                .withCopyFileToContainer(file("ops/nginx/fanfare.conf", 0644), "/etc/nginx/fanfare.conf")
                .withCopyFileToContainer(file("ops/docker/nginx-start", 0755), "/fanfare/nginx-start")
                .withCreateContainerCmdModifier(command -> command.withEntrypoint("/fanfare/nginx-start"))
                .waitingFor(Wait.forHttp("/").forPort(8081).forStatusCode(200));
    }

    private static MountableFile file(String path, int mode) {
        return MountableFile.forHostPath(DockerEngine.repository().resolve(path), mode);
    }

    private static URI at(GenericContainer<?> container, int port, String scheme, String path) {
        return URI.create(scheme + "://" + container.getHost() + ":" + container.getMappedPort(port) + path);
    }

    private static HttpRequest get(GenericContainer<?> container, int port, String path) {
        return HttpRequest.newBuilder(at(container, port, "http", path))
                .timeout(Duration.ofSeconds(PATIENCE_SECONDS))
                .header("Accept", "text/event-stream, */*")
                .build();
    }

    private BufferedReader stream() throws IOException, InterruptedException {
        var answer = http.send(get(nginx, 8081, "/sse"), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        return new BufferedReader(new InputStreamReader(answer.body(), UTF_8));
    }

    private static List<Long> seqs(BufferedReader events, int count) throws IOException {
        List<Long> seqs = new ArrayList<>();
        while (seqs.size() < count) {
            String line = events.readLine();
            assertThat(line).as("the stream goes on").isNotNull();
            if (line.startsWith("data: ")) {
                seqs.add(WebSocketTicks.seqOf(line.substring(6)));
            }
        }
        return seqs;
    }

    private static void assertInOrder(List<Long> seqs) {
        for (int i = 1; i < seqs.size(); i++) {
            assertThat(seqs.get(i)).as(seqs.toString()).isEqualTo(seqs.get(i - 1) + 1);
        }
    }
}
