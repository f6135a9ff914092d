package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.boot.RunningGateway;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** An SSE client that checks every chunk and every line. */
final class SseStream implements AutoCloseable {
    private final RawClient client;
    private final Reply head;
    private final boolean chunked;
    private int leftInChunk;
    private boolean ended;

    private SseStream(RawClient client) throws IOException {
        this.client = client;
        head = client.readHead();
        assertThat(head.status()).as(head.toString()).isEqualTo(200);
        chunked = "chunked".equals(head.header("transfer-encoding"));
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

    /** The data of the next event; comments and {@code retry} are passed over, the {@code id} must be its {@code seq}. */
    JsonNode nextTick() throws IOException {
        List<String> block = nextBlock();
        while (block.get(0).startsWith(":") || block.get(0).startsWith("retry:")) {
            block = nextBlock();
        }
        assertThat(block).as("lines of an event").hasSize(2);
        assertThat(block.get(1)).startsWith("data: ");
        JsonNode tick = Reply.parse(block.get(1).substring(6));
        assertThat(block.get(0)).isEqualTo("id: " + tick.get("seq").asLong());
        return tick;
    }

    long nextSeq() throws IOException {
        return nextTick().get("seq").asLong();
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
        if (!chunked) {
            return client.readByte();
        }
        if (ended) {
            throw new EOFException("the body has ended");
        }
        if (leftInChunk == 0) {
            leftInChunk = Integer.parseInt(client.readLine(), 16);
            if (leftInChunk == 0) {
                assertThat(client.readLine()).as("trailer").isEmpty();
                ended = true;
                throw new EOFException("the body has ended");
            }
        }
        int next = client.readByte();
        if (--leftInChunk == 0) {
            assertThat(client.readLine()).as("end of chunk").isEmpty();
        }
        return next;
    }
}
