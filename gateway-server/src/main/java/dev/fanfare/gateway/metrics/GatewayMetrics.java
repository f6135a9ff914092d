package dev.fanfare.gateway.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Info;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * What happened, in the gateway's words; every meter is looked up once. Thread: any. Counters of the delivery path are
 * added to once per shard and broadcast, never once per message.
 */
public final class GatewayMetrics {
    private static final Duration[] BUCKETS = Arrays.stream(
                    new long[] {1, 2, 5, 10, 20, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 2_000, 5_000, 10_000})
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final PrometheusMeterRegistry registry;
    private final Map<StreamKind, Counter> opened = new EnumMap<>(StreamKind.class);
    private final Map<StreamKind, Map<CloseReason, Counter>> closed = new EnumMap<>(StreamKind.class);
    private final Map<Refusal, Counter> refused = new EnumMap<>(Refusal.class);
    private final Map<Limit, Counter> limits = new EnumMap<>(Limit.class);
    private final Map<ApiRefusal, Counter> apiRefused = new EnumMap<>(ApiRefusal.class);
    private final Map<TokenResult, Counter> tokens = new EnumMap<>(TokenResult.class);
    private final Map<Handshake, Counter> handshakes = new EnumMap<>(Handshake.class);
    private final Map<StreamKind, Counter> delivered = new EnumMap<>(StreamKind.class);
    private final Map<StreamKind, Counter> sentBytes = new EnumMap<>(StreamKind.class);
    private final Map<Integer, Counter> requests = new ConcurrentHashMap<>();
    private final Map<String, Counter> http2Closed = new ConcurrentHashMap<>();
    private final Map<String, Counter> http2Resets = new ConcurrentHashMap<>();
    private final AtomicInteger http2Connections = new AtomicInteger();
    private final AtomicInteger acceptPaused = new AtomicInteger();
    private final Counter keysFetched;
    private final Counter keysFailed;
    private final Counter reloaded;
    private final Counter reloadsRefused;
    private final Counter published;
    private final Counter dropped;
    private final Counter untold;
    private final Counter conflated;
    private final Counter gaps;
    private final Counter replayed;
    private final Counter readsRetried;
    private final Counter slowEpisodes;
    private final Counter skipped;
    private final Counter ticksMissed;
    private final Counter acceptPauses;
    private final Counter requestTimeouts;
    private final Counter bodiesRefused;
    private final Map<Compressed, Counter> compressed = new EnumMap<>(Compressed.class);
    private final Map<Compressed, Counter> compressedFrom = new EnumMap<>(Compressed.class);
    private final Map<Compressed, Counter> compressedTo = new EnumMap<>(Compressed.class);
    private final Map<Compressed, Counter> compressedStreams = new EnumMap<>(Compressed.class);
    private final Map<InflateProblem, Counter> inflateRefused = new EnumMap<>(InflateProblem.class);
    private final Timer broadcast;
    private final Timer latency;
    private final Timer lag;
    private volatile long lastBroadcastNanos;
    /** The registry itself would let go of them. */
    private final Map<Meter, Supplier<Number>> counted = new ConcurrentHashMap<>();

