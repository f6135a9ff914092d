package dev.fanfare.gateway.ticker;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What the header of a price file says: which field of a line is which. Immutable. */
final class PriceColumns {
    private static final int LONGEST_WORD = 40;
    /** Bounded digits: BigDecimal would take 1e999999999 and spend the whole heap on rounding it. */
    private static final Pattern PRICE = Pattern.compile("\\d{1,12}(\\.\\d{1,12})?");

    private static final Pattern VOLUME = Pattern.compile("\\d{1,15}");
    private static final int ABSENT = -1;

    private final int count;
    private final int date;
    private final int price;
    private final int symbol;
    private final int volume;
    private final String defaultSymbol;

    /** One understood line. {@code cents} is the price in hundredths. */
    record Row(String date, String symbol, long cents, long volume) {}

    /** @throws TickDataException with the bare reason when a column is missing */
    PriceColumns(String header, String defaultSymbol) {
        List<String> names = CsvLine.split(header.toLowerCase(Locale.ROOT));
        this.count = names.size();
        this.date = names.indexOf("date");
        this.price = names.contains("price") ? names.indexOf("price") : names.indexOf("close");
        this.symbol = names.indexOf("symbol");
        this.volume = names.indexOf("volume");
        this.defaultSymbol = defaultSymbol;
        if (date == ABSENT || price == ABSENT) {
            throw new TickDataException("the header must name the columns 'date' and 'price' (or 'close'), "
                    + "and may name 'symbol' and 'volume'; it names " + shown(String.join(",", names)));
        }
    }

    /** @throws TickDataException with the bare reason when the line breaks a rule */
    Row read(String line) {
        List<String> fields = CsvLine.split(line);
        if (fields.size() != count) {
            throw new TickDataException("%d fields where the header names %d".formatted(fields.size(), count));
        }
        String code = symbol == ABSENT ? defaultSymbol : word("symbol", fields.get(symbol));
        long traded = volume == ABSENT ? 0 : volume(fields.get(volume));
        return new Row(word("date", fields.get(date)), code, cents(fields.get(price)), traded);
    }

    private static String word(String column, String text) {
        if (text.isEmpty() || text.length() > LONGEST_WORD) {
            throw new TickDataException(
                    "%s is %s; allowed are 1 to %d characters".formatted(column, shown(text), LONGEST_WORD));
        }
        return text;
    }

    private static long cents(String text) {
        if (PRICE.matcher(text).matches()) {
            BigDecimal rounded = new BigDecimal(text).setScale(2, RoundingMode.HALF_UP);
            if (rounded.signum() > 0) {
                return rounded.unscaledValue().longValueExact();
            }
        }
        throw new TickDataException(
                "price is " + shown(text) + "; allowed is a number from 0.01 to 999999999999 such as 1394.46");
    }

    private static long volume(String text) {
        if (VOLUME.matcher(text).matches()) {
            return Long.parseLong(text);
        }
        throw new TickDataException(
                "volume is " + shown(text) + "; allowed is a whole number from 0 to 999999999999999");
    }

    private static String shown(String text) {
        return text.length() <= LONGEST_WORD ? "'" + text + "'" : "'" + text.substring(0, LONGEST_WORD) + "…'";
    }
}
