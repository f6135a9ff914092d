package dev.fanfare.load.scenario;

import dev.fanfare.load.connect.Collected;
import dev.fanfare.load.connect.Ends;
import dev.fanfare.load.connect.Order;
import dev.fanfare.load.stats.Interval;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The other end of {@link RemoteCrew}: does what it reads on its input. One thread. */
public final class Worker {
    private final BufferedReader in;
    private final PrintStream out;
    private final CpuLap cpu = new CpuLap();

    public Worker(InputStream in, PrintStream out) {
        this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        this.out = out;
    }

    /**
     * Works until it is told to stop or its input ends, which means that the parent is gone.
     *
     * @throws IllegalArgumentException when it is told something it does not understand
     */
    public void serve() throws IOException {
        String line = in.readLine();
        if (line == null) {
            return;
        }
        WorkerProtocol.Job job = WorkerProtocol.read(line, WorkerProtocol.Job.class);
        try (LocalCrew crew = new LocalCrew(job.plan(), job.first(), job.count())) {
            boolean more = true;
            while (more) {
                line = in.readLine();
                more = line != null && hear(line, crew);
            }
        }
    }

    /** Returns whether there may be more to do. */
    private boolean hear(String line, LocalCrew crew) {
        if (line.startsWith("{")) {
            crew.expect(WorkerProtocol.read(line, Ends.class));
            return true;
        }
        String word = WorkerProtocol.read(line, String.class);
        switch (word) {
            case WorkerProtocol.START -> crew.start();
            case WorkerProtocol.COLLECT -> answer(crew.collect().join());
            case WorkerProtocol.STOP -> {
                answer(new Collected(crew.stop().join(), true, 0, 0, null));
                return false;
            }
            default -> crew.obey(WorkerProtocol.read(line, Order.class));
        }
        return true;
    }

    private void answer(Collected collected) {
        Interval interval = collected.interval();
        interval.addCpu(cpu.nanos());
        out.println(WorkerProtocol.write(collected));
        out.flush();
    }
}
