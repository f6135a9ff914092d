package dev.fanfare.load.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.load.wire.SharedTicks.Verdict;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedTicksTest {
    private static Verdict check(SharedTicks ticks, String payload) {
        byte[] bytes = Bytes.utf8("##" + payload + "##");
        return ticks.check(bytes, 2, bytes.length - 2);
    }

    @Test
    void aTickIsReadWhateverElseItHolds() {
        SharedTicks ticks = new SharedTicks(true);
        String tick =
                " {\"quotes\":[{\"symbol\":\"\\u00e9\\n\",\"price\":-1.5e+3,\"x\":[null,true,false,{}]}], \"seq\" : 7,\"ts\":1763680000000 } ";
        assertThat(check(ticks, tick)).isEqualTo(Verdict.GOOD);
        assertThat(ticks.seq()).isEqualTo(7);
        assertThat(ticks.ts()).isEqualTo(1_763_680_000_000L);
    }

    @Test
    void otherBytesUnderTheSameNumberAreDifferent() {
        SharedTicks ticks = new SharedTicks(true);
        assertThat(check(ticks, "{\"seq\":1,\"ts\":10}")).isEqualTo(Verdict.GOOD);
        assertThat(check(ticks, "{\"seq\":2,\"ts\":20}")).isEqualTo(Verdict.GOOD);
        assertThat(check(ticks, "{\"seq\":1,\"ts\":11}")).isEqualTo(Verdict.DIFFERENT);
        assertThat(check(ticks, "{\"seq\":1,\"ts\":10}")).isEqualTo(Verdict.GOOD);
        assertThat(ticks.seq()).isEqualTo(1);
        assertThat(ticks.highest()).isEqualTo(2);
    }

    @Test
    void otherBytesUnderTheSameNumberAreGoodWhenNothingIsCompared() {
        SharedTicks ticks = new SharedTicks(false);
        assertThat(check(ticks, "{\"seq\":1,\"ts\":10}")).isEqualTo(Verdict.GOOD);
        assertThat(check(ticks, "{\"seq\":1,\"ts\":11}")).isEqualTo(Verdict.GOOD);
        assertThat(ticks.ts()).isEqualTo(11);
    }

    @Test
    void aRestartedServerMayUseTheNumbersAgain() {
        SharedTicks ticks = new SharedTicks(true);
        check(ticks, "{\"seq\":1,\"ts\":10}");
        ticks.forget();
        assertThat(check(ticks, "{\"seq\":1,\"ts\":99}")).isEqualTo(Verdict.GOOD);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "[]",
                "{",
                "{}",
                "{\"seq\":1}",
                "{\"ts\":1}",
                "{\"seq\":1.5,\"ts\":1}",
                "{\"seq\":-1,\"ts\":1}",
                "{\"seq\":\"1\",\"ts\":1}",
                "{\"seq\":1,\"seq\":1,\"ts\":1}",
                "{\"seq\":1,\"ts\":1}}",
                "{\"seq\":1,\"ts\":1,}",
                "{\"seq\":1,\"ts\":1,\"a\":01}",
                "{\"seq\":1,\"ts\":1,\"a\":1.}",
                "{\"seq\":1,\"ts\":1,\"a\":1e}",
                "{\"seq\":1,\"ts\":1,\"a\":tru}",
                "{\"seq\":1,\"ts\":1,\"a\":[1,]}",
                "{\"seq\":1,\"ts\":1,\"a\":\"\\x\"}",
                "{\"seq\":1,\"ts\":1,\"a\":\"\\u12g4\"}",
                "{\"seq\":1,\"ts\":1,\"a\":\"\t\"}",
                "{\"seq\":1,\"ts\":1,\"a\":\"",
                "{\"seq\":1,\"ts\":1,\"a\" 1}",
                "{\"seq\":1234567890123456789,\"ts\":1}",
                "{\"seq\":1,\"ts\":1,\"a\":{\"b\":}}"
            })
    void whatIsNotATickIsMalformed(String payload) {
        assertThat(check(new SharedTicks(true), payload)).isEqualTo(Verdict.MALFORMED);
    }

    @Test
    void aNewSeriesIsForgottenOnlyByTheFirstWhoFindsOut() {
        SharedTicks ticks = new SharedTicks(true);
        check(ticks, "{\"seq\":100,\"ts\":1000}");
        check(ticks, "{\"seq\":1,\"ts\":2000}");
        ticks.restart();
        assertThat(ticks.highest()).isEqualTo(1);
        check(ticks, "{\"seq\":2,\"ts\":2100}");
        check(ticks, "{\"seq\":1,\"ts\":2000}");
        ticks.restart();
        assertThat(ticks.highest()).isEqualTo(2);
        assertThat(check(ticks, "{\"seq\":1,\"ts\":2001}")).isEqualTo(Verdict.DIFFERENT);
        assertThat(ticks.refusedTs()).isEqualTo(2001);
    }

    @Test
    void deepNestingIsMalformedAndDoesNotExhaustTheStack() {
        String deep = "{\"seq\":1,\"ts\":1,\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertThat(check(new SharedTicks(true), deep)).isEqualTo(Verdict.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80",
                "c3",
                "c0 80",
                "e0 80 80",
                "ed a0 80",
                "f4 90 80 80",
                "f0 80 80 80",
                "ff",
                "e2 82",
                "e2 28 a1"
            })
    void whatIsNotUtf8IsTold(String hex) {
        byte[] bytes = Bytes.join(
                Bytes.utf8("{\"seq\":1,\"ts\":1,\"a\":\""),
                HexFormat.ofDelimiter(" ").parseHex(hex),
                Bytes.utf8("\"}"));
        assertThat(new SharedTicks(true).check(bytes, 0, bytes.length)).isEqualTo(Verdict.NOT_UTF8);
    }

    @Test
    void everyPlaneOfUnicodeIsUtf8() {
        assertThat(check(new SharedTicks(true), "{\"seq\":1,\"ts\":1,\"a\":\"é€\ud83d\ude00\ud7ff\"}"))
                .isEqualTo(Verdict.GOOD);
    }
}
