package dev.fanfare.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.fanfare.load.wire.Cursor;
import dev.fanfare.load.wire.Upgrade;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A push server with channels, history and recovery, small and slow, which commits one kind of sin: against the stream that came
 * first to it, or against whoever comes back. One thread per connection, one lock for all.
 */
public final class FakeGateway implements Closeable {
    /** What it does wrong. */
    public enum Sin {
        NONE,
        /** Publication 5 of each channel does not come. */
        LOSE,
        /** Publication 5 comes twice. */
        TWICE,
        /** Publication 5 comes after 6. */
        SWAP,
        /** Publication 5 has one character changed. */
        FLIP,
        /** Publication 5 has the content of publication 4, whole and good. */
        STALE,
        /** Nothing comes from publication 5 on. */
        SILENT,
        /** The first publication does not come. */
        NOT_THE_FIRST,
        /** Who comes back gets what is new only. */
        FORGET,
        /** Who comes back gets the last one before its position again. */
        AGAIN,
        /** Who comes back is told of a gap, and gets what is new. */
        TELL,
        /** Who comes back is told of a gap that ends before what is missing does. */
        TELL_TOO_LITTLE,
        /** Event ids stand one publication too far ahead. */
        AHEAD,
        /** Every third call is refused with 429 and Retry-After 0. */
        BUSY,
        /** Every call is refused with 403. */
        CLOSED,
        /** The first call's answer never comes: the connection ends, though it counted. */
        MUTE
    }

    private static final Pattern LINE =
            Pattern.compile("\\{\"channel\":\"([^\"]+)\",(?:\"key\":\"([^\"]+)\",)?\"data\":(.*)}");
    private static final String EPOCH = "Ep0ch1";

    private final Sin sin;
    private final boolean conflate;
    private final ServerSocket listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Map<String, List<String>> history = new LinkedHashMap<>();
    private final List<Stream> streams = new ArrayList<>();
    private int calls;
    private int streamsOpened;

    public FakeGateway(Sin sin, boolean conflate) throws IOException {
        this.sin = sin;
        this.conflate = conflate;
        threads.execute(this::accept);
    }

    public String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** Heads of all requests. */
    public List<String> requests() {
        return requests;
    }

