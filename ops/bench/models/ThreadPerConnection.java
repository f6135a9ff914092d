import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread for each connection, platform or virtual. It reads the request, then sleeps, writes, sleeps.
 *
 * <p>The handoff is the cheapest we know: the finished bytes stand in one slot for all, and the publisher wakes the threads
 * one by one. Nothing is queued and nothing is allocated for a message. A thread that is still writing when the next message
 * comes finds the newest one afterwards, so a slow client misses messages and holds up nobody.
 */
final class ThreadPerConnection implements Models.Broadcaster {
    private final Thread.Builder threads;
    private final Models.Options options;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile byte[] latest = {};

    ThreadPerConnection(Thread.Builder threads, Models.Options options) {
        this.threads = threads;
        this.options = options;
    }

    @Override
    public void serve(int port) throws IOException {
        int refused = 0;
        try (ServerSocket listener = new ServerSocket(port, 4096, InetAddress.getLoopbackAddress())) {
            while (true) {
                Socket socket = listener.accept();
                try {
                    Connection connection = new Connection(socket);
                    connection.thread = threads.unstarted(connection);
                    connection.thread.start();
                } catch (OutOfMemoryError e) { // "unable to create native thread"
                    socket.close();
                    if (Integer.bitCount(++refused) == 1) {
                        System.out.println("refused " + refused + " with " + connections.size() + " connected: " + e.getMessage());
                    }
                }
            }
        }
    }

    @Override
    public void publish(byte[] chunk) {
        latest = chunk;
        for (Connection connection : connections) {
            connection.offer(chunk);
        }
    }

    private final class Connection implements Runnable {
        private final Socket socket;
        private final BlockingQueue<byte[]> queue = options.queue() == 0 ? null : new LinkedBlockingQueue<>(options.queue());
        private Thread thread;

        Connection(Socket socket) {
            this.socket = socket;
        }

        /** Runs on the publisher's thread. */
        void offer(byte[] chunk) {
            if (queue == null) {
                LockSupport.unpark(thread);
            } else {
                while (!queue.offer(chunk)) {
                    queue.poll(); // full: the oldest goes
                }
            }
        }

        /** Waits until there is something newer than what was sent last. */
        private byte[] next(byte[] sent) throws InterruptedException {
            if (queue != null) {
                return queue.take();
            }
            while (latest == sent) {
                LockSupport.park(this);
            }
            return latest;
        }

        @Override
        public void run() {
            try (socket) {
                socket.setTcpNoDelay(true);
                socket.setSendBufferSize(Models.SEND_BUFFER);
                readHead(socket.getInputStream());
                boolean busy = requests.getAndIncrement() < options.busy();
                if (options.reader()) {
                    threads.start(this::readUntilClosed);
                }
                OutputStream out = socket.getOutputStream();
                out.write(Models.HEAD);
                byte[] sent = latest;
                connections.add(this);
                while (true) {
                    sent = next(sent);
                    if (busy) {
                        compute();
                    }
                    out.write(sent);
                }
            } catch (IOException | InterruptedException | OutOfMemoryError e) {
                // the client is gone, or there was no thread to be had for its reader
            } finally {
                connections.remove(this);
            }
        }

        private void readHead(InputStream in) throws IOException {
            byte[] buffer = new byte[1024];
            int ending = 0;
            for (int total = 0; total < Models.MAX_HEAD; ) {
                int length = in.read(buffer);
                if (length < 0) {
                    break;
                }
                total += length;
                for (int i = 0; i < length; i++) {
                    ending = Models.ending(ending, buffer[i]);
                    if (ending == 4) {
                        return;
                    }
                }
            }
            throw new EOFException("no request");
        }

        private void readUntilClosed() {
            try (socket) {
                byte[] buffer = new byte[128];
                while (socket.getInputStream().read(buffer) >= 0) {
                    // a WebSocket would look at it
                }
            } catch (IOException e) {
                // closed already
            }
        }

        private static void compute() {
            long end = System.nanoTime() + 300_000_000;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        }
    }
}
