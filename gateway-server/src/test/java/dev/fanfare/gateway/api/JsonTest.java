package dev.fanfare.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.Charset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private final Json json = new Json();

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] inside(byte[] text) {
        byte[] begin = "{\"a\":\"".getBytes(UTF_8);
        byte[] whole = new byte[begin.length + text.length + 2];
        System.arraycopy(begin, 0, whole, 0, begin.length);
        System.arraycopy(text, 0, whole, begin.length, text.length);
        whole[whole.length - 2] = '"';
        whole[whole.length - 1] = '}';
        return whole;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0.0e-0",
                "123456789012345678901234567890.10",
                "true",
                "null",
                "\"\"",
                "\"\\\"}\"",
                "\"ü\\u00fc😀\"",
                "[]",
                "[ [ ] , { } ]",
                "{\"data\":{\"data\":1,\"data\":2}}",
                "{ \"b\" : \"}\" }"
            })
    void dataIsCutOutAsItStandsThereWhereverThatIs(String data) throws Exception {
        for (String around : new String[] {
            "{\"data\":%s}", "{\"ü\":[1,\"ü\"], \"data\" :\t%s ,\"x\":2}", "[{\"a\":{\"data\": %s\n}}]"
        }) {
            byte[] text = around.formatted(data).getBytes(UTF_8);
            byte[] shifted = new byte[text.length + 7];
            System.arraycopy(text, 0, shifted, 5, text.length);
            for (JsonNode read : new JsonNode[] {json.read(text), json.read(shifted, 5, text.length)}) {
                assertThat(new String(Json.raw(read.findValue("data")), UTF_8)).isEqualTo(data);
            }
        }
    }

    @Test
    void aByteOrderMarkDoesNotShiftTheData() throws Exception {
        assertThat(new String(
                        Json.raw(json.read("\ufeff{\"data\":[1]}".getBytes(UTF_8))
                                .get("data")),
                        UTF_8))
                .isEqualTo("[1]");
    }

    @Test
    void longDataIsCutOutWhole() throws Exception {
        StringBuilder data = new StringBuilder("[0");
        Random random = new Random(5);
        while (data.length() < 300_000) {
            data.append(
                    random.nextBoolean()
                            ? "," + random.nextLong()
                            : ",\"" + "ü😀x".repeat(random.nextInt(3_000)) + "\"");
        }
        data.append(']');
        byte[] text = ("{\"b\":\"" + "é".repeat(70_000) + "\",\"data\":" + data + ",\"c\":1}").getBytes(UTF_8);
        assertThat(new String(Json.raw(json.read(text).get("data")), UTF_8)).isEqualTo(data.toString());
    }

    @Test
    void onlyUtf8IsReadAndOnlyWithoutErrors() {
        for (Charset other : new Charset[] {UTF_16BE, Charset.forName("UTF-16LE"), Charset.forName("UTF-32BE")}) {
            assertThatThrownBy(() -> json.read("{\"data\":1}".getBytes(other)))
                    .isInstanceOf(ApiError.class)
                    .hasMessageContaining("UTF-8");
            assertThat(json.isJson("[1]".getBytes(other))).isFalse();
        }
        byte[][] broken = {
            bytes(0xff),
            bytes(0xc3),
            bytes(0xc0, 0xaf),
            bytes(0xed, 0xa0, 0x80),
            bytes(0xf4, 0x90, 0x80, 0x80),
            bytes(0x80)
        };
        for (byte[] each : broken) {
            assertThatThrownBy(() -> json.read(inside(each)))
                    .isInstanceOf(ApiError.class)
                    .hasMessageContaining("UTF-8");
            byte[] data = new String(inside(each), java.nio.charset.StandardCharsets.ISO_8859_1)
                    .replace("\"a\"", "\"data\"")
                    .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            assertThatThrownBy(() -> json.read(data)).isInstanceOf(ApiError.class);
        }
    }

    @Test
    void theReplacementCharacterItselfIsAllowed() throws Exception {
        assertThat(json.read(inside("\ufffd".getBytes(UTF_8))).get("a").textValue())
                .isEqualTo("\ufffd");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"a\":1}",
                "{\"data\":1,\"data\":1}",
                "[{\"x\":{\"a\":1,\"b\":2,\"a\":3}}]",
                "{\"data\":[1}",
                "{\"data\":[1,]}",
                "{\"data\":tru}",
                "{\"data\":\"\u0001\"}",
                "{\"data\":\"\\x\"}",
                "{\"data\":\"",
                "{\"data\":}",
                "{\"data\":1",
                "{} {}",
                "{}x",
                "{\"data\":1}\u0000",
            })
    void whatIsNotOneSoundValueIsRefused(String text) {
        assertThatThrownBy(() -> json.read(text.getBytes(UTF_8))).isInstanceOf(ApiError.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", " [1 , 2] ", "\"x\"", "{\"a\":1,\"a\":2}", "1e99999", "null"})
    void aTextIsJsonIfItIsOneValue(String text) {
        assertThat(json.isJson(text.getBytes(UTF_8))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "x",
                "1 2",
                "[1",
                "\"x",
                "\"\n\"",
                "\"\\x\"",
                "\ufeff1",
                "{\"a\":1}}",
                "01",
                "NaN",
                "1\u0000"
            })
    void everythingElseIsText(String text) {
        assertThat(json.isJson(text.getBytes(UTF_8))).isFalse();
    }

    @Test
    void nestingIsBounded() throws Exception {
        String deep = "[".repeat(100_000);
        assertThatThrownBy(() -> json.read(deep.getBytes(UTF_8))).isInstanceOf(ApiError.class);
        assertThatThrownBy(() -> json.read(("{\"data\":" + deep).getBytes(UTF_8)))
                .isInstanceOf(ApiError.class);
        assertThat(json.isJson(("[".repeat(101) + "]".repeat(101)).getBytes(UTF_8)))
                .isFalse();
        assertThat(json.isJson(("[".repeat(100) + "]".repeat(100)).getBytes(UTF_8)))
                .isTrue();
        assertThat(json.read(("[".repeat(100) + "]".repeat(100)).getBytes(UTF_8)))
                .hasSize(1);
    }
}
