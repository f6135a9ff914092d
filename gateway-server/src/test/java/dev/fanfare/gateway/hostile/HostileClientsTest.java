package dev.fanfare.gateway.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.scenario.ChildGateway;
import dev.fanfare.gateway.scenario.TlsFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that mean harm, over real sockets, against a gateway in a process of its own that looks for leaked buffers: good clients miss no
 * tick and wait for none, newcomers get in, memory comes back, and the log stays quiet. {@code ops/hostile} runs it with thousands of
 * good clients and more time.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HostileClientsTest {
    private static final int GOOD = Integer.getInteger("hostile.good", 200);
    private static final int CROWD = Integer.getInteger("hostile.crowd", 100);
    /** How long the attacks of a family go on, all at once. */
    private static final long MILLIS = Long.getLong("hostile.millis", 3_000);
    /** A machine that is busy with other things may be late; one that is held up by an attack is later. */
    private static final long LATE_MILLIS = Long.getLong("hostile.late", 5_000);

    /** Time between two ticks. */
    private static final int TICK_MILLIS = Integer.getInteger("hostile.tick", 200);

    private static final String KEY = "the-key-of-the-api";
    private static final int MAX_LOG_LINES = 60;
    private static final long MORE_HEAP = 24 << 20;
    private static final long MORE_DIRECT = 48 << 20;

    @TempDir
    static Path files;

    private TlsFiles tls;
    private ChildGateway gateway;
    private GoodClients good;
    private Attack.Site site;
    private long heapBefore;
    private long directBefore;

    @BeforeAll
    void start() throws Exception {
        tls = new TlsFiles(files);
        gateway = ChildGateway.with(
                List.of("-Dio.netty.leakDetection.level=paranoid", "-ea", "-Xmx256m", "-XX:MaxDirectMemorySize=192m"),
                settings(tls));
        site = new Attack.Site(gateway.plainPort(), gateway.port(), KEY, CROWD);
        good = new GoodClients(gateway.plainPort(), GOOD);
        heapBefore = gateway.heapAfterCollection();
        directBefore = gateway.meter("gateway_direct_memory_used_bytes");
        good.restart();
    }

    @AfterAll
    void end() throws IOException {
        if (good != null) {
            good.close();
        }
        if (gateway != null) {
            gateway.close();
        }
    }

    @Test
    @Order(1)
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void badRequestsHurtNobodyElse() throws Exception {
        withstand("HTTP", HttpAttacks.all());
    }

    @Test
    @Order(2)
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void badFramesHurtNobodyElse() throws Exception {
        withstand("WebSocket", WebSocketAttacks.all());
    }

    @Test
    @Order(3)
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void badSubscribersAndPublishersHurtNobodyElse() throws Exception {
        withstand("streams and API", StreamAttacks.all());
    }

    @Test
    @Order(4)
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void badHttp2FramesHurtNobodyElse() throws Exception {
        withstand("HTTP/2", Http2Attacks.all());
    }

    @Test
    @Order(5)
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void badHandshakesHurtNobodyElse() throws Exception {
        withstand("TLS", TlsAttacks.all(tls.trusting()));
    }

    @Test
    @Order(6)
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void badTokensHurtNobodyElse() throws Exception {
        withstand("tokens", TokenAttacks.all());
    }

    @Test
    @Order(99)
    void afterwardsNothingIsLeftOfTheAttackers() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        long streams = gateway.meter("gateway_connections");
        while (streams != GOOD && System.nanoTime() - deadline < 0) {
            Thread.sleep(500);
            streams = gateway.meter("gateway_connections");
        }
        assertThat(streams).as("open streams").isEqualTo(GOOD);
        long heap = gateway.heapAfterCollection();
        long direct = gateway.meter("gateway_direct_memory_used_bytes");
        System.out.printf(
                "hostile: heap after collection %d -> %d KiB, direct memory %d -> %d KiB, %d lines in the log%n",
                heapBefore >> 10,
                heap >> 10,
                directBefore >> 10,
                direct >> 10,
                gateway.lines().size());
        gateway.lines().forEach(line -> System.out.println("log: " + line));
        assertThat(heap).as("heap after collection").isLessThan(heapBefore + MORE_HEAP);
        assertThat(direct).as("direct memory").isLessThan(directBefore + MORE_DIRECT);
        assertThat(gateway.output()).doesNotContain("LEAK", "OutOfMemory", "AssertionError");
        assertThat(gateway.lines()).as("lines in the log").hasSizeLessThan(MAX_LOG_LINES);
    }

    private void withstand(String family, Map<String, Attack> attacks) throws Exception {
        good.restart();
        Siege siege = new Siege(site);
        Map<String, Long> heldOff = siege.run(attacks, MILLIS);
        GoodClients.Report report = good.report();
        System.out.printf(
                "hostile: %s: %d attacks for %d ms; %s; %d newcomers waited at most %d ms%n",
                family, attacks.size(), MILLIS, report, siege.newcomers(), siege.worstWelcomeMillis());
        heldOff.forEach((name, count) -> System.out.printf("hostile:   %-50s held off %d times%n", name, count));
        assertThat(report.lost()).as("good clients that were cut").isZero();
        assertThat(report.missed()).as("ticks that good clients missed").isZero();
        assertThat(report.ticks()).as("ticks that good clients got").isGreaterThan(GOOD * MILLIS / TICK_MILLIS / 2);
        assertThat(report.worstMillis()).as("latest tick").isLessThan(LATE_MILLIS);
        heldOff.forEach(
                (name, count) -> assertThat(count).as("held off: " + name).isPositive());
    }

    private static List<String> settings(TlsFiles tls) {
        return List.of(tls.settings(
                "server.host=127.0.0.1",
                "server.port=0",
                "server.workers=2",
                "ticker.interval=" + TICK_MILLIS + "ms",
                "namespaces.ticks.conflate=false", // else a busy loop may pass over a tick
                "namespaces.ticks.history-size=100",
                "api.key=" + KEY,
                "api.publish-rate=2000",
                "http2.max-resets=300",
                "http2.max-control-frames=500",
                "http.request-timeout=1s",
                "http.keep-alive-timeout=2s",
                "http.max-body=128KiB",
                "websocket.max-message=16KiB",
                "slow-consumer.stall-timeout=5s",
                "slow-consumer.max-pending-total=4MiB",
                "limits.exempt-addresses=127.0.0.0/16, 127.1.0.0/16", // the good ones'
                "limits.max-connections-per-address=" + (CROWD + 20),
                "limits.open-rate-per-address=" + (CROWD * 2),
                "engine.memory.max-channels=2000",
                "channels.history-size=10",
                "channels.history-ttl=5s",
                "auth.hmac-secret=a-secret-that-no-attacker-ever-knows",
                "channels.subscribe=anyone",
                "namespaces.ticks.subscribe=anyone",
                "namespaces.secret.subscribe=authenticated",
                "tls.handshake-timeout=1s",
                "tls.handshake-rate=20"));
    }
}
