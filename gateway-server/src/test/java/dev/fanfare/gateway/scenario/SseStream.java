package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.ZstdInputStream;
import dev.fanfare.gateway.boot.RunningGateway;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** An SSE client that checks every chunk and every line. */
final class SseStream implements Closeable {
    private final RawClient client;
    private final Reply head;
    private final boolean chunked;
    private byte[] chunk = {};
    private int at;
    private boolean ended;
    /** The body without its content coding. */
    private final InputStream decoded;

    private SseStream(RawClient client) throws IOException {
        this.client = client;
        head = client.readHead();
        assertThat(head.status()).as(head.toString()).isEqualTo(200);
        chunked = "chunked".equals(head.header("transfer-encoding"));
        decoded = decoded();
    }

    private InputStream decoded() throws IOException {
        InputStream body = new InputStream() {
            @Override
            public int read() throws IOException {
                return nextBodyByte();
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                if (length > 0) {
                    target[offset] = (byte) nextBodyByte(); // no more, because there may be no more for long
                }
                return Math.min(1, length);
            }
        };
        String coding = head.headers().containsKey("content-encoding") ? head.header("content-encoding") : "identity";
        return switch (coding) {
            case "gzip" -> {
                assertThat(body.readNBytes(10)).startsWith(0x1f, 0x8b, 8, 0);
                yield new InflaterInputStream(body, new Inflater(true), 1);
            }
            case "zstd" -> new ZstdInputStream(body);
            default -> body;
        };
    }

    static SseStream open(RunningGateway gateway, String... headers) throws IOException {
        return on(RawClient.to(gateway).get("/sse", headers));
    }

    /** On a connection that has sent its request. */
    static SseStream on(RawClient client) throws IOException {
        return new SseStream(client);
    }

    Reply head() {
        return head;
    }

    RawClient client() {
        return client;
    }

    /** The next lines up to an empty one. */
    List<String> nextBlock() throws IOException {
        List<String> block = new ArrayList<>();
        for (String line = nextLine(); !line.isEmpty(); line = nextLine()) {
            block.add(line);
        }
        assertThat(block).as("two empty lines in a row").isNotEmpty();
        return block;
    }

    JsonNode nextTick() throws IOException {
        return Reply.parse(nextData());
    }

    /** Where the stream stands before anything was published: the next event that has an id and nothing else. */
    String nextPosition() throws IOException {
        List<String> block = nextBlock();
        while (block.size() != 1 || !block.get(0).startsWith("id: ")) {
            block = nextBlock();
        }
        return block.get(0).substring(4);
    }

    /** The next event with data: comments, {@code retry} and bare positions are passed over. */
    List<String> nextEvent() throws IOException {
        List<String> block = nextBlock();
        while (block.stream().noneMatch(line -> line.startsWith("data: "))) {
            block = nextBlock();
        }
        return block;
    }

    /** The data of the next tick, which must have a cursor as its {@code id}. */
    private String nextData() throws IOException {
        return dataOf(nextEvent());
    }

    private static String dataOf(List<String> block) {
        assertThat(block).as("lines of an event").hasSize(2);
        assertThat(block.get(1)).startsWith("data: ");
        assertThat(block.get(0)).matches("id: \\w{6}\\.[\\w-]{4,13}");
        return block.get(1).substring(6);
    }

    long nextSeq() throws IOException {
        return seqOf(nextData());
    }

    /** The same; what tells that ticks were missed is counted. */
    long nextSeq(AtomicInteger gaps) throws IOException {
        List<String> block = nextEvent();
        while (block.contains("event: gap")) {
            gaps.incrementAndGet();
            block = nextEvent();
        }
        return seqOf(dataOf(block));
    }

    /** Without parsing the whole of a large tick. */
    static long seqOf(String tick) {
        assertThat(tick).startsWith("{\"seq\":").endsWith("]}");
        return Long.parseLong(tick, 7, tick.indexOf(','), 10);
    }

    List<Long> nextSeqs(int count) throws IOException {
        List<Long> seqs = new ArrayList<>();
        while (seqs.size() < count) {
            seqs.add(nextSeq());
        }
        return seqs;
    }

    /** Reads up to the proper end of the body and of the connection; returns the blocks that came before. */
    List<List<String>> readToEnd() throws IOException {
        List<List<String>> blocks = new ArrayList<>();
        try {
            while (true) {
                blocks.add(nextBlock());
            }
        } catch (EOFException end) {
            assertThat(ended || !chunked).as("the last chunk came").isTrue();
        }
        assertThat(client.readToEnd()).as("bytes after the end").isEmpty();
        return blocks;
    }

    @Override
    public void close() throws IOException {
        client.close();
    }

    private String nextLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = nextByte(); next != '\n'; next = nextByte()) {
            line.write(next);
        }
        return line.toString(UTF_8);
    }

    private int nextByte() throws IOException {
        int next = decoded.read();
        if (next < 0) {
            throw new EOFException("the coded body has ended");
        }
        return next;
    }

    private int nextBodyByte() throws IOException {
        if (!chunked) {
            return client.readByte();
        }
        if (ended) {
            throw new EOFException("the body has ended");
        }
        if (at == chunk.length) {
            chunk = client.read(Integer.parseInt(client.readLine(), 16));
            at = 0;
            assertThat(client.readLine()).as("end of chunk").isEmpty();
            if (chunk.length == 0) {
                ended = true;
                throw new EOFException("the body has ended");
            }
        }
        return chunk[at++] & 0xff;
    }
}
