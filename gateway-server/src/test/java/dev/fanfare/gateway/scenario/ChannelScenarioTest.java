package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelScenarioTest {
    private static final String[] SETTINGS = {
        "ticker.source=off",
        "namespaces.chat.history-size=3",
        "namespaces.chat.presence=true",
        "namespaces.chat.join-leave=true",
        "namespaces.price.conflate=true",
        "namespaces.live.history-size=0",
        "namespaces.secret.subscribe=nobody"
    };

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    private final RunningGateway gateway = gateways.start(SETTINGS);

    @Test
    void aSubscriberGetsWhatIsPublishedToItsChannelsAndNothingElse() throws Exception {
        try (SseStream stream = open("/sse?channels=news:a,news:b")) {
            stream.nextPosition();
            publish("news:a", "1");
            publish("news:c", "2");
            publish("news:b", "two\r\nlines");

            assertThat(stream.nextEvent()).last().isEqualTo("data: 1");
            assertThat(stream.nextEvent()).endsWith("data: two", "data: lines");
        }
    }

    @Test
    void aClientThatComesBackGetsWhatItMissedOfEveryChannelAndOnlyThat() throws Exception {
        String id;
        try (SseStream stream = open("/sse?channels=news:d,news:e,price:x")) {
            stream.nextPosition();
            publish("news:d", "d1");
            publish("news:e", "e1");
            assertThat(stream.nextEvent()).last().isEqualTo("data: d1");
            List<String> last = stream.nextEvent();
            assertThat(last).last().isEqualTo("data: e1");
            id = last.get(0).substring(4);
            assertThat(id).matches("[A-Za-z0-9_.:-]{1,128}");
        }
        publish("news:d", "d2");
        publish("news:e", "e2");
        publish("price:x?key=k", "p1");
        publish("price:x?key=k", "p2");
        publish("news:d", "d3");

        try (SseStream stream = SseStream.on(
                RawClient.to(gateway).get("/sse?channels=news:d,news:e,price:x", "Last-Event-ID: " + id))) {
            List<String> data = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                List<String> event = stream.nextEvent();
                data.add(event.get(event.size() - 1));
            }
            assertThat(data).containsExactlyInAnyOrder("data: d2", "data: d3", "data: e2", "data: p2");
            publish("news:e", "e3");
            assertThat(stream.nextEvent()).last().isEqualTo("data: e3");
        }
    }

    @Test
    void aClientWhoseHistoryIsGoneIsToldSoAndGetsWhatIsLeft() throws Exception {
        String id;
        try (SseStream stream = open("/sse?channels=chat:f&format=json")) {
            id = stream.nextPosition();
        }
        for (int i = 1; i <= 5; i++) {
            publish("chat:f", "\"" + i + "\"");
        }
        try (SseStream stream = open("/sse?channels=chat:f&lastEventId=" + id)) {
            List<String> gap = stream.nextEvent();
            assertThat(gap).contains("event: gap").last().asString().contains("\"channel\":\"chat:f\"");
            for (String left : List.of("\"3\"", "\"4\"", "\"5\"")) {
                assertThat(nextMessage(stream)).isEqualTo("data: " + left);
            }
        }
    }

    @Test
    void aPatternHearsChannelsThatAreMadeLater() throws Exception {
        try (SseStream stream = open("/sse?channels=stocks:*&format=json")) {
            await().until(() -> delivered("stocks:new", stream));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stocks:*", "live:a", "live:a,stocks:*"})
    void whoComesBackToChannelsThatKeepNothingIsToldThatThereIsAGap(String channels) throws Exception {
        String id;
        try (SseStream stream = open("/sse?channels=" + channels)) {
            id = stream.nextPosition();
        }
        try (SseStream stream =
                SseStream.on(RawClient.to(gateway).get("/sse?channels=" + channels, "Last-Event-ID: " + id))) {
            for (String channel : channels.split(",", -1)) {
                assertThat(stream.nextEvent()).contains("event: gap", "data: {\"channel\":\"%s\"}".formatted(channel));
            }
        }
    }

    @Test
    void overWebSocketAMessageNamesItsChannelAndItsPlace() throws Exception {
        try (WsStream stream = WsStream.open(gateway, "/ws?channels=news:g")) {
            JsonNode position = stream.nextJson();
            assertThat(position.at("/offset").longValue()).isZero();
            assertThat(position.has("data")).isFalse();
            publish("news:g", "{\"a\":1}");
            publish("news:g?type=t", "text");

            JsonNode first = stream.nextJson();
            assertThat(first.at("/channel").textValue()).isEqualTo("news:g");
            assertThat(first.at("/data/a").intValue()).isEqualTo(1);
            JsonNode second = stream.nextJson();
            assertThat(second.at("/data").textValue()).isEqualTo("text");
            assertThat(second.at("/type").textValue()).isEqualTo("t");
            assertThat(second.at("/offset").longValue())
                    .isEqualTo(first.at("/offset").longValue() + 1);
        }
    }

    @Test
    void whoComesAndGoesIsToldToTheOthers() throws Exception {
        try (SseStream watcher = open("/sse?channels=chat:h")) {
            watcher.nextPosition(); // nobody is told of its own coming
            try (SseStream other = open("/sse?channels=chat:h")) {
                other.nextPosition();
                assertThat(watcher.nextEvent()).contains("event: join");
            }
            assertThat(watcher.nextEvent()).contains("event: leave");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/sse?channels=a%20b, 400, not allowed",
        "'/sse?channels=a,,b', 400, must not be empty",
        "/sse?channels=*, 400, must name its namespace",
        "/sse?channels=a&format=xml, 400, 'allowed: raw, json'",
        "/sse?channels=secret:x, 403, nobody may subscribe",
        "/ws?channels=secret:x, 403, nobody may subscribe",
    })
    void whatCannotBeSubscribedToIsRefusedWithWhatIsAllowed(String target, int status, String words) throws Exception {
        String[] headers = target.startsWith("/ws")
                ? new String[] {
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
                }
                : new String[0];
        try (RawClient client = RawClient.to(gateway).get(target, headers)) {
            Reply reply = client.readReply();
            assertThat(reply.status()).isEqualTo(status);
            assertThat(reply.body()).contains(words);
        }
    }

    private boolean delivered(String channel, SseStream stream) throws IOException {
        publish(channel, "1");
        return stream.nextEvent().get(0).contains(channel);
    }

    /** The next message, past who comes and goes. */
    private static String nextMessage(SseStream stream) throws IOException {
        List<String> event = stream.nextEvent();
        while (event.contains("event: join") || event.contains("event: leave")) {
            event = stream.nextEvent();
        }
        return event.get(event.size() - 1);
    }

    private SseStream open(String target) throws IOException {
        return SseStream.on(RawClient.to(gateway).get(target));
    }

    private void publish(String channel, String data) throws IOException {
        assertThat(post("/publish/" + channel, data)).contains("\"offset\":");
    }

    private String post(String target, String body) throws IOException {
        try (RawClient client = RawClient.to(gateway)) {
            client.send("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length()
                    + "\r\n\r\n" + body);
            return client.readReply().body();
        }
    }
}
