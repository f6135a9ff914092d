package dev.fanfare.gateway.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupTest {
    @TempDir
    Path root;

    private FakeHost fake;
    private Cgroup cgroup;

    @BeforeEach
    void hostWithoutLimits() {
        fake = new FakeHost(root);
        cgroup = new Cgroup(fake.host());
    }

    @Test
    void noLimitAnywhereIsNoLimit() {
        fake.with("/sys/fs/cgroup/memory.max", "max").with("/sys/fs/cgroup/cpu.max", "max 100000");
        fake.with("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
        fake.with("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1").with("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");

        assertThat(cgroup.memoryLimit()).isEmpty();
        assertThat(cgroup.processorQuota()).isEmpty();
    }

    @Test
    void inVersion2TheTightestLimitUpToTheRootBinds() {
        fake.with("/proc/self/cgroup", "0::/a/b");
        fake.with("/sys/fs/cgroup/a/b/memory.max", "3000").with("/sys/fs/cgroup/a/memory.max", "2000");
        fake.with("/sys/fs/cgroup/a/b/cpu.max", "150000 100000").with("/sys/fs/cgroup/a/cpu.max", "max 100000");

        assertThat(cgroup.memoryLimit()).hasValue(2000);
        assertThat(cgroup.processorQuota()).hasValue(1.5);
    }

    @Test
    void inVersion1EachControllerHasItsOwnPath() {
        fake.with("/proc/self/cgroup", "4:memory:/m\n3:cpu,cpuacct:/c\n0::/");
        fake.with("/sys/fs/cgroup/memory/m/memory.limit_in_bytes", "4096");
        fake.with("/sys/fs/cgroup/cpu/c/cpu.cfs_quota_us", "50000")
                .with("/sys/fs/cgroup/cpu/c/cpu.cfs_period_us", "100000");

        assertThat(cgroup.memoryLimit()).hasValue(4096);
        assertThat(cgroup.processorQuota()).hasValue(0.5);
    }

    @Test
    void aPathOfTheHostThatTheContainerDoesNotSeeFallsBackToTheMountsRoot() {
        fake.with("/proc/self/cgroup", "4:memory:/docker/0a1b2c");
        fake.with("/sys/fs/cgroup/memory/memory.limit_in_bytes", "8192");

        assertThat(cgroup.memoryLimit()).hasValue(8192);
    }

    @Test
    void aPathOutOfTheMountIsNotFollowed() {
        fake.with("/proc/self/cgroup", "0::/../../etc").with("/sys/fs/cgroup/memory.max", "512");

        assertThat(cgroup.memoryLimit()).hasValue(512);
    }
}
