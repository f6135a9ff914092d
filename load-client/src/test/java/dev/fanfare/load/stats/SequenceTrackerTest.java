package dev.fanfare.load.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SequenceTrackerTest {
    private final SequenceTracker tracker = new SequenceTracker();
    private final Tally tally = new Tally();

    private Map<String, Long> faultsAfter(long... numbers) {
        for (long number : numbers) {
            tracker.accept(number, 1000 + number, tally);
        }
        return tally.toMap();
    }

    @Test
    void numbersThatRiseByOneAreNoFault() {
        assertThat(faultsAfter(41, 42, 43, 44)).isEmpty();
        assertThat(tracker.highest()).isEqualTo(44);
    }

    @Test
    void numbersSkippedAreLost() {
        assertThat(faultsAfter(1, 2, 5, 6, 8)).isEqualTo(Map.of("lost", 3L));
    }

    @Test
    void aNumberThatHadArrivedIsDuplicated() {
        assertThat(faultsAfter(1, 2, 2, 3, 1, 1)).isEqualTo(Map.of("duplicated", 3L));
    }

    @Test
    void aLateNumberIsOutOfOrderAndNoLongerLost() {
        assertThat(faultsAfter(1, 4)).isEqualTo(Map.of("lost", 2L));
        assertThat(faultsAfter(3)).isEqualTo(Map.of("lost", 1L, "out-of-order", 1L));
        assertThat(faultsAfter(3, 5)).isEqualTo(Map.of("lost", 1L, "out-of-order", 1L, "duplicated", 1L));
    }

    @Test
    void aNumberFromBeforeTheFirstIsOutOfOrderButWasNeverLost() {
        assertThat(faultsAfter(10, 9, 11)).isEqualTo(Map.of("out-of-order", 1L));
    }

    @Test
    void theWindowEndsAfterSixtyFourNumbers() {
        assertThat(faultsAfter(1, 3, 66, 2)).isEqualTo(Map.of("lost", 63L, "out-of-order", 1L));
        assertThat(faultsAfter(3)).isEqualTo(Map.of("lost", 63L, "out-of-order", 1L, "duplicated", 1L));
    }

    @Test
    void aJumpPastTheWindowForgetsWhatArrived() {
        assertThat(faultsAfter(1, 1000, 999, 1)).isEqualTo(Map.of("lost", 997L, "out-of-order", 2L));
    }

    @Test
    void aCorruptMessageTakesThePlaceOfOneSkippedNumber() {
        faultsAfter(1);
        tracker.corrupt();
        assertThat(faultsAfter(3)).isEmpty();
        tracker.corrupt();
        assertThat(faultsAfter(6)).isEqualTo(Map.of("lost", 1L));
        assertThat(faultsAfter(5)).isEqualTo(Map.of("out-of-order", 1L));
    }

    @Test
    void aCorruptExtraMessageHidesNoLaterLoss() {
        faultsAfter(1);
        tracker.corrupt();
        assertThat(faultsAfter(2, 4)).isEqualTo(Map.of("lost", 1L));
    }

    @Test
    void numbersSkippedByAReconnectAreMissedNotLost() {
        faultsAfter(1, 2);
        tracker.resume();
        assertThat(faultsAfter(6, 7)).isEqualTo(Map.of("missed-while-away", 3L));
    }

    @Test
    void aLowerNumberMadeLaterIsTheSeriesOfARestartedServer() {
        faultsAfter(100, 101);
        tracker.resume();
        tracker.accept(1, 5000, tally);
        tracker.accept(2, 5001, tally);
        assertThat(tally.toMap()).isEmpty();
    }

    @Test
    void theNewestTickOnceMoreIsNoFaultIfTheServerCouldNotKnow() {
        tracker.accept(7, 1000, tally);
        tracker.resume();
        tracker.beginsWithNewest();
        tracker.accept(7, 1000, tally);
        tracker.accept(8, 2000, tally);
        tracker.resume();
        tracker.beginsWithNewest();
        tracker.accept(3, 1999, tally); // the same moment, of a server that began later
        tracker.accept(4, 3000, tally);
        assertThat(tally.toMap()).isEmpty();
    }

    @Test
    void anOlderTickAfterAReconnectIsAFaultWhateverTheServerKnew() {
        tracker.accept(7, 1000, tally);
        tracker.accept(8, 2000, tally);
        tracker.resume();
        tracker.beginsWithNewest();
        tracker.accept(7, 1000, tally);
        assertThat(tally.toMap()).isEqualTo(Map.of("duplicated", 1L));
    }

    @Test
    void aTickSentAgainAfterAReconnectIsDuplicated() {
        faultsAfter(1, 2);
        tracker.resume();
        assertThat(faultsAfter(2, 3)).isEqualTo(Map.of("duplicated", 1L));
    }
}
