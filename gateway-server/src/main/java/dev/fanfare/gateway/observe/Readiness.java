package dev.fanfare.gateway.observe;

/** Whether the gateway wants new connections. Any thread. */
public final class Readiness {
    /** In the order in which a gateway passes through them. */
    public enum Phase {
        STARTING,
        READY,
        /** New connections are still served, but load balancers shall send no more. */
        LEAVING,
        /** No new streams; those that are open are let go. */
        DRAINING
    }

    private volatile Phase phase = Phase.STARTING;

    public Phase phase() {
        return phase;
    }

    public void ready() {
        phase = Phase.READY;
    }

    public void leaving() {
        phase = Phase.LEAVING;
    }

    public void draining() {
        phase = Phase.DRAINING;
    }
}
