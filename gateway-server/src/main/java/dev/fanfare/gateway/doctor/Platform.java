package dev.fanfare.gateway.doctor;

import dev.fanfare.gateway.doctor.Finding.Status;
import io.netty.handler.ssl.OpenSsl;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The JDK, and what is good to know about kernel and processors. */
final class Platform {
    private static final int OLDEST = 17;
    private static final int RECOMMENDED = 25;

    private final Host host;
    private final Jvm jvm;

    Platform(Host host, Jvm jvm) {
        this.host = host;
        this.jvm = jvm;
    }

    List<Finding> findings() {
        return List.of(jdk(), tls(), processors(), hugePages(), ioUring());
    }

    private Finding jdk() {
        String why =
                jvm.release() < RECOMMENDED ? "25 is recommended: less processor time and heap per connection." : "";
        return new Finding("JDK", Integer.toString(jvm.release()), OLDEST + " or newer", Status.OK, why, List.of())
                .unless(
                        jvm.release() >= OLDEST,
                        Status.FAIL,
                        "The gateway is built for JDK 17 and newer.",
                        List.of("install JDK " + RECOMMENDED + " (17 works)"));
    }

    private static Finding tls() {
        return OpenSsl.isAvailable()
                ? Finding.info("TLS", OpenSsl.versionString(), "")
                : Finding.info(
                        "TLS",
                        "by the JDK",
                        "BoringSSL cannot run here (%s); the JDK takes more memory and processor time for each connection."
                                .formatted(OpenSsl.unavailabilityCause().getMessage()));
    }

    private Finding processors() {
        OptionalDouble quota = new Cgroup(host).processorQuota();
        String name = "processors";
        if (quota.isEmpty()) {
            return Finding.info(name, Integer.toString(jvm.processors()), "One worker loop each by default.");
        }
        String actual = String.format(Locale.ROOT, "%d, quota %.1f", jvm.processors(), quota.getAsDouble());
        return Finding.info(
                name,
                actual,
                "One worker loop per processor the JVM sees. A quota stops all of them for the rest of each period when "
                        + "it is used up, which shows as latency: give whole processors, and --workers not above them.");
    }

    private Finding hugePages() {
        String name = "transparent huge pages";
        return host.text("/sys/kernel/mm/transparent_hugepage/enabled")
                .map(modes -> modes.replaceAll(".*\\[|\\].*", ""))
                .map(mode -> Finding.info(
                        name,
                        mode,
                        mode.equals("always")
                                ? "With 'always' resident memory may look larger than it is used; 'madvise' leaves the choice to "
                                        + "-XX:+UseTransparentHugePages."
                                : ""))
                .orElseGet(() -> Finding.info(name, "cannot be read", ""));
    }

    private Finding ioUring() {
        String file = "/proc/sys/kernel/io_uring_disabled";
        String name = "kernel.io_uring_disabled";
        OptionalLong disabled = host.number(file);
        if (disabled.isEmpty()) {
            return Finding.info(
                    name, "not there", "Only for the io_uring transport: kernels before 6.6 have no such switch.");
        }
        String state = disabled.getAsLong() == 0
                ? "for everybody"
                : disabled.getAsLong() == 1 ? "for a group or CAP_SYS_ADMIN only" : "for nobody";
        return Finding.info(
                name, Long.toString(disabled.getAsLong()), "The io_uring transport may be used " + state + ".");
    }
}
