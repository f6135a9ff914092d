package dev.fanfare.load.cli;

import dev.fanfare.load.scenario.Worker;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.UnmatchedArgumentException;

/** Where the program starts: as the load client a person runs, or as one of its workers. */
public final class Main {
    /** First and only argument of a worker process. Not for people. */
    static final String WORKER = "--as-worker-of-a-load-client";

    private Main() {}

    public static void main(String[] args) {
        if (args.length == 1 && args[0].equals(WORKER)) {
            work();
            return;
        }
        Interruption interruption = new Interruption();
        Runtime.getRuntime().addShutdownHook(new Thread(interruption, "interruption"));
        int code = commandLine(interruption).execute(args);
        interruption.finished(code);
        System.exit(code);
    }

    /** The command line with its exit codes: 2 for a wrong one, 3 for a run that could not take place. */
    static CommandLine commandLine(Interruption interruption) {
        return new CommandLine(new LoadCommand(interruption))
                .setUsageHelpAutoWidth(true)
                .setExpandAtFiles(false) // --token @FILE is a file of tokens, not of arguments
                .setParameterExceptionHandler((wrong, arguments) -> {
                    CommandLine command = wrong.getCommandLine();
                    command.getErr().println(command.getColorScheme().errorText(wrong.getMessage()));
                    UnmatchedArgumentException.printSuggestions(wrong, command.getErr());
                    command.getErr().println("See load-client --help.");
                    return CommandLine.ExitCode.USAGE;
                })
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
                    command.getErr().println(command.getColorScheme().errorText("load-client: " + message));
                    return LoadCommand.COULD_NOT_RUN;
                });
    }

    /**
     * A Ctrl-C reaches every process of the terminal, but only the parent is to act on it: a worker goes on until it is told to
     * stop or its parent is gone.
     */
    private static void work() {
        CountDownLatch done = new CountDownLatch(1);
        Thread hold = new Thread(
                () -> {
                    try {
                        done.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "hold");
        Runtime.getRuntime().addShutdownHook(hold);
        int code = 1;
        try {
            new Worker(System.in, System.out).serve();
            code = 0;
        } catch (Throwable failure) { // whatever it was, the JVM is halted below and would take it along
            failure.printStackTrace(System.err);
        } finally {
            done.countDown();
            Runtime.getRuntime().halt(code);
        }
    }
}
