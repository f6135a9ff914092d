package dev.fanfare.gateway.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads what callers send, strictly: one value, in UTF-8 without errors, and no object that says something twice. What is to be published,
 * the member {@code data}, is checked but not understood: it stays the bytes that came, so that nothing in it is altered. Immutable; any
 * thread.
 */
final class Json {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MAX_DEPTH = 100;
    /** Of a number that is a parameter; no method takes one so long. */
    private static final int MAX_DIGITS = 100;

    private static final String RAW = "data";
    /** Bytes by which a reader takes a text for UTF-16 or UTF-32: none of them begins with four that are not NUL. */
    private static final int TELLING = 4;

    private static final byte BYTE_ORDER_MARK = (byte) 0xef;

    private final JsonFactory factory = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // callers choose them
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(Integer.MAX_VALUE) // what is not understood costs nothing
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** An empty object, to be filled with an answer. */
    static ObjectNode object() {
        return NODES.objectNode();
    }

    /** Reads {@code body}; a member {@code data} becomes a binary node with the bytes it has there. */
    JsonNode read(byte[] body) throws ApiError {
        return read(body, 0, body.length);
    }

    /** The same for a part of {@code body}. */
    JsonNode read(byte[] body, int from, int length) throws ApiError {
        Utf8.require(body, from, length, "what was sent is not JSON in UTF-8");
        requireNoNul(body, from, length);
        try (JsonParser in = factory.createParser(body, from, length)) {
            if (in.nextToken() == null) {
                return NODES.missingNode();
            }
            JsonNode value = node(in, body, from);
            if (in.nextToken() != null) {
                throw ApiError.bad("what was sent is not JSON: something follows the first value");
            }
            return value;
        } catch (StreamConstraintsException tooMuch) {
            throw ApiError.bad(
                    "what was sent is nested more than %d deep, or has a very long name".formatted(MAX_DEPTH));
        } catch (JsonProcessingException broken) {
            String words = String.valueOf(broken.getOriginalMessage());
            int source = words.indexOf(" (start marker");
            throw ApiError.bad("what was sent is not JSON: " + (source < 0 ? words : words.substring(0, source)));
        } catch (IOException impossible) { // from an array
            throw ApiError.bad("what was sent is not JSON");
        }
    }

    /** Whether {@code text}, which is UTF-8, is one JSON value and could stand in another. */
    boolean isJson(byte[] text) {
        if (text.length == 0 || text[0] == BYTE_ORDER_MARK || hasNul(text, 0, text.length)) {
            return false;
        }
        try (JsonParser in = factory.createParser(text)) {
            if (in.nextToken() == null) {
                return false;
            }
            in.skipChildren();
            in.finishToken();
            return in.nextToken() == null;
        } catch (IOException other) {
            return false;
        }
    }

    /** The raw bytes of a member {@code data}. */
    static byte[] raw(JsonNode data) {
        return ((BinaryNode) data).binaryValue();
    }

    private JsonNode node(JsonParser in, byte[] body, int from) throws IOException, ApiError {
        return switch (in.currentToken()) {
            case START_OBJECT -> object(in, body, from);
            case START_ARRAY -> {
                ArrayNode list = NODES.arrayNode();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    list.add(node(in, body, from));
                }
                yield list;
            }
            case VALUE_STRING -> NODES.textNode(in.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(in);
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            default -> NODES.nullNode();
        };
    }

    private static JsonNode number(JsonParser in) throws IOException, ApiError {
        if (in.getTextLength() > MAX_DIGITS) {
            throw ApiError.bad("a number has more than %d digits".formatted(MAX_DIGITS));
        }
        if (in.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
            return NODES.numberNode(in.getDoubleValue());
        }
        return in.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                ? NODES.numberNode(in.getBigIntegerValue())
                : NODES.numberNode(in.getLongValue());
    }

    private ObjectNode object(JsonParser in, byte[] body, int from) throws IOException, ApiError {
        ObjectNode object = object();
        for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
            in.nextToken();
            JsonNode value = name.equals(RAW) ? NODES.binaryNode(cut(in, body, from)) : node(in, body, from);
            if (object.replace(name, value) != null) {
                throw ApiError.bad("'%s' stands twice in the same object".formatted(name));
            }
        }
        return object;
    }

    /** The bytes of the value that {@code in} has begun to read; to read them to their end checks them. */
    private static byte[] cut(JsonParser in, byte[] body, int from) throws IOException {
        int begin = from + (int) in.currentTokenLocation().getByteOffset();
        in.skipChildren();
        in.finishToken();
        return Arrays.copyOfRange(body, begin, from + (int) in.currentLocation().getByteOffset());
    }

    private static void requireNoNul(byte[] body, int from, int length) throws ApiError {
        if (hasNul(body, from, length)) {
            throw ApiError.bad("what was sent is not JSON in UTF-8");
        }
    }

    private static boolean hasNul(byte[] text, int from, int length) {
        for (int i = 0; i < Math.min(TELLING, length); i++) {
            if (text[from + i] == 0) {
                return true;
            }
        }
        return false;
    }

    /** The text that the JSON string {@code raw} stands for; null if it is no string. */
    @Nullable
    String textOf(byte[] raw) throws ApiError {
        return raw[0] == '"' ? read(raw).textValue() : null;
    }
}
