package dev.fanfare.gateway.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.auth.Grants;
import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.metrics.CloseReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What becomes of connections because of their tokens. */
class TokenLifeTest {
    private static final int GRACE = 25;

    private final Bench bench = new Bench(Bench.CONFLATING);

    private static Principal user(String name, long expiresInSeconds) {
        long expires = expiresInSeconds < 0 ? Principal.NEVER : Instant.now().getEpochSecond() + expiresInSeconds;
        return new Principal(Principal.Kind.TOKEN, name, null, null, 0, expires, Grants.NONE);
    }

    private TestClient join(StreamProtocol protocol, Principal who) {
        return new TestClient(bench.shard, protocol, who, client -> {});
    }

    @Test
    void anExpiredClientIsToldOnceHearsOnAndIsLetGoAfterTheGrace() {
        TestClient client = join(Bench.SSE, user("ada", 100));
        client.subscribe(List.of(new Wish(Bench.CHANNEL, bench.rules, null)));
        bench.loop.runPendingTasks();
        client.subscriber.sweep(98);
        assertThat(client.received).noneMatch(text -> text.contains("grace"));
        for (int now = 101; now < 101 + GRACE; now++) {
            client.subscriber.sweep(now);
        }
        bench.broadcast("still");

        assertThat(client.received.stream().filter(text -> text.contains("grace")))
                .hasSize(1);
        assertThat(client.received).contains("still");
        assertThat(client.open()).isTrue();
        client.subscriber.sweep(102 + GRACE);
        assertThat(client.received).endsWith("bye");
        assertThat(client.open()).isFalse();
        assertThat(bench.closed(CloseReason.EXPIRED)).isEqualTo(1);
    }

    @Test
    void whoLeavesInTheGraceCountsAsExpired() {
        TestClient client = join(Bench.WEBSOCKET, user("ada", 10));
        client.subscriber.sweep(12);
        client.channel.close();

        assertThat(bench.closed(CloseReason.EXPIRED)).isEqualTo(1);
    }

    @Test
    void aTokenThatHasExpiredWhileItsBearerConnectedIsNoticed() {
        TestClient client = join(Bench.SSE, user("ada", 0));
        client.subscriber.sweep(1);

        assertThat(client.received).anyMatch(text -> text.contains("grace"));
    }

    @Test
    void whoseTokenNeverExpiresStays() {
        TestClient anonymous = join(Bench.SSE, Principal.ANONYMOUS);
        TestClient ada = join(Bench.SSE, user("ada", -1));
        TestClient farAway = join(Bench.SSE, user("bob", Long.MAX_VALUE / 1_000));
        for (TestClient client : List.of(anonymous, ada, farAway)) {
            client.subscriber.sweep(Integer.MAX_VALUE - 1_000);
            assertThat(client.received).noneMatch(text -> text.contains("grace"));
        }
    }

    @Test
    void aUserIsCountedWhileItHasConnectionsAndHasNoMoreThanItMay() {
        List<Wish> wishes = List.of(new Wish(Bench.CHANNEL, bench.rules, null));
        TestClient one = join(Bench.SSE, user("ada", -1));
        assertThat(bench.shard.refusal(user("ada", -1), wishes)).isNull();
        join(Bench.WEBSOCKET, user("ada", -1));

        assertThat(bench.users.count()).isEqualTo(1);
        assertThat(bench.shard.refusal(user("ada", -1), wishes))
                .isEqualTo(dev.fanfare.gateway.metrics.Refusal.PER_USER);
        assertThat(bench.shard.refusal(user("bob", -1), wishes)).isNull();
        assertThat(bench.shard.refusal(user("", -1), wishes))
                .as("names no user")
                .isNull();
        one.channel.close();
        assertThat(bench.shard.refusal(user("ada", -1), wishes)).isNull();
    }

    @Test
    void aSearchReachesEveryoneThoughItsFindingsLeaveAndPausesBetweenSlices() {
        List<TestClient> ada = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) {
            TestClient client = join(Bench.SSE, user(i % 2 == 0 ? "ada" : "bob", -1));
            if (i % 2 == 0) {
                ada.add(client);
            }
        }
        AtomicInteger between = new AtomicInteger();
        Search.Question question =
                new Search.Question(who -> who.user().equals("ada"), subscriber -> subscriber.close(CloseReason.SLOW));
        bench.shard.ask(question);
        bench.loop.eventLoop().execute(between::incrementAndGet);
        bench.loop.runPendingTasks();
        assertThat(between).as("somebody else had a turn").hasValue(1);
        assertThat(question.found()).isNotDone();
        run();

        assertThat(ada).noneMatch(TestClient::open);
        assertThat(question.found()).isCompletedWithValue(1_250);
        assertThat(bench.shard.count()).isEqualTo(1_250);
    }

    @Test
    void questionsThatComeMeanwhileAreAnsweredTogetherAndTooManyAreRefused() {
        for (int i = 0; i < 1_500; i++) {
            join(Bench.SSE, user("u" + i % 10, -1));
        }
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        Search search = new Search(bench.loop.eventLoop(), roster());
        for (int i = 0; i < 300; i++) {
            String user = "u" + i % 10;
            Search.Question question = new Search.Question(who -> who.user().equals(user), subscriber -> {});
            search.ask(question);
            answers.add(question.found());
        }
        run();

        assertThat(answers.subList(0, 257))
                .allSatisfy(answer -> assertThat(answer).isCompletedWithValue(150));
        assertThat(answers.subList(257, 300))
                .allSatisfy(answer -> assertThat(answer).isCompletedExceptionally());
    }

    /** Slices wait for the next look at the sockets. */
    private void run() {
        for (int i = 0; i < 10; i++) {
            bench.loop.runPendingTasks();
            bench.loop.runScheduledPendingTasks();
        }
    }

    private Roster<Subscriber> roster() {
        Roster<Subscriber> roster = new Roster<>();
        for (int i = 0; i < 1_500; i++) {
            roster.add(new Subscriber(bench.shard, bench.loop, Bench.SSE, user("u" + i % 10, -1), i));
        }
        return roster;
    }
}
