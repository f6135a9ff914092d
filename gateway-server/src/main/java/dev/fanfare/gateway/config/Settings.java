package dev.fanfare.gateway.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where every configuration record reads its keys: command line over environment over file over default.
 *
 * <p>A read never throws. What is wrong is remembered and the default returned, so that {@link #verify()} can report all
 * problems at once. Reading a key also documents it: {@link #documented()} is the reference table of all keys read.
 * Used by one thread.
 */
public final class Settings {
    /** What fits into a request header as it is. */
    private static final String SECRET = "printable ASCII without spaces";

    private static final String NO_PORT = "off";

    private final Map<String, Given> file;
    private final Map<String, String> environment;
    private final Map<String, Given> flags;
    private final Map<String, Setting> documented = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    /**
     * @param file values of the YAML file by dotted key
     * @param environment the process environment; only names that begin with {@code FANFARE_} are looked at
     * @param flags values of the command line by dotted key
     */
    public Settings(Map<String, Given> file, Map<String, String> environment, Map<String, Given> flags) {
        this.file = file;
        this.environment = environment;
        this.flags = flags;
    }

    /**
     * The names that stand behind {@code group} in keys: {@code chat} in {@code namespaces.chat.presence}. A variable may name one, too:
     * {@code FANFARE_NAMESPACES_CHAT_PRESENCE}. It stands for a name of file and command line that is written so in a variable, else for
     * the name in lower case. What may follow a name is known from a member of the group that was read before.
     */
    public Set<String> names(String group) {
        return names(group, Set.of());
    }

    /**
     * As {@link #names(String)}, for a group of which nothing was read before.
     *
     * @param following what may follow a name, for example {@code issuer} and {@code public-key}
     */
    public Set<String> names(String group, Set<String> following) {
        String prefix = group + ".";
        Set<String> names = Stream.of(file.keySet(), flags.keySet(), documented.keySet())
                .flatMap(Set::stream)
                .filter(key -> key.startsWith(prefix) && key.indexOf('.', prefix.length()) > 0)
                .map(key -> key.substring(prefix.length(), key.indexOf('.', prefix.length())))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> known = names.stream()
                .map(name -> Setting.environmentName(prefix + name))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> members = Stream.concat(
                        following.stream(),
                        documented.keySet().stream()
                                .filter(key -> key.startsWith(prefix))
                                .map(key -> key.substring(key.lastIndexOf('.') + 1)))
                .map(member -> Setting.environmentName(member).substring("FANFARE".length()))
                .collect(Collectors.toCollection(TreeSet::new));
        String begin = Setting.environmentName(prefix);
        for (String variable : environment.keySet()) {
            members.stream()
                    .filter(member -> variable.startsWith(begin)
                            && variable.endsWith(member)
                            && variable.length() > begin.length() + member.length())
                    .map(member -> variable.substring(0, variable.length() - member.length()))
                    .filter(named -> !known.contains(named))
                    .forEach(named -> names.add(named.substring(begin.length()).toLowerCase(Locale.ROOT)));
        }
        return names;
    }

    public String text(String key, String standard, String meaning) {
        return read(Setting.of(key, standard, "text", meaning), text -> {
            if (text.isEmpty()) {
                throw new IllegalArgumentException("text that is not empty");
            }
            return text;
        });
    }

    /** A text, empty when the key is not given. */
    public String optional(String key, String meaning) {
        return read(Setting.of(key, "", "text", meaning), Function.identity());
    }

    /**
     * Several values, separated by commas; none when the key is not given.
     *
     * @param allowed what one of them may be, in words
     * @param each reads one; it throws {@link IllegalArgumentException} with what is allowed
     */
    public <T> List<T> list(String key, String allowed, Function<String, T> each, String meaning) {
        return read(
                Setting.of(key, "", allowed + "; several with commas", meaning),
                text -> Stream.of(text.split(",", -1))
                        .map(String::trim)
                        .filter(item -> !text.isEmpty())
                        .map(item -> {
                            if (item.isEmpty()) {
                                throw new IllegalArgumentException(allowed + "; several with commas");
                            }
                            return each.apply(item);
                        })
                        .toList());
    }

    /** A text that nobody may read again, neither in {@link #documented()} nor in an error; empty when it is not given. */
    public String secret(String key, String meaning) {
        Given given = given(key);
        String value = read(Setting.of(key, "", SECRET, meaning), Function.identity());
        if (given != null) {
            documented.computeIfPresent(key, (same, setting) -> setting.withCurrent(value.isEmpty() ? "" : "(set)"));
            if (!value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
                reject("%s: the value (%s) is not allowed; allowed: %s".formatted(key, given.origin(), SECRET));
            }
        }
        return value;
    }

    /** A path, or null when the key is not given. */
    public @Nullable Path path(String key, String meaning) {
        return read(
                        Setting.of(key, "", "a path", meaning),
                        text -> text.isEmpty() ? Optional.<Path>empty() : path(text))
                .orElse(null);
    }

    /**
     * A value of a type of its own.
     *
     * @param parse reads it; fails with an {@link IllegalArgumentException} that says what is allowed
     */
    public <T> T parsed(String key, String standard, String allowed, Function<String, T> parse, String meaning) {
        return read(Setting.of(key, standard, allowed, meaning), parse);
    }

    public boolean flag(String key, boolean standard, String meaning) {
        return read(Setting.of(key, Boolean.toString(standard), "true or false", meaning), text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("true or false");
        });
    }

    public int number(String key, int standard, Range<Integer> range, String meaning) {
        return read(Setting.of(key, Integer.toString(standard), range.toString(), meaning), text -> {
            try {
                return range.check(Integer.valueOf(text));
            } catch (NumberFormatException notANumber) {
                throw new IllegalArgumentException("a whole number " + range, notANumber);
            }
        });
    }

    /** A 64-bit whole number without further limits. */
    public long wide(String key, long standard, String meaning) {
        return read(Setting.of(key, Long.toString(standard), "a whole number", meaning), text -> {
            try {
                return Long.valueOf(text);
            } catch (NumberFormatException notANumber) {
                throw new IllegalArgumentException("a whole number", notANumber);
            }
        });
    }

    /** A duration; default and range are written as a user would write them, for example {@code 15s}. */
    public Duration duration(String key, String standard, Range<String> range, String meaning) {
        Range<Duration> allowed = new Range<>(Units.duration(range.least()), Units.duration(range.most()));
        return read(
                Setting.of(key, standard, range.toString(), meaning),
                text -> within(allowed, range, Units.duration(text)));
    }

    /** A number of bytes; default and range are written as a user would write them, for example {@code 64KiB}. */
    public int bytes(String key, String standard, Range<String> range, String meaning) {
        Range<Long> allowed = new Range<>(Units.bytes(range.least()), Units.bytes(range.most()));
        return Math.toIntExact(read(
                Setting.of(key, standard, range.toString(), meaning),
                text -> within(allowed, range, Units.bytes(text))));
    }

    /** One of the constants of an enum, written in lower case with hyphens. */
    public <E extends Enum<E>> E choice(String key, E standard, String meaning) {
        Map<String, E> constants = Arrays.stream(standard.getDeclaringClass().getEnumConstants())
                .collect(Collectors.toMap(Settings::written, Function.identity(), (a, b) -> a, LinkedHashMap::new));
        String allowed = String.join(", ", constants.keySet());
        return read(Setting.of(key, written(standard), allowed, meaning), text -> {
            E chosen = constants.get(text);
            if (chosen == null) {
                throw new IllegalArgumentException("one of " + allowed);
            }
            return chosen;
        });
    }

    /** One of a few texts; the first is the default. */
    public String oneOf(String key, List<String> allowed, String meaning) {
        String words = String.join(", ", allowed);
        return read(Setting.of(key, allowed.get(0), words, meaning), text -> {
            if (!allowed.contains(text)) {
                throw new IllegalArgumentException("one of " + words);
            }
            return text;
        });
    }

    /** A port that is not used unless it is given; 0 takes any free one. */
    public @Nullable Integer port(String key, String meaning) {
        Range<Integer> range = Range.of(0, 65_535);
        return read(Setting.of(key, NO_PORT, NO_PORT + " or " + range, meaning), text -> {
                    try {
                        return text.equals(NO_PORT)
                                ? Optional.<Integer>empty()
                                : Optional.of(range.check(Integer.valueOf(text)));
                    } catch (NumberFormatException notANumber) {
                        throw new IllegalArgumentException(NO_PORT + " or " + range, notANumber);
                    }
                })
                .orElse(null);
    }

    /** Remembers a problem that only two keys together show, for example a minimum above a maximum. */
    public void reject(String problem) {
        problems.add(problem);
    }

    /**
     * Ends the reading.
     *
     * @throws ConfigException if a value was bad or a key is not one that was read
     */
    public void verify() throws ConfigException {
        file.forEach((key, given) -> unknown(key, key, given.origin()));
        flags.forEach((key, given) -> unknown(key, key, given.origin()));
        TreeSet<String> names = documented.keySet().stream()
                .map(Setting::environmentName)
                .collect(Collectors.toCollection(TreeSet::new));
        environment.keySet().stream()
                .filter(name -> name.startsWith("FANFARE_") && !names.contains(name))
                .sorted()
                .forEach(name ->
                        problems.add("unknown environment variable %s%s".formatted(name, Nearest.hint(name, names))));
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /** Every key read so far, in reading order. */
    public List<Setting> documented() {
        return List.copyOf(documented.values());
    }

    private void unknown(String key, String shown, String origin) {
        if (!documented.containsKey(key)) {
            problems.add("unknown key %s (%s)%s".formatted(shown, origin, Nearest.hint(key, documented.keySet())));
        }
    }

    private <T> T read(Setting setting, Function<String, T> parse) {
        Given given = given(setting.key());
        Setting read = given == null ? setting : setting.withCurrent(given.value());
        if (documented.put(setting.key(), read) != null) {
            throw new IllegalStateException("key read twice: " + setting.key());
        }
        if (given != null) {
            try {
                return parse.apply(given.value().trim());
            } catch (IllegalArgumentException wrong) {
                problems.add("%s: '%s' (%s) is not allowed; allowed: %s"
                        .formatted(setting.key(), given.value(), given.origin(), wrong.getMessage()));
            }
        }
        return parse.apply(setting.standard());
    }

    private @Nullable Given given(String key) {
        String name = Setting.environmentName(key);
        String variable = environment.get(name);
        Given below = variable == null ? file.get(key) : new Given(variable, name);
        return flags.getOrDefault(key, below);
    }

    private static Optional<Path> path(String text) {
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException notAPath) {
            throw new IllegalArgumentException("a path", notAPath);
        }
    }

    private static <T extends Comparable<T>> T within(Range<T> allowed, Range<String> shown, T value) {
        if (!allowed.contains(value)) {
            throw new IllegalArgumentException(shown.toString());
        }
        return value;
    }

    private static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
