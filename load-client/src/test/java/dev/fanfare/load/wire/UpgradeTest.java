package dev.fanfare.load.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpgradeTest {
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final Map<String, String> WEBSOCKET = Map.of(
            "upgrade",
            "WebSocket",
            "connection",
            "keep-alive, Upgrade",
            "sec-websocket-accept",
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

    private static Map<String, String> with(Map<String, String> headers, String name, String value) {
        Map<String, String> changed = new HashMap<>(headers);
        changed.put(name, value);
        return changed;
    }

    @Test
    void theExampleOfRfc6455IsAccepted() throws ProtocolViolation {
        Upgrade.checkWebSocket(new ResponseHead(101, WEBSOCKET), KEY, null, null);
        Upgrade.checkWebSocket(
                new ResponseHead(101, with(WEBSOCKET, "sec-websocket-protocol", "b")), KEY, "a, b", null);
    }

    @ParameterizedTest
    @CsvSource({
        "upgrade, h2c, Upgrade header is not websocket",
        "connection, close, Connection header does not say Upgrade",
        "sec-websocket-accept, wrong, Sec-WebSocket-Accept does not match the key",
        "sec-websocket-extensions, permessage-deflate, WebSocket extension nobody offered",
        "sec-websocket-protocol, chat, WebSocket subprotocol nobody offered"
    })
    void aWrongUpgradeIsRefused(String name, String value, String reason) {
        assertThatThrownBy(() ->
                        Upgrade.checkWebSocket(new ResponseHead(101, with(WEBSOCKET, name, value)), KEY, null, null))
                .hasMessage(reason);
    }

    @Test
    void anyOtherStatusIsTheReason() {
        assertThatThrownBy(() -> Upgrade.checkWebSocket(new ResponseHead(503, WEBSOCKET), KEY, null, null))
                .hasMessage("HTTP status 503");
        assertThatThrownBy(() -> Upgrade.checkSse(new ResponseHead(204, Map.of()), null))
                .hasMessage("HTTP status 204");
    }

    @Test
    void anEventStreamMayBeChunkedOrHaveALengthOrEndWithTheConnection() throws ProtocolViolation {
        Map<String, String> plain = Map.of("content-type", "Text/Event-Stream; charset=\"UTF-8\"");
        assertThat(Upgrade.checkSse(new ResponseHead(200, plain), null)).isEqualTo(Upgrade.UNTIL_CLOSE);
        assertThat(Upgrade.checkSse(new ResponseHead(200, with(plain, "transfer-encoding", "Chunked")), null))
                .isEqualTo(Upgrade.CHUNKED);
        assertThat(Upgrade.checkSse(new ResponseHead(200, with(plain, "content-length", "14")), null))
                .isEqualTo(14);
    }

    @ParameterizedTest
    @CsvSource({
        "content-type, text/plain, Content-Type is not text/event-stream",
        "content-type, text/event-stream; charset=latin1, event stream charset is not utf-8",
        "content-encoding, gzip, Content-Encoding nobody offered",
        "transfer-encoding, gzip, Transfer-Encoding is not chunked",
        "content-length, -5, Content-Length is not a number"
    })
    void aWrongEventStreamIsRefused(String name, String value, String reason) {
        Map<String, String> right = Map.of("content-type", "text/event-stream");
        assertThatThrownBy(() -> Upgrade.checkSse(new ResponseHead(200, with(right, name, value)), null))
                .hasMessage(reason);
    }
}
