package dev.fanfare.gateway.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A tree of /proc and /sys files of a host that is fit for 100,000 connections, to be spoilt one file at a time. */
final class FakeHost {
    static final int TARGET = 100_000;
    private static final String ROOMY = "1048576";

    private final Path root;

    FakeHost(Path root) {
        this.root = root;
        openFiles(ROOMY, ROOMY);
        with("/proc/sys/fs/nr_open", ROOMY);
        with("/proc/sys/fs/file-max", "9223372036854775807");
        with("/proc/sys/fs/file-nr", "1024\t0\t9223372036854775807");
        with("/proc/sys/net/core/somaxconn", "4096");
        with("/proc/sys/net/ipv4/tcp_max_syn_backlog", "4096");
        with("/proc/sys/net/ipv4/tcp_syncookies", "1");
        with("/proc/sys/net/ipv4/ip_local_port_range", "32768\t60999");
        with("/proc/sys/net/ipv4/tcp_mem", "287901\t383868\t575802");
        with("/proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t33554432");
        with("/proc/sys/net/ipv4/tcp_wmem", "4096\t16384\t4194304");
        with("/proc/sys/vm/overcommit_memory", "0");
        with("/proc/sys/kernel/io_uring_disabled", "0");
        with("/proc/self/smaps", "55bc-55bd r--p\nSize:    8 kB\nKernelPageSize:        4 kB");
        with("/proc/self/cgroup", "0::/");
        with("/proc/meminfo", "MemTotal:       24684092 kB\nCommitLimit:    12000000 kB\nCommitted_AS:   1000000 kB");
        with("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never");
    }

    FakeHost with(String file, String text) {
        Path path = root.resolve(file.substring(1));
        try {
            Files.createDirectories(path.getParent());
            Files.writeString(path, text + "\n");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return this;
    }

    FakeHost openFiles(String soft, String hard) {
        return with(
                "/proc/self/limits",
                "Limit                     Soft Limit           Hard Limit           Units\n"
                        + "Max open files            %-20s %-20s files".formatted(soft, hard));
    }

    /** A folder in place of the file: it exists and cannot be read, also by root. */
    FakeHost unreadable(String file) {
        Path path = root.resolve(file.substring(1));
        try {
            Files.deleteIfExists(path);
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return this;
    }

    Host host() {
        return new Host(root);
    }

    List<Finding> findings(Jvm jvm) {
        return new Doctor(host(), jvm).examine(TARGET);
    }

    Finding finding(Jvm jvm, String name) {
        return findings(jvm).stream()
                .filter(finding -> finding.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no finding named " + name));
    }
}
