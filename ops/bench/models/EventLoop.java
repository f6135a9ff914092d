import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A few threads, each with a selector and a share of the connections, which it writes to one after the other. */
final class EventLoop implements Models.Broadcaster {
    private final List<Loop> loops = new ArrayList<>();

    EventLoop(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Loop loop = new Loop();
            loops.add(loop);
            Thread.ofPlatform().name("loop-" + i).daemon().start(loop);
        }
    }

    @Override
    public void serve(int port) throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 4096);
            for (int i = 0; ; i++) {
                SocketChannel channel = listener.accept();
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.setOption(StandardSocketOptions.SO_SNDBUF, Models.SEND_BUFFER);
                loops.get(i % loops.size()).adopt(channel);
            }
        }
    }

    @Override
    public void publish(byte[] chunk) {
        ByteBuffer message = ByteBuffer.allocateDirect(chunk.length).put(chunk).flip();
        for (Loop loop : loops) {
            loop.post(message.duplicate());
        }
    }

    private static final class Loop implements Runnable {
        private final Selector selector = Selector.open();
        private final Queue<SocketChannel> arrived = new ConcurrentLinkedQueue<>();
        private final List<Client> clients = new ArrayList<>();
        private final ByteBuffer input = ByteBuffer.allocateDirect(1024);
        private volatile ByteBuffer latest = ByteBuffer.allocate(0);
        private ByteBuffer delivered = latest;

        Loop() throws IOException {}

        void adopt(SocketChannel channel) {
            arrived.add(channel);
            selector.wakeup();
        }

        void post(ByteBuffer message) {
            latest = message;
            selector.wakeup();
        }

        @Override
        public void run() {
            try {
                while (true) {
                    selector.select(this::ready);
                    for (SocketChannel channel; (channel = arrived.poll()) != null; ) {
                        channel.register(selector, SelectionKey.OP_READ, new Client(channel));
                    }
                    if (latest != delivered) {
                        delivered = latest;
                        for (int i = clients.size() - 1; i >= 0; i--) { // backwards: one that fails is replaced by the last
                            clients.get(i).offer();
                        }
                    }
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private void ready(SelectionKey key) {
            Client client = (Client) key.attachment();
            if (key.isReadable()) {
                client.read();
            }
            if (key.isValid() && key.isWritable()) {
                client.write(key);
            }
        }

        private final class Client {
            private final SocketChannel channel;
            private int place = -1; // in clients
            private int ending;
            private ByteBuffer rest; // what the socket did not take
            private ByteBuffer sent; // the message begun last

            Client(SocketChannel channel) {
                this.channel = channel;
            }

            void read() {
                try {
                    int length = channel.read(input.clear());
                    if (length < 0) {
                        close();
                    }
                    for (int i = 0; i < length && ending < 4; i++) {
                        ending = Models.ending(ending, input.get(i));
                        if (ending == 4) {
                            channel.write(ByteBuffer.wrap(Models.HEAD));
                            sent = delivered;
                            place = clients.size();
                            clients.add(this);
                        }
                    }
                } catch (IOException e) {
                    close();
                }
            }

            /** A message has come. While the last one is not out, it waits: the newest is taken when there is room. */
            void offer() {
                if (rest != null) {
                    return;
                }
                try {
                    sent = delivered;
                    channel.write(sent.rewind());
                    if (sent.hasRemaining()) {
                        rest = sent.slice();
                        channel.keyFor(selector).interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                    }
                } catch (IOException e) {
                    close();
                }
            }

            void write(SelectionKey key) {
                try {
                    channel.write(rest);
                    if (rest.hasRemaining()) {
                        return;
                    }
                    rest = null;
                    key.interestOps(SelectionKey.OP_READ);
                    if (sent != delivered) {
                        offer();
                    }
                } catch (IOException e) {
                    close();
                }
            }

            private void close() {
                if (place >= 0) {
                    Client last = clients.removeLast();
                    if (last != this) {
                        clients.set(place, last);
                        last.place = place;
                    }
                    place = -1;
                }
                try {
                    channel.close();
                } catch (IOException e) {
                    // it is closed all the same
                }
            }
        }
    }
}
