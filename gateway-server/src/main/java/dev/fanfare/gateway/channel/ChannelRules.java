package dev.fanfare.gateway.channel;

import java.time.Duration;

/**
 * What holds for the channels of one namespace. Immutable; any thread.
 *
 * @param historySize publications kept for recovery; 0 for none
 * @param historyTtl how long one is kept
 * @param conflate whether only the newest publication of each key is kept, and given to new subscribers at once
 * @param slowConsumer what a slow subscriber gets
 * @param presence whether it can be asked who is there
 * @param joinLeave whether subscribers are told who comes and goes
 * @param subscribe who may subscribe, and read what it missed
 * @param publish who may publish with a token; with the key of the API one may wherever it is not {@link Access#NOBODY}
 * @param maxPayload bytes of one publication's data
 */
public record ChannelRules(
        int historySize,
        Duration historyTtl,
        boolean conflate,
        SlowConsumerPolicy slowConsumer,
        boolean presence,
        boolean joinLeave,
        Access subscribe,
        Access publish,
        int maxPayload) {

    /** Whether publications outlive their delivery, so that a subscriber can come back for them. */
    public boolean retains() {
        return conflate || historySize > 0;
    }

    /** Whether a slow subscriber reads later what it missed. */
    public boolean catchesUp() {
        return slowConsumer == SlowConsumerPolicy.CATCH_UP && retains();
    }
}
