package dev.fanfare.load.stats;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * An interval as plain maps, strings and numbers, for the line protocol between processes. Histograms travel in
 * HdrHistogram's own compressed encoding (V2), base64, so nothing is rounded. Any thread.
 */
public final class IntervalCodec {
    private IntervalCodec() {}

    /** The interval as a tree that any JSON library writes. */
    public static Map<String, Object> encode(Interval interval) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("healthy", interval.healthy().toMap());
        tree.put("slow", interval.slow().toMap());
        tree.put("latency", base64(interval.latency()));
        tree.put("connect", base64(interval.connect()));
        tree.put("handshake", base64(interval.handshake()));
        tree.put("publish", base64(interval.publish()));
        tree.put("recovery", base64(interval.recovery()));
        tree.put("failures", Map.copyOf(interval.failures()));
        tree.put("endings", Map.copyOf(interval.endings()));
        tree.put("refusals", Map.copyOf(interval.refusals()));
        tree.put("cpuNanos", interval.cpuNanos());
        return tree;
    }

    /**
     * The reverse of {@link #encode(Interval)}.
     *
     * @throws IllegalArgumentException when the tree is not one that {@code encode} made
     */
    public static Interval decode(Map<?, ?> tree) {
        Interval interval = new Interval();
        interval.healthy().add(Tally.fromMap(numbers(tree, "healthy")));
        interval.slow().add(Tally.fromMap(numbers(tree, "slow")));
        interval.latency().add(histogram(tree, "latency"));
        interval.connect().add(histogram(tree, "connect"));
        interval.handshake().add(histogram(tree, "handshake"));
        interval.publish().add(histogram(tree, "publish"));
        interval.recovery().add(histogram(tree, "recovery"));
        interval.failures().putAll(numbers(tree, "failures"));
        interval.endings().putAll(numbers(tree, "endings"));
        interval.refusals().putAll(numbers(tree, "refusals"));
        interval.addCpu(number(tree.get("cpuNanos")));
        return interval;
    }

    /** A histogram in its compressed encoding (V2), base64. */
    public static String base64(Histogram histogram) {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
    }

    private static Histogram histogram(Map<?, ?> tree, String key) {
        byte[] bytes = Base64.getDecoder().decode(String.valueOf(tree.get(key)));
        try {
            return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), Interval.LONGEST_MILLIS);
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("'" + key + "' is not a compressed histogram", e);
        }
    }

    private static Map<String, Long> numbers(Map<?, ?> tree, String key) {
        if (!(tree.get(key) instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("'" + key + "' is missing");
        }
        Map<String, Long> numbers = new LinkedHashMap<>();
        map.forEach((name, value) -> numbers.put(String.valueOf(name), number(value)));
        return numbers;
    }

    private static long number(@Nullable Object value) {
        if (value instanceof Number n) {
            return n.longValue();
        }
        throw new IllegalArgumentException("'" + value + "' is not a number");
    }
}
