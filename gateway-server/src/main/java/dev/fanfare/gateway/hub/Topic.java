package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.Cursor;
import org.jspecify.annotations.Nullable;

/** One channel, or one pattern of channels, as a shard knows it: who subscribed. Owned by the shard's event loop. */
final class Topic {
    final String name;
    final ChannelRules rules;
    /** Set if this is a pattern. */
    final @Nullable ChannelPattern pattern;

    final int mark;
    final Roster<Subscription> roster = new Roster<>();

    Topic(String name, ChannelRules rules) {
        this.name = name;
        this.rules = rules;
        this.pattern = ChannelPattern.isPattern(name) ? new ChannelPattern(name) : null;
        this.mark = Cursor.mark(name);
    }

    /** Whether a subscriber can come back for what it missed. A pattern has no positions: that would be one per channel. */
    boolean recovers() {
        return pattern == null && rules.retains();
    }

    /** Whether a slow subscriber reads later what it missed. */
    boolean catchesUp() {
        return pattern == null && rules.catchesUp();
    }
}
