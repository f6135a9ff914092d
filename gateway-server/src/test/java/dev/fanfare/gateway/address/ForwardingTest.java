package dev.fanfare.gateway.address;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardingTest {
    private static final InetSocketAddress PROXY = new InetSocketAddress("10.0.0.1", 4711);
    private static final InetSocketAddress STRANGER = new InetSocketAddress("203.0.113.9", 4711);

    private final Forwarding x = forwarding(Forwarding.Field.X_FORWARDED_FOR);
    private final Forwarding rfc7239 = forwarding(Forwarding.Field.FORWARDED);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "192.0.2.1                              | 192.0.2.1",
                "192.0.2.1:8080                         | 192.0.2.1",
                "6.6.6.6, 192.0.2.1                     | 192.0.2.1",
                "6.6.6.6, 192.0.2.1, 10.0.0.2           | 192.0.2.1",
                "lies; \"lies, 192.0.2.1 , 10.0.0.2     | 192.0.2.1",
                "10.0.0.3, 10.0.0.2                     | 10.0.0.3",
                "2001:db8::1                            | 2001:db8:0:0:0:0:0:1",
                "[2001:db8::1]                          | 2001:db8:0:0:0:0:0:1",
                "[2001:db8::1]:443                      | 2001:db8:0:0:0:0:0:1",
                "::ffff:192.0.2.1                       | 192.0.2.1",
                "192.0.2.1,                             | 192.0.2.1",
                "192.0.2.1,,10.0.0.2                    | 192.0.2.1",
                "192.0.2.1, unknown                     | 10.0.0.1",
            })
    void theFirstHopFromTheEndThatIsNoTrustedProxyIsTheClient(String header, String client) {
        Caller caller = x.caller(PROXY, false, headers("X-Forwarded-For", header));
        assertThat(caller.from().getAddress().getHostAddress()).isEqualTo(client);
        assertThat(caller.readable()).isTrue();
    }

    @Test
    void severalLinesAreOneList() {
        HttpHeaders headers =
                headers("X-Forwarded-For", "6.6.6.6", "X-Forwarded-For", "192.0.2.1", "X-Forwarded-For", "10.0.0.2");
        assertThat(x.caller(PROXY, false, headers).from().getHostString()).isEqualTo("192.0.2.1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "for=192.0.2.1                                        | 192.0.2.1",
                "For=\"192.0.2.1:47011\";Proto=https;by=10.0.0.1      | 192.0.2.1",
                "for=\"[2001:db8::1]\"                                | 2001:db8:0:0:0:0:0:1",
                "for=\"[2001:db8::1]:4711\"                           | 2001:db8:0:0:0:0:0:1",
                "for=6.6.6.6, for=192.0.2.1;proto=http, for=10.0.0.2  | 192.0.2.1",
                "for=6.6.6.6,for=\"_hidden:_port\"                    | 10.0.0.1",
                "for=6.6.6.6,for=unknown                              | 10.0.0.1",
                "for=_SEVKISEK, for=10.0.0.2                          | 10.0.0.2",
                "for=\"192.0.2.1:_obfuscated\"                        | 192.0.2.1",
                "for=\"192\\.0.2.1\"                                  | 192.0.2.1",
                "proto=https                                          | 10.0.0.1",
                ", for=192.0.2.1 , ,                                  | 192.0.2.1",
            })
    void theFieldOfRfc7239IsReadByItsGrammar(String header, String client) {
        Caller caller = rfc7239.caller(PROXY, false, headers("Forwarded", header));
        assertThat(caller.from().getAddress().getHostAddress()).isEqualTo(client);
        assertThat(caller.readable()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "for=[2001:db8::1]",
                "for=\"192.0.2.1",
                "for",
                "=192.0.2.1",
                "for=192.0.2.1;for=192.0.2.2",
                "for=example.com",
                "for=\"2001:db8::1\";x",
                "for = 192.0.2.1",
                "for=192.0.2.1;;proto=http",
                "for=192.0.2.1;proto=gopher",
                "for=\"192.0.2.1:99999\"",
                "for=\"[192.0.2.1]\""
            })
    void whatCannotBeReadIsIgnoredAndTheProxysAddressStays(String header) {
        Caller caller = rfc7239.caller(PROXY, false, headers("Forwarded", header));
        assertThat(caller.from()).isEqualTo(PROXY);
        assertThat(caller.readable()).isFalse();
        assertThat(caller.scheme()).isEqualTo("http");
        assertThat(caller.key()).isEqualTo(AddressKey.UNREADABLE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com",
                "192.0.2.1:http",
                "192.0.2",
                "[192.0.2.1]",
                "fe80::1%1",
                "10.0.0.2:99999",
                "192.0.2.1 10.0.0.2"
            })
    void anXForwardedForThatCannotBeReadIsIgnoredToo(String header) {
        Caller caller = x.caller(PROXY, false, headers("X-Forwarded-For", header));
        assertThat(caller.from()).isEqualTo(PROXY);
        assertThat(caller.readable()).isFalse();
    }

    @Test
    void aQuoteThatAClientLeavesOpenDoesNotHideWhatTheProxyAddsAsALineOfItsOwn() {
        HttpHeaders headers = headers("Forwarded", "for=\"", "Forwarded", "for=192.0.2.1");
        assertThat(rfc7239.caller(PROXY, false, headers).from().getHostString()).isEqualTo("192.0.2.1");
    }

    @Test
    void aListWithoutEndIsNotRead() {
        String many = "10.0.0.2, ".repeat(1_000) + "10.0.0.2";
        assertThat(x.caller(PROXY, false, headers("X-Forwarded-For", many)).readable())
                .isFalse();
        String elements = "for=10.0.0.2, ".repeat(1_000) + "for=10.0.0.2";
        assertThat(rfc7239.caller(PROXY, false, headers("Forwarded", elements)).readable())
                .isFalse();
    }

    @Test
    void nobodyElseIsBelieved() {
        HttpHeaders headers =
                headers("X-Forwarded-For", "192.0.2.1", "X-Forwarded-Proto", "https", "Host", "a.example");
        Caller caller = x.caller(STRANGER, false, headers);
        assertThat(caller.from()).isEqualTo(STRANGER);
        assertThat(named(caller)).isEqualTo("http a.example");
    }

    @Test
    void theFieldThatTheProxyDoesNotWriteIsTheClientsAndIsNotRead() {
        HttpHeaders headers = headers(
                "Forwarded", "for=6.6.6.6;host=evil.example", "X-Forwarded-For", "192.0.2.1", "Host", "a.example");
        assertThat(x.caller(PROXY, false, headers).from().getHostString()).isEqualTo("192.0.2.1");
        assertThat(x.caller(PROXY, false, headers).authority()).isEqualTo("a.example");
        assertThat(rfc7239.caller(PROXY, false, headers).from().getHostString()).isEqualTo("6.6.6.6");
        assertThat(forwarding(Forwarding.Field.NONE)
                        .caller(PROXY, false, headers)
                        .from())
                .isEqualTo(PROXY);
    }

    @Test
    void schemeAndHostAreThoseOfTheClient() {
        HttpHeaders xHeaders =
                headers("X-Forwarded-For", "192.0.2.1", "X-Forwarded-Proto", "wss", "Host", "A.Example:443");
        assertThat(named(x.caller(PROXY, false, xHeaders))).isEqualTo("https A.Example:443");
        assertThat(x.caller(PROXY, false, headers("X-Forwarded-Proto", "https", "Host", "a"))
                        .isSecure())
                .isTrue();
        HttpHeaders forwarded = headers(
                "Forwarded",
                "for=192.0.2.1;proto=https;host=\"a.example:8443\", for=10.0.0.2;proto=http;host=inner",
                "Host",
                "inner");
        assertThat(named(rfc7239.caller(PROXY, false, forwarded))).isEqualTo("https a.example:8443");
        assertThat(named(x.caller(STRANGER, true, headers("Host", "a.example"))))
                .isEqualTo("https a.example");
    }

    private static String named(Caller caller) {
        return caller.scheme() + " " + caller.authority();
    }

    private Forwarding forwarding(Forwarding.Field field) {
        return new Forwarding(new ProxyConfig(Networks.parse("10.0.0.0/8"), false, Duration.ofSeconds(3), field));
    }

    private static HttpHeaders headers(String... pairs) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (int i = 0; i < pairs.length; i += 2) {
            headers.add(pairs[i], pairs[i + 1]);
        }
        return headers;
    }
}
