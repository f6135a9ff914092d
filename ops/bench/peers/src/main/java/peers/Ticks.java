package peers;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The message every JVM peer sends: as long as Fanfare's default tick, about 230 bytes, made once a second. */
final class Ticks {
    private static final String QUOTES = "\"quotes\":["
            + "{\"symbol\":\"005930\",\"price\":71200,\"change\":0.25,\"volume\":1234567},"
            + "{\"symbol\":\"000660\",\"price\":198500,\"change\":-0.75,\"volume\":2345678},"
            + "{\"symbol\":\"035420\",\"price\":187300,\"change\":1.10,\"volume\":345678}]}";

    private Ticks() {}

    static String json(long seq) {
        return "{\"seq\":" + seq + ",\"ts\":" + System.currentTimeMillis() + "," + QUOTES;
    }

    static void everySecond(Consumer<String> send) {
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        long[] seq = {0};
        clock.scheduleAtFixedRate(() -> send.accept(json(++seq[0])), 1, 1, TimeUnit.SECONDS);
    }
}
