/**
 * Level 1: opens the connections at the planned rate, keeps them, and hands what they receive to the counters of their event
 * loop. Every connection belongs to one {@link dev.fanfare.load.connect.ClientLoop}, whose thread alone touches it.
 */
@NullMarked
package dev.fanfare.load.connect;

import org.jspecify.annotations.NullMarked;
