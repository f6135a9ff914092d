package dev.fanfare.gateway.boot;

import dev.fanfare.gateway.hub.Hub;
import dev.fanfare.gateway.observe.Readiness;
import dev.fanfare.gateway.transport.GatewayServer;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves without a thundering herd: not ready, listener closed, then goodbye to a few connections at a time, so that the
 * nodes that remain get reconnects at {@code drain.rate} and not all at once. Runs on the thread that shuts down.
 */
final class Drain {
    private static final Logger log = LoggerFactory.getLogger(Drain.class);
    private static final long STEP_MILLIS = 50;

    private final DrainConfig config;
    private final Hub hub;
    private final GatewayServer server;
    private final Readiness readiness;

    Drain(DrainConfig config, Hub hub, GatewayServer server, Readiness readiness) {
        this.config = config;
        this.hub = hub;
        this.server = server;
        this.readiness = readiness;
    }

    void run() {
        readiness.leaving();
        int connections = hub.count();
        double rate = config.rateFor(connections, Duration.ZERO);
        log.info(
                "draining {} connections at {} per second, at most {} s",
                connections,
                Math.round(rate),
                config.timeout().toSeconds());
        if (pause(config.notice())) {
            readiness.draining();
            server.stopAccepting();
            letGo();
        }
        log.info("drained; {} connections are left to be cut", hub.count());
    }

    private void letGo() {
        long start = System.nanoTime();
        Pace pace = new Pace(config, start);
        while (hub.count() > 0 && System.nanoTime() - start < config.timeout().toNanos()) {
            int now = pace.due(hub.count(), System.nanoTime());
            if (now > 0) {
                hub.sayGoodbye(now);
            }
            if (!pause(Duration.ofMillis(STEP_MILLIS))) {
                return;
            }
        }
    }

    private static boolean pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
            return true;
        } catch (InterruptedException stopNow) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
