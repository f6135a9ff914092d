package dev.fanfare.gateway.boot;

import picocli.CommandLine;

/** Where the program begins. Exit codes: {@link ExitCode}. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        int code = commandLine().execute(args);
        if (code != ExitCode.RUNNING) {
            System.exit(code);
        }
    }

    /** The commands as one object, for tests as well. */
    static CommandLine commandLine() {
        return new CommandLine(new GatewayCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(100)
                .setExecutionExceptionHandler(Main::failed);
    }

    private static int failed(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        command.getErr().println("fanfare: " + failure.getMessage());
        return failure instanceof dev.fanfare.gateway.config.ConfigException ? ExitCode.USAGE : ExitCode.FAILED;
    }
}
