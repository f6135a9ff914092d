package dev.fanfare.gateway.tls;

import dev.fanfare.gateway.config.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * One file of the configuration, as it was read.
 *
 * @param key the setting that names it
 * @param path as it is written there
 * @param content all of it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SourceFile(String key, Path path, byte[] content) {
    /** Far more than any chain of certificates; a file that never ends must not be read to its end. */
    private static final int MAX_BYTES = 1 << 20;

    static SourceFile read(String key, Path path) throws ConfigException {
        String reason;
        try (InputStream in = Files.newInputStream(path)) {
            byte[] content = in.readNBytes(MAX_BYTES + 1);
            if (content.length <= MAX_BYTES) {
                return new SourceFile(key, path, content);
            }
            reason = "it is larger than 1 MiB";
        } catch (NoSuchFileException missing) {
            reason = "there is no such file";
        } catch (AccessDeniedException denied) {
            reason = "this user may not read it";
        } catch (IOException failed) {
            reason = String.valueOf(failed.getMessage());
        }
        throw problem(key, path, reason);
    }

    ConfigException problem(String reason) {
        return problem(key, path, reason);
    }

    private static ConfigException problem(String key, Path path, String reason) {
        return new ConfigException("%s: cannot use %s: %s".formatted(key, path, reason));
    }
}
