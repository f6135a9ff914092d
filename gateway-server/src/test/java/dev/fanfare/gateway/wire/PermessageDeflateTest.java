package dev.fanfare.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Offers of RFC 7692 §7.1 and what becomes of them. */
class PermessageDeflateTest {
    private static final String ALWAYS = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate",
                "permessage-deflate; client_max_window_bits",
                "permessage-deflate; client_max_window_bits=8",
                "permessage-deflate; client_max_window_bits=\"15\"",
                "permessage-deflate; server_no_context_takeover",
                "permessage-deflate; client_no_context_takeover ;server_no_context_takeover",
                "permessage-deflate\t;\tclient_no_context_takeover",
                "x-webkit-deflate-frame, permessage-deflate",
                "foo; bar=\"baz\"; qux, permessage-deflate",
                ", ,permessage-deflate,"
            })
    void whatLimitsNothingIsAcceptedWithoutContextTakeover(String offers) {
        assertThat(answer(offers)).isEqualTo(ALWAYS);
    }

    @ParameterizedTest
    @CsvSource({"8, 8", "9, 9", "10, 10", "14, 14", "15, 15", "\"12\", 12", "\"\\1\\2\", 12"})
    void theWindowAClientHasIsAnswered(String value, int bits) {
        PermessageDeflate accepted =
                PermessageDeflate.accept(List.of("permessage-deflate; server_max_window_bits=" + value));

        assertThat(accepted).isEqualTo(new PermessageDeflate(bits, true));
        assertThat(answer("permessage-deflate; server_max_window_bits=" + value))
                .isEqualTo(ALWAYS + "; server_max_window_bits=" + bits);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "foo",
                "Permessage-Deflate",
                "permessage-deflate; unknown",
                "permessage-deflate; unknown=1",
                "permessage-deflate; server_max_window_bits",
                "permessage-deflate; server_max_window_bits=7",
                "permessage-deflate; server_max_window_bits=16",
                "permessage-deflate; server_max_window_bits=010",
                "permessage-deflate; server_max_window_bits=08",
                "permessage-deflate; server_max_window_bits=-8",
                "permessage-deflate; server_max_window_bits=1e1",
                "permessage-deflate; client_max_window_bits=7",
                "permessage-deflate; client_max_window_bits=16",
                "permessage-deflate; client_max_window_bits=x",
                "permessage-deflate; server_no_context_takeover=1",
                "permessage-deflate; client_no_context_takeover=true",
                "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
                "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
                "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10"
            })
    void anOfferThatIsNotUnderstoodIsDeclined(String offers) {
        assertThat(PermessageDeflate.accept(List.of(offers))).isNull();
    }

    @Test
    void theFirstOfferThatCanBeHadIsTaken() {
        String offers =
                "permessage-deflate; unknown, permessage-deflate; server_max_window_bits=10, permessage-deflate";

        assertThat(answer(offers)).isEqualTo(ALWAYS + "; server_max_window_bits=10");
    }

    @Test
    void offersMayStandInSeveralFields() {
        assertThat(PermessageDeflate.accept(List.of("permessage-deflate; unknown", "permessage-deflate")))
                .isEqualTo(new PermessageDeflate(15, false));
        assertThat(PermessageDeflate.accept(List.of())).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate;",
                "permessage-deflate; =1",
                "permessage-deflate; a=",
                "permessage-deflate; a=\"",
                "permessage-deflate; a=\"1",
                "permessage-deflate; a=\"\"",
                "permessage-deflate; a=\"1 2\"",
                "permessage-deflate; a=\"1\\",
                "permessage-deflate foo",
                "permessage-deflate; a=b=c",
                "(comment)",
                "permessage-deflate, @",
                "permessage-deflate; server_max_window_bits=10 11"
            })
    void whatIsNoListOfExtensionsFailsTheHandshake(String field) {
        assertThatThrownBy(() -> PermessageDeflate.accept(List.of(field)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("malformed");
    }

    @Test
    void aGoodOfferDoesNotExcuseAMalformedOneBehindIt() {
        assertThatThrownBy(() -> PermessageDeflate.accept(List.of("permessage-deflate", "foo;")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String answer(String field) {
        return Objects.requireNonNull(PermessageDeflate.accept(List.of(field)), field)
                .answer();
    }
}
