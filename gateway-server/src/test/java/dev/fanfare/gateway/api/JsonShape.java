package dev.fanfare.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** As much of JSON Schema as docs/openapi.yaml uses; what it does not know it refuses, so that nothing passes unseen. */
final class JsonShape {
    private static final Set<String> WORDS = Set.of("description", "default", "maxLength");

    private final JsonNode document;

    JsonShape(JsonNode document) {
        this.document = document;
    }

    /** What a {@code $ref} stands for, or {@code node} itself. */
    JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").asText().substring(1)) : node;
    }

    /** Why {@code value} is not as {@code schema} says; null if it is. */
    @Nullable
    String problem(JsonNode schema, JsonNode value, String at) {
        JsonNode known = resolve(schema);
        if (known.isMissingNode()) {
            return "no schema " + schema;
        }
        for (var rule : known.properties()) {
            String problem = problem(rule.getKey(), rule.getValue(), known, value, at);
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private @Nullable String problem(String rule, JsonNode says, JsonNode schema, JsonNode value, String at) {
        if (WORDS.contains(rule)) {
            return null;
        }
        boolean good = switch (rule) {
            case "type" -> isOf(says.asText(), value);
            case "const" -> says.equals(value);
            case "enum" -> holds(says, value);
            case "minimum" -> value.asLong() >= says.asLong();
            case "maximum" -> value.asLong() <= says.asLong();
            case "minItems", "minProperties" -> value.size() >= says.asInt();
            case "maxItems", "maxProperties" -> value.size() <= says.asInt();
            case "required" -> hasAll(says, value);
            case "oneOf" -> matches(says, value, at) == 1;
            case "allOf" -> matches(says, value, at) == says.size();
            case "items", "properties", "additionalProperties" -> true;
            default -> throw new AssertionError("the test does not know the rule " + rule);
        };
        if (!good) {
            return "%s is %s, not as %s: %s says".formatted(at, value, rule, says);
        }
        return switch (rule) {
            case "items" -> each(says, value, at);
            case "properties", "additionalProperties" -> members(rule, schema, value, at);
            default -> null;
        };
    }

    private static boolean isOf(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "boolean" -> value.isBoolean();
            default -> throw new AssertionError("the test does not know the type " + type);
        };
    }

    private static boolean holds(JsonNode list, JsonNode value) {
        for (JsonNode each : list) {
            if (each.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasAll(JsonNode names, JsonNode value) {
        for (JsonNode name : names) {
            if (!value.has(name.asText())) {
                return false;
            }
        }
        return true;
    }

    private int matches(JsonNode schemas, JsonNode value, String at) {
        int matches = 0;
        for (JsonNode each : schemas) {
            matches += problem(each, value, at) == null ? 1 : 0;
        }
        return matches;
    }

    private @Nullable String each(JsonNode schema, JsonNode list, String at) {
        for (JsonNode each : list) {
            String problem = problem(schema, each, at + "[]");
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private @Nullable String members(String rule, JsonNode schema, JsonNode value, String at) {
        for (var member : value.properties()) {
            JsonNode named = schema.path("properties").path(member.getKey());
            JsonNode other = schema.path("additionalProperties");
            String here = at + "." + member.getKey();
            String problem = null;
            if (rule.equals("properties") && !named.isMissingNode()) {
                problem = problem(named, member.getValue(), here);
            } else if (rule.equals("additionalProperties") && named.isMissingNode()) {
                problem = other.isBoolean()
                        ? (other.booleanValue() ? null : here + " is not described")
                        : problem(other, member.getValue(), here);
            }
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }
}
