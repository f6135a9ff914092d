package dev.fanfare.gateway.hostile;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Well-behaved subscribers of the ticks, one half SSE, the other WebSocket, served by one thread. Each checks that no tick is missing, and
 * how late it is.
 */
final class GoodClients implements AutoCloseable {
    private static final String SSE = "GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String WEBSOCKET =
            "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    private static final byte[] SEQ = "{\"seq\":".getBytes(US_ASCII);
    private static final byte[] TS = ",\"ts\":".getBytes(US_ASCII);

    private final Selector selector;
    private final List<Client> clients = new ArrayList<>();
    private final Thread thread = new Thread(this::run, "good clients");
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    private volatile boolean ended;
    // Written by the thread only; read by others through report().
    private long ticks;
    private long missed;
    private long worstMillis;
    private long lateTicks;
    private int lost;

    /** What the clients saw. */
    record Report(int clients, long ticks, long missed, int lost, long worstMillis, long lateTicks) {}

    /** One connection. */
    private static final class Client {
        private final SocketChannel channel;
        private long lastSeq;
        private int matched;
        private long number;
        private int field;
        private long seq;

        Client(SocketChannel channel) {
            this.channel = channel;
        }
    }

    /** Opens {@code count} and waits until each has seen a tick. */
    GoodClients(int port, int count) throws IOException, InterruptedException {
        selector = Selector.open();
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            // A handful of addresses, so that limits per address are not the good ones' matter.
            channel.bind(new InetSocketAddress("127.1." + (i / 250) + "." + (1 + i % 250), 0));
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.write(ByteBuffer.wrap((i % 2 == 0 ? SSE : WEBSOCKET).getBytes(US_ASCII)));
            channel.configureBlocking(false);
            Client client = new Client(channel);
            channel.register(selector, SelectionKey.OP_READ, client);
            clients.add(client);
        }
        thread.setDaemon(true);
        thread.start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (asked(() -> clients.stream().anyMatch(client -> client.lastSeq == 0))) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("not all good clients were served: " + report());
            }
            Thread.sleep(50);
        }
    }

    /** Forgets what it has seen, but not where each client stands. */
    void restart() throws InterruptedException {
        asked(() -> {
            ticks = missed = worstMillis = lateTicks = 0;
            lost = 0;
            return true;
        });
    }

    Report report() throws InterruptedException {
        Report[] made = new Report[1];
        asked(() -> {
            made[0] = new Report(clients.size(), ticks, missed, lost, worstMillis, lateTicks);
            return true;
        });
        return made[0];
    }

    @Override
    public void close() throws IOException {
        ended = true;
        selector.wakeup();
        try {
            thread.join(5_000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        for (Client client : clients) {
            client.channel.close();
        }
        selector.close();
    }

    /** A question the clients' thread answers. */
    private interface Question {
        boolean ask();
    }

    private volatile Question question;
    private volatile boolean answer;
    private volatile CountDownLatch answered;

    private synchronized boolean asked(Question what) throws InterruptedException {
        CountDownLatch latch = new CountDownLatch(1);
        answered = latch;
        question = what;
        selector.wakeup();
        if (!latch.await(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the clients' thread hangs");
        }
        return answer;
    }

    private void run() {
        try {
            while (!ended) {
                selector.select(this::read, 100);
                Question asked = question;
                if (asked != null) {
                    question = null;
                    answer = asked.ask();
                    answered.countDown();
                }
            }
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private void read(SelectionKey key) {
        Client client = (Client) key.attachment();
        try {
            buffer.clear();
            int count = client.channel.read(buffer);
            if (count < 0) {
                throw new IOException("closed");
            }
            buffer.flip();
            while (buffer.hasRemaining()) {
                take(client, buffer.get());
            }
        } catch (IOException gone) {
            lost++;
            key.cancel();
        }
    }

    /** Looks for the first two members of a tick in whatever stands around it: seq and ts. */
    private void take(Client client, byte next) {
        byte[] wanted = client.field == 0 ? SEQ : TS;
        if (client.matched < wanted.length) {
            boolean fits = next == wanted[client.matched];
            if (!fits && client.field == 1) {
                client.field = 0;
            }
            client.matched = fits ? client.matched + 1 : next == SEQ[0] ? 1 : 0;
            client.number = 0;
        } else if (next >= '0' && next <= '9') {
            client.number = client.number * 10 + next - '0';
        } else if (client.field == 0) {
            client.seq = client.number;
            client.field = 1;
            client.matched = next == TS[0] ? 1 : 0;
        } else {
            tick(client, client.number);
            client.field = 0;
            client.matched = 0;
        }
    }

    private void tick(Client client, long madeAt) {
        ticks++;
        missed += client.lastSeq == 0 ? 0 : Math.abs(client.seq - client.lastSeq - 1);
        client.lastSeq = client.seq;
        long late = System.currentTimeMillis() - madeAt;
        worstMillis = Math.max(worstMillis, late);
        lateTicks += late > 1_000 ? 1 : 0;
    }
}
