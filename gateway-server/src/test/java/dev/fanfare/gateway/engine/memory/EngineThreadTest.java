package dev.fanfare.gateway.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.engine.EngineException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EngineThreadTest {
    private static final int MAX_WAITING = 4;
    private static final int MAX_BYTES = 4_000;
    private static final Duration SOON = Duration.ofSeconds(5);

    private final EngineThread thread = new EngineThread(new MemoryConfig(MAX_BYTES, 10, MAX_WAITING));
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void end() {
        gate.countDown();
        thread.close();
    }

    @Test
    void moreQuestionsThanMayWaitAreRefusedAtOnceAndPublishingGoesOn() throws InterruptedException {
        hold();
        List<CompletableFuture<Integer>> asked = new ArrayList<>();
        for (int i = 0; i < MAX_WAITING; i++) {
            asked.add(thread.ask(() -> 1));
        }
        CompletableFuture<Integer> refused = thread.ask(() -> 1);
        CompletableFuture<Integer> published = thread.publish(1, () -> 2);

        assertFailed(refused, EngineException.Reason.BUSY);
        assertThat(published).isNotDone();
        assertThat(thread.waiting()).isEqualTo(MAX_WAITING + 1);
        gate.countDown();
        assertThat(published).succeedsWithin(SOON).isEqualTo(2);
        assertThat(asked).allSatisfy(each -> assertThat(each).succeedsWithin(SOON));
        assertThat(thread.waiting()).isZero();
    }

    @Test
    void morePublicationsThanMayWaitAreRefusedAtOnceAndQuestionsAreAnswered() throws InterruptedException {
        hold();
        for (int i = 0; i < MAX_WAITING; i++) {
            thread.publish(1, () -> 1);
        }

        assertFailed(thread.publish(1, () -> 1), EngineException.Reason.BUSY);
        CompletableFuture<Integer> asked = thread.ask(() -> 3);
        gate.countDown();
        assertThat(asked).succeedsWithin(SOON).isEqualTo(3);
    }

    @Test
    void whatWaitsIsBoundedInBytes() throws InterruptedException {
        hold();
        CompletableFuture<Integer> large = thread.publish(MAX_BYTES, () -> 1);

        assertFailed(thread.publish(1, () -> 1), EngineException.Reason.BUSY);
        gate.countDown();
        assertThat(large).succeedsWithin(SOON);
        assertThat(thread.publish(MAX_BYTES, () -> 1)).succeedsWithin(SOON);
    }

    @Test
    void newcomersWaitOutsideWhileTooMuchOfTheirsWaits() throws InterruptedException {
        hold();
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < MAX_WAITING; i++) {
            assertThat(thread.hasRoom()).isTrue();
            thread.run(done::incrementAndGet);
        }
        assertThat(thread.hasRoom()).isFalse();
        thread.run(done::incrementAndGet); // somebody left: not refused
        gate.countDown();

        assertThat(thread.ask(done::get)).succeedsWithin(SOON).isEqualTo(MAX_WAITING + 1);
        assertThat(thread.hasRoom()).isTrue();
    }

    @Test
    void whateverHappensWhoeverAskedIsAnswered() {
        CompletableFuture<Integer> broken = thread.ask(() -> {
            throw new StackOverflowError("as if");
        });
        thread.run(() -> {
            throw new IllegalStateException("this stands in the log of the tests");
        });

        assertThat(broken)
                .failsWithin(SOON)
                .withThrowableThat()
                .havingRootCause()
                .isInstanceOf(StackOverflowError.class);
        assertThat(thread.ask(() -> 5)).succeedsWithin(SOON).isEqualTo(5);
    }

    @Test
    void theEverySecondGoesOnAfterAFailure() throws InterruptedException {
        CountDownLatch twice = new CountDownLatch(2);
        thread.everySecond(() -> {
            twice.countDown();
            throw new IllegalStateException("this stands in the log of the tests");
        });

        assertThat(twice.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatWaitsAtTheEndFailsInsteadOfWaitingForEver() throws InterruptedException {
        hold();
        List<CompletableFuture<Integer>> asked = new ArrayList<>();
        for (int i = 0; i < MAX_WAITING; i++) {
            asked.add(thread.ask(() -> 1));
        }
        thread.close(); // the gate is still shut

        assertThat(asked).allSatisfy(each -> assertFailed(each, EngineException.Reason.UNAVAILABLE));
        assertFailed(thread.ask(() -> 1), EngineException.Reason.UNAVAILABLE);
        assertFailed(thread.publish(1, () -> 1), EngineException.Reason.UNAVAILABLE);
        assertThat(thread.waiting()).isZero();
    }

    @Test
    void muchThatWaitsIsDoneInOrder() throws InterruptedException {
        EngineThread roomy = new EngineThread(new MemoryConfig(MAX_BYTES, 10, 10_000));
        List<Integer> done = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            int number = i;
            roomy.run(() -> done.add(number));
        }
        List<Integer> seen = roomy.ask(() -> List.copyOf(done)).join();
        roomy.close();

        assertThat(seen).hasSize(2_000).isSorted();
    }

    /** Keeps the thread busy until the gate opens. */
    private void hold() throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        thread.run(() -> {
            busy.countDown();
            try {
                gate.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(busy.await(5, TimeUnit.SECONDS)).isTrue();
    }

    private static void assertFailed(CompletableFuture<Integer> answer, EngineException.Reason why) {
        assertThat(answer)
                .failsWithin(SOON)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(
                        EngineException.class,
                        failure -> assertThat(failure.reason()).isEqualTo(why));
    }
}
