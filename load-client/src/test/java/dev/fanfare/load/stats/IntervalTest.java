package dev.fanfare.load.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IntervalTest {
    private static final long SEED = 20_261_121;

    /** Puts the same random events into one interval and, in turn, into two. */
    private static Interval[] oneAndTwo() {
        Random random = new Random(SEED);
        LoopStats one = new LoopStats();
        LoopStats[] two = {new LoopStats(), new LoopStats()};
        for (int i = 0; i < 10_000; i++) {
            long millis = (long) Math.exp(random.nextDouble() * 15);
            for (LoopStats stats : new LoopStats[] {one, two[i % 2]}) {
                stats.latency(millis);
                stats.connectTime(millis / 2);
                stats.group(i % 3 == 0).add(Counter.MESSAGES_SSE, i);
                stats.failed(false, "reason " + i % 5);
                stats.ended(true, Transport.WEBSOCKET, "end " + i % 7);
            }
        }
        return new Interval[] {one.collect(), two[0].collect(), two[1].collect()};
    }

    private static void assertSame(Interval merged, Interval one) {
        assertThat(merged.latency()).isEqualTo(one.latency());
        assertThat(merged.connect()).isEqualTo(one.connect());
        assertThat(Percentiles.of(merged.latency())).isEqualTo(Percentiles.of(one.latency()));
        assertThat(merged.healthy().toMap()).isEqualTo(one.healthy().toMap());
        assertThat(merged.slow().toMap()).isEqualTo(one.slow().toMap());
        assertThat(merged.failures()).isEqualTo(one.failures());
        assertThat(merged.endings()).isEqualTo(one.endings());
    }

    @Test
    void twoMergedAreExactlyTheOneThatSawEverything() {
        Interval[] all = oneAndTwo();
        Interval merged = new Interval();
        merged.add(all[1]);
        merged.add(all[2]);
        assertSame(merged, all[0]);
    }

    @Test
    void theEncodingLosesNothing() {
        Interval[] all = oneAndTwo();
        all[0].addCpu(123_456_789_012L);
        Interval decoded = IntervalCodec.decode(IntervalCodec.encode(all[0]));
        assertSame(decoded, all[0]);
        assertThat(decoded.cpuNanos()).isEqualTo(123_456_789_012L);
    }

    @Test
    void whatIsNoIntervalIsRefused() {
        assertThatThrownBy(() -> IntervalCodec.decode(Map.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tally.fromMap(Map.of("nonsense", 1L))).hasMessage("unknown counter 'nonsense'");
    }

    @Test
    void aTickFromTheFutureHasNoLatencyAndIsCounted() {
        LoopStats stats = new LoopStats();
        stats.latency(-5);
        Interval interval = stats.collect();
        assertThat(interval.latency().getMaxValue()).isZero();
        assertThat(interval.healthy().get(Counter.FUTURE)).isEqualTo(1);
    }

    @Test
    void countingBeginsAnewAfterACollection() {
        LoopStats stats = new LoopStats();
        stats.group(false).add(Counter.LOST, 3);
        stats.collect();
        assertThat(stats.collect().healthy().toMap()).isEmpty();
    }
}
