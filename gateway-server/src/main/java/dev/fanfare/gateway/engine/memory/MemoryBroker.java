package dev.fanfare.gateway.engine.memory;

import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.EngineException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Channels of one node. Everything belongs to the engine's thread, so nothing is locked: to number, keep and hand over a
 * publication is one step, and what a reader is given is exactly what was handed over before.
 *
 * <p>All channels share one epoch, drawn when the gateway starts. A channel that is forgotten and comes back goes on above
 * every number that was given before, so an old position is never mistaken for a new one.
 */
public final class MemoryBroker implements Broker {
    private static final String EPOCH_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int EPOCH_LENGTH = 6;
    private static final long IDEMPOTENCY_MILLIS = TimeUnit.MINUTES.toMillis(5);
    private static final int MAX_IDEMPOTENCY_KEYS = 100_000;

    private final MemoryConfig config;
    private final EngineThread thread;
    private final String epoch = newEpoch();

    // engine's thread only
    private final Map<String, MemoryChannel> channels = new HashMap<>();
    /** Channels that retain something, the one published to or read least recently first. */
    private final LinkedHashMap<String, MemoryChannel> retaining = new LinkedHashMap<>(16, 0.75f, true);

    private final LinkedHashMap<String, Made> made = new LinkedHashMap<>();
    private final ExpiryWheel wheel = new ExpiryWheel(TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis()));
    private @Nullable Listener listener;
    /** No forgotten channel had a higher number. */
    private long floor;

    // written by the engine's thread, read by any
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong evicted = new AtomicLong();

    private record Made(StreamPosition position, long atMillis) {}

    public MemoryBroker(MemoryConfig config, EngineThread thread) {
        this.config = config;
        this.thread = thread;
    }

    @Override
    public void start(Listener toWhom) {
        thread.run(() -> listener = toWhom);
        thread.everySecond(this::expire);
    }

    @Override
    public CompletionStage<List<Outcome>> publish(List<Request> batch) {
        return thread.ask(() -> {
            long now = System.currentTimeMillis();
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
    public CompletionStage<History> history(
            String channel, ChannelRules rules, @Nullable StreamPosition since, int limit) {
        return thread.ask(() -> read(channel, rules, since, limit));
    }

    @Override
    public CompletionStage<Void> removeHistory(String channel) {
        return thread.ask(() -> {
            MemoryChannel found = channels.get(channel);
            while (found != null && !found.isEmpty()) {
                add(-found.dropOldest());
            }
            retaining.remove(channel);
            return null;
        });
    }

    @Override
    public CompletionStage<List<String>> channels(ChannelPattern pattern, int limit) {
        return thread.ask(() -> channels.values().stream()
                .filter(channel -> (channel.wanted || !channel.isEmpty()) && pattern.matches(channel.name))
                .map(channel -> channel.name)
                .limit(limit)
                .sorted()
                .toList());
    }

    @Override
    public void interest(String channel, boolean wanted) {
        thread.run(() -> {
            MemoryChannel found = channels.get(channel);
            if (found == null && wanted) {
                found = new MemoryChannel(channel, floor);
                channels.put(channel, found);
            }
            if (found != null) {
                found.wanted = wanted;
                forgetIfIdle(found);
            }
        });
    }

    @Override
    public void close() {
        thread.close();
    }

    /** Bytes of all retained publications. */
    public long bytes() {
        return bytes.get();
    }

    /** Publications that were forgotten before their time, because all together were too large. */
    public long evicted() {
        return evicted.get();
    }

    private StreamPosition publish(Request request, long now) throws EngineException {
        String once = request.idempotencyKey() == null ? null : request.channel() + '\n' + request.idempotencyKey();
        Made before = once == null ? null : made.get(once);
        if (before != null && now - before.atMillis() < IDEMPOTENCY_MILLIS) {
            return before.position();
        }
        Publication publication;
        if (request.content().kind() == Publication.Kind.MESSAGE) {
            MemoryChannel channel = channelFor(request.channel());
            publication =
                    new Publication(channel.name, new StreamPosition(++channel.top, epoch), request.content(), now);
            retain(channel, publication, request.rules());
        } else {
            publication = new Publication(request.channel(), new StreamPosition(0, epoch), request.content(), now);
        }
        if (once != null) {
            remember(once, new Made(publication.position(), now));
        }
        if (listener != null) {
            listener.onPublication(publication, request.rules());
        }
        return publication.position();
    }

    private MemoryChannel channelFor(String name) throws EngineException {
        MemoryChannel channel = channels.get(name);
        if (channel == null) {
            if (channels.size() >= config.maxChannels()) {
                throw new EngineException(
                        EngineException.Reason.TOO_MANY_CHANNELS,
                        "the gateway knows as many channels as it may (engine.memory.max-channels: %d)"
                                .formatted(config.maxChannels()));
            }
            channel = new MemoryChannel(name, floor);
            channels.put(name, channel);
        }
        return channel;
    }

    private void retain(MemoryChannel channel, Publication publication, ChannelRules rules) {
        add(channel.keep(publication, rules));
        if (!rules.retains()) {
            forgetIfIdle(channel);
            return;
        }
        retaining.put(channel.name, channel);
        channel.ttlMillis = rules.historyTtl().toMillis();
        if (!channel.watched) {
            wheel.add(channel, expiryOf(channel));
        }
        while (bytes.get() > config.maxBytes()) {
            MemoryChannel eldest = retaining.values().iterator().next();
            add(-eldest.dropOldest());
            evicted.lazySet(evicted.get() + 1);
            if (eldest.isEmpty()) {
                retaining.remove(eldest.name);
            }
        }
    }

    private History read(String name, ChannelRules rules, @Nullable StreamPosition since, int limit) {
        MemoryChannel channel = channels.get(name);
        long top = channel == null ? floor : channel.top;
        StreamPosition newest = new StreamPosition(top, epoch);
        if (since == null) {
            return new History(channel == null ? List.of() : channel.since(0, limit), newest, true);
        }
        boolean sameEpoch = since.epoch().equals(epoch) && since.offset() <= top;
        boolean complete = sameEpoch && (channel == null ? since.offset() >= floor : channel.covers(since.offset()));
        long from = sameEpoch ? since.offset() : 0;
        List<Publication> kept = channel == null ? List.of() : channel.since(from, limit);
        return new History(
                kept, newest, complete || rules.conflate()); // the newest of each key is all there is to know
    }

    private void expire() {
        long now = System.currentTimeMillis();
        wheel.turn(TimeUnit.MILLISECONDS.toSeconds(now), channel -> expire(channel, now));
        Iterator<Made> oldest = made.values().iterator();
        while (oldest.hasNext() && now - oldest.next().atMillis() >= IDEMPOTENCY_MILLIS) {
            oldest.remove();
        }
    }

    private long expire(MemoryChannel channel, long now) {
        while (!channel.isEmpty() && channel.oldestMillis() + channel.ttlMillis <= now) {
            add(-channel.dropOldest());
        }
        if (!channel.isEmpty()) {
            return expiryOf(channel);
        }
        retaining.remove(channel.name);
        forgetIfIdle(channel);
        return -1;
    }

    /** The first whole second in which its oldest publication has expired. */
    private long expiryOf(MemoryChannel channel) {
        return TimeUnit.MILLISECONDS.toSeconds(channel.oldestMillis() + channel.ttlMillis) + 1;
    }

    private void add(long more) {
        bytes.lazySet(bytes.get() + more); // one writer
    }

    private void forgetIfIdle(MemoryChannel channel) {
        if (!channel.wanted && channel.isEmpty() && !channel.watched) {
            channels.remove(channel.name);
            floor = Math.max(floor, channel.top);
        }
    }

    private void remember(String once, Made position) {
        made.put(once, position);
        if (made.size() > MAX_IDEMPOTENCY_KEYS) {
            made.remove(made.keySet().iterator().next());
        }
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
