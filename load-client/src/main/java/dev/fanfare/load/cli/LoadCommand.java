package dev.fanfare.load.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.load.connect.ClientLoops;
import dev.fanfare.load.connect.ConnectPlan;
import dev.fanfare.load.report.FailCondition;
import dev.fanfare.load.report.HtmlReport;
import dev.fanfare.load.report.JsonReport;
import dev.fanfare.load.report.TextReport;
import dev.fanfare.load.scenario.LoadPlan;
import dev.fanfare.load.scenario.LoadRun;
import dev.fanfare.load.scenario.OpenFiles;
import dev.fanfare.load.scenario.RunFailed;
import dev.fanfare.load.scenario.Scenario;
import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.RunResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command: reads its options, runs, reports. Main thread. */
@Command(
        name = "load-client",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Opens many SSE and WebSocket connections to a push server, checks every message that arrives on every one of"
                    + " them, and reports what was lost, duplicated, out of order or corrupt, and how late messages came.",
            ""
        },
        footer = {
            "",
            "Exit codes:",
            "  0  the run took place and no --fail-if condition holds",
            "  1  a --fail-if condition holds",
            "  2  the command line is wrong",
            "  3  the run could not take place: nothing connected, no connection was left,",
            "     nothing could be published, or a worker died",
            "",
            "Ctrl-C and SIGTERM end the run early; the report is still written.",
            "",
            "Example:",
            "  java -jar load-client.jar --url http://127.0.0.1:8080 -n 15000 --ramp 2000/s \\",
            "    --duration 60s --fail-if 'lost>0,p99>500ms' --html report.html",
            "  java -jar load-client.jar --url http://127.0.0.1:8080 -n 10000 --ramp 2000/s \\",
            "    --scenario reconnect-storm --per-connection 3 --fail-if 'faulty>0,absent>0'"
        })
final class LoadCommand implements Callable<Integer> {
    static final int COULD_NOT_RUN = 3;
    private static final int CONDITION_HOLDS = 1;

    private final Interruption interruption;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ConnectOptions connect = new ConnectOptions();

