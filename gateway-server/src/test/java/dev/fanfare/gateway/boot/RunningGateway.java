package dev.fanfare.gateway.boot;

import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.config.Given;
import dev.fanfare.gateway.transport.GatewayServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine;

/** A whole gateway in this JVM, on a free port of the loopback interface. Test thread. */
public final class RunningGateway implements AutoCloseable {
    private final Gateway gateway;
    private final GatewayServer.Addresses addresses;
    private boolean closed;

    private RunningGateway(Gateway gateway, GatewayServer.Addresses addresses) {
        this.gateway = gateway;
        this.addresses = addresses;
    }

    /** What a command line printed and returned. */
    public record Outcome(int code, String out, String err) {}

    /**
     * Starts one.
     *
     * @param settings each {@code key=value}; the defaults for tests are two workers and a tick every 50 ms
     */
    public static RunningGateway with(String... settings) {
        Map<String, Given> flags = new LinkedHashMap<>();
        set(flags, "server.host=127.0.0.1", "server.port=0", "server.workers=2", "ticker.interval=50ms");
        set(flags, settings);
        try {
            Gateway gateway = new Gateway(GatewayConfig.load(null, Map.of(), flags));
            return new RunningGateway(gateway, gateway.start());
        } catch (ConfigException | IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** Runs the command line in this JVM; not for {@code serve} that succeeds. */
    public static Outcome command(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command =
                Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int code = command.execute(arguments);
        return new Outcome(code, out.toString(), err.toString());
    }

    public int port() {
        return addresses.main().getPort();
    }

    /** A port that speaks plain: the one beside TLS, or the only one. */
    public int plainPort() {
        InetSocketAddress beside = addresses.plain();
        return beside == null ? port() : beside.getPort();
    }

    /** The port of those who run it. */
    public int managementPort() {
        return Objects.requireNonNull(addresses.management(), "management.port").getPort();
    }

    public void reload() {
        gateway.reload();
    }

    public void drain() {
        gateway.drain();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            gateway.close();
        }
    }

    private static void set(Map<String, Given> flags, String... settings) {
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            flags.put(setting.substring(0, equals), new Given(setting.substring(equals + 1), "test"));
        }
    }
}
