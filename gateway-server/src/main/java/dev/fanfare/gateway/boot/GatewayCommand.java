package dev.fanfare.gateway.boot;

import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.config.Setting;
import dev.fanfare.gateway.doctor.Doctor;
import dev.fanfare.gateway.tls.Certificates;
import dev.fanfare.gateway.transport.GatewayServer;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. Without a subcommand it serves. */
@Command(
        name = "gateway-server.jar",
        mixinStandardHelpOptions = true,
        versionProvider = GatewayCommand.VersionLine.class,
        sortOptions = false,
        description = {
            "Fanfare: holds SSE and WebSocket connections and pushes to all of them at once.",
            "Without a command it serves: GET / shows live ticks, /sse and /ws deliver them.",
            ""
        },
        footer = {
            "",
            "Every setting can stand in the YAML file (ticker: {interval: 1s}), in the environment",
            "(FANFARE_TICKER_INTERVAL=1s) or in a flag (--set ticker.interval=1s); the later wins.",
            "'check-config' lists them all.",
            "",
            "Exit codes: 0 ended as asked (SIGTERM drains first), 1 could not run or a doctor check failed,",
            "2 bad command line or configuration."
        },
        subcommands = {
            GatewayCommand.Serve.class,
            GatewayCommand.CheckConfig.class,
            GatewayCommand.DoctorCommand.class,
            TokenCommand.class
        })
final class GatewayCommand implements Callable<Integer> {
    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Override
    public Integer call() throws ConfigException, IOException {
        return serve(options);
    }

    private static int serve(ConfigOptions options) throws ConfigException, IOException {
        Server.run(options.load());
        return ExitCode.RUNNING;
    }

    /** {@code serve}. */
    @Command(name = "serve", mixinStandardHelpOptions = true, description = "Run the gateway (the default).")
    static final class Serve implements Callable<Integer> {
        @Mixin
        private final ConfigOptions options = new ConfigOptions();

        @Override
        public Integer call() throws ConfigException, IOException {
            return serve(options);
        }
    }

    /** {@code check-config}. */
    @Command(
            name = "check-config",
            mixinStandardHelpOptions = true,
            description = "Check the settings and list them all; exit code 2 says that something is wrong.")
    static final class CheckConfig implements Callable<Integer> {
        @Mixin
        private final ConfigOptions options = new ConfigOptions();

        @Spec
        private CommandLine.Model.@Nullable CommandSpec spec;

        @Override
        public Integer call() throws ConfigException {
            GatewayConfig config = options.load();
            Certificates.check(config.tls(), GatewayServer.PROTOCOLS);
            if (spec != null) {
                for (Setting setting : config.documented()) {
                    spec.commandLine()
                            .getOut()
                            .printf("%-32s %-14s %s%n", setting.key(), setting.current(), setting.meaning());
                }
                spec.commandLine().getOut().println("the configuration is good");
            }
            return ExitCode.OK;
        }
    }

    /** {@code doctor}. */
    @Command(
            name = "doctor",
            mixinStandardHelpOptions = true,
            description = "Check this machine against a number of connections and say what to change and how.")
    static final class DoctorCommand implements Callable<Integer> {
        @Option(
                names = {"-t", "--target"},
                paramLabel = "N",
                defaultValue = "100000",
                description = "connections this process shall hold (default ${DEFAULT-VALUE})")
        private int target;

        @Spec
        private CommandLine.Model.@Nullable CommandSpec spec;

        @Override
        public Integer call() {
            if ((target < 1 || target > Doctor.MOST_CONNECTIONS) && spec != null) {
                throw new ParameterException(
                        spec.commandLine(),
                        "Invalid value for option '--target': '" + target + "'; allowed: 1 to "
                                + Doctor.MOST_CONNECTIONS);
            }
            return new Doctor().run(target, System.out);
        }
    }

    /** For {@code --version}. */
    static final class VersionLine implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"Fanfare " + Version.get() + " (Java " + System.getProperty("java.version") + ")"};
        }
    }
}
