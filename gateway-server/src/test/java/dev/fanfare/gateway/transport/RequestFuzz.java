package dev.fanfare.gateway.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.fanfare.gateway.Frugal;
import java.util.List;

/** Bytes a client sends as HTTP/1.1, through the real pipeline. */
class RequestFuzz {
    /**
     * Whatever comes: no exception, no buffer left, and every byte that is sent belongs to a well-formed response. However it is cut into
     * packets, the answers are the same.
     */
    @FuzzTest(maxDuration = "5m")
    void request(byte[] input) throws Exception {
        if (new String(input, ISO_8859_1).startsWith("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) {
            return; // the business of Http2Fuzz
        }
        Frugal.within(2 * 1024 * 1024 + 3_000L * input.length, () -> {
            List<String> whole = answers(input, 2048);
            int some = input.length == 0 ? 1 : 1 + (input[input.length - 1] & 0x3f);
            assertThat(answers(input, some)).as("in pieces of " + some).isEqualTo(whole);
        });
        if (input.length < 512) {
            assertThat(answers(input, 1)).as("byte by byte").isEqualTo(answers(input, 2048));
        }
    }

    private static List<String> answers(byte[] input, int piece) {
        List<String> answers;
        try (EmbeddedGateway gateway = new EmbeddedGateway()) {
            gateway.receive(input, piece);
            answers = Answers.read(new String(gateway.sent(), ISO_8859_1));
            assertThat(gateway.held()).as("bytes that are kept of it").isLessThan(4 * 64 * 1024 + 2L * input.length);
        }
        return answers;
    }
}
