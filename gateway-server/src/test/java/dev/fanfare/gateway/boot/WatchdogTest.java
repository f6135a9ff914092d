package dev.fanfare.gateway.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.engine.NoPresence;
import dev.fanfare.gateway.engine.RecordingBroker;
import dev.fanfare.gateway.hub.Hub;
import dev.fanfare.gateway.hub.NoRevocations;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.local.LocalIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchdogTest {
    /** Of systemd's time; a quarter of it is four sweeps. */
    private static final long TIMEOUT_MILLIS = 4000;

    private static final String ADDRESS =
            "@fanfare/watchdog/" + ProcessHandle.current().pid();

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(3, LocalIoHandler.newFactory());
    private final CountDownLatch hanging = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private Hub hub;

    @BeforeEach
    void makeHub() throws ConfigException {
        assumeTrue(Epoll.isAvailable());
        GatewayConfig config = GatewayConfig.load(null, Map.of(), Map.of());
        GatewayMetrics metrics = new GatewayMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        hub = new Hub(
                loops,
                config.hub(),
                new Hub.Engine(new RecordingBroker(), new NoPresence()),
                NoRevocations.TOKENS,
                metrics);
        hub.start();
    }

    @AfterEach
    void stop() throws Exception {
        released.countDown();
        watch.shutdownNow();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        for (AutoCloseable resource : open) {
            resource.close();
        }
    }

    @Test
    void itSpeaksAtHalfTheTimeAsLongAsAllLoopsLive() throws Exception {
        NotifySocket systemd = watched(TIMEOUT_MILLIS);
        assertThat(systemd.next()).containsExactly("WATCHDOG=1", "STATUS=open streams: 0");
        long first = System.nanoTime();
        assertThat(systemd.next()).contains("WATCHDOG=1");

        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - first))
                .isBetween(TIMEOUT_MILLIS / 2 - 200, TIMEOUT_MILLIS - 200);
    }

    @Test
    void oneLoopOfThreeThatHangsSilencesItUntilTheLoopIsBack() throws Exception {
        NotifySocket systemd = watched(TIMEOUT_MILLIS);
        assertThat(systemd.next()).contains("WATCHDOG=1");
        hangOneLoop();
        // By now the last sweep is too old; what was said before that does not count.
        Thread.sleep(TIMEOUT_MILLIS / 4 + 100);
        systemd.clear();

        assertThat(systemd.next(TIMEOUT_MILLIS))
                .as("a whole timeout without a word")
                .isNull();

        released.countDown();
        assertThat(systemd.next(TIMEOUT_MILLIS / 4)).as("asked again soon").contains("WATCHDOG=1");
    }

    @Test
    void nothingIsSaidToWhomDoesNotListen() throws Exception {
        NotifySocket systemd = watched(0);

        assertThat(systemd.next(300)).isNull();
    }

    private NotifySocket watched(long millis) {
        NotifySocket systemd = NotifySocket.on(ADDRESS);
        open.add(systemd);
        ServiceManager manager = ServiceManager.in(Map.of(
                "NOTIFY_SOCKET", ADDRESS, "WATCHDOG_USEC", Long.toString(TimeUnit.MILLISECONDS.toMicros(millis))));
        open.add(manager);
        Watchdog.start(manager, hub, watch);
        return systemd;
    }

    private void hangOneLoop() throws InterruptedException {
        loops.next().execute(() -> {
            hanging.countDown();
            try {
                released.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(hanging.await(10, TimeUnit.SECONDS)).isTrue();
    }
}
