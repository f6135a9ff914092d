package dev.fanfare.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpProblem;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiAccessTest {
    private static HttpCall from(String address) throws UnknownHostException {
        InetSocketAddress other = new InetSocketAddress(InetAddress.getByName(address), 1234);
        return new HttpCall(HttpMethod.POST, "/api/info", Map.of(), new DefaultHttpHeaders(), new byte[0], other, null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"})
    void withoutAKeyThisMachineIsServed(String address) throws Exception {
        HttpCall call = from(address);
        assertThatCode(() -> TestAccess.admit("", call)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "192.0.2.1", "0.0.0.0", "::", "fe80::1", "2001:db8::1", "::ffff:10.0.0.1"})
    void withoutAKeyNobodyElseIsServed(String address) throws Exception {
        HttpCall call = from(address);
        assertThatThrownBy(() -> TestAccess.admit("", call))
                .isInstanceOfSatisfying(
                        HttpProblem.class,
                        problem -> assertThat(problem.reply().status().code()).isEqualTo(403));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LocalHost:8080", "127.0.0.1", "127.8.9.10:1", "[::1]", "[::1]:8080"})
    void withoutAKeyThisMachineMayBeCalledByItsOwnNames(String host) throws Exception {
        HttpCall call = from("127.0.0.1");
        call.headers().set("Host", host);
        assertThatCode(() -> TestAccess.admit("", call)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "evil.example",
                "127.0.0.1.evil.example",
                "localhost.evil.example:8080",
                "evil.example:127.0.0.1",
                "[::1].evil.example",
                "[2001:db8::1]",
                "128.0.0.1",
                "user@localhost"
            })
    void withoutAKeyANameThatPointsHereIsNotServed(String host) throws Exception {
        HttpCall call = from("127.0.0.1");
        call.headers().set("Host", host);
        assertThatThrownBy(() -> TestAccess.admit("", call))
                .isInstanceOfSatisfying(
                        HttpProblem.class,
                        problem -> assertThat(problem.reply().status().code()).isEqualTo(403));
        call.headers().set("X-API-Key", "k");
        assertThatCode(() -> TestAccess.admit("k", call)).doesNotThrowAnyException();
    }

    @Test
    void withAKeyItCountsAndNotTheAddress() throws Exception {
        HttpCall near = from("127.0.0.1");
        HttpCall far = from("192.0.2.1");
        assertThatThrownBy(() -> TestAccess.admit("k", near)).isInstanceOf(HttpProblem.class);
        far.headers().set("X-API-Key", "k");
        assertThatCode(() -> TestAccess.admit("k", far)).doesNotThrowAnyException();
    }

    @Test
    void theKeyIsNotPrinted() {
        assertThat(new ApiConfig(List.of(new ApiConfig.Key("a", "s3cret", 0)), 0, 0, 1, 1).toString())
                .doesNotContain("s3cret");
    }

    @Test
    void afterTooManyWrongKeysNoneFromThatAddressIsLookedAtForAWhile() throws Exception {
        AtomicLong now = new AtomicLong(-5);
        ApiAccess access = TestAccess.with("k", now::get);
        HttpCall wrong = from("192.0.2.1");
        wrong.headers().set("X-API-Key", "guess");
        HttpCall right = from("192.0.2.1");
        right.headers().set("X-API-Key", "k");
        HttpCall elsewhere = from("192.0.2.2");
        elsewhere.headers().set("X-API-Key", "k");

        int refused = 0;
        while (statusOf(access, wrong) == 401) {
            refused++;
        }
        assertThat(refused).isEqualTo(11); // a minute's worth, and the one that is too many
        assertThat(statusOf(access, right))
                .as("it would tell that it is the right one")
                .isEqualTo(429);
        assertThat(statusOf(access, elsewhere)).isEqualTo(200);

        now.addAndGet(TimeUnit.SECONDS.toNanos(6));
        assertThat(statusOf(access, right)).isEqualTo(200);
        assertThat(statusOf(access, wrong)).isEqualTo(401);
        assertThat(statusOf(access, right)).isEqualTo(429);
        now.addAndGet(TimeUnit.MINUTES.toNanos(10));
        for (int i = 0; i < 5; i++) {
            assertThat(statusOf(access, wrong)).isEqualTo(401);
            assertThat(statusOf(access, right)).isEqualTo(200);
        }
    }

    private static int statusOf(ApiAccess access, HttpCall call) {
        try {
            HttpProblem.join(access.admit(call).toCompletableFuture());
            return 200;
        } catch (HttpProblem refused) {
            return refused.reply().status().code();
        }
    }
}
