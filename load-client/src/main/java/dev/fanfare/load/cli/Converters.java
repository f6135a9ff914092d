package dev.fanfare.load.cli;

import dev.fanfare.load.connect.ChannelPlan;
import dev.fanfare.load.connect.Target;
import dev.fanfare.load.connect.TlsPlan;
import dev.fanfare.load.report.FailCondition;
import dev.fanfare.load.report.TimeText;
import dev.fanfare.load.scenario.Scenario;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Option values as people write them. Each error names the value and what is allowed; picocli adds the option. */
final class Converters {
    private Converters() {}

    /** A span of time: milliseconds. */
    static final class Millis implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            try {
                long millis = Math.round(TimeText.parseMillis(value));
                if (millis > 0) {
                    return millis;
                }
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
            throw new TypeConversionException("'" + value + "' is not longer than 0");
        }
    }

    /** A rate: {@code 2000/s} or {@code 2000}, per second. */
    static final class Rate implements ITypeConverter<Double> {
        private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)(?:/s)?");

        @Override
        public Double convert(String value) {
            Matcher form = FORM.matcher(value);
            double rate = form.matches() ? Double.parseDouble(form.group(1)) : 0;
            if (rate <= 0) {
                throw new TypeConversionException(
                        "'" + value + "' is not a rate; allowed is a number above 0 per second: 2000/s");
            }
            return rate;
        }
    }

    /** A share: 0 to 1. */
    static final class Share implements ITypeConverter<Double> {
        @Override
        public Double convert(String value) {
            try {
                double share = Double.parseDouble(value);
                if (share >= 0 && share <= 1) {
                    return share;
                }
            } catch (NumberFormatException e) {
                // falls through to the one message for all wrong values
            }
            throw new TypeConversionException("'" + value + "' is not a share; allowed is 0 to 1, such as 0.5");
        }
    }

    /** A whole number above 0. */
    static final class Positive implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            try {
                int number = Integer.parseInt(value);
                if (number > 0) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // falls through to the one message for all wrong values
            }
            throw new TypeConversionException("'" + value + "' is not a whole number above 0");
        }
    }

    /** A whole number from 0. */
    static final class NotNegative implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            if (value.matches("\\d{1,9}")) {
                return Integer.valueOf(value);
            }
            throw new TypeConversionException("'" + value + "' is not a whole number from 0");
        }
    }

    /** The length of a publication's data. */
    static final class Payload implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            int bytes = value.matches("\\d{1,9}") ? Integer.parseInt(value) : -1;
            if (bytes < ChannelPlan.SHORTEST || bytes > ChannelPlan.LONGEST) {
                throw new TypeConversionException("'" + value + "' is not a number of bytes from "
                        + ChannelPlan.SHORTEST + " to " + ChannelPlan.LONGEST);
            }
            return bytes;
        }
    }

    /** What a channel's name begins with: characters that need no escape in a URL or in JSON. */
    static final class ChannelPrefix implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            if (value.matches("[A-Za-z0-9_.:-]{1,100}")) {
                return value;
            }
            throw new TypeConversionException(
                    "'" + value + "' is not the beginning of a channel name; allowed are letters, digits and _.:-");
        }
    }

    /** How connections are cut off. */
    static final class Drop implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            if (value.equals("reset") || value.equals("close")) {
                return value;
            }
            throw new TypeConversionException("'" + value + "' is neither reset nor close");
        }
    }

    /** A scenario by its name. */
    static final class OneScenario implements ITypeConverter<Scenario> {
        @Override
        public Scenario convert(String value) {
            for (Scenario scenario : Scenario.values()) {
                if (scenario.label().equals(value)) {
                    return scenario;
                }
            }
            throw new TypeConversionException(
                    "'" + value + "' is not a scenario; allowed are " + ChannelOptions.names());
        }
    }

    /** Worker processes: a number, or 0 for {@code auto}. */
    static final class Workers implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            try {
                return value.equals("auto") ? Integer.valueOf(0) : new Positive().convert(value);
            } catch (TypeConversionException e) {
                throw new TypeConversionException("'" + value + "' is neither auto nor a whole number above 0");
            }
        }
    }

    /** A path of a URL. */
    static final class UrlPath implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            if (value.matches("/[\\x21-\\x7e]*")) {
                return value;
            }
            throw new TypeConversionException(
                    "'" + value + "' is not a path; allowed are printable ASCII characters after a /, such as /sse");
        }
    }

    /** A request header line. */
    static final class Header implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            if (value.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\\x00-\\x08\\x0a-\\x1f\\x7f]*")) {
                return value;
            }
            throw new TypeConversionException("'" + value + "' is not a header; allowed is 'Name: value' on one line");
        }
    }

    /** The server: checked, and kept as it was written. */
    static final class Url implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            try {
                Target.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
            return value;
        }
    }

    /** Bearer tokens: one, or a file with one per line. No error shows any. */
    static final class Tokens implements ITypeConverter<List<String>> {
        private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

        @Override
        public List<String> convert(String value) {
            List<String> tokens = value.startsWith("@") ? read(value.substring(1)) : List.of(value);
            for (int i = 0; i < tokens.size(); i++) {
                if (!FORM.matcher(tokens.get(i)).matches()) {
                    throw new TypeConversionException("token " + (i + 1) + " of " + tokens.size()
                            + " is not one; allowed are letters, digits and ._~+/- and then = (RFC 6750)");
                }
            }
            return tokens;
        }

        private static List<String> read(String file) {
            try (Stream<String> lines = Files.lines(Path.of(file))) {
                List<String> tokens =
                        lines.map(String::strip).filter(line -> !line.isEmpty()).toList();
                if (tokens.isEmpty()) {
                    throw new TypeConversionException("'" + file + "' has no token");
                }
                return tokens;
            } catch (IOException | UncheckedIOException e) {
                throw new TypeConversionException("'" + file + "' cannot be read: " + e.getMessage());
            }
        }
    }

    /** A file of certificates: read once to see that it is one, and kept as it was written. */
    static final class Certificates implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            try {
                TlsPlan.certificates(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
            return value;
        }
    }

    /** Conditions under which the run counts as failed. */
    static final class Conditions implements ITypeConverter<List<FailCondition>> {
        @Override
        public List<FailCondition> convert(String value) {
            try {
                return FailCondition.parseAll(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
