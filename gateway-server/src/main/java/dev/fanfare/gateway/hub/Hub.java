package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.auth.Revocations;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.PresenceStore;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import dev.fanfare.gateway.metrics.StreamKind;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** All shards: the one door through which other threads reach the subscribers. Thread: any. */
public final class Hub implements Broker.Listener {
    /** Names of a node have six characters. */
    private static final long NODES = 60_466_176;

    private final Map<EventLoop, Shard> shardOf = new HashMap<>();
    private final List<Shard> shards = new ArrayList<>();
    private final Interests interests;
    private final Users users;
    private final HubConfig config;
    private final GatewayMetrics metrics;
    private final String node =
            Long.toString(ThreadLocalRandom.current().nextLong(NODES, NODES * 36), Character.MAX_RADIX);

    /** What a shard needs of the rest; {@code index} is its own. */
    record Parts(
            Broker broker,
            PresenceStore presence,
            Interests interests,
            PendingTotal pending,
            GatewayMetrics metrics,
            String node,
            int index,
            Tokens tokens,
            Users users) {}

    /** The state the hub works on. */
    public record Engine(Broker broker, PresenceStore presence) {}

    /**
     * What becomes of connections because of their tokens.
     *
     * @param revocations tokens that are no longer good
     * @param expiryGrace from telling a client that its token has expired until its connection ends
     */
    public record Tokens(Revocations revocations, Duration expiryGrace) {}

    /**
     * Whose connections are meant: of both, if both are given.
     *
     * @param client one connection, as presence and join messages name it
     * @param user all of this user
     */
    public record Target(@Nullable String client, @Nullable String user) {}

    public Hub(EventLoopGroup loops, HubConfig config, Engine engine, Tokens tokens, GatewayMetrics metrics) {
        users = new Users(config.bounds().perUser());
        this.config = config;
        this.metrics = metrics;
        List<EventLoop> all = new ArrayList<>();
        for (EventExecutor executor : loops) {
            all.add((EventLoop) executor);
        }
        interests = new Interests(all.size(), engine.broker());
        PendingTotal pending = new PendingTotal(config.maxPendingTotal());
        for (EventLoop loop : all) {
            Shard shard = new Shard(
                    loop,
                    config,
                    new Parts(
                            engine.broker(),
                            engine.presence(),
                            interests,
                            pending,
                            metrics,
                            node,
                            shards.size(),
                            tokens,
                            users));
            shardOf.put(loop, shard);
            shards.add(shard);
        }
        for (StreamKind kind : StreamKind.values()) {
            metrics.watchConnections(kind, () -> count(kind));
        }
        metrics.watchChannels(this::channels, interests::subscriptions, this::queued);
        metrics.watchPending(this::waitingStreams, this::waitingBytes, this::waitingMessages);
    }

    /** Begins the periodic sweeps. */
    public void start() {
        shards.forEach(Shard::start);
    }

    /** The shard that belongs to {@code loop}, which must be one of the worker loops. */
    public Shard shardOf(EventLoop loop) {
        Shard shard = shardOf.get(loop);
        if (shard == null) {
            throw new IllegalArgumentException("not a worker loop: " + loop);
        }
        return shard;
    }

    /** Hands a publication to the event loops that have somebody for it: one task each. */
    @Override
    public void onPublication(Publication publication, ChannelRules rules) {
        metrics.published();
        Interest interest = interests.in(publication.channel());
        if (interest != null && publication.isMessage() && publication.content().key() == null) {
            interest.reached(publication.offset());
        }
        Interest patterns = interests.inPatternsOf(publication.channel());
        if (interest == null && patterns == null) {
            return;
        }
        Delivery delivery = new Delivery(publication, rules, interest, shards.size(), metrics);
        for (int i = 0; i < shards.size(); i++) {
            if (Interest.names(interest, i) || Interest.names(patterns, i)) {
                shards.get(i).fanOut().post(delivery);
            } else {
                delivery.end();
            }
        }
    }

    @Override
    public void onInterruption(String why) {
        shards.forEach(Shard::interrupted);
    }

    /** Whether a loop has more publications waiting than it may; then nothing more should be published. */
    public boolean isOverloaded() {
        for (Shard shard : shards) {
            if (shard.fanOut().inbox().size() > config.bounds().queued()
                    || shard.fanOut().inbox().bytes() > config.bounds().queuedBytes()) {
                return true;
            }
        }
        return false;
    }

    private long queued() {
        return shards.stream().mapToLong(shard -> shard.fanOut().inbox().size()).sum();
    }

    /** The name of this node, new with every start. */
    public String node() {
        return node;
    }

