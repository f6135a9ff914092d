package dev.fanfare.gateway.transport;

/** What the configuration may ask for. */
public enum TransportChoice {
    /** epoll where available, NIO otherwise. */
    AUTO,
    EPOLL,
    IO_URING,
    NIO
}
