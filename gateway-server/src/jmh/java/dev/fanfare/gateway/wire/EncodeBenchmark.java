package dev.fanfare.gateway.wire;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a broadcast costs before the first connection: one tick in every wire format. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EncodeBenchmark {
    private final byte[] tick = ("{\"seq\":1234567,\"ts\":1763680000000,\"quotes\":["
                    + "{\"symbol\":\"005930\",\"price\":71200,\"change\":0.25,\"volume\":1234567},"
                    + "{\"symbol\":\"000660\",\"price\":198500,\"change\":-0.75,\"volume\":2345678},"
                    + "{\"symbol\":\"035420\",\"price\":187300,\"change\":1.10,\"volume\":345678}]}")
            .getBytes(StandardCharsets.US_ASCII);

    @Benchmark
    public boolean tick() {
        return EncodedMessage.of("1234567", tick).release();
    }
}
