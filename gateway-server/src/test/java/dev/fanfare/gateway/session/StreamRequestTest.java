package dev.fanfare.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.channel.Cursor;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.config.Given;
import dev.fanfare.gateway.config.Settings;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.hub.Wish;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamRequestTest {
    private static final ChannelsConfig CHANNELS = ChannelsConfig.from(
            new Settings(
                    Map.of(
                            "namespaces.closed.subscribe", new Given("nobody", "test"),
                            "namespaces.plain.history-size", new Given("0", "test"),
                            "channels.max-per-connection", new Given("3", "test")),
                    Map.of(),
                    Map.of()),
            Access.ANYONE);

    private static StreamRequest of(Map<String, List<String>> query) throws HttpProblem {
        return StreamRequest.of(Principal.ANONYMOUS, query, null, true, CHANNELS);
    }

    private static @Nullable StreamPosition since(StreamRequest request, String name) {
        return request.wishes().stream()
                .filter(wish -> wish.name().equals(name))
                .map(Wish::since)
                .toList()
                .get(0);
    }

    @Test
    void aClientSaysForEachChannelWhereItStood() throws HttpProblem {
        StreamRequest request =
                of(Map.of("channels", List.of("chat:a,chat:b,plain:x"), "recover", List.of("chat:a,17,k3Jd9a")));

        assertThat(since(request, "chat:a")).isEqualTo(new StreamPosition(17, "k3Jd9a"));
        assertThat(since(request, "chat:b")).as("it says nothing of it").isNull();
        assertThat(since(request, "plain:x")).as("nothing is kept of it").isEqualTo(StreamPosition.UNKNOWN);
    }

    @Test
    void aCursorDoesAsWellAndTheHeaderIsStronger() throws HttpProblem {
        String cursor = new Cursor.Writer()
                .reset()
                .add(Cursor.mark("chat:a"), "k3Jd9a", 17)
                .toString();
        assertThat(since(of(Map.of("channels", List.of("chat:a"), "recover", List.of(cursor))), "chat:a"))
                .isEqualTo(new StreamPosition(17, "k3Jd9a"));
        Map<String, List<String>> query = Map.of("channels", List.of("chat:a"), "recover", List.of("chat:a,1,other"));
        assertThat(since(StreamRequest.of(Principal.ANONYMOUS, query, cursor, false, CHANNELS), "chat:a"))
                .isEqualTo(new StreamPosition(17, "k3Jd9a"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chat:a,x,e",
                "chat:a,-1,e",
                "chat:a,1",
                "chat:a,1,",
                ",1,e",
                "chat:a,1,e,2",
                "chat:a,1,e.f",
                "chat:a,1,e\n",
                "chat:a,1,abcdefghijklmnopqrstuvwxyz",
                "chat:a,9999999999999999999,e"
            })
    void aPositionThatIsNoneIsRefused(String recover) {
        assertThatThrownBy(() -> of(Map.of("channels", List.of("chat:a"), "recover", List.of(recover))))
                .isInstanceOf(HttpProblem.class)
                .hasMessageContaining("recover");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "closed:a",
                "closed:*",
                "closed",
                "a,closed:*",
                "c*",
                "*",
                "*:a",
                "closed*",
                "clo*ed:a",
                "a b",
                ",",
                "a,b,c,d"
            })
    void whatMayNotBeSubscribedIsRefusedByNameAndByPattern(String channels) {
        assertThatThrownBy(() -> of(Map.of("channels", List.of(channels)))).isInstanceOf(HttpProblem.class);
    }
}
