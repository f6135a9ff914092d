package dev.fanfare.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestDeadlinesTest {
    private final EventLoop loop = new DefaultEventLoop();
    private final AtomicBoolean memoryTight = new AtomicBoolean();
    private final List<String> expired = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void nobodyHasMoreThanTwoSecondsWhileMemoryIsShort() throws Exception {
        RequestDeadlines deadlines =
                loop.submit(() -> new RequestDeadlines(loop, memoryTight::get)).get();
        begin(deadlines, "long", 3_600);
        begin(deadlines, "short", 1);
        await().atMost(Duration.ofSeconds(10)).until(() -> expired.contains("short"));
        TimeUnit.MILLISECONDS.sleep(2_500);
        assertThat(expired).containsExactly("short");
        memoryTight.set(true);
        begin(deadlines, "new", 3_600);
        long from = System.nanoTime();
        await().atMost(Duration.ofSeconds(10)).until(() -> expired.contains("new"));
        assertThat(expired).containsExactly("short", "long", "new");
        assertThat(System.nanoTime() - from).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1_900));
    }

    private void begin(RequestDeadlines deadlines, String name, int seconds) throws Exception {
        loop.submit(() -> deadlines.begin(TimeUnit.SECONDS.toNanos(seconds), gone -> expired.add(name)))
                .get();
    }
}
