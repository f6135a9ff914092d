package dev.fanfare.gateway.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworksTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,        10.255.0.1,    true",
        "10.0.0.0/8,        11.0.0.1,      false",
        "192.0.2.128/25,    192.0.2.200,   true",
        "192.0.2.128/25,    192.0.2.127,   false",
        "192.0.2.1,         192.0.2.1,     true",
        "192.0.2.1,         192.0.2.2,     false",
        "0.0.0.0/0,         8.8.8.8,       true",
        "0.0.0.0/0,         2001:db8::1,   false",
        "2001:db8::/33,     2001:db8:7fff::1, true",
        "2001:db8::/33,     2001:db8:8000::1, false",
        "::/0,              2001:db8::1,   true",
        "::ffff:10.0.0.1,   10.0.0.1,      true",
        "loopback,          127.9.9.9,     true",
        "loopback,          ::1,           true",
        "loopback,          10.0.0.1,      false",
        "private,           172.31.255.1,  true",
        "private,           172.32.0.1,    false",
        "private,           100.127.0.1,   true",
        "private,           fd00::1,       true",
        "private,           fe80::1,       true",
        "private,           2001:db8::1,   false",
        "none,              10.0.0.1,      false",
    })
    void containsTheAddressesThatShareItsFirstBits(String networks, String address, boolean inside) {
        assertThat(Networks.parse(networks).contains(Literal.parse(address))).isEqualTo(inside);
    }

    @Test
    void isAList() {
        Networks both = Networks.parse("loopback, 192.0.2.0/24,2001:db8::/32");
        assertThat(both.contains(Literal.parse("127.0.0.1"))).isTrue();
        assertThat(both.contains(Literal.parse("192.0.2.9"))).isTrue();
        assertThat(both.contains(Literal.parse("2001:db8::9"))).isTrue();
        assertThat(both.contains(Literal.parse("198.51.100.1"))).isFalse();
        assertThat(both.contains(null)).isFalse();
        assertThat(Networks.parse("").isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com",
                "localhost",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "10.0.0.1/8",
                "2001:db8::1/32",
                "10.0.0.0/8,",
                "10.0.0",
                "1",
                "::/129",
                "[::1]",
                "fe80::1%eth0",
                "Loopback",
                "10.0.0.0/8/8",
                "10.0.0.0/0x8",
                "10.0.0.0/٨"
            })
    void refusesWhatIsNoNetworkOrOneWithBitsBehindItsPrefix(String text) {
        assertThatThrownBy(() -> Networks.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(Networks.ALLOWED);
    }

    @Test
    void oneNetworkOfIpv6IsOneClient() {
        long one = key("2001:db8:0:1::1");
        assertThat(key("2001:db8:0:1:ffff::9")).isEqualTo(one);
        assertThat(key("2001:db8:0:2::1")).isNotEqualTo(one);
        assertThat(AddressKey.describe(one)).isEqualTo("2001:db8:0:1::/64");
        long four = key("203.0.113.7");
        assertThat(key("203.0.113.8")).isNotEqualTo(four);
        assertThat(AddressKey.describe(four)).isEqualTo("203.0.113.7");
    }

    private static long key(String address) {
        return AddressKey.of(Objects.requireNonNull(Literal.parse(address)));
    }
}
