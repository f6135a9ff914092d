package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.address.AddressKey;
import dev.fanfare.gateway.address.Caller;
import dev.fanfare.gateway.address.Forwarding;
import dev.fanfare.gateway.log.CalmLog;
import dev.fanfare.gateway.metrics.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Decides whether one more connection is taken on, and counts those that are. Any thread: the event loops share it, but
 * only when a connection opens or closes.
 *
 * <p>An address is charged with what is its own: the connections it makes itself, and the streams it opens through a trusted proxy or over
 * HTTP/2. The connections of a trusted proxy are nobody's.
 */
final class Admission {
    /** Connections that are told why they are not taken on, at once; what comes then is cut without a word (see {@link Doorkeeper}). */
    static final int MAX_TOLD = 64;

    private static final CalmLog log = new CalmLog(LoggerFactory.getLogger(Admission.class));

    private final LimitsConfig limits;
    private final int maxConnections;
    private final Forwarding proxies;
    private final BooleanSupplier memoryTight;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger told = new AtomicInteger();
    private final ConcurrentHashMap<Long, Integer> perAddress = new ConcurrentHashMap<>();
    private final AddressRates rates;
    private final Bucket openings;

    private final ChannelFutureListener toldOne = closed -> told.decrementAndGet();
    private final ChannelFutureListener countedOne = closed -> connections.decrementAndGet();

    /** One connection or stream that an address is charged with, until it closes. */
    private final class Charge implements ChannelFutureListener {
        private final long key;
        private final boolean connection;

        Charge(long key, boolean connection) {
            this.key = key;
            this.connection = connection;
        }

        @Override
        public void operationComplete(ChannelFuture closed) {
            if (connection) {
                connections.decrementAndGet();
            }
            discharge(key);
        }
    }

    /**
     * @param proxies which ones are trusted
     * @param openFiles how many more files this process may open
     * @param memoryTight whether memory is short just now
     */
    Admission(LimitsConfig limits, Forwarding proxies, long openFiles, BooleanSupplier memoryTight) {
        this.limits = limits;
        this.maxConnections = limits.connections(openFiles);
        this.proxies = proxies;
        this.memoryTight = memoryTight;
        this.openings = new Bucket(limits.openRate());
        this.rates = new AddressRates(limits.openRatePerAddress(), System.nanoTime());
    }

    /** Why nobody is taken on just now, on whatever connection; null if there is no such reason. */
    @Nullable
    Refusal refusal() {
        return memoryTight.getAsBoolean() ? Refusal.MEMORY : null;
    }

    /** Counts a connection that was accepted until it closes, or says why not. */
    @Nullable
    Refusal enter(Channel channel, long now) {
        Refusal refusal = enterCounted(channel, now);
        if (refusal != null) {
            told.incrementAndGet();
            channel.closeFuture().addListener(toldOne);
        }
        return refusal;
    }

    private @Nullable Refusal enterCounted(Channel channel, long now) {
        if (memoryTight.getAsBoolean()) {
            return Refusal.MEMORY;
        }
        if (connections.incrementAndGet() > maxConnections) {
            connections.decrementAndGet();
            return Refusal.MAX_CONNECTIONS;
        }
        InetAddress address = ClientAddress.of(channel).getAddress();
        boolean charged = isCharged(address);
        Refusal refusal = charged ? charge(AddressKey.of(address), now) : null;
        if (refusal == null && !openings.take(now)) {
            refusal = Refusal.OPEN_RATE;
            if (charged) {
                discharge(AddressKey.of(address));
            }
        }
        if (refusal != null) {
            connections.decrementAndGet();
        } else if (charged && limits.maxPerAddress() > 0) {
            channel.closeFuture().addListener(new Charge(AddressKey.of(address), true));
        } else {
            channel.closeFuture().addListener(countedOne);
        }
        return refusal;
    }

    /** Charges whom the PROXY protocol has named with a connection that was counted when it was accepted, or says why not. */
    @Nullable
    Refusal enter(Channel channel, InetSocketAddress client, long now) {
        InetAddress address = client.getAddress();
        if (!isCharged(address)) {
            return null;
        }
        Refusal refusal = charge(AddressKey.of(address), now, channel);
        if (refusal != null) {
            told.incrementAndGet();
            channel.closeFuture().addListener(toldOne);
        }
        return refusal;
    }

    /** Charges the one who opens a stream, if nobody was charged with the connection it is on, or says why not. */
    @Nullable
    Refusal enterStream(Channel channel, Caller caller, long now) {
        boolean charged = !ClientAddress.isStream(channel)
                && !proxies.trusts(ClientAddress.of(channel).getAddress());
        if (charged || (caller.readable() && isExempt(caller.from().getAddress()))) {
            return null;
        }
        return charge(caller.key(), now, channel);
    }

    /** Whether one more connection of {@code address} could not be taken on just now. It is not counted, and may be told otherwise. */
    boolean isFull(@Nullable InetAddress address, long now) {
        if (memoryTight.getAsBoolean() || connections.get() >= maxConnections || !openings.hasLeft(now)) {
            return true;
        }
        if (address == null || !isCharged(address)) {
            return false;
        }
        long key = AddressKey.of(address);
        int max = limits.maxPerAddress();
        return !rates.hasLeft(key, now) || (max > 0 && perAddress.getOrDefault(key, 0) >= max);
    }

    /** Whether {@code address} is one of those that are always told why. */
    boolean isExempt(@Nullable InetAddress address) {
        return limits.exempt().contains(address);
    }

    /** Connections that are just being told that they are not taken on. */
    int told() {
        return told.get();
    }

    private boolean isCharged(@Nullable InetAddress address) {
        return address != null && !isExempt(address) && !proxies.trusts(address);
    }

    private @Nullable Refusal charge(long key, long now, Channel until) {
        Refusal refusal = charge(key, now);
        if (refusal == null && limits.maxPerAddress() > 0) {
            until.closeFuture().addListener(new Charge(key, false));
        }
        return refusal;
    }

    private @Nullable Refusal charge(long key, long now) {
        int max = limits.maxPerAddress();
        if (max > 0) {
            boolean[] entered = {true};
            perAddress.compute(key, (same, count) -> {
                int before = count == null ? 0 : count;
                entered[0] = before < max;
                return entered[0] ? Integer.valueOf(before + 1) : count;
            });
            if (!entered[0]) {
                say("has as many connections as it may (limits.max-connections-per-address)", key);
                return Refusal.PER_ADDRESS;
            }
        }
        if (!rates.take(key, now)) {
            discharge(key);
            say("opens connections too fast (limits.open-rate-per-address)", key);
            return Refusal.ADDRESS_RATE;
        }
        return null;
    }

    private static void say(String what, long key) {
        log.say(to -> to.warn("{} {}; if that is a proxy, name it in proxy.trusted", AddressKey.describe(key), what));
    }

    private void discharge(long key) {
        if (limits.maxPerAddress() > 0) {
            perAddress.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
        }
    }
}
