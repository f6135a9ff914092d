package dev.fanfare.gateway.boot;

import ch.qos.logback.classic.LoggerContext;
import dev.fanfare.gateway.config.ConfigException;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.slf4j.LoggerFactory;

/** One gateway as a process: starts it, says so, and drains it when the process is told to end. */
final class Server {
    private Server() {}

    static void run(GatewayConfig config) throws ConfigException, IOException {
        Gateway gateway = new Gateway(config);
        InetSocketAddress address;
        try {
            address = gateway.start();
        } catch (IOException cannotListen) {
            gateway.close();
            throw cannotListen;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(gateway), "drain"));
        System.out.println(StartScreen.of(gateway, config, address));
    }

    /** Runs as the shutdown hook; a drained gateway ended as asked, so the process says 0 and not 143. */
    private static void end(Gateway gateway) {
        int code = ExitCode.FAILED;
        try {
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
