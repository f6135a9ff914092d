/** The words of the domain: channel names and patterns, what holds for a channel, publications, cursors. Any thread. */
@NullMarked
package dev.fanfare.gateway.channel;

import org.jspecify.annotations.NullMarked;
