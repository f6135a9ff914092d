package dev.fanfare.gateway.ticker;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One tick: what every connection receives. Immutable; any thread.
 *
 * @param seq rises by one with every tick, so that a client sees a gap
 * @param ts when the tick was made, milliseconds since the epoch
 * @param quotes one per symbol, in the source's order
 */
public record Tick(long seq, long ts, List<Quote> quotes) {
    private static final int FIRST_PRINTABLE = 0x20;
    private static final int LAST_PRINTABLE = 0x7e;
    private static final int TYPICAL_LENGTH = 256;

    public Tick {
        quotes = List.copyOf(quotes);
    }

    /**
     * The payload of this tick as JSON, the same bytes on every transport. Pure ASCII on one line: it is valid UTF-8 wherever
     * it is cut, and holds no line break that SSE would have to split.
     */
    public byte[] toJson() {
        StringBuilder json = new StringBuilder(TYPICAL_LENGTH);
        json.append("{\"seq\":").append(seq).append(",\"ts\":").append(ts).append(",\"quotes\":[");
        String comma = "";
        for (Quote quote : quotes) {
            json.append(comma);
            append(json, quote);
            comma = ",";
        }
        return json.append("]}").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void append(StringBuilder json, Quote quote) {
        json.append("{\"symbol\":\"");
        appendEscaped(json, quote.symbol());
        // toPlainString: toString would write 1E+5 for some scales, which is JSON but surprises people.
        json.append("\",\"price\":").append(quote.price().toPlainString());
        json.append(",\"change\":").append(quote.change().toPlainString());
        json.append(",\"volume\":").append(quote.volume()).append('}');
    }

    /** Escapes by UTF-16 unit, so that even an unpaired surrogate from a damaged file becomes valid JSON. */
    private static void appendEscaped(StringBuilder json, String text) {
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit == '"' || unit == '\\') {
                json.append('\\').append(unit);
            } else if (unit >= FIRST_PRINTABLE && unit <= LAST_PRINTABLE) {
                json.append(unit);
            } else {
                json.append("\\u");
                for (int shift = 12; shift >= 0; shift -= 4) {
                    json.append(Character.forDigit((unit >> shift) & 0xf, 16));
                }
            }
        }
    }
}
