package dev.fanfare.load.cli;

import dev.fanfare.load.connect.ChannelPlan;
import dev.fanfare.load.scenario.Scenario;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options that say what is published to channels, and what happens meanwhile. Filled by picocli. */
final class ChannelOptions {
    private static final List<Scenario> PUBLISHING =
            List.of(Scenario.CHANNELS, Scenario.RECONNECT_STORM, Scenario.SLOW_READERS);

    /** Never more publications in one call than the gateway takes by default. */
    private static final int MOST_IN_A_CALL = 10_000;

    private static final int MOST_KEYS = 1000;

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            defaultValue = "broadcast",
            converter = Converters.OneScenario.class,
            description = {
                "broadcast: the server sends ticks by itself. channels: this client publishes, and subscribers check every"
                        + " channel. reconnect-storm: the same, and all are cut off at once and come back. slow-readers: the"
                        + " same, and the slow share stops reading for a while. Default: ${DEFAULT-VALUE}."
            })
    private Scenario scenario = Scenario.BROADCAST;

    @Option(
            names = "--channels",
            paramLabel = "N",
            defaultValue = "100",
            converter = Converters.Positive.class,
            description = "Channels to publish to. Default: ${DEFAULT-VALUE}.")
    private int channels;

    @Option(
            names = "--per-connection",
            paramLabel = "N",
            defaultValue = "1",
            converter = Converters.Positive.class,
            description = "Channels each connection subscribes to. Default: ${DEFAULT-VALUE}.")
    private int perConnection;

    @Option(
            names = "--channel-prefix",
            paramLabel = "TEXT",
            defaultValue = "load:",
            converter = Converters.ChannelPrefix.class,
            description = {
                "What channels are called, before their number; the part before the first colon is the namespace. Default:"
                        + " ${DEFAULT-VALUE}."
            })
    private String prefix = "";

    @Option(
            names = "--publishers",
            paramLabel = "N",
            defaultValue = "4",
            converter = Converters.Positive.class,
            description = {
                "Keep-alive connections that publish to the first --url, each to channels of its own, one call at a time."
                        + " Default: ${DEFAULT-VALUE}."
            })
    private int publishers;

    @Option(
            names = "--publish-rate",
            paramLabel = "N/s",
            defaultValue = "1000/s",
            converter = Converters.Rate.class,
            description = "Publications per second over all channels, against the clock. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "100",
            converter = Converters.Positive.class,
            description = {
                "Publications in one call, at most: what is due when the call before is answered. 1: /api/publish, else"
                        + " /api/bulk. Default: ${DEFAULT-VALUE}."
            })
    private int batch;

    @Option(
            names = "--payload",
            paramLabel = "BYTES",
            defaultValue = "256",
            converter = Converters.Payload.class,
            description = "Length of a publication's data. Default: ${DEFAULT-VALUE}.")
    private int payload;

    @Option(
            names = "--keys",
            paramLabel = "N",
            defaultValue = "0",
            converter = Converters.NotNegative.class,
            description = {
                "The channels conflate, with this many keys each; 1: without a key. 0: they do not, and everything must"
                        + " come. Default: ${DEFAULT-VALUE}."
            })
    private int keys;

    @Option(
            names = "--storms",
            paramLabel = "N",
            defaultValue = "1",
            converter = Converters.Positive.class,
            description =
                    "reconnect-storm: how often all are cut off, evenly spread over the window. Default: ${DEFAULT-VALUE}.")
    private int storms;

    @Option(
            names = "--spread",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = Converters.Millis.class,
            description = "reconnect-storm: each comes back after a random time up to this. Default: ${DEFAULT-VALUE}.")
    private long spread;

    @Option(
            names = "--drop",
            paramLabel = "reset|close",
            defaultValue = "reset",
            converter = Converters.Drop.class,
            description = "reconnect-storm: how connections are cut off, by RST or by FIN. Default: ${DEFAULT-VALUE}.")
    private String drop = "";

    @Option(
            names = "--pause",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = Converters.Millis.class,
            description = {
                "slow-readers: how long the slow share does not read, after the first quarter of the window. Default:"
                        + " ${DEFAULT-VALUE}."
            })
    private long pause;

    @Option(
            names = "--settle",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = Converters.Millis.class,
            description = {
                "How long subscribers may take, after the last publication, to have everything; the run ends as soon as all"
                        + " have. Default: ${DEFAULT-VALUE}."
            })
    private long settle;

    Scenario scenario() {
        return scenario;
    }

    long settleMillis() {
        return settle;
    }

    /** What happens in a window of {@code duration} milliseconds. */
    List<Scenario.Step> steps(long duration) {
        return scenario.steps(duration, storms, pause);
    }

    /** What to publish; null in a broadcast. */
    @Nullable
    ChannelPlan plan() {
        return scenario == Scenario.BROADCAST
                ? null
                : new ChannelPlan(
                        prefix,
                        channels,
                        perConnection,
                        publishers,
                        rate,
                        batch,
                        payload,
                        keys,
                        System.currentTimeMillis() / 100 % 1_000_000_000,
                        spread,
                        drop.equals("reset"));
    }

    /**
     * Refuses options that do not go together.
     *
     * @throws ParameterException naming the option, the fault and what is allowed
     */
    void check(CommandSpec spec, double slowShare, long duration) {
        if (scenario == Scenario.BROADCAST) {
            only(spec, PUBLISHING, "--channels", "--per-connection", "--channel-prefix", "--publishers");
            only(spec, PUBLISHING, "--publish-rate", "--batch", "--payload", "--keys", "--settle");
        }
        only(spec, List.of(Scenario.RECONNECT_STORM), "--storms", "--spread", "--drop");
        only(spec, List.of(Scenario.SLOW_READERS), "--pause");
        only(spec, List.of(Scenario.BROADCAST, Scenario.SLOW_READERS), "--slow-share");
        only(spec, List.of(Scenario.BROADCAST), "--no-compare");
        if (scenario != Scenario.BROADCAST) {
            most(spec, "--per-connection", perConnection, channels, "as there are --channels");
            most(spec, "--publishers", publishers, channels, "as there are --channels: each has channels of its own");
        }
        most(spec, "--batch", batch, MOST_IN_A_CALL, "as one call holds");
        most(spec, "--keys", keys, MOST_KEYS, "as are followed per channel");
        if (scenario == Scenario.SLOW_READERS && slowShare == 0) {
            throw wrong(spec, "--slow-share", "0", "leaves nobody to be slow; allowed is a share above 0");
        }
        if (scenario == Scenario.SLOW_READERS && pause > duration / 2) {
            throw wrong(
                    spec,
                    "--pause",
                    pause + " ms",
                    "is longer than half the window; allowed is " + duration / 2 + " ms");
        }
        if (scenario == Scenario.RECONNECT_STORM && spread > duration / (storms + 1)) {
            throw wrong(
                    spec,
                    "--spread",
                    spread + " ms",
                    "leaves no time to be back before the next storm or the end; allowed is " + duration / (storms + 1)
                            + " ms");
        }
    }

    /** Whether an option that was not given says something about this run. */
    boolean concerns(String option) {
        return switch (option) {
            case "--channels", "--per-connection", "--channel-prefix", "--publishers", "--publish-rate" ->
                scenario != Scenario.BROADCAST;
            case "--batch", "--payload", "--keys", "--settle" -> scenario != Scenario.BROADCAST;
            case "--storms", "--spread", "--drop" -> scenario == Scenario.RECONNECT_STORM;
            case "--pause" -> scenario == Scenario.SLOW_READERS;
            default -> true;
        };
    }

    private void only(CommandSpec spec, List<Scenario> scenarios, String... options) {
        if (scenarios.contains(scenario)) {
            return;
        }
        for (String option : options) {
            if (!spec.findOption(option).originalStringValues().isEmpty()) {
                String allowed = scenarios.stream().map(Scenario::label).collect(Collectors.joining(", "));
                throw new ParameterException(
                        spec.commandLine(),
                        "Invalid option '" + option + "' with --scenario " + scenario.label() + "; it goes with "
                                + allowed);
            }
        }
    }

    private static void most(CommandSpec spec, String option, int value, int limit, String why) {
        if (value > limit) {
            throw wrong(spec, option, String.valueOf(value), "is too many; allowed are " + limit + ", " + why);
        }
    }

    private static ParameterException wrong(CommandSpec spec, String option, String value, String fault) {
        return new ParameterException(
                spec.commandLine(), "Invalid value for option '" + option + "': '" + value + "' " + fault);
    }

    /** The names of all scenarios. */
    static String names() {
        return Arrays.stream(Scenario.values()).map(Scenario::label).collect(Collectors.joining(", "));
    }
}
