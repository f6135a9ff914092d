package dev.fanfare.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
    @ParameterizedTest
    @CsvSource({"kitten,sitting,3", "'',abc,3", "abc,'',3", "abc,abc,0", "flaw,lawn,2", "ab,ba,2"})
    void theDistanceIsLevenshteinsAndTheSameBothWays(String a, String b, int distance) {
        assertThat(Nearest.distance(a, b)).isEqualTo(distance);
        assertThat(Nearest.distance(b, a)).isEqualTo(distance);
    }

    @Test
    void theNearestNameIsNamed() {
        assertThat(Nearest.hint("pong-timeout", List.of("ping-interval", "websocket.pong-timeout", "pong-timeuot")))
                .isEqualTo("; did you mean pong-timeuot?");
    }

    @Test
    void aNameTooFarAwayOrNoNameAtAllGivesNoHint() {
        assertThat(Nearest.hint("abc", List.of("xyz"))).isEmpty();
        assertThat(Nearest.hint("abc", List.of())).isEmpty();
    }
}
