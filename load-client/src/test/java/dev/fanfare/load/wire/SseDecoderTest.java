package dev.fanfare.load.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SseDecoderTest {
    private static final class Log implements SseEvents {
        private final List<String> said = new ArrayList<>();

        @Override
        public void event(byte[] buffer, int offset, int end, long id) {
            said.add("event " + id + " " + new String(buffer, offset, end - offset, StandardCharsets.UTF_8));
        }

        @Override
        public void comment() {
            said.add("comment");
        }

        @Override
        public void retry(long millis) {
            said.add("retry " + millis);
        }
    }

    private static List<String> read(String stream) throws ProtocolViolation {
        Log log = new Log();
        byte[] bytes = Bytes.utf8(stream);
        new SseDecoder(log).body(bytes, 0, bytes.length);
        return log.said;
    }

    @Test
    void everythingIsReadWhereverTheBytesAreCut() throws ProtocolViolation {
        for (String end : List.of("\n", "\r", "\r\n")) {
            String stream =
                    "\ufeff: hi\n\nretry: 3000\nid: 41\ndata: {\"é\":1}\n\nevent: tick\nid: 42\ndata:a\ndata: b\ndata\n\n"
                            + "data: c\nunknown: x\nid: x7\n\nid: 8\n\ndata: cut off";
            byte[] bytes = Bytes.utf8(stream.replace("\n", end));
            for (int cut = 0; cut <= bytes.length; cut++) {
                Log log = new Log();
                SseDecoder decoder = new SseDecoder(log);
                Bytes.inTwo(bytes, cut, decoder::body);
                check(log, decoder);
            }
            Log log = new Log();
            SseDecoder decoder = new SseDecoder(log);
            Bytes.oneByOne(bytes, decoder::body);
            check(log, decoder);
        }
    }

    private static void check(Log log, SseDecoder decoder) {
        assertThat(log.said)
                .containsExactly("comment", "retry 3000", "event 41 {\"é\":1}", "event 42 a\nb\n", "event -2 c");
        assertThat(decoder.lastEventId()).isEqualTo("8");
    }

    @Test
    void onlyOneSpaceAfterTheColonIsTakenOff() throws ProtocolViolation {
        assertThat(read("data:  x \n\n")).containsExactly("event -1  x ");
    }

    @Test
    void onlyTheFirstByteOrderMarkIsDropped() throws ProtocolViolation {
        assertThat(read("\ufeff\ufeffdata: x\n\ndata: y\n\n")).containsExactly("event -1 y");
    }

    @Test
    void aRetryThatIsNotDigitsIsIgnored() throws ProtocolViolation {
        assertThat(read("retry: 1x\nretry:\nretry: -5\nretry: 007\n\n")).containsExactly("retry 7");
    }

    @Test
    void anIdWithNulIsIgnoredAndAnEmptyOneResets() throws ProtocolViolation {
        SseDecoder decoder = new SseDecoder(new Log());
        byte[] first = Bytes.utf8("id: a\nid: b\u0000\n\n");
        decoder.body(first, 0, first.length);
        assertThat(decoder.lastEventId()).isEqualTo("a");
        byte[] second = Bytes.utf8("id\n\n");
        decoder.body(second, 0, second.length);
        assertThat(decoder.lastEventId()).isNull();
    }

    @Test
    void anIdThatIsNotACanonicalNumberIsKeptAsText() throws ProtocolViolation {
        SseDecoder decoder = new SseDecoder(new Log());
        byte[] bytes = Bytes.utf8("id: 007\ndata: x\n\n");
        decoder.body(bytes, 0, bytes.length);
        assertThat(decoder.lastEventId()).isEqualTo("007");
    }

    @Test
    void anIdCountsOnlyOnceItsEventIsComplete() throws ProtocolViolation {
        SseDecoder decoder = new SseDecoder(new Log());
        byte[] cut = Bytes.utf8("id: 1\ndata: x\n\nid: 2\ndata: y\n");
        decoder.body(cut, 0, cut.length);
        assertThat(decoder.lastEventId()).isEqualTo("1");
        decoder.body(Bytes.utf8("\n"), 0, 1);
        assertThat(decoder.lastEventId()).isEqualTo("2");
    }

    @Test
    void aLineWithoutEndIsRefusedAtTheLimit() {
        byte[] bytes = new byte[SseDecoder.LIMIT + 1];
        assertThatThrownBy(() -> new SseDecoder(new Log()).body(bytes, 0, bytes.length))
                .hasMessageContaining("SSE line longer than");
    }
}
