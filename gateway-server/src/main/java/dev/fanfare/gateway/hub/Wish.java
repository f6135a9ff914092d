package dev.fanfare.gateway.hub;

import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.StreamPosition;
import org.jspecify.annotations.Nullable;

/**
 * A channel or pattern somebody wants to hear.
 *
 * @param name of the channel, or the pattern
 * @param rules of its namespace
 * @param since where the client stood when it left; null to begin now
 */
public record Wish(
        String name, ChannelRules rules, @Nullable StreamPosition since) {}
