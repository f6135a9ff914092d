package dev.fanfare.gateway.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(50);
    private static final DrainConfig CONFIG = new DrainConfig(Duration.ZERO, Duration.ofSeconds(30), 1_000);

    private long now;

    @Test
    void asManyGoInASecondAsConfigured() {
        Pace pace = new Pace(CONFIG, now);

        assertThat(let(pace, 10_000, 20)).isEqualTo(9_000);
    }

    @Test
    void moreGoIfTheTimeoutWouldNotSuffice() {
        Pace pace = new Pace(CONFIG, now);
        int left = 100_000;
        for (int second = 0; second < 24; second++) {
            left = let(pace, left, 20);
        }

        assertThat(left).isBetween(0, 1_000);
    }

    @Test
    void whatWasHeldUpIsNotMadeUpForAtOnce() {
        Pace pace = new Pace(CONFIG, now);
        let(pace, 20_000, 20);
        now += TimeUnit.SECONDS.toNanos(3);

        assertThat(pace.due(19_000, now)).isLessThanOrEqualTo(110);
        assertThat(19_000 - let(pace, 19_000, 20)).isBetween(1_000, 1_100);
    }

    private int let(Pace pace, int connections, int steps) {
        int left = connections;
        for (int i = 0; i < steps; i++) {
            now += STEP;
            left -= pace.due(left, now);
        }
        return left;
    }
}
