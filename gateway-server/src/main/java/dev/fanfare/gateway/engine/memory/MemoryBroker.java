package dev.fanfare.gateway.engine.memory;

import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.EngineException;
import dev.fanfare.gateway.log.CalmLog;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Channels of one node. Everything belongs to the engine's thread, so nothing is locked: to number, keep and hand over a
 * publication is one step, and what a reader is given is exactly what was handed over before.
 *
 * <p>All channels share one epoch, drawn when the gateway starts. A channel that nobody wants and that keeps nothing is
 * remembered for {@link #IDLE_MILLIS}, or until its place is needed. One that was forgotten and comes back goes on above
 * every number that was given before, so an old position is never mistaken for a new one.
 */
public final class MemoryBroker implements Broker {
    private static final CalmLog log = new CalmLog(LoggerFactory.getLogger(MemoryBroker.class));
    private static final String EPOCH_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int EPOCH_LENGTH = 6;
    /** How long a client of a quiet channel may be away without being told a gap where there is none. */
    static final long IDLE_MILLIS = TimeUnit.MINUTES.toMillis(10);
    /** What a publication takes while it waits, beside its data. */
    private static final int WAITING_OVERHEAD = 200;

    private final MemoryConfig config;
    private final EngineThread thread;
    private final LongSupplier clock;
    private final Counts counts = new Counts();
    private final String epoch = newEpoch();

    // engine's thread only
    private final Map<String, MemoryChannel> channels = new HashMap<>();
    /** Channels that keep something, the one published to or read least recently first. */
    private final Line retaining = new Line();
    /** Channels that nobody wants and that keep nothing, the one that has been so for longest first. */
    private final Line idle = new Line();

    private final OnceKeys once;
    private final ExpiryWheel wheel;
    private @Nullable Listener listener;
    private long historyBytes;
    /** No forgotten channel had a higher number. */
    private long floor;

    public MemoryBroker(MemoryConfig config, EngineThread thread) {
        this(config, thread, System::currentTimeMillis);
    }

    /** With a clock of its own, in epoch milliseconds. */
    MemoryBroker(MemoryConfig config, EngineThread thread, LongSupplier clock) {
        this.config = config;
        this.thread = thread;
        this.clock = clock;
        once = new OnceKeys(config.maxKeyBytes());
        wheel = new ExpiryWheel(TimeUnit.MILLISECONDS.toSeconds(clock.getAsLong()));
    }

    @Override
    public void start(Listener toWhom) {
        thread.run(() -> listener = toWhom);
        thread.everySecond(this::expire);
    }

    @Override
    public CompletionStage<List<Outcome>> publish(List<Request> batch) {
        long now = clock.getAsLong(); // latency counts from here, not from when the thread has time
        long size = 0;
        for (Request request : batch) {
            size += WAITING_OVERHEAD + request.content().data().length;
        }
        return thread.publish(size, () -> {
            List<Outcome> outcomes = new ArrayList<>(batch.size());
            for (Request request : batch) {
                try {
                    outcomes.add(new Outcome(publish(request, now), null));
                } catch (EngineException refused) {
                    outcomes.add(new Outcome(null, refused));
                }
            }
            return outcomes;
        });
    }

    @Override
    public void read(
            String channel,
            ChannelRules rules,
            @Nullable StreamPosition since,
            int limit,
            BiConsumer<@Nullable History, @Nullable Throwable> reader) {
        thread.ask(() -> read(channel, since, limit), reader);
    }

    @Override
    public CompletionStage<Void> removeHistory(String channel) {
        return thread.ask(() -> {
            MemoryChannel found = channels.get(channel);
            if (found != null) {
                while (!found.isEmpty()) {
                    count(-found.dropOldest());
                }
                settle(found);
            }
            return null;
        });
    }

    @Override
    public CompletionStage<List<String>> channels(ChannelPattern pattern, int limit) {
        return thread.ask(() -> {
            PriorityQueue<String> first = new PriorityQueue<>(Comparator.reverseOrder());
            for (MemoryChannel channel : channels.values()) {
                if ((channel.wanted || !channel.isEmpty()) && pattern.matches(channel.name)) {
                    first.add(channel.name);
                    if (first.size() > limit) {
                        first.remove();
                    }
                }
            }
            return first.stream().sorted().toList();
        });
    }

    @Override
    public void interest(String channel, boolean wanted) {
        thread.run(() -> {
            MemoryChannel found = wanted ? channelOrNull(channel) : channels.get(channel);
            if (found != null) {
                found.wanted = wanted;
                found.remembered = true;
                settle(found);
            }
        });
    }

    @Override
    public boolean hasRoom(int newChannels) {
        return counts.channels() + newChannels <= config.maxChannels() && thread.hasRoom();
    }

    @Override
    public void close() {
        thread.close();
    }

    /** What it tells about itself. */
    public Counts counts() {
        return counts;
    }

    private StreamPosition publish(Request request, long now) throws EngineException {
        String key = request.idempotencyKey();
        String name = key == null ? null : OnceKeys.of(request.channel(), key);
        StreamPosition before = name == null ? null : once.find(name, now);
        if (before != null) {
            return before;
        }
        StreamPosition position;
        if (request.content().kind() == Publication.Kind.MESSAGE) {
            MemoryChannel channel = channelFor(request.channel());
            position = new StreamPosition(++channel.top, epoch);
            Publication publication = new Publication(channel.name, position, request.content(), now);
            count(channel.keep(publication, request.rules()));
            channel.ttlMillis = request.rules().historyTtl().toMillis();
            settle(channel);
            used(channel);
            shrink();
            tell(publication, request.rules());
        } else {
            position = new StreamPosition(0, epoch);
            tell(new Publication(request.channel(), position, request.content(), now), request.rules());
        }
        if (name != null) {
            once.add(name, position, now);
            counts.keysEvicted(once.evicted());
            count(0);
            shrink();
        }
        return position;
    }

    /** It is numbered and kept already: if nobody can be told now, subscribers find it when they read. */
    private void tell(Publication publication, ChannelRules rules) {
        try {
            if (listener != null) {
                listener.onPublication(publication, rules);
            }
        } catch (RuntimeException | OutOfMemoryError broken) {
            log.say(to -> to.error(
                    "publication {} of {} was not handed over", publication.offset(), publication.channel(), broken));
        }
    }

    private MemoryChannel channelFor(String name) throws EngineException {
        MemoryChannel channel = channelOrNull(name);
        if (channel == null) {
            throw new EngineException(
                    EngineException.Reason.TOO_MANY_CHANNELS,
                    "the gateway knows as many channels as it may (engine.memory.max-channels: %d)"
                            .formatted(config.maxChannels()));
        }
        return channel;
    }

    private @Nullable MemoryChannel channelOrNull(String name) {
        MemoryChannel channel = channels.get(name);
        if (channel != null) {
            return channel;
        }
        if (channels.size() >= config.maxChannels()) {
            MemoryChannel place = idle.first();
            if (place == null) {
                counts.refusedOne();
                return null;
            }
            forget(place);
        }
        channel = new MemoryChannel(name, floor);
        channels.put(name, channel);
        return channel;
    }

    private void used(MemoryChannel channel) {
        if (!channel.isEmpty()) {
            retaining.add(channel);
            if (!channel.watched) {
                wheel.add(channel, expiryOf(channel));
            }
        }
    }

    /** Forgets what was used least recently, until everything fits. */
    private void shrink() {
        for (MemoryChannel eldest = retaining.first();
                eldest != null && historyBytes + once.bytes() > config.maxBytes();
                eldest = retaining.first()) {
            count(-eldest.dropOldest());
            counts.evictedOne();
            settle(eldest);
        }
    }

    /** Puts {@code channel} into the line where it belongs now. */
    private void settle(MemoryChannel channel) {
        if (!channel.isEmpty()) {
            channel.remembered = true;
            if (!retaining.has(channel)) {
                retaining.add(channel);
            }
        } else if (channel.wanted) {
            Line.leave(channel);
        } else if (!channel.remembered) {
            forget(channel);
        } else if (!idle.has(channel)) {
            idle.add(channel);
            channel.idleSinceMillis = clock.getAsLong();
        }
        counts.channels(channels.size() - idle.size());
    }

    private History read(String name, @Nullable StreamPosition since, int limit) {
        MemoryChannel channel = channels.get(name);
        long top = channel == null ? floor : channel.top;
        Page page = new Page(limit);
        boolean complete = since == null;
        long from = 0;
        if (since != null && since.epoch().equals(epoch) && since.offset() <= top) {
            from = since.offset();
            complete = channel == null ? from >= floor : channel.covers(from);
        }
        if (channel != null) {
            channel.read(from, page);
            used(channel);
        }
        return new History(page.publications(), new StreamPosition(top, epoch), complete);
    }

    /** Channels that are known, idle ones too. */
    int remembered() {
        return channels.size();
    }

    /** What is due by time; once a second. */
    void expire() {
        long now = clock.getAsLong();
        wheel.turn(TimeUnit.MILLISECONDS.toSeconds(now), channel -> expire(channel, now));
        once.expire(now);
        for (MemoryChannel first = idle.first();
                first != null && now - first.idleSinceMillis >= IDLE_MILLIS;
                first = idle.first()) {
            forget(first);
        }
        count(0);
    }

    private long expire(MemoryChannel channel, long now) {
        if (channel.isEmpty()) {
            return -1;
        }
        while (!channel.isEmpty() && channel.oldestMillis() + channel.ttlMillis <= now) {
            count(-channel.dropOldest());
        }
        settle(channel);
        return channel.isEmpty() ? -1 : expiryOf(channel);
    }

    /** The first whole second in which its oldest publication has expired. */
    private static long expiryOf(MemoryChannel channel) {
        return TimeUnit.MILLISECONDS.toSeconds(channel.oldestMillis() + channel.ttlMillis) + 1;
    }

    private void count(long more) {
        historyBytes += more;
        counts.bytes(historyBytes + once.bytes());
    }

    private void forget(MemoryChannel channel) {
        Line.leave(channel);
        channels.remove(channel.name);
        floor = Math.max(floor, channel.top);
        counts.channels(channels.size() - idle.size());
    }

    private static String newEpoch() {
        SecureRandom random = new SecureRandom();
        StringBuilder epoch = new StringBuilder(EPOCH_LENGTH);
        for (int i = 0; i < EPOCH_LENGTH; i++) {
            epoch.append(EPOCH_DIGITS.charAt(random.nextInt(EPOCH_DIGITS.length())));
        }
        return epoch.toString();
    }
}
