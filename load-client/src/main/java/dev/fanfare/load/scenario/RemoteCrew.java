package dev.fanfare.load.scenario;

import dev.fanfare.load.connect.Collected;
import dev.fanfare.load.connect.Ends;
import dev.fanfare.load.connect.Order;
import dev.fanfare.load.stats.Interval;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * A crew in a process of its own, which runs a {@link Worker}. Its errors go to our standard error. It ends when our end of its
 * input is closed, which the system does for us if we die.
 */
public final class RemoteCrew implements Crew {
    private static final int END_SECONDS = 10;

    private final Process process;
    private final OutputStream input;
    private volatile boolean silent;
    private final Queue<CompletableFuture<Collected>> waiting = new ConcurrentLinkedQueue<>();

    /**
     * Starts the process.
     *
     * @param command what to run: this program as a worker
     * @param first index of its first connection in the whole run
     * @param count how many it has
     * @throws IOException when the process cannot be started
     */
    public RemoteCrew(List<String> command, LoadPlan plan, int first, int count) throws IOException {
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        input = process.getOutputStream();
        Thread reader = new Thread(this::readAnswers, "worker-" + process.pid());
        reader.setDaemon(true);
        reader.start();
        tell(new WorkerProtocol.Job(plan, first, count));
    }

    @Override
    public void start() {
        tell(WorkerProtocol.START);
    }

    @Override
    public void obey(Order order) {
        tell(order);
    }

    @Override
    public void expect(Ends ends) {
        tell(ends);
    }

    @Override
    public CompletableFuture<Collected> collect() {
        return ask(WorkerProtocol.COLLECT);
    }

    @Override
    public CompletableFuture<Interval> stop() {
        return ask(WorkerProtocol.STOP).thenApply(Collected::interval);
    }

    @Override
    public void close() {
        try {
            input.close();
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }

    private CompletableFuture<Collected> ask(String word) {
        CompletableFuture<Collected> answer = new CompletableFuture<>();
        waiting.add(answer);
        try {
            tell(word);
        } catch (UncheckedIOException e) {
            answer.completeExceptionally(lost());
        }
        if (silent || !process.isAlive()) {
            // The reader may have emptied the queue before this question was put into it.
            answer.completeExceptionally(lost());
        }
        return answer;
    }

    private void tell(Object message) {
        try {
            input.write((WorkerProtocol.write(message) + "\n").getBytes(StandardCharsets.UTF_8));
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readAnswers() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                hear(line);
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } finally {
            silent = true;
            for (CompletableFuture<Collected> answer = waiting.poll(); answer != null; answer = waiting.poll()) {
                answer.completeExceptionally(lost());
            }
        }
    }

    /** What is no answer comes from the worker's JVM, as a log of its garbage collector does: it is passed on. */
    private void hear(String line) {
        CompletableFuture<Collected> answer = line.startsWith("{") ? waiting.poll() : null;
        if (answer == null) {
            System.err.println("worker " + process.pid() + ": " + line);
            return;
        }
        try {
            answer.complete(WorkerProtocol.readCollected(line));
        } catch (IllegalArgumentException e) {
            answer.completeExceptionally(e);
        }
    }

    private IllegalStateException lost() {
        return new IllegalStateException("worker process " + process.pid() + " ended before its work was done");
    }
}
