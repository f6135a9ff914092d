package dev.fanfare.load.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How many connections one process may hold. Any thread. */
public final class OpenFiles {
    /** Left for the JVM itself: jars, epoll instances, pipes, a connection that is being closed while its successor opens. */
    static final int RESERVE = 200;

    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final String NAME = "Max open files";

    private OpenFiles() {}

    /** Connections that fit the open-files limit of this process; {@link Integer#MAX_VALUE} where the system does not tell. */
    public static int connectionsPerProcess() {
        try {
            return connections(Files.readAllLines(LIMITS));
        } catch (IOException e) {
            return Integer.MAX_VALUE;
        }
    }

    /** The same from the lines of {@code /proc/self/limits} (proc(5)); the soft limit counts. */
    static int connections(List<String> limits) {
        for (String line : limits) {
            if (line.startsWith(NAME)) {
                String soft = line.substring(NAME.length()).strip().split("\\s+", 2)[0];
                if (soft.equals("unlimited")) {
                    return Integer.MAX_VALUE;
                }
                return (int) Math.min(Integer.MAX_VALUE, Math.max(1, Long.parseLong(soft) - RESERVE));
            }
        }
        return Integer.MAX_VALUE;
    }

    /** Worker processes needed for {@code connections} when one holds {@code perProcess}; 0 when this process does. */
    public static int processesFor(int connections, int perProcess) {
        return connections <= perProcess ? 0 : (connections + perProcess - 1) / perProcess;
    }
}
