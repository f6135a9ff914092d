package dev.fanfare.gateway.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads a YAML file into dotted keys: {@code ticker: {interval: 1s}} becomes {@code ticker.interval}. */
public final class YamlFile {
    private static final long LARGEST = 1 << 20;

    private YamlFile() {}

    /**
     * Reads {@code path}.
     *
     * @throws ConfigException if it cannot be read, is no YAML mapping, or holds a list where a value belongs
     */
    public static Map<String, Given> read(Path path) throws ConfigException {
        Map<String, Given> values = new LinkedHashMap<>();
        JsonNode root = parse(path);
        if (!root.isObject() && !root.isMissingNode() && !root.isNull()) {
            throw new ConfigException(
                    path + ": the top level must be keys with values, for example 'server: {port: 8080}'");
        }
        flatten("", root, path.getFileName().toString(), values);
        return values;
    }

    private static JsonNode parse(Path path) throws ConfigException {
        try {
            if (Files.size(path) > LARGEST) {
                throw new ConfigException(path + ": larger than 1 MiB; a configuration is not");
            }
            return YAMLMapper.builder()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .build()
                    .readTree(Files.readAllBytes(path));
        } catch (JsonProcessingException broken) {
            throw new ConfigException("%s, line %d: not valid YAML: %s"
                    .formatted(
                            path,
                            broken.getLocation() == null
                                    ? 0
                                    : broken.getLocation().getLineNr(),
                            firstLine(broken)));
        } catch (IOException unreadable) {
            throw new ConfigException("configuration file %s cannot be read (%s)"
                    .formatted(path, unreadable.getClass().getSimpleName()));
        }
    }

    private static String firstLine(JsonProcessingException broken) {
        return broken.getOriginalMessage().lines().findFirst().orElse("unknown reason");
    }

    private static void flatten(String prefix, JsonNode node, String origin, Map<String, Given> into)
            throws ConfigException {
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String key = prefix + entry.getKey();
            JsonNode value = entry.getValue();
            if (value.isObject()) {
                flatten(key + ".", value, origin, into);
            } else if (value.isArray()) {
                throw new ConfigException("%s: a list is not allowed here (%s)".formatted(key, origin));
            } else if (!value.isNull()) {
                into.put(key, new Given(value.asText(), origin));
            }
        }
    }
}
