package dev.fanfare.gateway.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceManagerTest {
    private static final String ME = Long.toString(ProcessHandle.current().pid());

    @TempDir
    Path directory;

    @Test
    void aMessageGoesToThePath() throws Exception {
        assumeTrue(Epoll.isAvailable());
        arrivesAt(directory.resolve("notify").toString());
    }

    @Test
    void aMessageGoesToAnAbstractAddress() throws Exception {
        assumeTrue(Epoll.isAvailable());
        arrivesAt("@fanfare/test/" + ME);
    }

    private static void arrivesAt(String address) throws InterruptedException {
        try (NotifySocket systemd = NotifySocket.on(address);
                ServiceManager manager = ServiceManager.in(Map.of("NOTIFY_SOCKET", address))) {
            manager.tell("READY=1", "STATUS=größer");
            manager.tell("STOPPING=1");

            assertThat(systemd.next()).containsExactly("READY=1", "STATUS=größer");
            assertThat(systemd.next()).containsExactly("STOPPING=1");
        }
    }

    @Test
    void aFullQueueIsWaitedFor() throws Exception {
        assumeTrue(Epoll.isAvailable());
        String address = "@fanfare/full/" + ME;
        try (NotifySocket systemd = NotifySocket.on(address);
                ServiceManager manager = ServiceManager.in(Map.of("NOTIFY_SOCKET", address))) {
            for (int i = 0; i < 600; i++) { // net.unix.max_dgram_qlen is 10 to 512
                manager.tell("STATUS=" + i);
            }
            for (int i = 0; i < 600; i++) {
                assertThat(systemd.next()).containsExactly("STATUS=" + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "vsock:2:1234", "relative/path", "/nobody/listens/here"})
    void withoutSomebodyToTellNothingHappens(String address) {
        try (ServiceManager manager = ServiceManager.in(Map.of("NOTIFY_SOCKET", address))) {
            manager.tell("READY=1");
            manager.tell("STOPPING=1");
        }
        try (ServiceManager manager = ServiceManager.in(Map.of())) {
            manager.tell("READY=1");
            assertThat(manager.watchdog()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"107, 1000", "108, 0"}) // unix(7): 108 bytes, one of them for the NUL
    void anAddressThatIsTooLongIsNotUsed(int length, long millis) {
        assumeTrue(Epoll.isAvailable());
        String address = "@" + "a".repeat(length - 1);
        try (ServiceManager manager = ServiceManager.in(Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "1000000"))) {
            assertThat(manager.watchdog()).isEqualTo(Duration.ofMillis(millis));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "30000000, me,    30000",
        "30000000, '',    30000",
        "30000000, 1,         0", // meant for another process
        "'',       me,        0",
        "0,        me,        0",
        "soon,     me,        0",
    })
    void theWatchdogIsThatOfThisProcess(String micros, String pid, long millis) {
        assumeTrue(Epoll.isAvailable());
        Map<String, String> environment = Map.of(
                "NOTIFY_SOCKET", "@fanfare/nobody", "WATCHDOG_USEC", micros, "WATCHDOG_PID", pid.replace("me", ME));
        try (ServiceManager manager = ServiceManager.in(environment)) {
            assertThat(manager.watchdog()).isEqualTo(Duration.ofMillis(millis));
        }
    }
}