    @Mixin
    private ChannelOptions channels = new ChannelOptions();

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = Converters.Millis.class,
            description = {
                "Length of the measured window, which begins when the ramp is over: 500ms, 60s, 5m, 2h. Default:"
                        + " ${DEFAULT-VALUE}."
            })
    private long duration;

    @Option(
            names = "--fail-if",
            paramLabel = "COND[,COND]",
            converter = Converters.Conditions.class,
            description = {
                "Exit with 1 if a condition holds: METRIC OPERATOR VALUE with > >= < <= ==. Metrics: lost, duplicated,"
                        + " out-of-order, corrupt, without-id, stalled, missed-while-away, protocol-errors, reconnected, failed, closed,"
                        + " connected, messages, rate; and with a time: p50, p90, p99, p99.9, max, handshake-p50, handshake-p99, handshake-max. With channels also complete, told,"
                        + " faulty, absent (clients), gaps, slow-gaps, repeated, wrong-cursor, foreign, published, publish-refused,"
                        + " publish-errors, unsent, recovered, unrecovered; and with a time: publish-p50, publish-p99, publish-max,"
                        + " recovery-p50, recovery-p99, recovery-max. A time's condition holds when there was nothing to measure."
            })
    private List<FailCondition> failIf = new ArrayList<>();

    @Option(names = "--json", paramLabel = "FILE", description = "Write the report as JSON.")
    private @Nullable Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "Write the report as one page with plots.")
    private @Nullable Path html;

    @Option(
            names = "--workers",
            paramLabel = "auto|N",
            defaultValue = "auto",
            converter = Converters.Workers.class,
            description = {
                "Processes to spread the connections over. auto: this one alone if its open-files limit allows it, else"
                        + " as many workers as needed. Default: ${DEFAULT-VALUE}."
            })
    private int workers;

    @Option(
            names = "--loops",
            paramLabel = "N",
            converter = Converters.Positive.class,
            description = "Event loops (threads) per process. Default: half the cores, at least 1.")
    private @Nullable Integer loops;

    LoadCommand(Interruption interruption) {
        this.interruption = interruption;
    }

    @Override
    public Integer call() throws IOException, RunFailed {
        LoadPlan plan = plan();
        checkWritable("--json", json);
        checkWritable("--html", html);
        PrintWriter out = console().commandLine().getOut();
        RunResult result;
        try (Crews crews = Crews.assemble(plan);
                LiveProgress progress = LiveProgress.on(out)) {
            LoadRun run = new LoadRun(plan, crews.all(), progress);
            interruption.stops(run);
            result = run.run(channels.scenario().label(), settings(plan));
        }
        List<FailCondition.Outcome> outcomes =
                failIf.stream().map(c -> c.check(result)).toList();
        out.print(System.lineSeparator() + TextReport.of(result, outcomes));
        out.flush();
        writeFiles(result, outcomes);
        return exitCode(result, outcomes);
    }

    private LoadPlan plan() {
        channels.check(console(), connect.slowShare(), duration);
        connect.check(console());
        ConnectPlan connecting = connect.plan(channels.plan(), channels.scenario() == Scenario.RECONNECT_STORM);
        int connections = connecting.connections();
        int fit = (int) Math.min(Integer.MAX_VALUE, OpenFiles.connectionsPerProcess() / connect.socketsPerStream());
        int processes = workers == 0 ? OpenFiles.processesFor(connections, fit) : workers == 1 ? 0 : workers;
        int each = (connections + Math.max(1, processes) - 1) / Math.max(1, processes);
        if (each > fit) {
            throw new ParameterException(
                    console().commandLine(),
                    "Invalid value for option '--workers': '" + workers + "' leaves " + each
                            + " connections to a process whose open-files limit allows " + fit
                            + "; allowed is auto, or at least "
                            + OpenFiles.processesFor(connections, fit));
        }
        int perProcess = loops == null ? Math.max(1, Runtime.getRuntime().availableProcessors() / 2) : loops;
        return new LoadPlan(
                connecting,
                duration,
                perProcess,
                Math.min(processes, connections),
                channels.steps(duration),
                channels.settleMillis());
    }

    private void checkWritable(String option, @Nullable Path file) {
        if (file == null) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
            throw new ParameterException(
                    console().commandLine(),
                    "Invalid value for option '" + option + "': '" + file
                            + "' is not a file in a directory that exists");
        }
    }

    private CommandSpec console() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the spec before it calls");
        }
        return spec;
    }

    private Map<String, String> settings(LoadPlan plan) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (OptionSpec option : console().options()) {
            List<String> given = option.originalStringValues();
            String fallback = option.defaultValue();
            if (!given.isEmpty()) {
                settings.put(option.longestName(), shown(option.longestName(), given));
            } else if (fallback != null && option.arity().max() > 0 && concerns(option.longestName())) {
                settings.put(option.longestName(), fallback);
            }
        }
        settings.put("--loops", String.valueOf(plan.loops()));
        return settings;
    }

    private boolean concerns(String option) {
        return channels.concerns(option) && connect.concerns(option);
    }

    /** Of headers the names only, of tokens none: their values may be secrets, and reports are passed on. */
    private static String shown(String option, List<String> given) {
        return given.stream().map(value -> shown(option, value)).collect(Collectors.joining(" "));
    }

    private static String shown(String option, String value) {
        return switch (option) {
            case "--header" -> value.substring(0, value.indexOf(':'));
            case "--token" -> value.startsWith("@") ? value : "(not shown)";
            default -> value;
        };
    }

    private void writeFiles(RunResult result, List<FailCondition.Outcome> outcomes) throws IOException {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("client", Version.number());
        environment.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        environment.put(
                "os",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        environment.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        environment.put("io", ClientLoops.backend());
        if (result.total().total(Counter.TLS_HANDSHAKES) > 0) {
            environment.put("tls", ClientLoops.tlsProvider());
        }
        ObjectNode report = JsonReport.of(result, outcomes, environment);
        if (json != null) {
            JsonReport.write(report, json);
        }
        if (html != null) {
            HtmlReport.write(report, html);
        }
    }

    private int exitCode(RunResult result, List<FailCondition.Outcome> outcomes) {
        if (result.total().healthy().opened() + result.total().slow().opened() == 0) {
            console().commandLine().getErr().println("load-client: nothing could connect");
            return COULD_NOT_RUN;
        }
        if (channels.scenario() != Scenario.BROADCAST
                && result.total().healthy().get(Counter.PUBLISHED) == 0) {
            console().commandLine().getErr().println("load-client: nothing could be published");
            return COULD_NOT_RUN;
        }
        if (result.deserted()) {
            console()
                    .commandLine()
                    .getErr()
                    .println("load-client: no connection was left before the end of the measured window");
            return COULD_NOT_RUN;
        }
        return outcomes.stream().anyMatch(FailCondition.Outcome::holds) ? CONDITION_HOLDS : 0;
    }
}
