package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.gateway.boot.Main;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The gateway as a process of its own, started from the class path of the tests. */
public final class ChildGateway implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("listening +\\S+?:(\\d+),");
    private static final Pattern PLAIN = Pattern.compile("plain HTTP beside on \\S+?:(\\d+)");
    private static final int PATIENCE_SECONDS = 30;

    private static Path jar;

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread reader;
    /** What shows that one may see its meters. */
    private final String[] passport;

    private ChildGateway(Process process, String... passport) {
        this.process = process;
        this.passport = passport;
        this.reader = new Thread(this::read, "child output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts it with these environment variables and arguments. */
    static ChildGateway start(Map<String, String> environment, String... arguments) throws IOException {
        return launch("", environment, List.of("-XX:TieredStopAtLevel=1", "-Xmx256m"), arguments);
    }

    /** Starts it with these flags for the JVM; each of {@code settings} is {@code key=value}. */
    public static ChildGateway with(List<String> flags, List<String> settings) throws IOException {
        return launch(
                "",
                Map.of(),
                flags,
                settings.stream()
                        .flatMap(setting -> Stream.of("--set", setting))
                        .toArray(String[]::new));
    }

    /** Starts it with at most {@code files} open files. */
    static ChildGateway withOpenFiles(int files, String... arguments) throws IOException {
        return launch("ulimit -n " + files + "; ", Map.of(), List.of("-XX:TieredStopAtLevel=1", "-Xmx256m"), arguments);
    }

    private static ChildGateway launch(
            String before, Map<String, String> environment, List<String> flags, String... arguments)
            throws IOException {
        List<String> command =
                new ArrayList<>(List.of("bash", "-c", before + "exec \"$@\"", "gateway", java(), "-cp", classPath()));
        command.addAll(List.of("-XX:+IgnoreUnrecognizedVMOptions", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(flags);
        command.add("dev.fanfare.gateway.boot.Main");
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        String[] passport = Stream.of(arguments)
                .filter(argument -> argument.startsWith("api.key="))
                .map(argument -> "X-API-Key: " + argument.substring("api.key=".length()))
                .toArray(String[]::new);
        return new ChildGateway(builder.start(), passport);
    }

    /** Waits until it listens. */
    public int port() {
        await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .until(() -> !process.isAlive() || LISTENING.matcher(output()).find());
        Matcher matcher = LISTENING.matcher(output());
        assertThat(matcher.find()).as("it listens: " + output()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    /** The port that speaks plain HTTP, also if the other one speaks TLS. */
    public int plainPort() {
        int port = port();
        Matcher matcher = PLAIN.matcher(output());
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : port;
    }

    /** What it printed so far. */
    public String output() {
        return String.join("\n", lines);
    }

    public List<String> lines() {
        return List.copyOf(lines);
    }

    /** Sum over all labels of one of its meters. */
    public long meter(String name) throws IOException {
        return (long) Meters.sum(Meters.of(plainPort(), passport), name);
    }

    /** Bytes of heap that are in use after a full collection, which this asks for. */
    public long heapAfterCollection() throws IOException, InterruptedException {
        String jcmd = Path.of(java()).resolveSibling("jcmd").toString();
        Process collect = new ProcessBuilder(jcmd, Long.toString(process.pid()), "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(collect.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(collect.exitValue()).as("exit code of " + jcmd).isZero();
        return meter("gateway_heap_live_bytes");
    }

    /** SIGTERM. */
    void terminate() {
        process.toHandle().destroy(); // Process.destroy() would close the pipe of the output as well
    }

    /** SIGHUP. */
    void hangUp() throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("it ended; it printed: " + output())
                .isTrue();
        reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        return process.exitValue();
    }

    /** Processor time used so far, in milliseconds. */
    long processorMillis() {
        return process.info().totalCpuDuration().orElseThrow().toMillis();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            output.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException ended) {
            // the process was killed
        }
    }

    private static String java() {
        return ProcessHandle.current().info().command().orElse("java");
    }

    /** With the program as a jar, as users run it: out of file descriptors, no class can be read from a directory. */
    private static String classPath() throws IOException {
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return jar() + File.pathSeparator + path;
    }

    private static synchronized Path jar() throws IOException {
        if (jar == null) {
            Path made = Files.createTempFile("gateway", ".jar");
            made.toFile().deleteOnExit();
            Path classes = Path.of(URI.create(Main.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toString()));
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(made));
                    Stream<Path> files = Files.walk(classes)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                    Files.copy(file, out);
                }
            }
            jar = made;
        }
        return jar;
    }
}