    public GatewayMetrics(PrometheusMeterRegistry registry) {
        this.registry = registry;
        for (StreamKind kind : StreamKind.values()) {
            Tags tags = Tags.of("transport", kind.label());
            opened.put(kind, counter(Meter.OPENED, tags));
            delivered.put(kind, counter(Meter.DELIVERED, tags));
            sentBytes.put(kind, counter(Meter.SENT_BYTES, tags));
            Map<CloseReason, Counter> reasons = new EnumMap<>(CloseReason.class);
            for (CloseReason reason : CloseReason.values()) {
                reasons.put(reason, counter(Meter.CLOSED, tags.and("reason", reason.label())));
            }
            closed.put(kind, reasons);
        }
        for (Refusal reason : Refusal.values()) {
            refused.put(reason, counter(Meter.REFUSED, Tags.of("reason", reason.label())));
        }
        for (Limit limit : Limit.values()) {
            limits.put(limit, counter(Meter.LIMITS, Tags.of("limit", limit.label())));
        }
        for (ApiRefusal reason : ApiRefusal.values()) {
            apiRefused.put(reason, counter(Meter.API_REFUSED, Tags.of("reason", reason.label())));
        }
        for (TokenResult result : TokenResult.values()) {
            tokens.put(result, counter(Meter.TOKENS, Tags.of("result", result.label())));
        }
        keysFetched = counter(Meter.KEY_FETCHES, Tags.of("result", "ok"));
        keysFailed = counter(Meter.KEY_FETCHES, Tags.of("result", "failed"));
        for (Handshake result : Handshake.values()) {
            handshakes.put(result, counter(Meter.HANDSHAKES, Tags.of("result", result.label())));
        }
        reloaded = counter(Meter.CERTIFICATE_RELOADS, Tags.of("result", "loaded"));
        reloadsRefused = counter(Meter.CERTIFICATE_RELOADS, Tags.of("result", "refused"));
        countCompression();
        published = counter(Meter.PUBLISHED, Tags.empty());
        dropped = counter(Meter.DROPPED, Tags.of("reason", "slow"));
        untold = counter(Meter.DROPPED, Tags.of("reason", "crowd"));
        conflated = counter(Meter.CONFLATED, Tags.empty());
        gaps = counter(Meter.GAPS, Tags.empty());
        replayed = counter(Meter.REPLAYED, Tags.empty());
        readsRetried = counter(Meter.READS_RETRIED, Tags.empty());
        slowEpisodes = counter(Meter.SLOW_TOTAL, Tags.empty());
        skipped = counter(Meter.SKIPPED, Tags.empty());
        ticksMissed = counter(Meter.TICKS_MISSED, Tags.empty());
        acceptPauses = counter(Meter.ACCEPT_PAUSES, Tags.empty());
        requestTimeouts = counter(Meter.REQUEST_TIMEOUTS, Tags.empty());
        bodiesRefused = counter(Meter.BODIES_REFUSED, Tags.empty());
        broadcast = timer(Meter.BROADCAST);
        latency = timer(Meter.LATENCY);
        lag = timer(Meter.LAG);
        gauge(Meter.ACCEPT_PAUSED, Tags.empty(), acceptPaused::get);
        gauge(Meter.HTTP2, Tags.empty(), http2Connections::get);
    }

    private void countCompression() {
        for (Compressed coding : Compressed.values()) {
            Tags tags = Tags.of("coding", coding.label());
            compressed.put(coding, counter(Meter.COMPRESSED, tags));
            compressedFrom.put(coding, counter(Meter.COMPRESSED_FROM, tags));
            compressedTo.put(coding, counter(Meter.COMPRESSED_TO, tags));
            compressedStreams.put(coding, counter(Meter.COMPRESSED_STREAMS, tags));
        }
        for (InflateProblem reason : InflateProblem.values()) {
            inflateRefused.put(reason, counter(Meter.INFLATE_REFUSED, Tags.of("reason", reason.label())));
        }
    }

    public void opened(StreamKind kind) {
        of(opened, kind).increment();
    }

    public void closed(StreamKind kind, CloseReason reason) {
        of(of(closed, kind), reason).increment();
    }

    /** A stream was not taken on. */
    public void refused(Refusal reason) {
        of(refused, reason).increment();
    }

    /** A client went beyond {@code limit}. */
    public void reached(Limit limit) {
        of(limits, limit).increment();
    }

    /** A call of the API, or a part of it, was not carried out. */
    public void apiRefused(ApiRefusal reason) {
        of(apiRefused, reason).increment();
    }

    /** A token was presented. */
    public void tokenChecked(TokenResult result) {
        of(tokens, result).increment();
    }

    /** The keys of an issuer were fetched, or could not be. */
    public void keysFetched(boolean ok) {
        (ok ? keysFetched : keysFailed).increment();
    }

    /** Exports how long ago the oldest keys were fetched, in seconds. */
    public void watchKeys(Supplier<Number> age) {
        gauge(Meter.KEYS_AGE, Tags.empty(), age);
    }

    /** Exports how many tokens wait for keys. */
    public void watchTokensWaiting(Supplier<Number> count) {
        gauge(Meter.TOKENS_WAITING, Tags.empty(), count);
    }

    /** Exports how many tokens and users are revoked. */
    public void watchRevocations(Supplier<Number> count) {
        gauge(Meter.REVOCATIONS, Tags.empty(), count);
    }

    /** A TLS handshake has ended. */
    public void handshake(Handshake result) {
        of(handshakes, result).increment();
    }

    /** The certificate's files were read again, and are in use or could not be used. */
    public void certificateReloaded(boolean used) {
        (used ? reloaded : reloadsRefused).increment();
    }

