package dev.fanfare.gateway.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Attacks a gateway in several ways at once for some time, while newcomers try to get in. */
final class Siege {
    /** The longest that a newcomer may wait for its first event. */
    private static final long PATIENCE_MILLIS = 5_000;
    /** On a machine that has much else to do. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Attack.Site site;
    private final Map<String, LongAdder> heldOff = new ConcurrentHashMap<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean on = true;
    private long newcomers;
    private long worstWelcomeMillis;

    Siege(Attack.Site site) {
        this.site = site;
    }

    /**
     * Runs all of {@code attacks} for {@code millis}, or longer until each was held off once.
     *
     * @return how often each was held off
     */
    Map<String, Long> run(Map<String, Attack> attacks, long millis) throws Exception {
        Map<String, Thread> threads = new LinkedHashMap<>();
        attacks.forEach((name, attack) -> {
            heldOff.put(name, new LongAdder());
            Thread thread = new Thread(() -> attack(name, attack), name);
            thread.setDaemon(true);
            threads.put(name, thread);
            thread.start();
        });
        try {
            long begin = System.nanoTime();
            long most = TimeUnit.MILLISECONDS.toNanos(millis) + GRACE_NANOS;
            while (System.nanoTime() - begin < TimeUnit.MILLISECONDS.toNanos(millis)
                    || (System.nanoTime() - begin < most
                            && heldOff.values().stream().anyMatch(count -> count.sum() == 0))) {
                welcome();
                Thread.sleep(200);
            }
        } finally {
            on = false;
        }
        for (Map.Entry<String, Thread> thread : threads.entrySet()) {
            thread.getValue().join(20_000);
            assertThat(thread.getValue().isAlive())
                    .as(thread.getKey() + " hangs")
                    .isFalse();
        }
        assertThat(failures).isEmpty();
        Map<String, Long> counts = new LinkedHashMap<>();
        attacks.keySet().forEach(name -> counts.put(name, heldOff.get(name).sum()));
        return counts;
    }

    long newcomers() {
        return newcomers;
    }

    long worstWelcomeMillis() {
        return worstWelcomeMillis;
    }

    private void attack(String name, Attack attack) {
        Attack.Course course = new Attack.Course() {
            @Override
            public boolean on() {
                return on;
            }

            @Override
            public void held(long count) {
                heldOff.get(name).add(count);
            }
        };
        while (on) {
            try {
                attack.run(site, course);
            } catch (IOException refused) { // the gateway, or the kernel, did not even take the connection
                course.held(true);
            } catch (Throwable failure) {
                failures.add(new AssertionError(name, failure));
                return;
            }
        }
    }

    /** An honest client from an address of its own gets in and is served. */
    private void welcome() throws Exception {
        long began = System.nanoTime();
        try (Enemy friend = new Enemy(site.port(), Attack.Site.address())) {
            friend.send("GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n");
            StringBuilder heard = new StringBuilder();
            while (heard.indexOf("\"seq\":") < 0) {
                long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                assertThat(waited)
                        .as("milliseconds until a newcomer is served; it heard: " + heard)
                        .isLessThan(PATIENCE_MILLIS);
                heard.append(friend.await(50));
            }
        }
        newcomers++;
        worstWelcomeMillis = Math.max(worstWelcomeMillis, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }
}
