package dev.fanfare.gateway.transport;

import dev.fanfare.gateway.hub.Shard;

/** What belongs to one worker event loop. */
record Worker(Shard shard, RequestDeadlines deadlines) {}
