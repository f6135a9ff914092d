package dev.fanfare.gateway.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.fanfare.gateway.Frugal;
import java.util.List;

/** Bytes of a trusted proxy that is to speak the PROXY protocol: a header of version 1 or 2, then a request. */
class ProxyFuzz {
    private static final EmbeddedGateway.Terms PROXIED =
            EmbeddedGateway.Terms.of("proxy.trusted=loopback", "proxy.protocol=on", "limits.open-rate-per-address=0");

    /** No exception, no buffer left, and the same answers however it is cut into packets; without a header none. */
    @FuzzTest(maxDuration = "3m")
    void header(byte[] input) throws Exception {
        Frugal.within(2 * 1024 * 1024 + 3_000L * input.length, () -> {
            List<String> whole = answers(input, 2048);
            if (!isHeader(input)) {
                assertThat(whole).as("answers without a header").isEmpty();
            }
            int some = input.length == 0 ? 1 : 1 + (input[input.length - 1] & 0x3f);
            assertThat(answers(input, some)).as("in pieces of " + some).isEqualTo(whole);
        });
    }

    private static boolean isHeader(byte[] input) {
        String text = new String(input, ISO_8859_1);
        return text.startsWith("PROXY ") || text.startsWith("\r\n\r\n\0\r\nQUIT\n");
    }

    private static List<String> answers(byte[] input, int piece) {
        try (EmbeddedGateway gateway = new EmbeddedGateway(PROXIED)) {
            gateway.receive(input, piece);
            assertThat(gateway.held()).as("bytes that are kept of it").isLessThan(4 * 64 * 1024 + 2L * input.length);
            return Answers.read(new String(gateway.sent(), ISO_8859_1));
        }
    }
}
