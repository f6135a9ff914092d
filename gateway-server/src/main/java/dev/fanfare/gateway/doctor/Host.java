package dev.fanfare.gateway.doctor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The files below {@code /proc} and {@code /sys} that tell what a Linux host allows. Whatever cannot be read, for whatever reason,
 * is simply absent: a doctor that dies of a missing file helps nobody. Tests point it at a folder of their own.
 */
final class Host {
    /** /proc/self/smaps grows with the process; the lines wanted here are near the top of their files. */
    private static final int MOST_LINES = 500;

    private final Path root;

    Host(Path root) {
        this.root = root;
    }

    boolean exists(String file) {
        return Files.exists(root.resolve(file.substring(1)));
    }

    /** The first lines of a file given by its absolute path, or none. */
    List<String> lines(String file) {
        try (BufferedReader reader =
                Files.newBufferedReader(root.resolve(file.substring(1)), StandardCharsets.ISO_8859_1)) {
            return reader.lines().limit(MOST_LINES).toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }

    /** The first line of a file, stripped. */
    Optional<String> text(String file) {
        return lines(file).stream().findFirst().map(String::strip);
    }

    /** The whole numbers of a file's first line, if there are at least {@code count} and nothing else among the first ones. */
    Optional<long[]> numbers(String file, int count) {
        return text(file)
                .map(line -> line.split("\\s+"))
                .filter(words -> words.length >= count)
                .flatMap(words -> {
                    try {
                        return Optional.of(Arrays.stream(words, 0, count)
                                .mapToLong(Long::parseLong)
                                .toArray());
                    } catch (NumberFormatException e) {
                        return Optional.empty();
                    }
                });
    }

    OptionalLong number(String file) {
        return numbers(file, 1).map(n -> OptionalLong.of(n[0])).orElseGet(OptionalLong::empty);
    }

    /** The smallest figure behind {@code label} in files such as {@code MemTotal:  1024 kB}, in bytes. */
    OptionalLong kilobytes(String file, String label) {
        return lines(file).stream()
                .filter(line -> line.startsWith(label) && line.endsWith(" kB"))
                .map(line -> line.substring(label.length(), line.length() - 3).strip())
                .filter(digits -> digits.matches("\\d{1,15}"))
                .mapToLong(digits -> Long.parseLong(digits) << 10)
                .min();
    }
}
