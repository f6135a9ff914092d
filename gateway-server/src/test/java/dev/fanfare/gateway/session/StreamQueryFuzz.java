package dev.fanfare.gateway.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fanfare.gateway.Frugal;
import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelName;
import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.config.Settings;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.hub.Wish;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;

/** What a stream is asked for: the query on the first line, {@code Last-Event-ID} on the second. */
class StreamQueryFuzz {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ChannelsConfig CHANNELS =
            ChannelsConfig.from(new Settings(Map.of(), Map.of(), Map.of()), Access.ANYONE);

    @FuzzTest(maxDuration = "2m")
    void request(byte[] input) throws Exception {
        String[] lines = new String(input, ISO_8859_1).split("\n", 2);
        Map<String, List<String>> query;
        try {
            query = new QueryStringDecoder("/sse?" + lines[0]).parameters();
        } catch (IllegalArgumentException malformed) { // HttpHandler answers 400
            return;
        }
        Frugal.within(256 * 1024 + 400L * input.length, () -> {
            for (boolean webSocket : new boolean[] {true, false}) {
                try {
                    check(StreamRequest.of(
                            Principal.ANONYMOUS, query, lines.length > 1 ? lines[1] : null, webSocket, CHANNELS));
                } catch (HttpProblem refused) {
                    assertThat(refused.reply().status().code()).isIn(400, 403);
                    assertThat(refused.reply().body().length).isLessThan(4_000);
                    assertThat(JSON.readTree(refused.reply().body())
                                    .path("detail")
                                    .asText())
                            .isNotEmpty();
                }
            }
        });
    }

    private static void check(StreamRequest wanted) {
        assertThat(wanted.wishes()).isNotEmpty().hasSizeLessThanOrEqualTo(CHANNELS.maxPerConnection());
        assertThat(wanted.wishes().stream().map(Wish::name)).doesNotHaveDuplicates();
        for (Wish wish : wanted.wishes()) {
            String problem = ChannelPattern.isPattern(wish.name())
                    ? ChannelPattern.problem(wish.name(), CHANNELS.maxName())
                    : ChannelName.problem(wish.name(), CHANNELS.maxName());
            assertThat(problem).isNull();
            if (wish.since() != null) {
                assertThat(wish.since().epoch()).matches("[0-9A-Za-z_-]{1,16}");
                assertThat(wish.since().offset()).isNotNegative();
            }
        }
    }
}
