package dev.fanfare.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.metrics.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final long SECOND = 1_000_000_000L;
    private static final LimitsConfig UNLIMITED = new LimitsConfig(0, 0, 0, 90);

    @Test
    void takesOnAsManyConnectionsAsConfiguredAndOneMoreWhenOneHasClosed() {
        Admission admission = new Admission(new LimitsConfig(2, 0, 0, 90), 1000, () -> false);
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
        Admission admission = new Admission(new LimitsConfig(100, 2, 0, 90), 1000, () -> false);
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
        Admission admission = new Admission(new LimitsConfig(2, 1, 0, 90), 1000, () -> false);
        assertThat(admission.enter(from("10.0.0.1"), 0)).isNull();
        for (int i = 0; i < 10; i++) {
            assertThat(admission.enter(from("10.0.0.1"), 0)).isEqualTo(Refusal.PER_ADDRESS);
        }
        assertThat(admission.enter(from("10.0.0.2"), 0)).isNull();
    }

    @Test
    void opensNoMoreThanTheRateAfterABurstOfOneSecondsWorth() {
        Admission admission = new Admission(new LimitsConfig(0, 0, 100, 90), 1_000_000, () -> false);
        for (long start : List.of(Long.MAX_VALUE - 5 * SECOND, -7 * SECOND)) { // nanoTime() may be anything
            Admission fresh = new Admission(new LimitsConfig(0, 0, 100, 90), 1_000_000, () -> false);
            assertThat(entered(fresh, 1_000, start)).isEqualTo(100);
            assertThat(entered(fresh, 1_000, start + SECOND / 2)).isEqualTo(50);
            assertThat(entered(fresh, 1_000, start + 4 * SECOND)).isEqualTo(100);
        }
        assertThat(entered(admission, 1, 0)).isEqualTo(1);
    }

    @Test
    void takesOnNobodyWhileMemoryIsShort() {
        List<Boolean> tight = new ArrayList<>(List.of(true));
        Admission admission = new Admission(UNLIMITED, 1000, () -> tight.get(0));
        assertThat(admission.enter(from("10.0.0.1"), 0)).isEqualTo(Refusal.MEMORY);
        tight.set(0, false);
        assertThat(admission.enter(from("10.0.0.1"), 0)).isNull();
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
