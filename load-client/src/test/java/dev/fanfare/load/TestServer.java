package dev.fanfare.load;

import dev.fanfare.load.wire.Upgrade;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLServerSocket;

/** A push server of plain sockets that says what a test wants, right or wrong. One thread per connection. */
public final class TestServer implements Closeable {
    /** What one connection gets to hear. */
    public interface Script {
        /** Speaks to connection {@code index}, counted from 0 in the order of arrival. */
        void speak(int index, Speaker speaker) throws IOException;
    }

    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger count = new AtomicInteger();
    private final long made = System.currentTimeMillis();

    public TestServer(Script script) throws IOException {
        this(script, ServerSocketFactory.getDefault());
    }

    /** One whose sockets come from elsewhere, as those of TLS do. */
    public TestServer(Script script, ServerSocketFactory sockets) throws IOException {
        listener = sockets.createServerSocket(0, 200, InetAddress.getLoopbackAddress());
        threads.execute(() -> accept(script));
    }

    public String url() {
        return (listener instanceof SSLServerSocket ? "https" : "http") + "://127.0.0.1:" + listener.getLocalPort();
    }

    /** The requests so far, in the order of their arrival. */
    public List<String> requests() {
        return requests;
    }

    /** The tick of that number: the same text every time. */
    public String tick(long seq) {
        return "{\"seq\":" + seq + ",\"ts\":" + made + ",\"quotes\":[{\"symbol\":\"005930\",\"price\":71200}]}";
    }

    private void accept(Script script) {
        try {
            while (true) {
                Socket socket = listener.accept();
                sockets.add(socket);
                threads.execute(() -> serve(socket, script));
            }
        } catch (IOException e) {
            // the listener was closed: the test is over
        }
    }

    private void serve(Socket socket, Script script) {
        try (socket) {
            String request = readHead(socket.getInputStream());
            requests.add(request);
            script.speak(count.getAndIncrement(), new Speaker(request, socket.getOutputStream()));
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // the client closed the connection, which is how tests end
        }
    }

    private static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("no request");
            }
            head.write(b);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        threads.shutdownNow();
    }

    /** Writes to one connection in the words of its transport. */
    public final class Speaker {
        private final String request;
        private final OutputStream out;

        private Speaker(String request, OutputStream out) {
            this.request = request;
            this.out = out;
        }

        public boolean isSse() {
            return request.startsWith("GET /sse ");
        }

        /** Opens the stream as it should be opened. */
        public Speaker open() throws IOException {
            if (isSse()) {
                raw(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n");
                return chunk(": hi\n\n");
            }
            String key = request.replaceAll("(?s).*Sec-WebSocket-Key: (\\S+).*", "$1");
            return raw(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                            + Upgrade.accept(key) + "\r\n\r\n");
        }

        /** Sends the ticks of these numbers. */
        public Speaker ticks(long... numbers) throws IOException {
            for (long number : numbers) {
                message(number, tick(number));
            }
            return this;
        }

        /** Sends any text as a message; an event gets {@code id}. */
        public Speaker message(long id, String text) throws IOException {
            return isSse() ? chunk("id: " + id + "\ndata: " + text + "\n\n") : frame(0x81, text);
        }

        public Speaker chunk(String text) throws IOException {
            return raw(Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
        }

        /** A WebSocket frame of at most 125 bytes. */
        public Speaker frame(int first, String text) throws IOException {
            byte[] payload = text.getBytes(StandardCharsets.ISO_8859_1);
            out.write(new byte[] {(byte) first, (byte) payload.length});
            out.write(payload);
            return this;
        }

        public Speaker raw(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return this;
        }
    }
}
