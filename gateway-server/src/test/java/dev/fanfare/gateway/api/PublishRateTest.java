package dev.fanfare.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishRateTest {
    private final AtomicLong clock = new AtomicLong();

    private int takenOneByOne(PublishRate rate) {
        int taken = 0;
        try {
            while (taken < 1_000_000) {
                rate.take(1);
                taken++;
            }
        } catch (ApiError enough) {
            assertThat(enough.code()).isEqualTo(ApiError.Code.TOO_MANY_REQUESTS);
        }
        return taken;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 1_000, Long.MIN_VALUE, -1})
    void itHoldsOneSecondsWorthAndFillsAtTheRateWhateverTheClockSays(long start) {
        clock.set(start);
        PublishRate rate = new PublishRate(100, "api.publish-rate", clock::get);
        assertThat(takenOneByOne(rate)).isEqualTo(100);
        clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(250));
        assertThat(takenOneByOne(rate)).isEqualTo(25);
        clock.addAndGet(TimeUnit.HOURS.toNanos(1));
        assertThat(takenOneByOne(rate)).isEqualTo(100);
    }

    @Test
    void aLargeCallIsLetInOnceAndPaidBackByThoseAfterIt() throws ApiError {
        PublishRate rate = new PublishRate(100, "api.publish-rate", clock::get);
        rate.take(1_000);
        assertThatThrownBy(() -> rate.take(1))
                .isInstanceOfSatisfying(
                        ApiError.class,
                        busy -> assertThat(Integer.parseInt(busy.retryAfter())).isBetween(9, 10));
        clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(8_900));
        assertThatThrownBy(() -> rate.take(1)).isInstanceOf(ApiError.class);
        clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(101));
        rate.take(1);
    }

    @Test
    void zeroIsNoLimitAndNothingCostsNothing() throws ApiError {
        assertThat(takenOneByOne(new PublishRate(0, "api.publish-rate", clock::get)))
                .isEqualTo(1_000_000);
        PublishRate spent = new PublishRate(1, "api.publish-rate", clock::get);
        spent.take(10);
        spent.take(0);
    }

    @Test
    void manyThreadsTogetherTakeNoMoreThanThereIs() throws InterruptedException {
        PublishRate rate = new PublishRate(10_000, "api.publish-rate", clock::get);
        AtomicInteger taken = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> taken.addAndGet(takenOneByOne(rate)));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(taken).hasValue(10_000);
    }
}
