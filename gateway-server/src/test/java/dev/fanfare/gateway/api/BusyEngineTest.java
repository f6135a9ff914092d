package dev.fanfare.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.channel.SlowConsumerPolicy;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.EngineException;
import dev.fanfare.gateway.engine.NoPresence;
import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpReply;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the API answers when the engine or the subscribers cannot follow. */
class BusyEngineTest {
    private static final Json JSON = new Json();
    private static final ChannelsConfig CHANNELS = new ChannelsConfig(
            255,
            100,
            new ChannelRules(
                    10,
                    Duration.ofMinutes(1),
                    false,
                    SlowConsumerPolicy.CATCH_UP,
                    false,
                    false,
                    Access.ANYONE,
                    Access.ANYONE,
                    1024),
            Map.of());
    private static final Background BACKGROUND = new Background(Runnable::run);
    private static final String PUBLISH = "{\"channel\":\"a:b\",\"data\":1}";

    /** An engine that always fails. */
    private record Failing(Exception failure) implements Broker {
        private <T> CompletionStage<T> failed() {
            return CompletableFuture.failedFuture(failure);
        }

        @Override
        public void start(Listener listener) {}

        @Override
        public CompletionStage<List<Outcome>> publish(List<Request> batch) {
            return failed();
        }

        @Override
        public void read(
                String channel,
                ChannelRules rules,
                @Nullable StreamPosition since,
                int limit,
                BiConsumer<@Nullable History, @Nullable Throwable> reader) {
            reader.accept(null, failure);
        }

        @Override
        public CompletionStage<Void> removeHistory(String channel) {
            return failed();
        }

        @Override
        public CompletionStage<List<String>> channels(ChannelPattern pattern, int limit) {
            return failed();
        }

        @Override
        public void interest(String channel, boolean wanted) {}

        @Override
        public void close() {}
    }

    private static HttpReply answer(String path, String body, Exception failure, boolean overloaded) {
        Broker broker = new Failing(failure);
        Publisher publisher = new Publisher(broker, CHANNELS, () -> overloaded, BACKGROUND);
        ApiMethods methods =
                new ApiMethods(publisher, new ApiMethods.State(broker, new NoPresence(), Runnable::run), 10);
        Map<String, Guard.Work> routes = Map.of(
                "/api/publish", new ApiRoute(JSON, Map.of("publish", methods::publish), BACKGROUND, 10),
                "/api/history", new ApiRoute(JSON, Map.of("history", methods::history), BACKGROUND, 10),
                "/api/bulk", new BulkRoute(JSON, publisher, 10),
                "/publish/a:b", new PublishRoute(JSON, publisher, new CloudEventsRoute(JSON, publisher, 10)));
        Guard guard = new Guard(TestAccess.with(""), Runnable::run, requireNonNull(routes.get(path)));
        return reply(guard, path, body.getBytes(UTF_8));
    }

    private static HttpReply reply(Guard guard, String path, byte[] body) {
        HttpCall call = new HttpCall(
                HttpMethod.POST,
                path,
                Map.of(),
                new DefaultHttpHeaders(),
                body,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                null);
        try {
            return guard.answer(call).toCompletableFuture().join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof HttpProblem problem) {
                return problem.reply();
            }
            throw failed;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/publish", "/api/bulk", "/publish/a:b"})
    void whenSubscribersCannotFollowPublishingIsRefusedWith429(String path) {
        HttpReply reply = answer(path, PUBLISH, new IllegalStateException("must not be reached"), true);
        assertThat(reply.status().code()).isEqualTo(429);
        assertThat(reply.headers()).containsEntry("retry-after", "1");
        assertThat(new String(reply.body(), UTF_8)).contains("subscribers cannot be served");
    }

    @ParameterizedTest
    @CsvSource({
        "BUSY, /api/publish, 429",
        "BUSY, /api/bulk, 429",
        "BUSY, /publish/a:b, 429",
        "BUSY, /api/history, 429",
        "UNAVAILABLE, /api/publish, 503",
        "UNAVAILABLE, /api/bulk, 503",
        "UNAVAILABLE, /publish/a:b, 503",
        "UNAVAILABLE, /api/history, 503",
    })
    void anEngineThatCannotSaysWhenToComeBack(EngineException.Reason reason, String path, int status) {
        HttpReply reply = answer(path, PUBLISH, new EngineException(reason, "words of the engine"), false);
        assertThat(reply.status().code()).isEqualTo(status);
        assertThat(reply.headers()).containsEntry("retry-after", "1");
        assertThat(new String(reply.body(), UTF_8)).contains("words of the engine");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/publish", "/api/bulk", "/publish/a:b", "/api/history"})
    void aFailureNobodyForesawIs500AndTellsStrangersNothing(String path) {
        HttpReply reply = answer(path, PUBLISH, new IllegalStateException("inner secret"), false);
        assertThat(reply.status().code()).isEqualTo(500);
        assertThat(new String(reply.body(), UTF_8)).contains("log").doesNotContain("inner secret");
    }

    @Test
    void aLongCallIsAnsweredInTheBackgroundAndRefusedWhenTooManyWait() {
        byte[] large = new byte[64 * 1024 + 1];
        Thread[] ran = new Thread[1];
        Guard.Work work = (call, caller) -> {
            ran[0] = Thread.currentThread();
            return CompletableFuture.completedFuture(HttpReply.ok("text/plain", call.body()));
        };
        Guard other = new Guard(TestAccess.with(""), task -> new Thread(task, "other").start(), work);
        assertThat(reply(other, "/api/bulk", large).body()).hasSize(large.length);
        assertThat(ran[0].getName()).isEqualTo("other");
        reply(other, "/api/bulk", new byte[64 * 1024]);
        assertThat(ran[0]).isSameAs(Thread.currentThread());

        Guard full = new Guard(
                TestAccess.with(""),
                task -> {
                    throw new RejectedExecutionException();
                },
                work);
        HttpReply refused = reply(full, "/api/bulk", large);
        assertThat(refused.status().code()).isEqualTo(429);
        assertThat(refused.headers()).containsEntry("retry-after", "1");
    }
}
