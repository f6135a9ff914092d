package dev.fanfare.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** The pages in {@code docs/}, for tests that hold them to the program. */
public final class DocsFolder {
    private DocsFolder() {}

    /** All table lines of one page, each with its line end. */
    public static String tableOf(String page) throws IOException {
        return page(page).lines().filter(line -> line.startsWith("|")).collect(Collectors.joining("\n", "", "\n"));
    }

    /** One page as it stands. */
    public static String page(String name) throws IOException {
        return Files.readString(find().resolve(name));
    }

    private static Path find() {
        for (Path at = Path.of(System.getProperty("user.dir")).toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("docs"))) {
                return at.resolve("docs");
            }
        }
        throw new IllegalStateException("no folder docs/ above " + System.getProperty("user.dir"));
    }
}
