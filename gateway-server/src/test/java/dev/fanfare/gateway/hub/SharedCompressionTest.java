package dev.fanfare.gateway.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.metrics.StreamKind;
import dev.fanfare.gateway.wire.CompressionConfig;
import dev.fanfare.gateway.wire.Compressor;
import dev.fanfare.gateway.wire.Compressors;
import dev.fanfare.gateway.wire.Decoding;
import dev.fanfare.gateway.wire.SharedFrame;
import dev.fanfare.gateway.wire.WireFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One publication, many connections, and how often it is compressed. */
class SharedCompressionTest {
    private static final Compressors COMPRESSORS =
            new Compressors(new CompressionConfig(true, CompressionConfig.Sse.ALL, 6, 256, 100));

    private final Bench bench = new Bench(Bench.HISTORY);
    private final StreamProtocol plain = protocol(StreamKind.WEBSOCKET, WireFormat.WEBSOCKET_TEXT, null);
    private final StreamProtocol deflated = webSocket(15);
    private final StreamProtocol gzip = sse(WireFormat.SSE_CHUNKED_GZIP);

    @Test
    void everyConnectionGetsTheSameFrameHoweverManyLoopsComeAtOnce() throws Exception {
        int loops = 8;
        Delivery delivery = delivery(Decoding.json(new Random(1), 50_000), loops);
        ExecutorService pool = Executors.newFixedThreadPool(loops);
        CyclicBarrier barrier = new CyclicBarrier(loops);
        Callable<List<SharedFrame>> each = () -> {
            barrier.await();
            return List.of(
                    delivery.frame(deflated, false), delivery.frame(gzip, true), delivery.frame(webSocket(15), false));
        };
        List<SharedFrame> frames = new ArrayList<>();
        for (Future<List<SharedFrame>> one : pool.invokeAll(Collections.nCopies(loops, each))) {
            frames.addAll(one.get());
        }
        pool.shutdown();

        assertThat(frames.stream().distinct()).hasSize(2);
        assertThat(bench.counter("gateway_publications_compressed", "coding", "deflate"))
                .isOne();
        assertThat(bench.counter("gateway_publications_compressed", "coding", "gzip"))
                .isOne();
        assertThat(bench.counter("gateway_compression_input_bytes", "coding", "deflate"))
                .isGreaterThan(50_000);
        assertThat(bench.counter("gateway_compression_output_bytes", "coding", "deflate"))
                .isEqualTo(delivery.frame(deflated, false).length());
        for (int i = 0; i < loops; i++) {
            assertThat(frames).allMatch(frame -> frame.refCnt() == 1);
            delivery.end();
        }
        assertThat(frames).allMatch(frame -> frame.refCnt() == 0);
    }

    @Test
    void whatIsNotWorthItIsThePlainFrameOfAllOthers() {
        for (byte[] data :
                List.of("short".getBytes(UTF_8), noise(), "x".repeat(255).getBytes(UTF_8))) {
            Delivery delivery = delivery(data, 1);
            SharedFrame shared = delivery.frame(deflated, false);

            assertThat(shared).isSameAs(delivery.frame(plain, false)).isSameAs(delivery.frame(deflated, false));
            assertThat(shared.refCnt()).isEqualTo(2);
            delivery.end();
            assertThat(shared.refCnt()).isZero();
        }
        assertThat(bench.counter("gateway_publications_compressed", "coding", "deflate"))
                .isZero();
    }

    @Test
    void oneCompressedFrameServesEveryWindowThatReachesOverIt() {
        Delivery delivery = delivery("y".repeat(1_000), 1);

        SharedFrame wide = delivery.frame(deflated, false);
        assertThat(delivery.frame(webSocket(11), false)).isSameAs(wide);
        assertThat(delivery.frame(webSocket(10), false)).isSameAs(wide); // 1,000 bytes and a header of four
        assertThat(delivery.frame(webSocket(9), false))
                .isSameAs(delivery.frame(plain, false))
                .isNotSameAs(wide);
        assertThat(delivery.frame(webSocket(8), false)).isSameAs(delivery.frame(plain, false));
        assertThat(bench.counter("gateway_publications_compressed", "coding", "deflate"))
                .isOne();
        delivery.end();
    }

    @Test
    void aFormThatNobodyAsksForCostsNothing() {
        Delivery delivery = delivery("z".repeat(10_000), 1);
        delivery.frame(plain, false);
        delivery.end();

        assertThat(bench.counter("gateway_publications_compressed", "coding", "deflate"))
                .isZero();
    }

    private Delivery delivery(String text, int shards) {
        return delivery(text.getBytes(UTF_8), shards);
    }

    private Delivery delivery(byte[] data, int shards) {
        Publication publication = bench.broker.publish(
                Bench.CHANNEL, bench.rules, new Publication.Content(Publication.Kind.MESSAGE, data, false, null, null));
        return new Delivery(publication, bench.rules, null, shards, bench.metrics);
    }

    /** There is nothing to find in it. */
    private static byte[] noise() {
        byte[] noise = new byte[400];
        new Random(4).nextBytes(noise);
        return noise;
    }

    private static StreamProtocol sse(WireFormat format) {
        return protocol(StreamKind.SSE, format, COMPRESSORS.sse(format));
    }

    private static StreamProtocol webSocket(int windowBits) {
        return protocol(StreamKind.WEBSOCKET, WireFormat.WEBSOCKET_DEFLATED, COMPRESSORS.webSocket(windowBits));
    }

    private static StreamProtocol protocol(StreamKind kind, WireFormat format, @Nullable Compressor compressor) {
        return new StreamProtocol(
                Bench.SSE.writer(), kind, format, false, Bench.SSE.beat(), why -> new byte[0], compressor);
    }
}
