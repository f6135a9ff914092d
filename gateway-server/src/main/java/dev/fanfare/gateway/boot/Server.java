package dev.fanfare.gateway.boot;

import ch.qos.logback.classic.LoggerContext;
import dev.fanfare.gateway.config.ConfigException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** One gateway as a process: starts it, says so, and drains it when the process is told to end. */
final class Server {
    private Server() {}

    static void run(GatewayConfig config) throws ConfigException, IOException {
        ServiceManager manager = ServiceManager.in(System.getenv());
        Gateway gateway = new Gateway(config);
        InetSocketAddress address;
        try {
            address = gateway.start();
        } catch (IOException cannotListen) {
            gateway.close();
            manager.close();
            throw cannotListen;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(gateway, config.drain(), manager), "drain"));
        System.out.println(StartScreen.of(gateway, config, address));
        manager.tell(
                "READY=1",
                "STATUS=listening on port %d, transport %s, %d worker loops"
                        .formatted(
                                address.getPort(),
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
