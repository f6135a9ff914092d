package dev.fanfare.gateway.engine.memory;

import dev.fanfare.gateway.channel.StreamPosition;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What was published under which idempotency key, for five minutes, oldest first. Owned by the engine's thread. */
final class OnceKeys {
    static final long MILLIS = TimeUnit.MINUTES.toMillis(5);
    /** What an entry takes beside its characters. */
    private static final int OVERHEAD = 200;

    private final long maxBytes;
    private final LinkedHashMap<String, Made> made = new LinkedHashMap<>();
    private long bytes;
    private long evicted;

    private record Made(StreamPosition position, long atMillis) {}

    OnceKeys(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** What both together are called here. */
    static String of(String channel, String key) {
        return channel + '\n' + key;
    }

    /** Where the publication of that name stands; null if there is none, or it was made too long ago. */
    @Nullable
    StreamPosition find(String name, long now) {
        Made found = made.get(name);
        return found == null || now - found.atMillis >= MILLIS ? null : found.position;
    }

    /** Remembers a publication; the oldest are forgotten when all together are too large. */
    void add(String name, StreamPosition position, long now) {
        if (made.remove(name) != null) { // or it would keep its old place among the others
            bytes -= cost(name);
        }
        made.put(name, new Made(position, now));
        bytes += cost(name);
        Iterator<String> oldest = made.keySet().iterator();
        while (bytes > maxBytes) {
            bytes -= cost(oldest.next());
            oldest.remove();
            evicted++;
        }
    }

    void expire(long now) {
        Iterator<String> names = made.keySet().iterator();
        while (names.hasNext()) {
            String name = names.next();
            Made oldest = made.get(name);
            if (oldest != null && now - oldest.atMillis < MILLIS) {
                return;
            }
            bytes -= cost(name);
            names.remove();
        }
    }

    long bytes() {
        return bytes;
    }

    /** Keys that were forgotten before their time. */
    long evicted() {
        return evicted;
    }

    private static long cost(String name) {
        return OVERHEAD + 2L * name.length();
    }
}
