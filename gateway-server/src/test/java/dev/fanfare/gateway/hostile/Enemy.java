package dev.fanfare.gateway.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** One bad connection: sends what it likes, reads only when told to, never waits. Knows nothing of the gateway's code. One thread. */
final class Enemy implements AutoCloseable {
    private final SocketChannel channel;
    private final ByteBuffer heard = ByteBuffer.allocate(4096);
    private boolean gone;

    /** Connects from {@code address}. */
    Enemy(int port, String address) throws IOException {
        this(port, address, 0);
    }

    /** One whose kernel takes few bytes; 0 for the usual ones. */
    Enemy(int port, String address, int receiveBuffer) throws IOException {
        channel = SocketChannel.open();
        try {
            if (receiveBuffer > 0) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
            }
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.bind(new InetSocketAddress(address, 0));
            channel.socket().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
            channel.configureBlocking(false);
        } catch (IOException failure) {
            channel.close();
            throw failure;
        }
    }

    /** Sends as many of these bytes as go; returns how many. */
    int send(byte[] bytes) {
        return send(ByteBuffer.wrap(bytes));
    }

    int send(String text) {
        return send(text.getBytes(ISO_8859_1));
    }

    int send(ByteBuffer bytes) {
        int before = bytes.remaining();
        try {
            int count = 1;
            while (!gone && bytes.hasRemaining() && count > 0) {
                count = channel.write(bytes);
            }
        } catch (IOException reset) {
            gone = true;
        }
        return before - bytes.remaining();
    }

    /** Sends all of it, or gives up after a while or when the gateway hangs up. */
    void sendAll(byte[] bytes) throws InterruptedException {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        for (int tries = 0; tries < 1_000 && all.hasRemaining() && !gone; tries++) {
            if (send(all) == 0) {
                Thread.sleep(2);
            }
        }
    }

    /** What has come meanwhile, at most 4 KiB; empty if nothing. */
    String hear() {
        heard.clear();
        try {
            if (!gone && channel.read(heard) < 0) {
                gone = true;
            }
        } catch (IOException reset) {
            gone = true;
        }
        return new String(heard.array(), 0, heard.position(), ISO_8859_1);
    }

    /** Waits for something to come, or the end; at most {@code millis}. */
    String await(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        String text = hear();
        while (text.isEmpty() && !gone && System.nanoTime() - deadline < 0) {
            Thread.sleep(5);
            text = hear();
        }
        return text;
    }

    /** Reads and throws away; whether the connection is gone. */
    boolean isGone() {
        int parts = 0;
        while (parts < 64 && !hear().isEmpty()) {
            parts++;
        }
        return gone;
    }

    /** Whether the gateway was seen to hang up; reads nothing. */
    boolean isClosed() {
        return gone;
    }

    /** Ends with a reset. */
    void reset() {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            channel.close();
        } catch (IOException already) {
            gone = true;
        }
    }

    @Override
    public void close() {
        reset();
    }
}
