package dev.fanfare.gateway.ticker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
    @ParameterizedTest
    @CsvSource({
        "0,1000,1000",
        "1,1000,999",
        "999,1000,1",
        "1000,1000,1000",
        "12345,250,155",
        "-1,1000,1",
        "-1000,1000,1000"
    })
    void theFirstTickIsDueAtTheNextMultipleOfTheInterval(long now, long interval, long left) {
        assertThat(new Schedule(interval, now).left(now)).isEqualTo(left);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 10, 250, 1000, 3_600_000})
    void theNextTickIsAlwaysAMultipleAfterNowAndAtMostAnIntervalAway(long interval) {
        Random random = new Random(interval);
        for (int i = 0; i < 1000; i++) {
            long now = random.nextLong(4_000_000_000_000L);
            long left = new Schedule(interval, now).left(now);

            assertThat(left).isBetween(1L, interval);
            assertThat((now + left) % interval).isZero();
        }
    }

    @Test
    void aTickIsDueAtItsTimeAndNotBefore() {
        Schedule schedule = new Schedule(1000, 500);

        assertThat(schedule.left(999)).isEqualTo(1);
        assertThat(schedule.left(1000)).isZero();
        assertThat(schedule.left(1700)).isZero();
    }

    @Test
    void aPunctualTickMissesNothing() {
        Schedule schedule = new Schedule(1000, 500);
        for (long now = 1000; now < 100_000; now += 1000) {
            assertThat(schedule.left(now)).isZero();
            assertThat(schedule.advance(now + 3)).isZero();
            assertThat(schedule.left(now + 3)).isEqualTo(997);
        }
    }

    @Test
    void aLateTickIsFollowedByTheNextMultipleAndNotByABurst() {
        Schedule schedule = new Schedule(1000, 500);

        assertThat(schedule.left(4300)).isZero();
        assertThat(schedule.advance(4300)).isEqualTo(3); // 2000, 3000, 4000
        assertThat(schedule.left(4300)).isEqualTo(700);
        assertThat(schedule.left(5000)).isZero();
        assertThat(schedule.advance(5000)).isZero();
    }

    @Test
    void aTickLateByLessThanAnIntervalMissesNothing() {
        Schedule schedule = new Schedule(1000, 500);

        assertThat(schedule.advance(1999)).isZero();
        assertThat(schedule.left(1999)).isEqualTo(1);
    }

    @Test
    void aClockSetBackDoesNotStopTheTicks() {
        Schedule schedule = new Schedule(1000, 500_000);

        assertThat(schedule.left(10_300)).isZero();
        assertThat(schedule.advance(10_300)).isZero();
        assertThat(schedule.left(10_300)).isEqualTo(700);
    }

    @Test
    void aClockSetForwardMakesOneTickAndNotAll() {
        Schedule schedule = new Schedule(1000, 500);

        assertThat(schedule.left(3_600_000)).isZero();
        schedule.advance(3_600_000);
        assertThat(schedule.left(3_600_000)).isEqualTo(1000);
    }
}
