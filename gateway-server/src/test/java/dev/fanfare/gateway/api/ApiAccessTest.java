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
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiAccessTest {
    private static HttpCall from(String address) throws UnknownHostException {
        InetSocketAddress other = new InetSocketAddress(InetAddress.getByName(address), 1234);
        return new HttpCall(HttpMethod.POST, "/api/info", Map.of(), new DefaultHttpHeaders(), new byte[0], other);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"})
    void withoutAKeyThisMachineIsServed(String address) throws Exception {
        HttpCall call = from(address);
        assertThatCode(() -> new ApiAccess("").require(call)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "192.0.2.1", "0.0.0.0", "::", "fe80::1", "2001:db8::1", "::ffff:10.0.0.1"})
    void withoutAKeyNobodyElseIsServed(String address) throws Exception {
        HttpCall call = from(address);
        assertThatThrownBy(() -> new ApiAccess("").require(call))
                .isInstanceOfSatisfying(
                        HttpProblem.class,
                        problem -> assertThat(problem.reply().status().code()).isEqualTo(403));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LocalHost:8080", "127.0.0.1", "127.8.9.10:1", "[::1]", "[::1]:8080"})
    void withoutAKeyThisMachineMayBeCalledByItsOwnNames(String host) throws Exception {
        HttpCall call = from("127.0.0.1");
        call.headers().set("Host", host);
        assertThatCode(() -> new ApiAccess("").require(call)).doesNotThrowAnyException();
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
        assertThatThrownBy(() -> new ApiAccess("").require(call))
                .isInstanceOfSatisfying(
                        HttpProblem.class,
                        problem -> assertThat(problem.reply().status().code()).isEqualTo(403));
        call.headers().set("X-API-Key", "k");
        assertThatCode(() -> new ApiAccess("k").require(call)).doesNotThrowAnyException();
    }

    @Test
    void withAKeyItCountsAndNotTheAddress() throws Exception {
        HttpCall near = from("127.0.0.1");
        HttpCall far = from("192.0.2.1");
        assertThatThrownBy(() -> new ApiAccess("k").require(near)).isInstanceOf(HttpProblem.class);
        far.headers().set("X-API-Key", "k");
        assertThatCode(() -> new ApiAccess("k").require(far)).doesNotThrowAnyException();
    }

    @Test
    void theKeyIsNotPrinted() {
        assertThat(new ApiConfig("s3cret", 0, 1).toString()).doesNotContain("s3cret");
    }
}
