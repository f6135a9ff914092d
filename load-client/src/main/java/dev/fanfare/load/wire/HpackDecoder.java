package dev.fanfare.load.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the header blocks of one HTTP/2 connection, one after the other (RFC 7541). That connection's event loop only. */
final class HpackDecoder {
    /** The table size that stands as long as nobody asks for another; we do not. */
    private static final int TABLE_LIMIT = 4096;

    private static final int ENTRY_OVERHEAD = 32;

    /** Appendix A. */
    private static final String[] STATIC =
            (":authority=;:method=GET;:method=POST;:path=/;:path=/index.html;:scheme=http;"
                            + ":scheme=https;:status=200;:status=204;:status=206;:status=304;:status=400;:status=404;:status=500;"
                            + "accept-charset=;accept-encoding=gzip, deflate;accept-language=;accept-ranges=;accept=;"
                            + "access-control-allow-origin=;age=;allow=;authorization=;cache-control=;content-disposition=;"
                            + "content-encoding=;content-language=;content-length=;content-location=;content-range=;content-type=;"
                            + "cookie=;date=;etag=;expect=;expires=;from=;host=;if-match=;if-modified-since=;if-none-match=;"
                            + "if-range=;if-unmodified-since=;last-modified=;link=;location=;max-forwards=;proxy-authenticate=;"
                            + "proxy-authorization=;range=;referer=;refresh=;retry-after=;server=;set-cookie=;"
                            + "strict-transport-security=;transfer-encoding=;user-agent=;vary=;via=;www-authenticate=")
                    .split(";");

    /**
     * A header field.
     *
     * @param name as it came
     * @param value as it came
     */
    record Field(String name, String value) {
        private int size() {
            return name.length() + value.length() + ENTRY_OVERHEAD;
        }
    }

    private final Deque<Field> table = new ArrayDeque<>();
    private int tableSize;
    private int tableLimit = TABLE_LIMIT;
    private byte[] block = {};
    private int at;
    private int end;

    /** The fields of the block that {@code from} to {@code to} is. */
    List<Field> decode(byte[] bytes, int from, int to) throws ProtocolViolation {
        block = bytes;
        at = from;
        end = to;
        List<Field> fields = new ArrayList<>();
        int size = 0;
        while (at < end) {
            Field field = next(fields.isEmpty());
            if (field != null) {
                fields.add(field);
                size += field.size();
                require(size <= HeadDecoder.LIMIT, "HTTP response head longer than " + HeadDecoder.LIMIT + " bytes");
            }
        }
        return fields;
    }

    private @Nullable Field next(boolean atStart) throws ProtocolViolation {
        int first = block[at] & 0xff;
        if (first >= 0x80) {
            return entry(integer(7));
        }
        if (first >= 0x40) {
            Field field = literal(6);
            insert(field);
            return field;
        }
        if (first >= 0x20) {
            int limit = integer(5);
            require(atStart && limit <= TABLE_LIMIT, "HPACK: table size update out of place or too large");
            tableLimit = limit;
            evict(0);
            return null;
        }
        return literal(4);
    }

    private Field literal(int prefix) throws ProtocolViolation {
        int index = integer(prefix);
        String name = index == 0 ? string() : entry(index).name();
        return new Field(name, string());
    }

    private Field entry(int index) throws ProtocolViolation {
        require(index > 0 && index <= STATIC.length + table.size(), "HPACK: index of nothing");
        if (index <= STATIC.length) {
            String both = STATIC[index - 1];
            int equals = both.indexOf('=');
            return new Field(both.substring(0, equals), both.substring(equals + 1));
        }
        Iterator<Field> entries = table.iterator();
        for (int i = STATIC.length + 1; i < index; i++) {
            entries.next();
        }
        return entries.next();
    }

    private void insert(Field field) {
        evict(field.size());
        if (field.size() <= tableLimit) {
            table.addFirst(field);
            tableSize += field.size();
        }
    }

    private void evict(int room) {
        while (!table.isEmpty() && tableSize + room > tableLimit) {
            tableSize -= table.removeLast().size();
        }
    }

    /** An integer whose first byte has {@code prefix} bits of it (§5.1); none of ours is near 2^28. */
    private int integer(int prefix) throws ProtocolViolation {
        int most = (1 << prefix) - 1;
        int value = next() & most;
        if (value < most) {
            return value;
        }
        for (int shift = 0; shift < 28; shift += 7) {
            int more = next();
            value += (more & 0x7f) << shift;
            if (more < 0x80) {
                require(value >= 0, "HPACK: integer too large");
                return value;
            }
        }
        throw new ProtocolViolation("HPACK: integer too large");
    }

    private String string() throws ProtocolViolation {
        require(at < end, "HPACK: block ends within a field");
        boolean huffman = block[at] < 0;
        int length = integer(7);
        require(length <= end - at, "HPACK: block ends within a field");
        at += length;
        return huffman
                ? Huffman.decode(block, at - length, at)
                : new String(block, at - length, length, StandardCharsets.ISO_8859_1);
    }

    private int next() throws ProtocolViolation {
        require(at < end, "HPACK: block ends within a field");
        return block[at++] & 0xff;
    }

    private static void require(boolean held, String otherwise) throws ProtocolViolation {
        if (!held) {
            throw new ProtocolViolation(otherwise);
        }
    }
}
