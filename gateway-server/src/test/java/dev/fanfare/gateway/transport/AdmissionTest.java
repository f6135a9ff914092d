package dev.fanfare.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.address.Caller;
import dev.fanfare.gateway.address.Forwarding;
import dev.fanfare.gateway.address.Literal;
import dev.fanfare.gateway.address.Networks;
import dev.fanfare.gateway.address.ProxyConfig;
import dev.fanfare.gateway.metrics.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Networks NONE = Networks.NONE;
    private static final LimitsConfig UNLIMITED = limits(0, 0, 0);

    private final Forwarding proxies = new Forwarding(new ProxyConfig(
            Networks.parse("10.9.9.9"), false, Duration.ofSeconds(3), Forwarding.Field.X_FORWARDED_FOR));

    @Test
    void takesOnAsManyConnectionsAsConfiguredAndOneMoreWhenOneHasClosed() {
        Admission admission = admission(limits(2, 0, 0), 1000);
        Channel first = from("10.0.0.1");
        assertThat(admission.enter(first, 0)).isNull();
        assertThat(admission.enter(from("10.0.0.2"), 0)).isNull();
        assertThat(admission.enter(from("10.0.0.3"), 0)).isEqualTo(Refusal.MAX_CONNECTIONS);
        first.close().syncUninterruptibly();
        assertThat(admission.enter(from("10.0.0.3"), 0)).isNull();
    }

    @Test
    void leavesSomeFilesForOtherThingsWhenNoLimitIsConfigured() {
        assertThat(UNLIMITED.connections(20_000)).isEqualTo(20_000 - LimitsConfig.RESERVED_FILES);
        assertThat(UNLIMITED.connections(Long.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
        assertThat(UNLIMITED.connections(10)).isEqualTo(1);
    }

    @Test
    void limitsEachAddressForItself() {
        Admission admission = admission(limits(100, 2, 0), 1000);
        Channel first = from("10.0.0.1");
        assertThat(admission.enter(first, 0)).isNull();
        assertThat(admission.enter(from("10.0.0.1"), 0)).isNull();
        assertThat(admission.enter(from("10.0.0.1"), 0)).isEqualTo(Refusal.PER_ADDRESS);
        assertThat(admission.enter(from("10.0.0.2"), 0)).isNull();
        first.close().syncUninterruptibly();
        assertThat(admission.enter(from("10.0.0.1"), 0)).isNull();
    }

    @Test
    void aRefusedConnectionTakesNoPlace() {
        Admission admission = admission(limits(2, 1, 0), 1000);
        assertThat(admission.enter(from("10.0.0.1"), 0)).isNull();
        for (int i = 0; i < 10; i++) {
            assertThat(admission.enter(from("10.0.0.1"), 0)).isEqualTo(Refusal.PER_ADDRESS);
        }
        assertThat(admission.enter(from("10.0.0.2"), 0)).isNull();
    }

    @Test
    void opensNoMoreThanTheRateAfterABurstOfOneSecondsWorth() {
        Admission admission = admission(limits(0, 0, 100), 1_000_000);
        for (long start : List.of(Long.MAX_VALUE - 5 * SECOND, -7 * SECOND)) { // nanoTime() may be anything
            Admission fresh = admission(limits(0, 0, 100), 1_000_000);
            assertThat(entered(fresh, 1_000, start)).isEqualTo(100);
            assertThat(entered(fresh, 1_000, start + SECOND / 2)).isEqualTo(50);
            assertThat(entered(fresh, 1_000, start + 4 * SECOND)).isEqualTo(100);
        }
        assertThat(entered(admission, 1, 0)).isEqualTo(1);
    }

    @Test
    void takesOnNobodyWhileMemoryIsShort() {
        List<Boolean> tight = new ArrayList<>(List.of(true));
        Admission admission = new Admission(UNLIMITED, proxies, 1000, () -> tight.get(0));
        assertThat(admission.enter(from("10.0.0.1"), 0)).isEqualTo(Refusal.MEMORY);
        tight.set(0, false);
        assertThat(admission.enter(from("10.0.0.1"), 0)).isNull();
    }

    @Test
    void limitsHowFastOneAddressOpens() {
        Admission admission = admission(new LimitsConfig(0, 0, 0, 10, NONE, 90), 1_000_000);
        long now = System.nanoTime();
        assertThat(entered(admission, 100, now)).isEqualTo(10);
        assertThat(admission.enter(from("10.0.0.9"), now)).isEqualTo(Refusal.ADDRESS_RATE);
        assertThat(admission.enter(from("10.0.0.8"), now)).isNull();
        assertThat(entered(admission, 100, now + SECOND / 2)).isEqualTo(5);
    }

    @Test
    void whoIsExemptHasNoLimitOfItsOwn() {
        Admission admission = admission(new LimitsConfig(0, 1, 0, 1, Networks.parse("10.0.0.0/8"), 90), 1000);
        assertThat(entered(admission, 100, System.nanoTime())).isEqualTo(100);
        assertThat(admission.enter(from("192.0.2.1"), 0)).isNull();
        assertThat(admission.enter(from("192.0.2.1"), 0)).isEqualTo(Refusal.PER_ADDRESS);
    }

    @Test
    void theConnectionsOfATrustedProxyAreNobodysAndItsStreamsThoseOfItsClients() {
        Admission admission = admission(limits(0, 1, 0), 1000);
        List<Channel> proxied = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            proxied.add(from("10.9.9.9"));
            assertThat(admission.enter(proxied.get(i), 0)).isNull();
        }
        assertThat(admission.enterStream(proxied.get(0), caller("192.0.2.1", true), 0))
                .isNull();
        assertThat(admission.enterStream(proxied.get(1), caller("192.0.2.1", true), 0))
                .isEqualTo(Refusal.PER_ADDRESS);
        assertThat(admission.enterStream(proxied.get(1), caller("192.0.2.2", true), 0))
                .isNull();
        proxied.get(0).close().syncUninterruptibly();
        assertThat(admission.enterStream(proxied.get(2), caller("192.0.2.1", true), 0))
                .isNull();
    }

    @Test
    void thoseWhomNobodyCanReadAreOneClient() {
        Admission admission = admission(new LimitsConfig(0, 1, 0, 0, Networks.parse("private"), 90), 1000);
        Channel one = from("10.9.9.9");
        Channel two = from("10.9.9.9");
        assertThat(admission.enterStream(one, caller("10.9.9.9", false), 0)).isNull();
        assertThat(admission.enterStream(two, caller("10.9.9.9", false), 0)).isEqualTo(Refusal.PER_ADDRESS);
        assertThat(admission.enterStream(two, caller("10.9.9.9", true), 0)).isNull();
    }

    @Test
    void theStreamOfAConnectionThatWasCountedIsNotCountedAgain() {
        Admission admission = admission(limits(0, 1, 0), 1000);
        Channel direct = from("192.0.2.1");
        assertThat(admission.enter(direct, 0)).isNull();
        assertThat(admission.enterStream(direct, caller("192.0.2.1", true), 0)).isNull();
    }

    @Test
    void whomThePROXYProtocolHasNamedIsChargedInsteadOfTheProxy() {
        Admission admission = admission(limits(0, 1, 0), 1000);
        Channel one = from("10.9.9.9");
        Channel two = from("10.9.9.9");
        InetSocketAddress client = new InetSocketAddress("192.0.2.1", 1);
        assertThat(admission.enter(one, 0)).isNull();
        assertThat(admission.enter(two, 0)).isNull();
        ClientAddress.set(one, client);
        ClientAddress.set(two, client);
        assertThat(admission.enter(one, client, 0)).isNull();
        assertThat(admission.enterStream(one, caller("192.0.2.1", true), 0)).isNull();
        assertThat(admission.enter(two, client, 0)).isEqualTo(Refusal.PER_ADDRESS);
        one.close().syncUninterruptibly();
        assertThat(admission.enter(two, client, 0)).isNull();
    }

    @Test
    void knowsBeforehandWhoWouldBeRefused() {
        Admission admission = admission(limits(3, 1, 0), 1000);
        InetAddress here = Literal.parse("192.0.2.1");
        assertThat(admission.isFull(here, 0)).isFalse();
        admission.enter(from("192.0.2.1"), 0);
        assertThat(admission.isFull(here, 0)).isTrue();
        assertThat(admission.isFull(Literal.parse("192.0.2.2"), 0)).isFalse();
        admission.enter(from("192.0.2.2"), 0);
        Channel third = from("192.0.2.3");
        admission.enter(third, 0);
        assertThat(admission.isFull(Literal.parse("192.0.2.4"), 0)).isTrue();
        third.close().syncUninterruptibly();
        assertThat(admission.isFull(Literal.parse("192.0.2.4"), 0)).isFalse();
        Channel told = from("192.0.2.1");
        admission.enter(told, 0);
        assertThat(admission.told()).isEqualTo(1);
        told.close().syncUninterruptibly();
        assertThat(admission.told()).isZero();
    }

    private static LimitsConfig limits(int connections, int perAddress, int openRate) {
        return new LimitsConfig(connections, perAddress, openRate, 0, NONE, 90);
    }

    private Admission admission(LimitsConfig limits, long openFiles) {
        return new Admission(limits, proxies, openFiles, () -> false);
    }

    private static Caller caller(String address, boolean readable) {
        return new Caller(new InetSocketAddress(address, 0), readable, "http", "");
    }

    private static long entered(Admission admission, int tries, long now) {
        return IntStream.range(0, tries)
                .filter(i -> admission.enter(from("10.0.0.9"), now) == null)
                .count();
    }

    private static Channel from(String address) {
        return new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress(address, 4711);
            }
        };
    }
}
