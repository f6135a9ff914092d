package dev.fanfare.gateway.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PendingBoundTest {
    @Test
    void nobodyIsClosedWhileAllTogetherKeepTheBound() {
        PendingBound bound = new PendingBound(new PendingTotal(1_000));
        for (int i = 0; i < 3; i++) {
            assertThat(sweep(bound, 100, 900)).isEmpty();
        }
    }

    @Test
    void thoseAreClosedForWhomMostWaits() {
        PendingBound bound = new PendingBound(new PendingTotal(1_000));
        assertThat(sweep(bound, 10, 600, 20, 500, 0))
                .as("the first sweep only looks")
                .isEmpty();
        assertThat(sweep(bound, 10, 600, 20, 500, 0)).containsExactly(600);
        assertThat(sweep(bound, 10, 20, 500)).as("that was enough").isEmpty();
    }

    @Test
    void asManyAreClosedAsItTakesAndNoMore() {
        PendingBound bound = new PendingBound(new PendingTotal(10_000));
        int[] all = IntStream.range(0, 200).map(i -> 100).toArray();
        sweep(bound, all);
        assertThat(sweep(bound, all)).as("20,000 wait, 9,000 may stay").hasSize(110);
    }

    @Test
    void eachShardClosesItsShare() {
        PendingTotal total = new PendingTotal(1_000);
        PendingBound one = new PendingBound(total);
        PendingBound other = new PendingBound(total);
        int[] many = IntStream.range(0, 30).map(i -> 100).toArray();
        int[] few = IntStream.range(0, 10).map(i -> 100).toArray();
        sweep(one, many);
        sweep(other, few);
        sweep(one, many);
        sweep(other, few);
        assertThat(sweep(one, many))
                .as("3,000 of 4,000 wait here, 3,100 are too much")
                .hasSize(24);
        assertThat(sweep(other, few)).hasSize(8);
    }

    @Test
    void oneByteIsASize() {
        PendingBound bound = new PendingBound(new PendingTotal(0));
        sweep(bound, 1, Integer.MAX_VALUE);
        assertThat(sweep(bound, 1, Integer.MAX_VALUE)).containsExactly(1, Integer.MAX_VALUE);
    }

    private static int[] sweep(PendingBound bound, int... waiting) {
        int[] closed = Arrays.stream(waiting).filter(bound::isTooMuch).toArray();
        bound.swept();
        return closed;
    }
}
