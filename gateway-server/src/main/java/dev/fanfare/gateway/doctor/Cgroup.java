package dev.fanfare.gateway.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The limits of the control group this process runs in, version 2 or 1. A parent's limit binds too, so all of them up to the
 * root are read. In a container the path in /proc/self/cgroup may be the host's and not exist here; the walk up then ends at
 * the mount's root, which is the container's own group.
 */
final class Cgroup {
    private static final String MOUNT = "/sys/fs/cgroup";
    /** Version 1 says "no limit" with the largest number of whole pages. */
    private static final long NO_LIMIT = 1L << 60;

    private final Host host;

    Cgroup(Host host) {
        this.host = host;
    }

    /** The smallest memory limit, bytes. */
    OptionalLong memoryLimit() {
        List<Long> limits = new ArrayList<>();
        groups("", MOUNT).forEach(group -> host.number(group + "/memory.max").ifPresent(limits::add));
        groups("memory", MOUNT + "/memory")
                .forEach(group -> host.number(group + "/memory.limit_in_bytes").ifPresent(limits::add));
        return limits.stream()
                .mapToLong(Long::longValue)
                .filter(n -> n < NO_LIMIT)
                .min();
    }

    /** The smallest processor quota, in processors. */
    OptionalDouble processorQuota() {
        List<Double> quotas = new ArrayList<>();
        for (String group : groups("", MOUNT)) {
            host.numbers(group + "/cpu.max", 2).ifPresent(n -> quotas.add((double) n[0] / n[1]));
        }
        for (String group : groups("cpu", MOUNT + "/cpu")) {
            OptionalLong quota = host.number(group + "/cpu.cfs_quota_us");
            OptionalLong period = host.number(group + "/cpu.cfs_period_us");
            if (quota.isPresent() && quota.getAsLong() > 0 && period.isPresent()) {
                quotas.add((double) quota.getAsLong() / period.getAsLong());
            }
        }
        return quotas.stream()
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .min();
    }

    /** Folders of this process's group and its parents below {@code mount}; version 2 is the controller without a name. */
    private List<String> groups(String controller, String mount) {
        List<String> folders = new ArrayList<>();
        String path = path(controller).orElse("/");
        while (path.length() > 1) {
            folders.add(mount + path);
            path = path.substring(0, Math.max(0, path.lastIndexOf('/')));
        }
        folders.add(mount);
        return folders;
    }

    private Optional<String> path(String controller) {
        return host.lines("/proc/self/cgroup").stream()
                .map(line -> line.split(":", 3))
                // A namespaced group may show as /../other, which leads out of the mount: start at the root then.
                .filter(part -> part.length == 3 && part[2].startsWith("/") && !part[2].contains(".."))
                .filter(part -> List.of(part[1].split(",", -1)).contains(controller))
                .map(part -> part[2])
                .findFirst();
    }
}