    /** What became of a subscription that somebody made for a connection. */
    public enum Subscribed {
        /** The connection has it, also if it had it before. */
        YES,
        /** The connection is not there. */
        GONE,
        /** The connection, or the node, has as many as it may. */
        TOO_MANY
    }

    /**
     * Subscribes connections to one more channel.
     *
     * @param most subscriptions a connection may have
     */
    public CompletionStage<Subscribed> subscribe(Target target, Wish wish, int most) {
        AtomicBoolean tooMany = new AtomicBoolean();
        return with(target, (shard, subscriber) -> {
                    boolean isNew = subscriber.subscriptions().to(wish.name()) == null;
                    if (isNew
                            && (subscriber.subscriptions().all().size() >= most
                                    || shard.refusal(List.of(wish)) != null)) {
                        tooMany.set(true);
                    } else {
                        shard.subscribe(subscriber, List.of(wish));
                    }
                })
                .thenApply(
                        found -> tooMany.get() ? Subscribed.TOO_MANY : found == 0 ? Subscribed.GONE : Subscribed.YES);
    }

    /** Ends a subscription of connections; how many there are of them. */
    public CompletionStage<Integer> unsubscribe(Target target, String channel) {
        return with(target, (shard, subscriber) -> shard.unsubscribe(subscriber, channel));
    }

    /** Closes connections; how many. */
    public CompletionStage<Integer> disconnect(Target target) {
        return with(target, (shard, subscriber) -> subscriber.disconnect());
    }

    /** Closes the connections whose tokens are not good any more, each loop its own. */
    public void closeRevoked() {
        shards.forEach(Shard::closeRevoked);
    }

    private CompletionStage<Integer> with(Target target, BiConsumer<Shard, Subscriber> what) {
        String user = target.user();
        if (target.client() != null) {
            return withOne(target.client(), (shard, subscriber) -> {
                if (user == null || subscriber.who().user().equals(user)) {
                    what.accept(shard, subscriber);
                }
            });
        }
        CompletableFuture<Integer> found = CompletableFuture.completedFuture(0);
        if (user == null || !users.isHere(user)) {
            return found;
        }
        for (Shard shard : shards) {
            Search.Question question =
                    new Search.Question(who -> who.user().equals(user), subscriber -> what.accept(shard, subscriber));
            shard.ask(question);
            found = found.thenCombine(question.found(), Integer::sum);
        }
        return found;
    }

    private CompletionStage<Integer> withOne(String client, BiConsumer<Shard, Subscriber> what) {
        ClientId id = ClientId.parse(client);
        if (id == null || !id.node().equals(node) || id.shard() < 0 || id.shard() >= shards.size()) {
            return CompletableFuture.completedFuture(0);
        }
        Shard shard = shards.get(id.shard());
        return shard.with(id.serial(), subscriber -> what.accept(shard, subscriber))
                .thenApply(there -> there ? 1 : 0);
    }

    /** Users with at least one connection. */
    public int users() {
        return users.count();
    }

    /** Channels somebody subscribed to by name. */
    public int channels() {
        return interests.channels();
    }

    /** Tells about {@code most} subscribers that the gateway shuts down, each shard its share. */
    public void sayGoodbye(int most) {
        // Only those who stay: a client that was told and does not answer must not use up the share of others.
        long all = Math.max(1, shards.stream().mapToInt(Shard::staying).sum());
        long before = 0;
        for (Shard shard : shards) {
            // Shares of a running sum: rounding up each shard's would add one connection per event loop and step.
            long upTo = Math.min(all, before + shard.staying());
            int share = (int) (most * upTo / all - most * before / all);
            if (share > 0) {
                shard.sayGoodbye(share);
            }
            before = upTo;
        }
    }

    /** Open streams of one kind. */
    public int count(StreamKind kind) {
        int sum = 0;
        for (Shard shard : shards) {
            sum += shard.count(kind);
        }
        return sum;
    }

    /** Open streams. */
    public int count() {
        return shards.stream().mapToInt(Shard::count).sum();
    }

    /** Time since the last sweep of the event loop that is furthest behind: a loop that hangs lets it grow. */
    public long sinceSweepNanos() {
        return shards.stream().mapToLong(Shard::sinceSweepNanos).max().orElse(0);
    }

    /** Bytes that wait for slow sockets, as of the last sweeps. */
    public long waitingBytes() {
        return shards.stream().mapToLong(Shard::waitingBytes).sum();
    }

    /** Messages that wait for slow sockets, as of the last sweeps. */
    private long waitingMessages() {
        return shards.stream().mapToLong(Shard::waitingMessages).sum();
    }

    /** Streams with bytes waiting, as of the last sweeps. */
    public int waitingStreams() {
        return shards.stream().mapToInt(Shard::waitingStreams).sum();
    }
}
