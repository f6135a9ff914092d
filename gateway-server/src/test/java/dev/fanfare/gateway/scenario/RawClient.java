package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.address.Literal;
import dev.fanfare.gateway.boot.RunningGateway;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** A TCP client that sends exactly the bytes it is given and sees every byte that comes. Not for several threads. */
final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 15_000;

    private final Socket socket;
    private final InputStream in;

    private RawClient(int port, int receiveBuffer) throws IOException {
        this(connect(port, receiveBuffer, InetAddress.getLoopbackAddress()));
    }

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        in = new BufferedInputStream(socket.getInputStream());
    }

    private static Socket connect(int port, int receiveBuffer, InetAddress from) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        return socket;
    }

    /** Over TLS; the handshake is done. An end without close_notify is then an error for {@link #readToEnd()}. */
    static RawClient tls(RunningGateway gateway, SSLContext context) throws IOException {
        return tls(gateway, context, 0);
    }

    /** The same, with a kernel that takes few bytes in advance if {@code receiveBuffer} is not 0. */
    static RawClient tls(RunningGateway gateway, SSLContext context, int receiveBuffer) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory()
                .createSocket(
                        connect(gateway.port(), receiveBuffer, InetAddress.getLoopbackAddress()),
                        "127.0.0.1",
                        gateway.port(),
                        true);
        try {
            socket.startHandshake();
        } catch (IOException refused) {
            socket.close();
            throw refused;
        }
        return new RawClient(socket);
    }

    /** What was agreed on; only over TLS. */
    SSLSession session() {
        return ((SSLSocket) socket).getSession();
    }

    static RawClient to(RunningGateway gateway) throws IOException {
        return new RawClient(gateway.port(), 0);
    }

    static RawClient to(int port) throws IOException {
        return new RawClient(port, 0);
    }

    /** One that has another address of this machine. */
    static RawClient from(String address, RunningGateway gateway) throws IOException {
        return new RawClient(connect(gateway.port(), 0, Objects.requireNonNull(Literal.parse(address))));
    }

    /** One whose kernel takes few bytes in advance, so that not reading soon shows at the other end. */
    static RawClient withSmallBuffer(RunningGateway gateway) throws IOException {
        return new RawClient(gateway.port(), 2_048);
    }

    RawClient send(String text) throws IOException {
        return send(text.getBytes(UTF_8));
    }

    RawClient send(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** The same by another thread, so that this one can read. */
    CompletableFuture<RawClient> sendMeanwhile(String text) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return send(text);
            } catch (IOException gone) {
                throw new UncheckedIOException(gone);
            }
        });
    }

    /** Every byte in a packet of its own. */
    RawClient sendBytewise(byte... bytes) throws IOException {
        for (byte one : bytes) {
            socket.getOutputStream().write(one);
        }
        return this;
    }

    /** A GET of {@code path} with what HTTP/1.1 requires. */
    RawClient get(String path, String... headers) throws IOException {
        return send(request("GET", path, headers));
    }

    static String request(String method, String path, String... headers) {
        StringBuilder text = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        return text.append("\r\n").toString();
    }

    int readByte() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException("the gateway closed the connection");
        }
        return next;
    }

    byte[] read(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the gateway closed the connection after " + bytes.length + " of " + length);
        }
        return bytes;
    }

    /** A line that ends with CR LF, without them. */
    String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = readByte();
        while (next != '\r') {
            assertThat(next).as("bare LF after " + line).isNotEqualTo('\n');
            line.write(next);
            next = readByte();
        }
        assertThat(readByte()).as("the byte after CR").isEqualTo('\n');
        return line.toString(ISO_8859_1);
    }

    /** Status line and headers; the body is left for later. */
    Reply readHead() throws IOException {
        String[] status = readLine().split(" ", 3);
        Map<String, List<String>> headers = new TreeMap<>();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>(1))
                    .add(line.substring(colon + 1).trim());
        }
        return new Reply(status[0], Integer.parseInt(status[1]), headers, "");
    }

    /** A response whose length the header says. */
    Reply readReply() throws IOException {
        Reply head = readHead();
        String length = head.header("content-length");
        assertThat(length).as("Content-Length of " + head).isNotNull();
        return new Reply(
                head.version(), head.status(), head.headers(), new String(read(Integer.parseInt(length)), UTF_8));
    }

    /** Everything until the gateway closes; fails on a reset, for a reset can cost the client what was sent before. */
    String readToEnd() throws IOException {
        return new String(in.readAllBytes(), UTF_8);
    }

    /** Waits until the connection is closed, however; what comes before is thrown away. */
    void awaitClosed() throws IOException {
        try {
            in.skip(Long.MAX_VALUE);
            while (in.read() >= 0) {
                in.skip(in.available());
            }
        } catch (java.net.SocketTimeoutException stillOpen) {
            throw new AssertionError("the connection is still open", stillOpen);
        } catch (IOException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    /** Ends with a reset instead of an orderly close. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
