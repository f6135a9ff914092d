package dev.fanfare.gateway.http;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which content codings a client takes (RFC 9110 §12.5.3). Immutable; any thread. */
public final class AcceptEncoding {
    private static final Pattern ELEMENT =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[ \t]*;[ \t]*[qQ]=(0(?:\\.\\d{0,3})?|1(?:\\.0{0,3})?))?");

    private static final int THOUSANDTHS = 1000;

    private final Map<String, Integer> weights;

    private AcceptEncoding(Map<String, Integer> weights) {
        this.weights = weights;
    }

    /** Reads the fields of one request; what is malformed in a list is passed over. */
    public static AcceptEncoding of(List<String> fields) {
        Map<String, Integer> weights = new HashMap<>();
        for (String field : fields) {
            for (String element : field.split(",", -1)) {
                Matcher parts = ELEMENT.matcher(element.trim());
                if (parts.matches()) {
                    String name = parts.group(1).toLowerCase(Locale.ROOT);
                    String q = parts.group(2);
                    weights.put(
                            name.equals("x-gzip") ? "gzip" : name,
                            q == null ? THOUSANDTHS : (int) Math.round(Double.parseDouble(q) * THOUSANDTHS));
                }
            }
        }
        return new AcceptEncoding(weights);
    }

    /** How much the client likes {@code coding}, from 0 (not at all) to 1,000. */
    public int weight(String coding) {
        return weights.getOrDefault(coding, weights.getOrDefault("*", 0));
    }

    /** The same for what is not coded: it is acceptable unless it is ruled out, and liked least unless it is named. */
    public int identityWeight() {
        return weights.getOrDefault("identity", weights.getOrDefault("*", 1));
    }
}
