package dev.fanfare.gateway.engine.memory;

import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.BrokerContract;

class MemoryBrokerTest extends BrokerContract {
    @Override
    protected Broker open() {
        MemoryConfig config = new MemoryConfig(64 * 1024 * 1024, 1_000, 1_000);
        return new MemoryBroker(config, new EngineThread(config));
    }
}
