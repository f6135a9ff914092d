package dev.fanfare.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs every fuzz target ({@code *Fuzz}) on the inputs that are kept for it, and on sixty mutants of them that are the same
 * in every run. Without jazzer's agent: that rewrites classes for the whole JVM, and the other tests run in the same one.
 * {@code ops/fuzz} searches for new inputs.
 */
class FuzzCorpusTest {
    private static final int MUTANTS = 60;
    private static final Path CORPUS = Path.of("src/test/resources");

    /** One method that takes any bytes. */
    private record Target(Class<?> type, Method method) {
        Path inputs() {
            return CORPUS.resolve(type.getName().replace('.', '/') + "Inputs").resolve(method.getName());
        }

        @Override
        public String toString() {
            return type.getSimpleName() + "." + method.getName();
        }

        void run(byte[] input) throws Throwable {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            method.setAccessible(true);
            try {
                method.invoke(constructor.newInstance(), (Object) input);
            } catch (InvocationTargetException failure) {
                throw failure.getCause() instanceof Exception || failure.getCause() instanceof Error
                        ? new AssertionError(
                                this + " fails with these bytes (hex): "
                                        + HexFormat.of().formatHex(input),
                                failure.getCause())
                        : failure;
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> keptInputsAndMutantsOfThemDoNoHarm() throws Exception {
        return targets().stream()
                .map(target -> DynamicTest.dynamicTest(target.toString(), () -> {
                    List<byte[]> inputs = inputs(target);
                    target.run(new byte[0]);
                    for (byte[] input : inputs) {
                        target.run(input);
                    }
                    Random random = new Random(target.toString().hashCode());
                    for (int i = 0; i < MUTANTS; i++) {
                        target.run(mutant(inputs, random));
                    }
                }));
    }

    @Test
    void everyTargetHasInputsAndEveryInputATarget() throws Exception {
        List<Path> expected = targets().stream().map(Target::inputs).sorted().toList();
        try (Stream<Path> files = Files.walk(CORPUS)) {
            List<Path> found = files.filter(Files::isRegularFile)
                    .map(Path::getParent)
                    .filter(folder -> String.valueOf(folder.getParent()).endsWith("FuzzInputs"))
                    .distinct()
                    .sorted()
                    .toList();
            assertThat(found).isEqualTo(expected);
        }
    }

    private static List<Target> targets() throws IOException, URISyntaxException {
        Path classes = Path.of(FuzzCorpusTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.walk(classes)) {
            return files.map(file -> classes.relativize(file).toString())
                    .filter(name -> name.endsWith("Fuzz.class"))
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .sorted()
                    .map(FuzzCorpusTest::load)
                    .flatMap(type -> Arrays.stream(type.getDeclaredMethods())
                            .filter(method -> method.isAnnotationPresent(FuzzTest.class))
                            .map(method -> new Target(type, method)))
                    .toList();
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static List<byte[]> inputs(Target target) throws IOException {
        try (Stream<Path> files = Files.list(target.inputs())) {
            return files.sorted().map(FuzzCorpusTest::read).toList();
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** One input with some bytes changed, taken out, doubled, or followed by a piece of another one. */
    private static byte[] mutant(List<byte[]> inputs, Random random) {
        byte[] bytes = inputs.get(random.nextInt(inputs.size())).clone();
        for (int change = random.nextInt(4); change >= 0 && bytes.length > 0; change--) {
            int at = random.nextInt(bytes.length);
            int length = Math.min(1 + random.nextInt(8), bytes.length - at);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = joined(Arrays.copyOf(bytes, at), from(bytes, at + length));
                case 3 -> bytes = joined(Arrays.copyOf(bytes, at + length), from(bytes, at));
                default -> {
                    byte[] other = inputs.get(random.nextInt(inputs.size()));
                    bytes = joined(Arrays.copyOf(bytes, at), from(other, random.nextInt(other.length + 1)));
                }
            }
        }
        return bytes;
    }

    private static byte[] from(byte[] bytes, int at) {
        return Arrays.copyOfRange(bytes, at, bytes.length);
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