    /** Publications of all channels. */
    public synchronized int published() {
        return history.values().stream().mapToInt(List::size).sum();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                sockets.add(socket);
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            // the listener was closed: the test is over
        }
    }

    private void serve(Socket socket) {
        Stream stream = null;
        try (socket) {
            InputStream in = socket.getInputStream();
            while (true) {
                String head = head(in);
                requests.add(head);
                if (head.startsWith("POST ")) {
                    byte[] body = in.readNBytes(Integer.parseInt(header(head, "Content-Length")));
                    if (!answer(new String(body, ISO_8859_1), socket.getOutputStream())) {
                        return;
                    }
                } else {
                    stream = open(head, socket.getOutputStream());
                    in.transferTo(OutputStream.nullOutputStream());
                }
            }
        } catch (IOException e) {
            // the client closed the connection
        } finally {
            leave(stream);
        }
    }

    private synchronized void leave(@Nullable Stream stream) {
        streams.remove(stream);
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("no request");
            }
            head.write(b);
        }
        return head.toString(ISO_8859_1);
    }

    private static String header(String head, String name) {
        Matcher found = Pattern.compile("\r\n" + name + ": ([^\r]*)\r\n").matcher(head);
        return found.find() ? found.group(1) : "";
    }

    // Publishing.

    private synchronized boolean answer(String body, OutputStream out) throws IOException {
        calls++;
        if (sin == Sin.CLOSED || (sin == Sin.BUSY && calls % 3 == 0)) {
            String status = sin == Sin.CLOSED ? "403 Forbidden" : "429 Too Many Requests\r\nRetry-After: 0";
            write(out, "HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n\r\n{}");
            return true;
        }
        StringBuilder reply = new StringBuilder();
        for (String line : body.strip().split("\n", -1)) {
            Matcher parts = LINE.matcher(line);
            if (!parts.matches()) {
                throw new IOException("not a publication: " + line);
            }
            long offset = publish(parts.group(1), parts.group(2), parts.group(3));
            reply.append("{\"result\":{\"offset\":" + offset + ",\"epoch\":\"" + EPOCH + "\"}}\n");
        }
        if (sin == Sin.MUTE && calls == 1) {
            return false;
        }
        write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + reply.length() + "\r\n\r\n" + reply);
        return true;
    }

    private long publish(String channel, @Nullable String key, String data) {
        List<String> kept = history.computeIfAbsent(channel, name -> new ArrayList<>());
        kept.add((key == null ? "" : key) + " " + data);
        for (Stream stream : List.copyOf(streams)) {
            if (stream.positions.containsKey(channel)) {
                stream.live(channel, kept.size());
            }
        }
        return kept.size();
    }

    // Streams.

    private synchronized Stream open(String head, OutputStream out) throws IOException {
        boolean sse = head.startsWith("GET /sse");
        String query = URI.create(head.split(" ", 3)[1]).getQuery();
        String sent = header(head, "Last-Event-ID");
        Stream stream = new Stream(out, sse, streamsOpened++ == 0);
        if (sse) {
            write(
                    out,
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n");
        } else {
            String accept = Upgrade.accept(header(head, "Sec-WebSocket-Key"));
            write(
                    out,
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                            + accept + "\r\n\r\n");
        }
        Cursor cursor = sent.isEmpty() ? null : Cursor.parse(sent);
        for (String channel : query.replaceAll("^channels=|&.*", "").split(",", -1)) {
            Cursor.Position since = cursor == null ? recovered(query, channel) : cursor.of(channel);
            int top = history.getOrDefault(channel, List.of()).size();
            stream.positions.put(channel, since == null ? (conflate ? 0L : top) : since.offset());
            stream.catchUp(channel, top, since != null);
        }
        streams.add(stream);
        stream.tellPosition();
        return stream;
    }

    private static Cursor.@Nullable Position recovered(String query, String channel) {
        Matcher said = Pattern.compile("&recover=" + channel + ",(\\d+)," + EPOCH + "(&|$)")
                .matcher(query);
        return said.find() ? new Cursor.Position(EPOCH, Long.parseLong(said.group(1))) : null;
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(ISO_8859_1));
        out.flush();
    }

    private final class Stream {
        private final OutputStream out;
        private final boolean sse;
        private final boolean victim;
        private final Map<String, Long> positions = new LinkedHashMap<>();
        private final Set<String> held = new HashSet<>();

        private Stream(OutputStream out, boolean sse, boolean victim) {
            this.out = out;
            this.sse = sse;
            this.victim = victim;
        }

        private void catchUp(String channel, int top, boolean back) {
            long from = positions.getOrDefault(channel, 0L);
            if (back && (sin == Sin.FORGET || sin == Sin.TELL || sin == Sin.TELL_TOO_LITTLE) && from < top) {
                positions.put(channel, (long) top);
                if (sin != Sin.FORGET) {
                    gap(channel, from, sin == Sin.TELL ? top : from);
                }
                return;
            }
            long again = back && sin == Sin.AGAIN && from > 0 ? from - 1 : from;
            for (long offset = again + 1; offset <= top; offset++) {
                if (!conflate || isNewest(channel, offset)) {
                    send(channel, offset);
                }
            }
        }

        private boolean isNewest(String channel, long offset) {
            List<String> kept = history.getOrDefault(channel, List.of());
            String key = key(kept.get((int) offset - 1));
            return kept.subList((int) offset, kept.size()).stream()
                    .noneMatch(later -> key(later).equals(key));
        }

        private String key(String kept) {
            return kept.substring(0, kept.indexOf(' '));
        }

        private void live(String channel, long offset) {
            boolean fifth = victim && offset == 5;
            if (victim && ((sin == Sin.SILENT && offset >= 5) || (sin == Sin.NOT_THE_FIRST && offset == 1))) {
                return;
            }
            if (fifth && sin == Sin.SWAP) {
                held.add(channel);
            } else if (!(fifth && sin == Sin.LOSE)) {
                send(channel, offset);
                if (fifth && sin == Sin.TWICE) {
                    send(channel, offset);
                }
            }
            if (offset == 6 && held.remove(channel)) {
                send(channel, 5);
            }
        }

        private void send(String channel, long offset) {
            List<String> kept = history.getOrDefault(channel, List.of());
            boolean wrong = victim && offset == 5;
            String entry = kept.get((int) offset - (wrong && sin == Sin.STALE ? 2 : 1));
            String data = entry.substring(entry.indexOf(' ') + 1);
            if (wrong && sin == Sin.FLIP) {
                data = data.substring(0, 100) + (data.charAt(100) == 'x' ? 'y' : 'x') + data.substring(101);
            }
            positions.merge(channel, offset, Math::max);
            say(
                    "",
                    "{\"channel\":\"" + channel + "\",\"offset\":" + offset + ",\"epoch\":\"" + EPOCH + "\",\"data\":"
                            + data + "}");
        }

        private void gap(String channel, long from, long to) {
            String known = position(from);
            String now = position(to);
            if (sse) {
                say(
                        "event: gap\n",
                        "{\"channel\":\"" + channel + "\"," + known.substring(1, known.length() - 1) + ",\"now\":" + now
                                + "}");
            } else {
                say("", "{\"channel\":\"" + channel + "\",\"gap\":{\"from\":" + known + ",\"now\":" + now + "}}");
            }
        }

        private String position(long offset) {
            return "{\"offset\":" + offset + ",\"epoch\":\"" + EPOCH + "\"}";
        }

        private void tellPosition() throws IOException {
            if (sse) {
                chunk("id: " + cursor() + "\n\n");
            }
        }

        private String cursor() {
            StringBuilder cursor = new StringBuilder();
            String epoch = "";
            for (Map.Entry<String, Long> each : positions.entrySet()) {
                long ahead = sin == Sin.AHEAD ? 1 : 0;
                Cursors.append(cursor, each.getKey(), new Cursor.Position(EPOCH, each.getValue() + ahead), epoch);
                epoch = EPOCH;
            }
            return cursor.toString();
        }

        private void say(String type, String json) {
            try {
                if (sse) {
                    chunk("id: " + cursor() + "\n" + type + "data: " + json + "\n\n");
                } else {
                    byte[] payload = json.getBytes(ISO_8859_1);
                    out.write(
                            payload.length < 126
                                    ? new byte[] {(byte) 0x81, (byte) payload.length}
                                    : new byte[] {(byte) 0x81, 126, (byte) (payload.length >> 8), (byte) payload.length
                                    });
                    out.write(payload);
                }
            } catch (IOException e) {
                // it has gone; its own thread finds out
            }
        }

        private void chunk(String text) throws IOException {
            write(out, Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        threads.shutdownNow();
    }
}
