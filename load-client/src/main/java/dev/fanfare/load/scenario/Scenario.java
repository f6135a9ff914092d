package dev.fanfare.load.scenario;

import dev.fanfare.load.connect.Order;
import java.util.ArrayList;
import java.util.List;

/** What kind of run it is. */
public enum Scenario {
    /** The server sends ticks by itself; everybody gets the same. */
    BROADCAST("broadcast"),
    /** We publish to channels; subscribers check each. */
    CHANNELS("channels"),
    /** The same, and all clients are cut off at once and come back. */
    RECONNECT_STORM("reconnect-storm"),
    /** The same, and some clients stop reading for a while. */
    SLOW_READERS("slow-readers");

    private final String label;

    Scenario(String label) {
        this.label = label;
    }

    /** Its name on the command line. */
    public String label() {
        return label;
    }

    /**
     * Something that happens in the measured window.
     *
     * @param atMillis when, from the window's beginning
     * @param order what
     */
    public record Step(long atMillis, Order order) {}

    /** What happens in a window of {@code millis}: storms evenly spread, or a pause of slow readers after its first quarter. */
    public List<Step> steps(long millis, int storms, long pauseMillis) {
        List<Step> steps = new ArrayList<>();
        if (this == RECONNECT_STORM) {
            for (int i = 1; i <= storms; i++) {
                steps.add(new Step(millis * i / (storms + 1), Order.DROP));
            }
        } else if (this == SLOW_READERS) {
            steps.add(new Step(millis / 4, Order.PAUSE));
            steps.add(new Step(millis / 4 + pauseMillis, Order.RESUME));
        }
        return steps;
    }
}
