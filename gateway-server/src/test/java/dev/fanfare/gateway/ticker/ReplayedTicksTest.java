package dev.fanfare.gateway.ticker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplayedTicksTest {
    @TempDir
    Path folder;

    @Test
    void theShippedDataSetStartsInJanuary2000AndHas123Months() {
        ReplayedTicks ticks = ReplayedTicks.shipped("SPX");

        assertThat(ticks.describe()).isEqualTo("replay of sp500.csv: 123 ticks of SPX, then again from the start");
        assertThat(ticks.next())
                .containsExactly(new Quote("SPX", new BigDecimal("1394.46"), new BigDecimal("0.00"), 0));
        assertThat(ticks.next())
                .containsExactly(new Quote("SPX", new BigDecimal("1366.42"), new BigDecimal("-2.01"), 0));
        assertThat(ticks.skippedLines()).isZero();
    }

    @Test
    void startsAgainFromTheTopAfterTheLastRow() {
        ReplayedTicks ticks = replay("date,price\nd1,10\nd2,11\n");

        assertThat(List.of(price(ticks), price(ticks), price(ticks), price(ticks)))
                .containsExactly("10.00", "11.00", "10.00", "11.00");
    }

    @Test
    void rowsOfOneDateWithDifferentSymbolsMakeOneTick() {
        ReplayedTicks ticks = replay("symbol,date,volume,close\nA,d1,5,10\nB,d1,6,20\nA,d2,7,11\nA,d2,8,12\n");

        assertThat(ticks.next())
                .containsExactly(
                        new Quote("A", new BigDecimal("10.00"), new BigDecimal("0.00"), 5),
                        new Quote("B", new BigDecimal("20.00"), new BigDecimal("0.00"), 6));
        assertThat(ticks.next()).containsExactly(new Quote("A", new BigDecimal("11.00"), new BigDecimal("10.00"), 7));
        assertThat(ticks.next()).containsExactly(new Quote("A", new BigDecimal("12.00"), new BigDecimal("20.00"), 8));
        assertThat(ticks.describe()).contains("3 ticks of 2 symbols");
    }

    @Test
    void readsWhatSpreadsheetsWrite() {
        ReplayedTicks ticks = replay(
                "\ufeff\"Date\",\"Open\",\"Close\"\r\n\"Jan 2, 2024\",\"1\",\"4742.829\"\r\n\r\n\"say \"\"x\"\"\",1,2\r\n");

        assertThat(List.of(price(ticks), price(ticks))).containsExactly("4742.83", "2.00");
        assertThat(ticks.skippedLines()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "d1;x|price is 'x'; allowed is a number from 0.01",
                "d1;-5|price is '-5'; allowed",
                "d1;0.001|price is '0.001'; allowed",
                "d1;1e999999999|price is '1e999999999'; allowed",
                "d1;NaN|price is 'NaN'; allowed",
                "d1;|price is ''; allowed",
                "d1|1 fields where the header names 2",
                "d1;2;3|3 fields where the header names 2",
                ";2|date is ''; allowed are 1 to 40 characters",
                "\"d1;2|a quote (\") is opened and not closed"
            })
    void aMalformedLineIsNamedWithItsNumberAndWhatIsAllowed(String line, String reason) {
        String text = "date,price\nd0,1\n" + line.replace(';', ',') + "\n";

        assertThatThrownBy(() -> ReplayedTicks.fromFile(file(text), "X", OnBadLine.FAIL))
                .isInstanceOf(TickDataException.class)
                .hasMessageContaining("prices.csv line 3: " + reason);
        ReplayedTicks skipping = ReplayedTicks.fromFile(file(text), "X", OnBadLine.SKIP);
        assertThat(skipping.skippedLines()).isEqualTo(1);
        assertThat(skipping.problems()).singleElement().asString().contains("line 3: " + reason);
    }

    @Test
    void aBadVolumeOrSymbolIsNamedToo() {
        ReplayedTicks ticks = ReplayedTicks.fromFile(
                file("date,price,symbol,volume\nd,1,A,1\nd,1,B,-1\nd,1,,1\n"), "X", OnBadLine.SKIP);

        assertThat(ticks.problems().get(0)).contains("line 3: volume is '-1'; allowed is a whole number");
        assertThat(ticks.problems().get(1)).contains("line 4: symbol is ''; allowed are 1 to 40 characters");
    }

    @Test
    void onlyTheFirstExplanationsAreKeptButEverySkippedLineIsCounted() {
        ReplayedTicks ticks =
                ReplayedTicks.fromFile(file("date,price\nd,1\n" + "bad\n".repeat(50)), "X", OnBadLine.SKIP);

        assertThat(ticks.skippedLines()).isEqualTo(50);
        assertThat(ticks.problems()).hasSize(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|is empty; needed are a header line and at least one row",
                "date,price\\n|holds no usable row",
                "date,price\\nd,x\\n|holds no usable row, at least one is needed; the first problem: ",
                "day,price\\nd,1\\n|line 1: the header must name the columns 'date' and 'price' (or 'close')",
                "Jan 1 2000,1394.46\\n|it names 'jan 1 2000,1394.46'"
            })
    void aFileWithoutAnythingUsableIsFatalEvenWhenSkipping(String text, String reason) {
        Path file = file(text.replace("\\n", "\n"));

        assertThatThrownBy(() -> ReplayedTicks.fromFile(file, "X", OnBadLine.SKIP))
                .isInstanceOf(TickDataException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aMissingFileAFolderAndABinaryFileAreRefusedInASentence() throws IOException {
        Path binary = Files.write(folder.resolve("binary.csv"), new byte[] {'d', (byte) 0xff, '\n'});

        assertThatThrownBy(() -> ReplayedTicks.fromFile(folder.resolve("none.csv"), "X", OnBadLine.SKIP))
                .isInstanceOf(TickDataException.class)
                .hasMessageEndingWith("none.csv is no file, or this user may not see it");
        assertThatThrownBy(() -> ReplayedTicks.fromFile(folder, "X", OnBadLine.SKIP))
                .isInstanceOf(TickDataException.class);
        assertThatThrownBy(() -> ReplayedTicks.fromFile(binary, "X", OnBadLine.SKIP))
                .isInstanceOf(TickDataException.class)
                .hasMessageEndingWith("binary.csv is not UTF-8 text");
    }

    @Test
    void aFileOfTooManyBytesIsRefusedBeforeItIsRead() throws IOException {
        Path huge = folder.resolve("huge.csv");
        try (RandomAccessFile sparse = new RandomAccessFile(huge.toFile(), "rw")) {
            sparse.setLength((128L << 20) + 1);
        }

        assertThatThrownBy(() -> ReplayedTicks.fromFile(huge, "X", OnBadLine.SKIP))
                .isInstanceOf(TickDataException.class)
                .hasMessageContaining("allowed are at most 134,217,728");
    }

    @Test
    void aMillionRowsAreReadAndOneMoreIsRefused() throws IOException {
        Path file = folder.resolve("long.csv");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("date,price\n");
            for (int i = 0; i < PriceFile.MAX_ROWS; i++) {
                out.write("d,1\n");
            }
        }
        assertThat(ReplayedTicks.fromFile(file, "X", OnBadLine.FAIL).describe()).contains("1000000 ticks");

        Files.writeString(file, Files.readString(file) + "d,1\n");
        assertThatThrownBy(() -> ReplayedTicks.fromFile(file, "X", OnBadLine.SKIP))
                .isInstanceOf(TickDataException.class)
                .hasMessageContaining("line 1000002: more than 1,000,000 rows");
    }

    private ReplayedTicks replay(String text) {
        return ReplayedTicks.fromFile(file(text), "X", OnBadLine.FAIL);
    }

    private Path file(String text) {
        try {
            return Files.writeString(folder.resolve("prices.csv"), text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String price(ReplayedTicks ticks) {
        return ticks.next().get(0).price().toPlainString();
    }
}
