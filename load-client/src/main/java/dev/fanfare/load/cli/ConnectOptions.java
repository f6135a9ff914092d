package dev.fanfare.load.cli;

import dev.fanfare.load.connect.ChannelPlan;
import dev.fanfare.load.connect.ConnectPlan;
import dev.fanfare.load.connect.RequestPlan;
import dev.fanfare.load.connect.Target;
import dev.fanfare.load.connect.TlsPlan;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options that say what to connect, and how. Filled by picocli. */
final class ConnectOptions {
    @Option(
            names = "--url",
            required = true,
            paramLabel = "URL",
            converter = Converters.Url.class,
            description = {
                "The server: http://host:port[/base], or https:// for TLS. Given several times, the connections are spread over the"
                        + " servers evenly."
            })
    private List<String> urls = new ArrayList<>();

    @Option(
            names = {"-n", "--connections"},
            paramLabel = "N",
            defaultValue = "1000",
            converter = Converters.Positive.class,
            description = "Connections to open, or with --http2 streams. Default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(
            names = "--sse-share",
            paramLabel = "0..1",
            defaultValue = "0.5",
            converter = Converters.Share.class,
            description = {
                "Share of the connections that use SSE; the rest uses WebSocket. Default: ${DEFAULT-VALUE}, with --http2: 1."
            })
    private double sseShare;

    @Option(
            names = "--http2",
            description = {
                "SSE over HTTP/2, many streams on a connection: by ALPN over TLS, by prior knowledge without. WebSockets stay"
                        + " with HTTP/1.1."
            })
    private boolean http2;

    @Option(
            names = "--streams-per-connection",
            paramLabel = "N",
            defaultValue = "100",
            converter = Converters.Positive.class,
            description = "With --http2: streams on each connection, at most. Default: ${DEFAULT-VALUE}.")
    private int streamsPerConnection;

    @Option(
            names = "--slow-share",
            paramLabel = "0..1",
            defaultValue = "0",
            converter = Converters.Share.class,
            description = {
                "Share of each transport's connections that stop reading after the handshake (slow-readers: for --pause), with a"
                        + " small receive buffer. They are counted apart. Default: ${DEFAULT-VALUE}."
            })
    private double slowShare;

    @Option(
            names = "--ramp",
            paramLabel = "N/s",
            defaultValue = "1000/s",
            converter = Converters.Rate.class,
            description = "Connections to start per second. Default: ${DEFAULT-VALUE}.")
    private double ramp;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            defaultValue = "1000",
            converter = Converters.Positive.class,
            description = {
                "Handshakes under way at once, at most; the ramp waits, and makes up for it later. Default:"
                        + " ${DEFAULT-VALUE}."
            })
    private int inFlight;

    @Option(
            names = "--connect-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = Converters.Millis.class,
            description = "From the start of a try to the complete response head. Default: ${DEFAULT-VALUE}.")
    private long connectTimeout;

    @Option(
            names = "--reconnect",
            description = {
                "Try again when a try fails or a stream ends: exponential backoff from 0.5 s to 30 s with full jitter,"
                        + " after the wait an SSE 'retry:' asks for; sends Last-Event-ID."
            })
    private boolean reconnect;

    @Option(
            names = "--sse-path",
            paramLabel = "PATH",
            defaultValue = "/sse",
            converter = Converters.UrlPath.class,
            description = "Path of the event stream. Default: ${DEFAULT-VALUE}.")
    private String ssePath = "";

    @Option(
            names = "--ws-path",
            paramLabel = "PATH",
            defaultValue = "/ws",
            converter = Converters.UrlPath.class,
            description = "Path of the WebSocket. Default: ${DEFAULT-VALUE}.")
    private String wsPath = "";

    @Option(
            names = "--header",
            paramLabel = "'NAME: VALUE'",
            converter = Converters.Header.class,
            description = "A header to send with every request, may be repeated; replaces ours of the same name.")
    private List<String> headers = new ArrayList<>();

    @Option(
            names = "--compression",
            description = {
                "Offer permessage-deflate (WebSocket) and gzip (SSE), and read what comes. Bytes are counted as they come from the"
                        + " network."
            })
    private boolean compression;

    @Option(
            names = "--token",
            paramLabel = "TOKEN|@FILE",
            converter = Converters.Tokens.class,
            description = {
                "Who asks: sent as 'Authorization: Bearer TOKEN'. A file has one token per line; connections use them in turn,"
                        + " and publishers the first, unless --header has an X-API-Key."
            })
    private List<String> tokens = List.of();

    @Option(names = "--insecure", description = "Take any certificate for the server's, whatever name it has.")
    private boolean insecure;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            converter = Converters.Certificates.class,
            description = "Believe the authorities in this PEM file, not those of the JDK.")
    private @Nullable String ca;

    @Option(
            names = "--no-resumption",
            description = "Make every TLS handshake a full one, as if nobody had been there before.")
    private boolean noResumption;

    @Option(
            names = "--no-compare",
            description = {
                "Do not demand that all connections get the same bytes under the same number. For several servers with"
                        + " a clock each behind one address."
            })
    private boolean noCompare;

    private List<String> headers() {
        List<String> all = new ArrayList<>();
        if (compression) {
            all.add("Accept-Encoding: gzip");
            all.add("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");
        }
        all.addAll(headers);
        return all;
    }

    double slowShare() {
        return slowShare;
    }

    private static boolean given(CommandSpec spec, String option) {
        return !spec.findOption(option).originalStringValues().isEmpty();
    }

    /** Whether an option that was not given says something about this run. */
    boolean concerns(String option) {
        return http2 || !option.equals("--streams-per-connection");
    }

    /** How many sockets each stream needs, on average. */
    double socketsPerStream() {
        return http2 ? 1 - sseShare + sseShare / streamsPerConnection : 1;
    }

    /**
     * Refuses options that do not go together.
     *
     * @throws ParameterException naming the option and the fault
     */
    void check(CommandSpec spec) {
        if (!http2 && given(spec, "--streams-per-connection")) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid option '--streams-per-connection' without --http2");
        }
        sseShare = http2 && !given(spec, "--sse-share") ? 1 : sseShare;
        boolean encrypted = urls.stream().anyMatch(url -> Target.parse(url).tls());
        for (String option : List.of("--insecure", "--ca", "--no-resumption")) {
            if (!encrypted && given(spec, option)) {
                throw new ParameterException(
                        spec.commandLine(), "Invalid option '" + option + "' without an https:// URL");
            }
        }
        if (insecure && ca != null) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid option '--ca' with --insecure, which believes anybody");
        }
    }

    /**
     * @param channels what is published; null for a broadcast
     * @param comeBack whether clients reconnect whatever the options say
     */
    ConnectPlan plan(@Nullable ChannelPlan channels, boolean comeBack) {
        return new ConnectPlan(
                urls,
                new RequestPlan(ssePath, wsPath, headers(), tokens),
                new TlsPlan(insecure, ca, !noResumption),
                http2 ? streamsPerConnection : 0,
                connections,
                sseShare,
                slowShare,
                ramp,
                connectTimeout,
                inFlight,
                reconnect || comeBack,
                !noCompare,
                channels);
    }
}
