package dev.fanfare.gateway.ticker;

import java.util.List;

/**
 * Where prices come from. Called on the one ticker thread only, so an implementation needs no lock; it must not block, because
 * the next tick waits for it. It holds nothing that has to be closed.
 */
public interface TickSource {

    /** The quotes of the next tick: at least one, one per symbol. A source never runs dry. */
    List<Quote> next();

    /** What this source plays, in a few words for the start-up log. */
    String describe();
}
