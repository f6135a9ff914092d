package dev.fanfare.gateway.scenario;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Reads ticks on a thread of its own until it is closed or the stream ends. */
final class Watcher implements AutoCloseable {
    private final List<Long> seqs = new CopyOnWriteArrayList<>();
    private final Closeable stream;

    /** Something that delivers one sequence number after the other. */
    private interface Source {
        long next() throws IOException;
    }

    private Watcher(Closeable stream, Source source) {
        this.stream = stream;
        Thread thread = new Thread(() -> read(source), "watcher");
        thread.setDaemon(true);
        thread.start();
    }

    static Watcher of(SseStream stream) {
        return new Watcher(stream, stream::nextSeq);
    }

    static Watcher of(WsStream stream) {
        return new Watcher(stream, stream::nextSeq);
    }

    /** What came so far. */
    List<Long> seqs() {
        return new ArrayList<>(seqs);
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }

    private void read(Source source) {
        try {
            while (true) {
                seqs.add(source.next());
            }
        } catch (IOException ended) {
            // the stream was closed, by us or by the gateway
        }
    }
}
