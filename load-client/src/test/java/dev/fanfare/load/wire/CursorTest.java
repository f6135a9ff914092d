package dev.fanfare.load.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.load.Cursors;
import dev.fanfare.load.wire.Cursor.Position;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {
    private static Position in(String cursor, String channel) {
        return Objects.requireNonNull(
                Objects.requireNonNull(Cursor.parse(cursor)).of(channel));
    }

    /** FNV-1a of "a" is e40c292c; folded to 18 bits that is 102f: the digits 1, 0 and 47. */
    @Test
    void aCursorIsWrittenAsTheGatewayReadsIt() {
        StringBuilder cursor = new StringBuilder();
        Cursors.append(cursor, "a", new Position("E1", 64), "");
        Cursors.append(cursor, "b", new Position("E1", 0), "E1");
        Cursors.append(cursor, "c", new Position("E2", 63), "E1");
        assertThat(cursor.toString()).startsWith("E1.10l10.").contains(":E2.").endsWith("_");
        assertThat(in(cursor.toString(), "a")).isEqualTo(new Position("E1", 64));
        assertThat(in(cursor.toString(), "b")).isEqualTo(new Position("E1", 0));
        assertThat(in(cursor.toString(), "c")).isEqualTo(new Position("E2", 63));
        assertThat(Objects.requireNonNull(Cursor.parse(cursor.toString())).of("d"))
                .isNull();
    }

    @Test
    void twoEntriesThatLookAlikeSayNothingSure() {
        assertThat(in("E1.10l1.10l2", "a").sure()).isFalse();
        assertThat(in("E1.10l1", "a").sure()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "7", "E1", "E1.", "E1.10", "E1.10l", "E1.10l!", ".10l1", "E1.10l12345678901", "E1.10l1:"})
    void whatIsNoCursorIsNotRead(String text) {
        assertThat(Cursor.parse(text)).isNull();
    }
}
