package dev.fanfare.gateway.engine;

import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.StreamPosition;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes publications, gives each its place in its channel, keeps what the channel's rules say, and hands it to the nodes that
 * are interested. To save a publication and to number it is one step: what has an offset can be read.
 *
 * <p>Any thread may call; nothing blocks. A stage completes on a thread of the engine, or fails with {@link EngineException}.
 */
public interface Broker extends AutoCloseable {
    /** What a node does with what the engine brings. Called on a thread of the engine; must not block. */
    interface Listener {
        /** A publication of this or another node; in order within a channel, one call at a time. */
        void onPublication(Publication publication, ChannelRules rules);

        /** The link to the other nodes was interrupted: publications may be missing, sessions must read again. */
        void onInterruption(String why);
    }

    /**
     * Something to be published.
     *
     * @param channel a valid name
     * @param rules of that channel
     * @param content what is said
     * @param idempotencyKey a second publication to the channel with the same one, within five minutes, is not made again
     */
    record Request(
            String channel,
            ChannelRules rules,
            Publication.Content content,
            @Nullable String idempotencyKey) {}

    /**
     * What a channel has to say to somebody who stands at a position.
     *
     * @param publications in order
     * @param top the newest position of the channel
     * @param complete whether nothing is missing between the position asked for and the first publication
     */
    record History(List<Publication> publications, StreamPosition top, boolean complete) {
        /** Whether there is more to read after the last of these: it was not the newest. */
        public boolean hasMore() {
            return !publications.isEmpty()
                    && publications.get(publications.size() - 1).offset() < top.offset();
        }
    }

    /** Begins to hand over publications. Once, before anything else. */
    void start(Listener listener);

    /**
     * What became of one request: either is given.
     *
     * @param position where it stands now
     * @param failure why it was not published
     */
    record Outcome(
            @Nullable StreamPosition position, @Nullable EngineException failure) {}

    /** Publishes in the order of {@code batch}; the outcomes come in the same order. */
    CompletionStage<List<Outcome>> publish(List<Request> batch);

    /**
     * Reads what a channel retains.
     *
     * @param since only what is newer; null for everything that is kept, and then it is complete
     * @param limit publications at most, and fewer if they are large; 0 to learn the newest position
     */
    default CompletionStage<History> history(
            String channel, ChannelRules rules, @Nullable StreamPosition since, int limit) {
        CompletableFuture<History> answer = new CompletableFuture<>();
        read(channel, rules, since, limit, (history, failure) -> {
            if (history != null) {
                answer.complete(history);
            } else {
                answer.completeExceptionally(Objects.requireNonNull(failure));
            }
        });
        return answer;
    }

    /**
     * As {@link #history}, for somebody who hears publications as well: {@code reader} is called in their order, so that what was
     * handed over before stands in the history, and what comes after does not. Either argument is given.
     */
    void read(
            String channel,
            ChannelRules rules,
            @Nullable StreamPosition since,
            int limit,
            BiConsumer<@Nullable History, @Nullable Throwable> reader);

    /** Forgets what a channel retains; its numbering goes on. */
    CompletionStage<Void> removeHistory(String channel);

    /** The first channels that somebody wants or that keep something, in the order of their names. */
    CompletionStage<List<String>> channels(ChannelPattern pattern, int limit);

    /** Whether somebody on this node wants the channel. */
    void interest(String channel, boolean wanted);

    /**
     * Whether new subscribers may be let in: there is room for their channels, and not too much waits. If not, a stream is
     * refused before it begins. Right now; the next moment it may be otherwise.
     *
     * @param newChannels how many of theirs nobody on this node wants yet
     */
    default boolean hasRoom(int newChannels) {
        return true;
    }

    /** Ends; what is asked from now on fails. */
    @Override
    void close();
}