    /** Exports when the certificate in use ends, in seconds since 1970. */
    public void watchCertificate(Supplier<Number> expiry) {
        gauge(Meter.CERTIFICATE_EXPIRY, Tags.empty(), expiry);
    }

    /** {@code messages} of one kind reached their sockets or queues, {@code bytes} in total. */
    public void delivered(StreamKind kind, long messages, long bytes) {
        of(delivered, kind).increment((double) messages);
        of(sentBytes, kind).increment((double) bytes);
    }

    /** A publication was compressed, once for all connections of its form. */
    public void compressed(Compressed coding, int from, int to) {
        of(compressed, coding).increment();
        of(compressedFrom, coding).increment(from);
        of(compressedTo, coding).increment(to);
    }

    /** A stream was opened whose client takes compressed messages. */
    public void openedCompressed(Compressed coding) {
        of(compressedStreams, coding).increment();
    }

    /** A compressed message of a client was not taken. */
    public void inflateRefused(InflateProblem reason) {
        of(inflateRefused, reason).increment();
    }

    public void published() {
        published.increment();
    }

    public void dropped(long messages) {
        dropped.increment((double) messages);
    }

    /** Somebody came to or left a channel with too many subscribers to tell them all. */
    public void crowded() {
        untold.increment();
    }

    public void conflated(long messages) {
        conflated.increment((double) messages);
    }

    public void gaps(long count) {
        gaps.increment((double) count);
    }

    public void replayed(long messages) {
        replayed.increment((double) messages);
    }

    /** Readers asked a busy engine once more. */
    public void readsRetried(long count) {
        readsRetried.increment((double) count);
    }

    public void slowEpisodes(long count) {
        slowEpisodes.increment((double) count);
    }

    public void broadcastSkipped() {
        skipped.increment();
    }

    public void ticksMissed(long count) {
        ticksMissed.increment((double) count);
    }

    public void broadcastTook(Duration duration) {
        broadcast.record(duration);
        lastBroadcastNanos = duration.toNanos();
    }

    /** How long the newest broadcast took. */
    public double lastBroadcastMillis() {
        return lastBroadcastNanos / 1e6;
    }

    public void deliveredAfter(Duration sinceTick) {
        latency.record(sinceTick);
    }

    public void loopLag(Duration late) {
        lag.record(late);
    }

    public void acceptPaused() {
        acceptPaused.set(1);
        acceptPauses.increment();
    }

    public void acceptResumed() {
        acceptPaused.set(0);
    }

    public void requestTimedOut() {
        requestTimeouts.increment();
    }

    /** A connection speaks HTTP/2 from now on. */
    public void http2Opened() {
        http2Connections.incrementAndGet();
    }

    /** A connection that spoke HTTP/2 has closed. */
    public void http2Gone() {
        http2Connections.decrementAndGet();
    }

    /** Why a connection that spoke HTTP/2 closes: a word of ours, or the name of an error code. */
    public void http2Closed(String reason) {
        http2Closed
                .computeIfAbsent(reason, why -> counter(Meter.HTTP2_CLOSED, Tags.of("reason", why)))
                .increment();
    }

    /** The gateway has reset a stream of HTTP/2, with the error code of this name. */
    public void http2Reset(String error) {
        http2Resets
                .computeIfAbsent(error, code -> counter(Meter.HTTP2_RESETS, Tags.of("error", code)))
                .increment();
    }

    /** Exports how many streams of HTTP/2 are open, and how many bytes of answers wait. */
    public void watchHttp2(Supplier<Number> streams, Supplier<Number> answerBytes) {
        gauge(Meter.HTTP2_STREAMS, Tags.empty(), streams);
        gauge(Meter.HTTP2_ANSWERS, Tags.empty(), answerBytes);
    }

    /** A request was refused because too many bytes of bodies are held. */
    public void bodyRefused() {
        bodiesRefused.increment();
    }

    /** Exports how many bytes of long request bodies are held. */
    public void watchBodies(Supplier<Number> bytes) {
        gauge(Meter.BODIES, Tags.empty(), bytes);
    }

    /** An HTTP request was answered with {@code status}. */
    public void answered(int status) {
        requests.computeIfAbsent(status, code -> counter(Meter.HTTP, Tags.of("status", Integer.toString(code))))
                .increment();
    }

