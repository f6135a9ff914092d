package dev.fanfare.gateway.boot;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who started the gateway and wants to hear how it is: systemd, by the datagrams of sd_notify(3), when
 * {@code NOTIFY_SOCKET} is set; nobody otherwise. Any thread but an event loop: while the other side's queue is full a
 * message waits, for a second at most.
 *
 * <p>Java has no datagram sockets of the Unix kind; Netty's native code has. The socket is opened once, at the start: a
 * gateway that has run out of file descriptors lives on, and must still be able to say so.
 */
final class ServiceManager implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ServiceManager.class);
    private static final int LONGEST_PATH = 107; // sun_path of unix(7), less its NUL
    private static final int LONGEST_MESSAGE = 1024;
    private static final int TRIES = 20;
    private static final long PAUSE_MILLIS = 50;

    private final byte[] address;
    private final @Nullable Socket socket;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(LONGEST_MESSAGE);
    private final Duration watchdog;
    private boolean failed;

    private ServiceManager(byte[] address, @Nullable Socket socket, Duration watchdog) {
        this.address = address;
        this.socket = socket;
        this.watchdog = watchdog;
    }

    /** The one that this environment names. */
    static ServiceManager in(Map<String, String> environment) {
        String path = environment.getOrDefault("NOTIFY_SOCKET", "");
        String unusable = path.isEmpty() ? "" : unusable(path);
        if (!unusable.isEmpty()) {
            log.warn(
                    "NOTIFY_SOCKET is '{}', but {}: systemd will not hear that the gateway is ready."
                            + " Its unit needs Type=exec and WatchdogSec=0",
                    path,
                    unusable);
        }
        if (path.isEmpty() || !unusable.isEmpty()) {
            return new ServiceManager(new byte[0], null, Duration.ZERO);
        }
        byte[] address = path.getBytes(UTF_8);
        if (path.startsWith("@")) {
            address[0] = 0; // unix(7): an abstract address
        }
        return new ServiceManager(address, Socket.newSocketDomainDgram(), watchdog(environment));
    }

    /** Sends one message of these {@code NAME=value} lines. */
    synchronized void tell(String... lines) {
        if (socket == null || !socket.isOpen()) {
            return;
        }
        byte[] message = String.join("\n", lines).getBytes(UTF_8);
        int length = Math.min(message.length, LONGEST_MESSAGE);
        buffer.clear().put(message, 0, length);
        try {
            // 0: the other side's queue is full
            for (int i = 0; i < TRIES && socket.sendToDomainSocket(buffer, 0, length, address) == 0; i++) {
                Thread.sleep(PAUSE_MILLIS);
            }
            failed = false;
        } catch (IOException nobodyThere) {
            if (!failed) {
                log.warn("cannot tell NOTIFY_SOCKET {}: {}", lines[0], nobodyThere.getMessage());
            }
            failed = true;
        } catch (InterruptedException stopNow) {
            Thread.currentThread().interrupt();
        }
    }

    /** The longest silence it bears from {@code WATCHDOG=1} to the next; zero if it does not listen for that. */
    Duration watchdog() {
        return watchdog;
    }

    @Override
    public synchronized void close() {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException gone) {
                log.debug("closing the notification socket", gone);
            }
        }
    }

    /** Whether one listens. */
    boolean isThere() {
        return socket != null;
    }

    private static String unusable(String path) {
        if (!path.startsWith("/") && !path.startsWith("@")) {
            return "only paths and abstract addresses (@) are known";
        }
        if (path.getBytes(UTF_8).length > LONGEST_PATH) {
            return "that is too long for an address";
        }
        // Also when another transport is chosen: asking loads the library the socket needs.
        return Epoll.isAvailable() ? "" : "Netty's epoll library cannot be loaded here";
    }

    private static Duration watchdog(Map<String, String> environment) {
        String pid = environment.getOrDefault("WATCHDOG_PID", "");
        if (!pid.isEmpty() && !pid.equals(Long.toString(ProcessHandle.current().pid()))) {
            return Duration.ZERO; // meant for the process that started us
        }
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        try {
            return micros.isEmpty() ? Duration.ZERO : Duration.of(Long.parseLong(micros), ChronoUnit.MICROS);
        } catch (NumberFormatException notANumber) {
            log.warn("WATCHDOG_USEC is '{}', which is no number: no watchdog", micros);
            return Duration.ZERO;
        }
    }
}
