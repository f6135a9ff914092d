package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.boot.NotifySocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The gateway as systemd runs it: Type=notify, WatchdogSec. */
class ServiceManagerScenarioTest {
    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @TempDir
    Path directory;

    @ParameterizedTest
    @MethodSource(Gateways.TRANSPORTS)
    @EnabledOnOs(OS.LINUX)
    void systemdHearsThatItListensThatItLivesAndThatItDrains(String transport) throws Exception {
        String address = directory.resolve("notify").toString();
        NotifySocket systemd = gateways.closing(NotifySocket.on(address));
        ChildGateway child = gateways.closing(ChildGateway.start(
                Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "2000000"),
                "--host=127.0.0.1",
                "--port=0",
                "--workers=2",
                "--transport=" + transport,
                "--set=drain.notice=1s",
                "--set=drain.timeout=5s"));

        assertThat(systemd.next())
                .containsExactly(
                        "READY=1",
                        "STATUS=listening on port %d, transport %s, 2 worker loops"
                                .formatted(child.port(), transport.replace('-', '_')));
        try (SseStream stream = SseStream.on(RawClient.to(child.port()).get("/sse"))) {
            assertThat(stream.nextSeq()).isPositive(); // it did listen
            List<String> alive = systemd.next();
            for (int i = 0; i < 20 && alive.contains("STATUS=open streams: 0"); i++) { // those from before the stream
                alive = systemd.next();
            }
            assertThat(alive).containsExactly("WATCHDOG=1", "STATUS=open streams: 1");
            child.terminate();
            assertThat(nextOtherThanWatchdog(systemd))
                    .containsExactly(
                            "STOPPING=1",
                            "STATUS=draining, open streams: 1",
                            "EXTEND_TIMEOUT_USEC=16000000"); // 1 + 5 + 10 s
        }
        assertThat(child.exitCode()).isZero();
        assertThat(child.output()).doesNotContain("WARN", "ERROR", "Exception");
    }

    private static List<String> nextOtherThanWatchdog(NotifySocket systemd) throws InterruptedException {
        List<String> message = systemd.next();
        while (message.contains("WATCHDOG=1")) {
            message = systemd.next();
        }
        return message;
    }
}
