package dev.fanfare.gateway.config;

import java.util.List;

/** The configuration cannot be used; {@link #problems()} holds one sentence for each thing that is wrong with it. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    public ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    public ConfigException(String problem) {
        this(List.of(problem));
    }

    /** What is wrong, in the order it was found; never empty. */
    public List<String> problems() {
        return problems;
    }
}
