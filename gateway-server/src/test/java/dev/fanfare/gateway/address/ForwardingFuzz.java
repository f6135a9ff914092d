package dev.fanfare.gateway.address;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.fanfare.gateway.Frugal;
import dev.fanfare.gateway.config.Given;
import dev.fanfare.gateway.config.Settings;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;

/** What clients write into {@code Forwarded} and {@code X-Forwarded-For} before a proxy adds what it knows. */
class ForwardingFuzz {
    private static final InetSocketAddress PROXY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4321);
    private static final String CLIENT = "203.0.113.7";

    /** Whatever a client writes, it is taken for the address its proxy saw, or for the proxy's, and never for another. */
    @FuzzTest(maxDuration = "3m")
    void spoofing(byte[] input) throws Exception {
        String said = new String(input, ISO_8859_1);
        Frugal.within(128 * 1024 + 400L * input.length, () -> {
            for (boolean sameLine : new boolean[] {true, false}) {
                Caller x = caller("x-forwarded-for", "X-Forwarded-For", said, CLIENT, sameLine);
                assertThat(x.from().getAddress().getHostAddress()).isEqualTo(CLIENT);
                Caller rfc = caller("forwarded", "Forwarded", said, "for=" + CLIENT, sameLine);
                assertThat(rfc.from().getAddress().getHostAddress())
                        .isIn(CLIENT, PROXY.getAddress().getHostAddress());
                if (!sameLine) {
                    assertThat(rfc.from().getAddress().getHostAddress()).isEqualTo(CLIENT);
                }
            }
        });
    }

    /** A header that proxies wrote, of whatever bytes: read or refused, at a bounded cost. */
    @FuzzTest(maxDuration = "3m")
    void lines(byte[] input) throws Exception {
        String[] lines = new String(input, ISO_8859_1).split("\n", 20);
        Frugal.within(128 * 1024 + 400L * input.length, () -> {
            for (String field : new String[] {"x-forwarded-for", "forwarded"}) {
                HttpHeaders headers = headers();
                for (String line : lines) {
                    headers.add(field.equals("forwarded") ? "Forwarded" : "X-Forwarded-For", line);
                }
                Caller caller = forwarding(field).caller(PROXY, false, headers);
                assertThat(caller.scheme()).isIn("http", "https");
                assertThat(caller.from().getAddress()).isNotNull();
                caller.key();
                assertThat(caller.authority()).isNotNull();
            }
        });
    }

    private static Caller caller(String field, String name, String said, String added, boolean sameLine) {
        HttpHeaders headers = headers();
        if (sameLine) {
            headers.add(name, said + ", " + added);
        } else {
            headers.add(name, said).add(name, added);
        }
        return forwarding(field).caller(PROXY, false, headers);
    }

    private static Forwarding forwarding(String field) {
        return new Forwarding(ProxyConfig.from(new Settings(
                Map.of(),
                Map.of(),
                Map.of(
                        "proxy.trusted", new Given("loopback", "test"),
                        "proxy.forwarded", new Given(field, "test")))));
    }

    private static HttpHeaders headers() {
        return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    }
}