    /** Exports how many streams of {@code kind} are open. */
    public void watchConnections(StreamKind kind, Supplier<Number> count) {
        gauge(Meter.CONNECTIONS, Tags.of("transport", kind.label()), count);
    }

    /** Exports how many channels have subscribers, how many subscriptions there are, and how many publications wait for event loops. */
    public void watchChannels(Supplier<Number> channels, Supplier<Number> subscriptions, Supplier<Number> queued) {
        gauge(Meter.CHANNELS, Tags.empty(), channels);
        gauge(Meter.SUBSCRIPTIONS, Tags.empty(), subscriptions);
        gauge(Meter.QUEUED, Tags.empty(), queued);
    }

    /** Exports what the engine keeps, what it had to forget, and what waits for it. */
    public void watchEngine(Supplier<Number> bytes, Supplier<Number> evicted, Supplier<Number> waiting) {
        gauge(Meter.HISTORY_BYTES, Tags.empty(), bytes);
        gauge(Meter.ENGINE_WAITING, Tags.empty(), waiting);
        count(Meter.HISTORY_EVICTED, evicted);
    }

    /** Exports how many channels the engine knows, how often it refused one more, and what else it had to forget. */
    public void watchEngineBounds(Supplier<Number> channels, Supplier<Number> refused, Supplier<Number> keysEvicted) {
        gauge(Meter.ENGINE_CHANNELS, Tags.empty(), channels);
        count(Meter.CHANNELS_REFUSED, refused);
        count(Meter.KEYS_EVICTED, keysEvicted);
    }

    /** Exports what waits for slow sockets: number of streams, bytes and messages. */
    public void watchPending(Supplier<Number> streams, Supplier<Number> bytes, Supplier<Number> messages) {
        gauge(Meter.SLOW, Tags.empty(), streams);
        gauge(Meter.PENDING, Tags.empty(), bytes);
        gauge(Meter.PENDING_MESSAGES, Tags.empty(), messages);
    }

    /** Exports how often ticks are due, without which nobody could say that they are missing. */
    public void ticksEvery(Duration interval) {
        gauge(Meter.TICK_INTERVAL, Tags.empty(), () -> interval.toMillis() / 1e3);
    }

    /** Exports what decides whether the gateway is short of memory. */
    public void watchMemory(JvmMemory memory) {
        gauge(Meter.HEAP_LIVE, Tags.empty(), memory::heapLive);
        gauge(Meter.HEAP_MAX, Tags.empty(), JvmMemory::heapMax);
        gauge(Meter.DIRECT_USED, Tags.empty(), memory::directUsed);
        gauge(Meter.DIRECT_MAX, Tags.empty(), JvmMemory::directMax);
    }

    /** Exports the constants that say what is running. */
    public void info(String transport, String version) {
        constant(Meter.TRANSPORT_INFO, List.of("transport"), transport);
        constant(Meter.BUILD_INFO, List.of("version", "java"), version, System.getProperty("java.version"));
    }

    /** An info metric; Micrometer has no word for it, and a gauge would lose its {@code _info}. */
    private void constant(Meter meter, List<String> labels, String... values) {
        Info info = Info.builder()
                .name(meter.id)
                .help(meter.help)
                .labelNames(labels.toArray(String[]::new))
                .register(registry.getPrometheusRegistry());
        info.setLabelValues(values);
    }

    /** Messages delivered so far over both transports. */
    public long deliveredTotal() {
        return (long) delivered.values().stream().mapToDouble(Counter::count).sum();
    }

    public long droppedTotal() {
        return (long) dropped.count();
    }

    public long conflatedTotal() {
        return (long) conflated.count();
    }

    private Counter counter(Meter meter, Tags tags) {
        return Counter.builder(meter.id).description(meter.help).tags(tags).register(registry);
    }

    private Timer timer(Meter meter) {
        return Timer.builder(meter.id)
                .description(meter.help)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /** A counter somebody else keeps. */
    private void count(Meter meter, Supplier<Number> value) {
        counted.put(meter, value);
        FunctionCounter.builder(meter.id, value, each -> each.get().doubleValue())
                .description(meter.help)
                .register(registry);
    }

    private void gauge(Meter meter, Tags tags, Supplier<Number> value) {
        Gauge.builder(meter.id, value).description(meter.help).tags(tags).register(registry);
    }

    private static <K, V> V of(Map<K, V> all, K key) {
        V value = all.get(key);
        if (value == null) {
            throw new IllegalStateException("no meter for " + key);
        }
        return value;
    }
}
