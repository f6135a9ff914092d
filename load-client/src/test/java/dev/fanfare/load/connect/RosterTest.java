package dev.fanfare.load.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.load.stats.Transport;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RosterTest {
    private static List<Roster.Member> members(int count, double sse, double slow, String... urls) {
        ConnectPlan plan = new ConnectPlan(
                List.of(urls),
                new RequestPlan("/sse", "/ws", List.of(), List.of()),
                TlsPlan.DEFAULT,
                0,
                count,
                sse,
                slow,
                100,
                1000,
                10,
                false,
                true,
                null);
        Roster roster = new Roster(plan);
        return IntStream.range(0, count).mapToObj(roster::member).toList();
    }

    @ParameterizedTest
    @CsvSource({"15000, 0.5, 0.05", "10, 0.33, 0.5", "7, 0, 1", "7, 1, 0", "1, 0.5, 0.5", "50001, 0.7, 0.1"})
    void theSharesAddUpExactly(int count, double sseShare, double slowShare) {
        List<Roster.Member> all = members(count, sseShare, slowShare, "http://a");
        List<Roster.Member> sse =
                all.stream().filter(m -> m.transport() == Transport.SSE).toList();
        assertThat(sse).hasSize((int) Math.round(count * sseShare));
        assertThat(sse.stream().filter(Roster.Member::slow)).hasSize((int) Math.round(sse.size() * slowShare));
        assertThat(all.stream().filter(m -> m.slow() && m.transport() == Transport.WEBSOCKET))
                .hasSize((int) Math.round((count - sse.size()) * slowShare));
    }

    @Test
    void transportsAlternateEvenly() {
        assertThat(members(10, 0.5, 0, "http://a").stream()
                        .map(Roster.Member::transport)
                        .limit(4))
                .containsExactly(Transport.WEBSOCKET, Transport.SSE, Transport.WEBSOCKET, Transport.SSE);
    }

    @Test
    void aSourceAddressServesTwentyThousandConnections() {
        List<Roster.Member> all = members(40_001, 0.5, 0, "http://a");
        assertThat(all.get(19_999).sourceBlock()).isZero();
        assertThat(all.get(20_000).sourceBlock()).isEqualTo(1);
        assertThat(all.get(40_000).sourceBlock()).isEqualTo(2);
    }

    @Test
    void severalServersGetEqualBlocks() {
        assertThat(members(6, 0.5, 0, "http://a", "http://b", "http://c").stream()
                        .map(Roster.Member::target))
                .containsExactly(0, 0, 1, 1, 2, 2);
    }
}
