package dev.fanfare.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads a YAML file into dotted keys: {@code ticker: {interval: 1s}} becomes {@code ticker.interval}. Values are taken as
 * they are written, not as what YAML makes of them: the symbol {@code 005930} keeps its zeros.
 */
public final class YamlFile {
    private static final long LARGEST = 1 << 20;

    private final Path path;
    private final YAMLParser in;
    private final Map<String, Given> values = new LinkedHashMap<>();

    private YamlFile(Path path, YAMLParser in) {
        this.path = path;
        this.in = in;
    }

    /**
     * Reads {@code path}.
     *
     * @throws ConfigException if it cannot be read, is no YAML mapping, or holds a list where a value belongs
     */
    public static Map<String, Given> read(Path path) throws ConfigException {
        YAMLFactory yaml = YAMLFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
                .build();
        try {
            if (Files.size(path) > LARGEST) {
                throw new ConfigException(path + ": larger than 1 MiB; a configuration is not");
            }
            try (YAMLParser in = yaml.createParser(Files.readAllBytes(path))) {
                return new YamlFile(path, in).document();
            }
        } catch (JsonProcessingException broken) {
            throw new ConfigException("%s, line %d: not valid YAML: %s".formatted(path, line(broken), problem(broken)));
        } catch (IOException unreadable) {
            throw new ConfigException("configuration file %s cannot be read (%s)"
                    .formatted(path, unreadable.getClass().getSimpleName()));
        }
    }

    private Map<String, Given> document() throws IOException, ConfigException {
        JsonToken root = in.nextToken();
        if (root == JsonToken.START_OBJECT) {
            mapping("");
        } else if (root != null && root != JsonToken.VALUE_NULL) {
            throw new ConfigException(
                    path + ": the top level must be keys with values, for example 'server: {port: 8080}'");
        }
        if (in.nextToken() != null) {
            throw wrong("a second document ('---') is not allowed");
        }
        return values;
    }

    private void mapping(String prefix) throws IOException, ConfigException {
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String key = prefix + in.currentName();
            JsonToken value = in.nextToken();
            if (value == JsonToken.START_OBJECT) {
                mapping(key + ".");
            } else if (value == JsonToken.START_ARRAY) {
                throw wrong(key + ": a list is not allowed here");
            } else if (in.isCurrentAlias()) {
                throw wrong(key + ": an alias (*" + in.getText() + ") is not allowed here");
            } else if (value != JsonToken.VALUE_NULL) {
                Given given = new Given(in.getText(), String.valueOf(path.getFileName()));
                if (values.put(key, given) != null) {
                    throw wrong(key + " is given twice");
                }
            }
        }
    }

    private ConfigException wrong(String what) {
        return new ConfigException(
                "%s, line %d: %s".formatted(path, in.currentTokenLocation().getLineNr(), what));
    }

    private static int line(JsonProcessingException broken) {
        Mark mark = broken.getCause() instanceof MarkedYAMLException marked ? marked.getProblemMark() : null;
        if (mark != null) {
            return mark.getLine() + 1;
        }
        return broken.getLocation() == null ? 0 : broken.getLocation().getLineNr();
    }

    private static String problem(JsonProcessingException broken) {
        String words = broken.getCause() instanceof MarkedYAMLException marked ? marked.getProblem() : null;
        return words == null ? broken.getOriginalMessage().lines().findFirst().orElse("unknown reason") : words;
    }
}
