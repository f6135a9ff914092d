package dev.fanfare.gateway.ticker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TickTest {
    private static final long TS = 1_763_680_000_000L;

    @Test
    void writesExactlyTheDocumentedJson() {
        Quote samsung = new Quote("005930", BigDecimal.valueOf(71_200), new BigDecimal("-0.42"), 1234);
        Quote index = new Quote("SPX", new BigDecimal("1394.46"), new BigDecimal("0.00"), 0);

        assertThat(text(new Tick(1, TS, List.of(samsung, index))))
                .isEqualTo("{\"seq\":1,\"ts\":1763680000000,\"quotes\":["
                        + "{\"symbol\":\"005930\",\"price\":71200,\"change\":-0.42,\"volume\":1234},"
                        + "{\"symbol\":\"SPX\",\"price\":1394.46,\"change\":0.00,\"volume\":0}]}");
    }

    @Test
    void isAboutTwoHundredBytesWithThreeQuotes() {
        Tick tick = new Tick(123_456, TS, new SimulatedTicks(1).next());

        assertThat(tick.toJson()).hasSizeBetween(180, 240);
    }

    @Test
    void escapesEverySymbolSoThatAnyParserReadsItBack() throws IOException {
        String awkward = "a\"b\\c\n\t\u0000\u007f/é삼😀\u2028";

        String json = text(new Tick(1, TS, List.of(new Quote(awkward, BigDecimal.ONE, BigDecimal.ZERO, 1))));

        assertThat(json).matches("[ -~]+");
        assertThat(new ObjectMapper().readTree(json).at("/quotes/0/symbol").textValue())
                .isEqualTo(awkward);
    }

    @Test
    void writesNoExponentWhateverTheScaleOfThePrice() {
        Quote quote = new Quote("X", new BigDecimal("7E+4"), BigDecimal.ZERO, 1);

        assertThat(text(new Tick(1, TS, List.of(quote)))).contains("\"price\":70000,");
    }

    @Test
    void aQuoteReckonsItsChangeInPercentOfTheOpeningPrice() {
        assertThat(Quote.since(BigDecimal.valueOf(71_500), "X", BigDecimal.valueOf(71_200), 1)
                        .change())
                .isEqualTo(new BigDecimal("-0.42"));
    }

    @Test
    void aQuoteWithoutSymbolOrWithNegativeVolumeIsRefused() {
        assertThatThrownBy(() -> new Quote(" ", BigDecimal.ONE, BigDecimal.ZERO, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Quote("X", BigDecimal.ONE, BigDecimal.ZERO, -1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String text(Tick tick) {
        return new String(tick.toJson(), StandardCharsets.UTF_8);
    }
}
