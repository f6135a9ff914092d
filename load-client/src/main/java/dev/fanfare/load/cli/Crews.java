package dev.fanfare.load.cli;

import dev.fanfare.load.scenario.Crew;
import dev.fanfare.load.scenario.LoadPlan;
import dev.fanfare.load.scenario.LocalCrew;
import dev.fanfare.load.scenario.RemoteCrew;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The crews of a run: this process alone, or workers. Main thread. */
final class Crews implements AutoCloseable {
    /** A JVM log without an output goes to standard output, where answers are written: it must not fall in the middle of one. */
    private static final Pattern LOG_TO_STDOUT = Pattern.compile("-Xlog:(?!disable|async|help)[^:]+");

    private final List<Crew> crews = new ArrayList<>();

    private Crews() {}

    /**
     * Makes the crews of {@code plan} and gives each its share of the connections.
     *
     * @throws IOException when a worker cannot be started; those already started are ended
     */
    static Crews assemble(LoadPlan plan) throws IOException {
        Crews all = new Crews();
        int connections = plan.connect().connections();
        if (plan.processes() == 0) {
            all.crews.add(new LocalCrew(plan, 0, connections));
            return all;
        }
        try {
            for (int i = 0; i < plan.processes(); i++) {
                int first = (int) ((long) connections * i / plan.processes());
                int next = (int) ((long) connections * (i + 1) / plan.processes());
                all.crews.add(new RemoteCrew(workerCommand(), plan, first, next - first));
            }
            return all;
        } catch (IOException e) {
            all.close();
            throw new IOException("a worker process could not be started: " + e.getMessage(), e);
        }
    }

    List<Crew> all() {
        return crews;
    }

    @Override
    public void close() {
        crews.forEach(Crew::close);
    }

    /** This program once more, on the same Java with the same flags. */
    private static List<String> workerCommand() {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current()
                .info()
                .command()
                .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-agentlib") && !flag.startsWith("-javaagent")) {
                command.add(LOG_TO_STDOUT.matcher(flag).matches() ? flag + ":stderr" : flag);
            }
        }
        String classPath = System.getProperty("java.class.path");
        if (classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator)) {
            command.addAll(List.of("-jar", classPath));
        } else {
            command.addAll(List.of("-cp", classPath, Main.class.getName()));
        }
        command.add(Main.WORKER);
        return command;
    }
}
