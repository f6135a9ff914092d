package dev.fanfare.gateway.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {
    private final Cursor.Writer writer = new Cursor.Writer();

    @Test
    void whatWasWrittenIsRead() {
        Random random = new Random(1);
        for (int round = 0; round < 1_000; round++) {
            writer.reset();
            List<String> channels = new ArrayList<>();
            List<StreamPosition> positions = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(12); i++) {
                String channel = "ns" + i + ":room-" + random.nextInt(1_000_000);
                StreamPosition position =
                        new StreamPosition(random.nextLong() >>> random.nextInt(4, 64), "Ep" + random.nextInt(2));
                channels.add(channel);
                positions.add(position);
                writer.add(Cursor.mark(channel), position.epoch(), position.offset());
            }
            Cursor read = read();
            for (int i = 0; i < channels.size(); i++) {
                int mark = Cursor.mark(channels.get(i));
                boolean alone = channels.stream()
                                .filter(other -> Cursor.mark(other) == mark)
                                .count()
                        == 1;
                assertThat(read.of(List.of(channels.get(i))).get(channels.get(i)))
                        .isEqualTo(alone ? positions.get(i) : StreamPosition.UNKNOWN);
            }
        }
    }

    @Test
    void tenChannelsTakeAtMost128CharactersThatNeedNoPreflight() {
        for (int i = 0; i < 10; i++) {
            writer.add(Cursor.mark("stocks:00593" + i), "Xy12Zz", (1L << 42) - 1 - i);
        }

        assertThat(writer.toString()).hasSizeLessThanOrEqualTo(128).matches("[A-Za-z0-9_.:-]+");
    }

    @Test
    void aChannelTheCursorDoesNotNameHasNoPosition() {
        writer.add(Cursor.mark("a"), "e", 7);

        assertThat(read().of(List.of("b")).get("b")).isNull();
    }

    @Test
    void nobodyKnowsThePositionOfTwoChannelsThatShareAMark() {
        writer.add(Cursor.mark("a"), "e", 7).add(Cursor.mark("a"), "e", 9);

        assertThat(read().of(List.of("a")).get("a")).isEqualTo(StreamPosition.UNKNOWN);
        assertThat(read().of(List.of("a", "b"))).isEqualTo(Map.of("a", StreamPosition.UNKNOWN));
    }

    @Test
    void aPositionThatTwoChannelsCouldHaveIsNobodys() {
        List<String> twins = twins();
        writer.add(Cursor.mark(twins.get(0)), "e", 7).add(Cursor.mark("another"), "e", 3);

        assertThat(read().of(List.of(twins.get(0), twins.get(1), "another", "new")))
                .isEqualTo(Map.of(
                        twins.get(0),
                        StreamPosition.UNKNOWN,
                        twins.get(1),
                        StreamPosition.UNKNOWN,
                        "another",
                        new StreamPosition(3, "e")));
        assertThat(read().of(List.of(twins.get(0)))).isEqualTo(Map.of(twins.get(0), new StreamPosition(7, "e")));
    }

    @Test
    void oneThatWouldBeTooLongIsNoCursorSoThatAGapIsTold() {
        for (int i = 0; i < 10_000; i++) {
            writer.add(Cursor.mark("c" + i), "epoch1", i);
            assertThat(writer.length()).isLessThanOrEqualTo(8_192);
        }

        assertThat(Cursor.parse(writer.toString())).isNull();
        assertThat(writer.toString()).isNotEmpty();
        assertThat(writer.reset().add(Cursor.mark("a"), "e", 7).toString()).isNotEqualTo("-");
        assertThat(read().of(List.of("a")).get("a")).isEqualTo(new StreamPosition(7, "e"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5",
                "abc",
                "e.",
                "e.abc",
                ".abc1",
                "e.abc1:",
                "e.ab c1",
                "e.abc1,e.abc2",
                "e.abc12345678901",
                "e.äbc1",
                "-",
                "\"},\"x\":{\".abc1",
                "e\u0000.abc1",
                "é.abc1",
                "a b.abc1",
                "e<script>.abc1",
                "12345678901234567.abc1"
            })
    void whatIsNoCursorIsNone(String text) {
        assertThat(Cursor.parse(text)).isNull();
    }

    @Test
    void anEndlessOneIsNone() {
        assertThat(Cursor.parse("e" + ".abc1".repeat(2_000))).isNull();
    }

    /** Two names with one mark. */
    private static List<String> twins() {
        Map<Integer, String> names = new HashMap<>();
        for (int i = 0; ; i++) {
            String before = names.put(Cursor.mark("room:" + i), "room:" + i);
            if (before != null) {
                return List.of(before, "room:" + i);
            }
        }
    }

    private Cursor read() {
        return Objects.requireNonNull(Cursor.parse(writer.toString()));
    }
}
