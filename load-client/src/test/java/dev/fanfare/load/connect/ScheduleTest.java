package dev.fanfare.load.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
    private static final long SEED = 7;

    @Test
    void theRampHoldsItsRateAgainstTheClock() {
        Ramp ramp = new Ramp(2000, 15_000);
        assertThat(ramp.due(0)).isEqualTo(1);
        assertThat(ramp.due(TimeUnit.MILLISECONDS.toNanos(1))).isEqualTo(3);
        assertThat(ramp.due(TimeUnit.SECONDS.toNanos(3))).isEqualTo(6001);
        assertThat(ramp.due(TimeUnit.HOURS.toNanos(9))).isEqualTo(15_000);
    }

    @Test
    void theCeilingOfTheBackoffDoublesUpToItsMaximum() {
        Backoff backoff = new Backoff(500, 30_000);
        long[] ceilings = {500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000};
        Random random = new Random(SEED);
        for (int failures = 0; failures < ceilings.length; failures++) {
            for (int i = 0; i < 1000; i++) {
                assertThat(backoff.waitMillis(failures, 0, random)).isBetween(0L, ceilings[failures]);
            }
        }
        assertThat(backoff.waitMillis(1_000_000, 0, random)).isBetween(0L, 30_000L);
    }

    @Test
    void whatTheServerAskedForIsAMinimum() {
        Random random = new Random(SEED);
        for (int i = 0; i < 1000; i++) {
            assertThat(Backoff.DEFAULT.waitMillis(0, 3000, random)).isBetween(3000L, 3500L);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://a",
                "a",
                "http://",
                "http://u@a/",
                "http://a/?q",
                "http://a:99999",
                "http://a b",
                "ftp://a"
            })
    void whatIsNoUrlOfAServerIsRefused(String url) {
        assertThatThrownBy(() -> Target.parse(url)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aUrlMayHaveABaseAndNoPort() {
        Target target = Target.parse("ws://127.0.0.1/push/");
        assertThat(target.address().getPort()).isEqualTo(80);
        assertThat(target.base()).isEqualTo("/push");
        assertThat(target.loopbackV4()).isTrue();
    }
}
