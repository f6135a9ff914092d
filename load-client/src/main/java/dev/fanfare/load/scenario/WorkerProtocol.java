package dev.fanfare.load.scenario;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fanfare.load.connect.Collected;
import dev.fanfare.load.connect.Ends;
import dev.fanfare.load.stats.IntervalCodec;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the parent and a worker say to each other: one JSON value per line. The parent sends a {@link Job}, then the words
 * {@link #START}, {@link #COLLECT} and {@link #STOP}, {@link dev.fanfare.load.connect.Order orders} (all as JSON strings) and
 * {@link Ends} (an object); a worker answers the second and third, in order, with what happened since its last answer. The end of its input tells a worker that the parent is gone. Any thread.
 */
final class WorkerProtocol {
    static final String START = "start";
    static final String COLLECT = "collect";
    static final String STOP = "stop";

    private static final ObjectMapper JSON = new ObjectMapper();

    private WorkerProtocol() {}

    /** The part of a run one worker does: {@code count} connections from index {@code first}. */
    record Job(LoadPlan plan, int first, int count) {}

    static String write(Object message) {
        try {
            return JSON.writeValueAsString(message);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("plain values are always JSON", e);
        }
    }

    static String write(Collected collected) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("ramped", collected.ramped());
        tree.put("settled", collected.settled());
        tree.put("behind", collected.behind());
        tree.put("ends", collected.ends());
        tree.put("interval", IntervalCodec.encode(collected.interval()));
        return write((Object) tree);
    }

    /**
     * Reads an answer.
     *
     * @throws IllegalArgumentException when the line is not one that {@link #write(Collected)} made
     */
    static Collected readCollected(String line) {
        Map<?, ?> tree = read(line, Map.class);
        if (tree.get("interval") instanceof Map<?, ?> interval
                && tree.get("ramped") instanceof Boolean ramped
                && tree.get("settled") instanceof Number settled
                && tree.get("behind") instanceof Number behind) {
            Ends ends = tree.get("ends") == null ? null : JSON.convertValue(tree.get("ends"), Ends.class);
            return new Collected(IntervalCodec.decode(interval), ramped, settled.intValue(), behind.intValue(), ends);
        }
        throw new IllegalArgumentException("not an answer of a worker: " + line);
    }

    /**
     * Reads a job or a word.
     *
     * @throws IllegalArgumentException when the line is something else
     */
    static <T> T read(String line, Class<T> type) {
        try {
            return JSON.readValue(line, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a message between parent and worker: " + line, e);
        }
    }
}
