package dev.fanfare.load.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {
    private static final byte[] PREFIX = "load:".getBytes(UTF_8);

    private static Envelope read(String json) {
        Envelope envelope = new Envelope();
        byte[] bytes = ("##" + json + "##").getBytes(UTF_8);
        assertThat(envelope.parse(bytes, 2, bytes.length - 2)).isTrue();
        return envelope;
    }

    @Test
    void membersComeInAnyOrderAndOthersArePassedOver() {
        Envelope envelope = read(
                " {\"data\" : {\"offset\":9,\"now\":{}}, \"now\":7, \"epoch\":\"E1\",\"key\":\"k\",\"offset\":12,\"channel\":\"load:34\"} ");
        assertThat(envelope.isPublication()).isTrue();
        assertThat(envelope.hasGap()).isFalse();
        assertThat(envelope.offset()).isEqualTo(12);
        assertThat(envelope.inEpoch("E1")).isTrue();
        assertThat(envelope.inEpoch("E2")).isFalse();
        assertThat(envelope.channel(PREFIX)).isEqualTo(34);
        assertThat(envelope.dataEnd() - envelope.dataFrom()).isEqualTo(21);
    }

    @Test
    void aGapSaysWhereTheClientStandsNow() {
        Envelope webSocket = read(
                "{\"channel\":\"load:1\",\"gap\":{\"from\":{\"offset\":3,\"epoch\":\"E1\"},\"now\":{\"offset\":8,\"epoch\":\"E2\"}}}");
        assertThat(webSocket.hasGap()).isTrue();
        assertThat(webSocket.toNow()).isTrue();
        assertThat(webSocket.offset()).isEqualTo(8);
        assertThat(webSocket.epoch()).isEqualTo("E2");
        Envelope sse =
                read("{\"channel\":\"load:1\",\"offset\":3,\"epoch\":\"E1\",\"now\":{\"offset\":8,\"epoch\":\"E2\"}}");
        assertThat(sse.isPublication()).isFalse();
        assertThat(sse.toNow()).isTrue();
        assertThat(sse.offset()).isEqualTo(8);
        assertThat(read("{\"channel\":\"load:1\",\"gap\":{}}").toNow()).isFalse();
        assertThat(read("{\"channel\":\"load:1\"}").toNow()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"load:", "load:x", "load:01", "load:-1", "lead:1", "loa", "load:1234567890"})
    void anotherNameIsNoneOfOurs(String name) {
        assertThat(read("{\"channel\":\"" + name + "\"}").channel(PREFIX)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"channel\":7}",
                "{\"channel\":\"load:1\",\"channel\":\"load:2\"}",
                "{\"channel\":\"load:1\",\"offset\":-1}",
                "{\"channel\":\"load:1\",\"offset\":\"1\"}",
                "{\"channel\":\"load:1\",\"epoch\":1}",
                "{\"channel\":\"load:1\",\"data\":1,\"data\":1}",
                "{\"channel\":\"load:1\"",
                "{\"channel\":\"load:1\"}}"
            })
    void whatIsNoEnvelopeIsRefused(String json) {
        assertThat(new Envelope().parse(json.getBytes(UTF_8), 0, json.length())).isFalse();
    }
}
