package dev.fanfare.gateway.boot;

import ch.qos.logback.classic.LoggerContext;
import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.transport.GatewayServer;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** One gateway as a process: starts it, says so, and drains it when the process is told to end. */
final class Server {
    private Server() {}

    static void run(GatewayConfig config) throws ConfigException, IOException {
        ServiceManager manager = ServiceManager.in(System.getenv());
        Gateway gateway = new Gateway(config);
        GatewayServer.Addresses addresses;
        try {
            addresses = gateway.start();
        } catch (IOException cannotListen) {
            gateway.close();
            manager.close();
            throw cannotListen;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(gateway, config.drain(), manager), "drain"));
        if (config.tls().isOn() || manager.isThere()) { // else a terminal that closes ends it, as ever
            Hangup.then(gateway::reload);
        }
        System.out.println(StartScreen.of(gateway, config, addresses));
        manager.tell(
                "READY=1",
                "STATUS=listening on port %d, transport %s, %d worker loops"
                        .formatted(
                                addresses.main().getPort(),
                                gateway.transport().name(),
                                config.server().workers()));
        gateway.watchedBy(manager);
    }

    /** Runs as the shutdown hook; a drained gateway ended as asked, so the process says 0 and not 143. */
    private static void end(Gateway gateway, DrainConfig drain, ServiceManager manager) {
        int code = ExitCode.FAILED;
        try {
            manager.tell(
                    "STOPPING=1",
                    "STATUS=draining, open streams: %d".formatted(gateway.streams()),
                    "EXTEND_TIMEOUT_USEC="
                            + TimeUnit.MILLISECONDS.toMicros(drain.longest().toMillis()));
            gateway.drain();
            gateway.close();
            code = ExitCode.OK;
        } catch (RuntimeException failure) {
            LoggerFactory.getLogger(Server.class).error("the drain failed", failure);
        } finally {
            flushLog();
            System.out.flush();
            Runtime.getRuntime().halt(code);
        }
    }

    /** The log is written by a thread of its own; without this the last lines, which tell of the drain, are lost. */
    private static void flushLog() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext log) {
            log.stop();
        }
    }
}
