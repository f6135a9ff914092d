package dev.fanfare.gateway.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import dev.fanfare.gateway.auth.TestToken;
import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** Tokens and keys stand in no log, at whatever level, in no answer and in no metric. */
class SecretsInLogTest {
    @RegisterExtension
    static final Gateways gateways = new Gateways();

    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private Level before;

    private final AppenderBase<ILoggingEvent> log = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            String cause =
                    event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
            lines.add(event.getLoggerName() + " " + event.getFormattedMessage() + " " + cause);
        }
    };

    @BeforeEach
    void listen() {
        before = root.getLevel();
        root.setLevel(Level.TRACE);
        log.setContext((LoggerContext) LoggerFactory.getILoggerFactory());
        log.start();
        root.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        root.detachAppender(log);
        root.setLevel(before);
    }

    @Test
    void nothingThatIsSecretIsWrittenAnywhere() throws Exception {
        gateways.expectWarning("KeyGuesses");
        RunningGateway gateway =
                gateways.start("auth.hmac-secret=" + TestToken.SECRET, "api.key=op3rator", "api.max-wrong-keys=3");
        String good = TestToken.of("ada").signed();
        String expired = TestToken.of("ada").claim("exp", 1).signed();
        String forged = TestToken.of("ada").signed(TestToken.hmac("HmacSHA256", "z".repeat(64)));
        StringBuilder answers = new StringBuilder();
        for (String token : List.of(good, expired, forged, "s3cretrubbish")) {
            for (String request : requests(token)) {
                answers.append(answer(gateway, request));
            }
        }
        for (String key : List.of("op3rator", "s3cretguess")) {
            for (int i = 0; i < 6; i++) {
                answers.append(answer(
                        gateway, RawClient.request("POST", "/api/info", "X-API-Key: " + key, "Content-Length: 0")));
            }
        }
        answers.append(answer(gateway, RawClient.request("GET", "/metrics", "X-API-Key: op3rator")));

        String all = answers + String.join("\n", lines);
        assertThat(lines).as("the log is listened to").anyMatch(line -> line.contains("wrong keys"));
        assertThat(answers.toString()).contains("HTTP/1.1 200", "HTTP/1.1 401", "HTTP/1.1 429");
        for (String secret : List.of(
                good,
                signature(good),
                expired,
                signature(expired),
                forged,
                signature(forged),
                "s3cret",
                "op3rator",
                TestToken.SECRET)) {
            assertThat(all).doesNotContain(secret);
        }
    }

    private static String signature(String token) {
        return token.substring(token.lastIndexOf('.') + 1);
    }

    /** Good ones and broken ones, with the token wherever one may stand, and where none should. */
    private static List<String> requests(String token) {
        List<String> all = new ArrayList<>();
        for (String path :
                List.of("/sse?channels=a", "/sse?channels=user:bob", "/ws?x=y", "/nothing?a=b", "/metrics?a=b")) {
            all.add(RawClient.request("GET", path + "&token=" + token));
            all.add(RawClient.request("GET", path + "&token=" + token + "%", "Connection: close"));
            all.add(RawClient.request("GET", path, "Authorization: Bearer " + token));
            all.add(RawClient.request("GET", path, "Cookie: fanfare_token=" + token));
            all.add(RawClient.request("GET", path, "Authorization : Bearer " + token));
            all.add(RawClient.request("GET", path, "Cookie: fanfare_token=" + token, "Sec-Fetch-Site: cross-site"));
            all.add(RawClient.request("GET", path, "Authorization: Bearer " + token + "\u0001"));
        }
        all.add(WsStream.HANDSHAKE.replace("GET /ws ", "GET /ws?token=" + token + " "));
        all.add(RawClient.request("POST", "/api/publish?token=" + token, "Content-Length: 2") + "{}");
        all.add(RawClient.request("POST", "/api/publish", "Authorization: Bearer " + token, "Content-Length: 3")
                + "{x}");
        all.add("GET /sse?token=" + token + " HTTP/9.9\r\nHost: x\r\n\r\n");
        all.add("BROKEN " + token + "\r\n\r\n");
        return all;
    }

    /** What comes, for a moment. */
    private static String answer(RunningGateway gateway, String request) throws IOException {
        try (RawClient client = RawClient.to(gateway)) {
            client.send(request.getBytes(UTF_8));
            Reply head = client.readHead();
            String length = head.header("content-length");
            String body = length == null ? "" : new String(client.read(Integer.parseInt(length)), UTF_8);
            return head.version() + " " + head.status() + " " + head.headers() + "\n" + body + "\n";
        }
    }
}
