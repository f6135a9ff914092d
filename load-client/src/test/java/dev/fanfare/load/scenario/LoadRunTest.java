package dev.fanfare.load.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.load.TestServer;
import dev.fanfare.load.connect.ClientLoops;
import dev.fanfare.load.connect.Collected;
import dev.fanfare.load.connect.ConnectPlan;
import dev.fanfare.load.connect.RequestPlan;
import dev.fanfare.load.connect.TlsPlan;
import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.Interval;
import dev.fanfare.load.stats.RunResult;
import dev.fanfare.load.stats.Sample;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoadRunTest {
    private static final long NEVER = 600_000;

    private static LoadPlan plan(TestServer server, int count, double sse, double slow, boolean reconnect) {
        ConnectPlan connect = new ConnectPlan(
                List.of(server.url()),
                new RequestPlan("/sse", "/ws", List.of(), List.of()),
                TlsPlan.DEFAULT,
                0,
                count,
                sse,
                slow,
                10_000,
                2000,
                100,
                reconnect,
                true,
                null);
        return LoadPlan.broadcast(connect, NEVER, 2, 0);
    }

    /** Runs until the counts are as wanted. */
    private static RunResult runUntil(LoadPlan plan, Predicate<Interval> wanted) throws RunFailed {
        AtomicReference<@Nullable LoadRun> running = new AtomicReference<>();
        RunListener listener = new RunListener() {
            @Override
            public void ramping(int settled, int connections, Interval total) {}

            @Override
            public void rampOver(long millis, Interval total) {}

            @Override
            public void sample(Sample sample, Interval total) {
                LoadRun run = running.get();
                if (run != null && wanted.test(total)) {
                    run.stop("seen enough");
                }
            }
        };
        try (LocalCrew crew = new LocalCrew(plan, 0, plan.connect().connections())) {
            LoadRun run = new LoadRun(plan, List.of(crew), listener);
            running.set(run);
            return run.run("broadcast", Map.of());
        }
    }

    @Test
    void anEndedEventStreamIsResumedAfterItsLastId() throws Exception {
        try (TestServer server = new TestServer((index, to) -> {
            to.open();
            if (index == 0) {
                to.chunk("retry: 20\n\n").ticks(1, 2).raw("0\r\n\r\n");
            } else {
                to.ticks(5, 6);
            }
        })) {
            RunResult result =
                    runUntil(plan(server, 1, 1, 0, true), t -> t.healthy().get(Counter.MESSAGES_SSE) == 4);
            assertThat(server.requests().get(0)).doesNotContain("Last-Event-ID");
            assertThat(server.requests().get(1)).contains("\r\nLast-Event-ID: 2\r\n");
            assertThat(result.total().healthy().toMap())
                    .containsEntry("reconnected", 1L)
                    .containsEntry("missed-while-away", 2L)
                    .doesNotContainKey("lost");
            assertThat(result.total().endings()).isEqualTo(Map.of("sse: end of stream", 1L));
        }
    }

    @Test
    void aServerThatCountsFromOneAgainIsNoFaultAfterAReconnect() throws Exception {
        String again = "{\"seq\":1,\"ts\":" + (System.currentTimeMillis() + 100_000) + "}";
        try (TestServer server = new TestServer((index, to) -> {
            to.open();
            if (index == 0) {
                to.chunk("retry: 20\n\n").ticks(1, 2).raw("0\r\n\r\n");
            } else {
                to.message(1, again);
            }
        })) {
            RunResult result =
                    runUntil(plan(server, 1, 1, 0, true), t -> t.healthy().get(Counter.MESSAGES_SSE) == 3);
            assertThat(result.total().healthy().toMap())
                    .containsEntry("reconnected", 1L)
                    .doesNotContainKeys("lost", "corrupt", "duplicated", "out-of-order", "stalled");
        }
    }

    @Test
    void aWebSocketClosedByTheServerIsCountedByItsCode() throws Exception {
        try (TestServer server = new TestServer(
                (index, to) -> to.open().ticks(1).frame(0x89, "are you there").frame(0x88, "\u0003\u00e9"))) {
            RunResult result = runUntil(plan(server, 3, 0, 0, false), t -> false);
            assertThat(result.interrupted()).isEqualTo("no connection was left");
            assertThat(result.deserted()).isTrue();
            assertThat(result.total().endings()).isEqualTo(Map.of("websocket: close 1001", 3L));
            assertThat(result.total().healthy().get(Counter.HEARTBEATS)).isEqualTo(3);
        }
    }

    @Test
    void failuresAndBrokenProtocolsAreCountedByReason() throws Exception {
        try (TestServer server = new TestServer((index, to) -> {
            switch (index) {
                case 0 -> to.raw("HTTP/1.1 503 Service Unavailable\r\n\r\n");
                case 1 -> to.raw("SSH-2.0\r\n\r\n");
                case 2 -> to.open().raw("\u0081\u0081");
                case 3 -> to.open().frame(0x81, "\u00ff");
                default -> to.open().ticks(1);
            }
        })) {
            RunResult result = runUntil(
                    plan(server, 5, 0, 0, false),
                    t -> t.healthy().ended() == 2 && t.healthy().messages() == 2);
            assertThat(result.total().failures())
                    .isEqualTo(Map.of("HTTP status 503", 1L, "malformed HTTP status line", 1L));
            assertThat(result.total().endings())
                    .isEqualTo(Map.of(
                            "protocol error: masked WebSocket frame from the server", 1L,
                            "protocol error: WebSocket text is not UTF-8", 1L));
            assertThat(result.total().healthy().get(Counter.PROTOCOL_ERRORS)).isEqualTo(2);
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsGivenUp() throws Exception {
        try (TestServer server = new TestServer((index, to) -> {})) {
            RunResult result = runUntil(plan(server, 2, 0.5, 0, false), t -> false);
            assertThat(result.total().failures()).isEqualTo(Map.of("no complete response head within 2000 ms", 2L));
        }
    }

    @Test
    void slowConnectionsAreCountedApart() throws Exception {
        try (TestServer server = new TestServer((index, to) -> to.open().ticks(1, 2, 9))) {
            RunResult result =
                    runUntil(plan(server, 4, 0.5, 0.5, false), t -> t.healthy().messages() == 6 && t.open() == 4);
            assertThat(result.total().healthy().get(Counter.LOST)).isEqualTo(12);
            assertThat(result.total().slow().opened()).isEqualTo(2);
            assertThat(result.total().latency().getTotalCount()).isEqualTo(6);
        }
    }

    @Test
    void aSlowConnectionThatTheServerCutsOffIsNoticedThoughNobodyReadsIt() throws Exception {
        assumeTrue(ClientLoops.backend().equals("epoll"), "Java NIO does not tell without reading");
        try (TestServer server = new TestServer((index, to) -> {
            to.open();
            throw new IOException("cut off");
        })) {
            RunResult result = runUntil(plan(server, 2, 0.5, 1, false), t -> false);
            assertThat(result.interrupted()).isEqualTo("no connection was left");
            assertThat(result.total().slow().ended()).isEqualTo(2);
            assertThat(result.total().healthy().ended()).isZero();
        }
    }

    @Test
    void aWorkerWhoseParentIsGoneEnds() throws IOException {
        new Worker(
                        InputStreamOf.text(""),
                        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
                .serve();
    }

    @Test
    void aWorkerRefusesWhatItDoesNotUnderstand() {
        Worker worker = new Worker(
                InputStreamOf.text("nonsense\n"),
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
        assertThatThrownBy(worker::serve).hasMessage("not a message between parent and worker: nonsense");
    }

    @Test
    void aWorkerThatDiesFailsTheRunInsteadOfSpoilingItsResult() throws Exception {
        try (TestServer server = new TestServer((index, to) -> to.open());
                RemoteCrew crew = new RemoteCrew(List.of("sleep", "2"), plan(server, 1, 0, 0, false), 0, 1)) {
            assertThat(crew.collect()).failsWithin(Duration.ofSeconds(20));
        }
    }

    @Test
    void aForeignLineOnAWorkersOutputIsNoAnswer() throws Exception {
        String answer = WorkerProtocol.write(new Collected(new Interval(), true, 7, 0, null));
        String script = "echo '[0.1s][info][gc] Pause'; echo '" + answer + "'; read end";
        List<String> worker = List.of("sh", "-c", "read job; read question; " + script);
        try (TestServer server = new TestServer((index, to) -> to.open());
                RemoteCrew crew = new RemoteCrew(worker, plan(server, 1, 0, 0, false), 0, 1)) {
            assertThat(crew.collect())
                    .succeedsWithin(Duration.ofSeconds(20))
                    .extracting(Collected::settled)
                    .isEqualTo(7);
        }
    }

    private static final class InputStreamOf {
        static ByteArrayInputStream text(String text) {
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
