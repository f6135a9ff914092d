package dev.fanfare.gateway.engine.memory;

import dev.fanfare.gateway.channel.Publication;
import java.util.ArrayList;
import java.util.List;

/** What one reader gets at once: bounded in publications and in bytes, but never empty because of one that is large. */
final class Page {
    /** Bytes of data; what is read stays in memory until the reader has sent it, whatever the channel forgets. */
    static final long MAX_BYTES = 1024 * 1024;

    private final List<Publication> publications = new ArrayList<>();
    private final int limit;
    private long bytes;

    Page(int limit) {
        this.limit = limit;
    }

    /** Adds {@code publication}; false if it does not fit, nor anything after it. */
    boolean add(Publication publication) {
        int length = publication.content().data().length;
        if (publications.size() >= limit || (bytes > 0 && bytes + length > MAX_BYTES)) {
            return false;
        }
        publications.add(publication);
        bytes += length;
        return true;
    }

    List<Publication> publications() {
        return publications;
    }
}
