package dev.fanfare.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.config.Given;
import dev.fanfare.gateway.config.Settings;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {
    private static Origins origins(String allowed, boolean open) {
        Settings in = new Settings(Map.of("origins.allowed", new Given(allowed, "test")), Map.of(), Map.of());
        Origins origins = new Origins(OriginsConfig.from(in), open);
        try {
            in.verify();
        } catch (ConfigException wrong) {
            throw new AssertionError(wrong);
        }
        return origins;
    }

    private static HttpHeaders from(String origin, String host) {
        return new DefaultHttpHeaders().set("Origin", origin).set("Host", host);
    }

    private static Origins.Visit visit(Origins origins, HttpHeaders request, boolean secure) {
        return origins.visit(request, secure, request.get("Host", ""));
    }

    private static Origins.Standing standing(String allowed, String origin) {
        return visit(origins(allowed, false), from(origin, "gateway"), false).standing();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https://example.com             | https://example.com          | LISTED",
                "https://example.com             | https://EXAMPLE.com          | LISTED",
                "https://example.com:443         | https://example.com          | LISTED",
                "http://localhost:3000           | http://localhost:3000        | LISTED",
                "http://[::1]:3000               | http://[::1]:3000            | LISTED",
                "capacitor://localhost           | capacitor://localhost        | LISTED",
                "https://a.com, https://b.com    | https://b.com                | LISTED",
                "https://*.example.com           | https://app.example.com      | LISTED",
                "https://*.example.com:8443      | https://app.example.com:8443 | LISTED",
                "https://a.com, *                | https://a.com                | LISTED",
                "https://a.com, *                | https://b.com                | ANY",
                "*                               | null                         | ANY",
                "https://example.com             | http://example.com           | FOREIGN",
                "https://example.com             | https://example.com:8443     | FOREIGN",
                "https://example.com             | https://example.com.evil.com | FOREIGN",
                "https://example.com             | https://evilexample.com      | FOREIGN",
                "https://*.example.com           | https://example.com          | FOREIGN",
                "https://*.example.com           | https://a.b.example.com      | FOREIGN",
                "https://*.example.com           | https://.example.com         | FOREIGN",
                "https://*.example.com           | https://evil.com/.example.com| FOREIGN",
                "https://*.example.com           | https://evil.com#.example.com| FOREIGN",
                "https://*.example.com           | http://app.example.com       | FOREIGN",
                "https://*.example.com           | https://app.example.com:8443 | FOREIGN",
                "https://example.com             | null                         | FOREIGN",
            })
    void onlyWhatIsListedIsLetIn(String allowed, String origin, Origins.Standing standing) {
        assertThat(standing(allowed, origin)).isEqualTo(standing);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com",
                "https://",
                "https://example.com/",
                "https://example.com/path",
                "https://*",
                "https://a.*.com",
                "https://*.*.com",
                "**",
                "null",
                "https://a.com,,https://b.com",
                "https://user@a.com"
            })
    void whatIsNoOriginIsNotTakenIntoTheList(String text) {
        Settings in = new Settings(Map.of("origins.allowed", new Given(text, "test")), Map.of(), Map.of());
        OriginsConfig.from(in);
        assertThatThrownBy(in::verify)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("origins.allowed")
                .hasMessageContaining("https://*.example.com");
    }

    @ParameterizedTest
    @CsvSource({
        "http://gateway, gateway, false, SAME",
        "http://gateway:8080, gateway:8080, false, SAME",
        "http://gateway, gateway:80, false, SAME",
        "https://gateway, gateway:443, true, SAME",
        "https://gateway, gateway, true, SAME",
        "https://gateway, gateway, false, SAME", // behind a proxy that ends TLS
        "https://gateway:8443, gateway:8443, false, SAME",
        "http://[::1]:8080, [::1]:8080, false, SAME",
        "http://Gateway, gateway, false, SAME",
        "http://gateway, gateway, true, FOREIGN", // a page that anybody on its way may have changed
        "http://gateway:8080, gateway, false, FOREIGN",
        "http://gateway, gateway:8080, false, FOREIGN",
        "https://gateway, gateway:80, false, FOREIGN",
        "ftp://gateway, gateway, false, FOREIGN",
        "http://other, gateway, false, FOREIGN",
        "http://, '', false, FOREIGN",
        "null, gateway, false, FOREIGN"
    })
    void thePageOfTheGatewayItselfIsAlwaysLetIn(String origin, String host, boolean secure, Origins.Standing standing) {
        assertThat(visit(origins("", false), from(origin, host), secure).standing())
                .isEqualTo(standing);
    }

    @Test
    void aProxyThatSaysItEndedTlsMakesAnUnprotectedPageForeign() {
        HttpHeaders behind = from("http://gateway", "gateway").set("X-Forwarded-Proto", "https");
        HttpHeaders safe = from("https://gateway", "gateway").set("X-Forwarded-Proto", "https");

        assertThat(visit(origins("", false), behind, false).standing()).isEqualTo(Origins.Standing.FOREIGN);
        assertThat(visit(origins("", false), safe, false).standing()).isEqualTo(Origins.Standing.SAME);
    }

    @Test
    void theHostIsTheOneThatTheClientUsed() {
        HttpHeaders behind = from("https://Push.example", "10.0.0.7:8080");

        assertThat(origins("", false).visit(behind, true, "push.example:443").standing())
                .isEqualTo(Origins.Standing.SAME);
        assertThat(visit(origins("", false), behind, true).standing()).isEqualTo(Origins.Standing.FOREIGN);
    }

    @Test
    void withoutAListAnyPageMayComeWhileNobodyNeedsAToken() {
        HttpHeaders headers = from("https://elsewhere", "gateway");

        assertThat(visit(origins("", true), headers, false).standing()).isEqualTo(Origins.Standing.ANY);
        assertThat(visit(origins("https://a.com", true), headers, false).standing())
                .isEqualTo(Origins.Standing.FOREIGN);
    }

    @Test
    void twoOriginsAreNone() {
        HttpHeaders two = from("http://gateway", "gateway").add("Origin", "http://gateway");

        assertThat(visit(origins("*", true), two, false).standing()).isEqualTo(Origins.Standing.FOREIGN);
    }

    @Test
    void onlyAListedOriginIsTrustedWithWhatABrowserAddsByItself() {
        Origins origins = origins("https://a.com, *", false);

        assertThat(visit(origins, from("https://a.com", "gateway"), false).isTrusted())
                .isTrue();
        assertThat(visit(origins, from("http://gateway", "gateway"), false).isTrusted())
                .isTrue();
        assertThat(visit(origins, from("https://b.com", "gateway"), false).isTrusted())
                .isFalse();
        assertThat(visit(origins, new DefaultHttpHeaders(), false).isTrusted()).isFalse();
    }

    @Test
    void anOriginIsRepeatedOnlyIfItIsListed() {
        Origins origins = origins("https://a.com, *", false);

        assertThat(described(origins, "https://a.com"))
                .contains("access-control-allow-origin: https://a.com", "access-control-allow-credentials: true");
        assertThat(described(origins, "https://b.com"))
                .contains("access-control-allow-origin: *")
                .doesNotContain("credentials", "https://b.com");
        assertThat(described(origins, "http://gateway")).isEqualTo("vary: Origin ");
    }

    private static String described(Origins origins, String origin) {
        HttpHeaders response = new DefaultHttpHeaders();
        Origins.describe(visit(origins, from(origin, "gateway"), false), response);
        StringBuilder text = new StringBuilder();
        response.forEach(field -> text.append(field.getKey())
                .append(": ")
                .append(field.getValue())
                .append(' '));
        return text.toString();
    }
}
