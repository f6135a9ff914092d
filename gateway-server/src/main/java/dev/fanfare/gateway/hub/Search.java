package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.auth.Principal;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks for connections of somebody among all of a shard, a slice at a time, so that nobody else waits for it. What is asked while it
 * looks is looked for together in the next round. Owned by the shard's event loop.
 */
final class Search {
    /** Connections looked at before the loop does something else: well below a millisecond. */
    private static final int SLICE = 1024;
    /** Questions that wait for the next round. */
    private static final int MOST = 256;

    private final EventLoop loop;
    private final Roster<Subscriber> roster;
    private List<Question> waiting = new ArrayList<>(1);
    private List<Question> asked = List.of();
    private Roster<Subscriber>.@Nullable Walk walk;

    /**
     * What is to be done with whom.
     *
     * @param found gets the number of connections it was done with
     */
    record Question(Predicate<Principal> whom, Consumer<Subscriber> what, Found found) {
        Question(Predicate<Principal> whom, Consumer<Subscriber> what) {
            this(whom, what, new Found());
        }
    }

    /** How many were found. */
    static final class Found extends CompletableFuture<Integer> {
        private int count;
    }

    Search(EventLoop loop, Roster<Subscriber> roster) {
        this.loop = loop;
        this.roster = roster;
    }

    /** Begins to look, or will; fails when too many questions wait. */
    void ask(Question question) {
        if (waiting.size() < MOST) {
            add(question);
        } else {
            question.found().completeExceptionally(new RejectedExecutionException("too many searches wait"));
        }
    }

    /** Begins to look, or will, unless the same question waits already. */
    void askOnce(Question question) {
        if (!waiting.contains(question)) {
            add(question);
        }
    }

    private void add(Question question) {
        waiting.add(question);
        if (walk == null) {
            begin();
        }
    }

    private void begin() {
        asked = waiting;
        waiting = new ArrayList<>(1);
        walk = roster.new Walk(0);
        goOn();
    }

    private void goOn() {
        Roster<Subscriber>.Walk under = walk;
        if (under == null) {
            return;
        }
        if (!under.visit(SLICE, this::look)) {
            loop.schedule(this::goOn, 0, TimeUnit.NANOSECONDS); // after the next look at the sockets
            return;
        }
        walk = null;
        List<Question> answered = asked;
        asked = List.of();
        answered.forEach(question -> question.found().complete(question.found().count));
        if (!waiting.isEmpty() && walk == null) { // an answer may have asked anew
            begin();
        }
    }

    private void look(Subscriber subscriber) {
        for (Question question : asked) {
            if (subscriber.isOpen() && question.whom().test(subscriber.who())) {
                question.found().count++;
                try {
                    question.what().accept(subscriber);
                } catch (RuntimeException | OutOfMemoryError broken) { // nor the end of the search
                    subscriber.failed(broken);
                }
            }
        }
    }
}
