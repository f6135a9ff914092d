package dev.fanfare.gateway.address;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A list of networks. Immutable; any thread. */
public final class Networks {
    /** No address. */
    public static final Networks NONE = new Networks(List.of());

    /** What may stand in such a list. */
    public static final String ALLOWED =
            "networks or addresses separated by commas, such as 10.0.0.0/8 and 2001:db8::/32; or the words loopback, private, none";

    private static final List<String> LOOPBACK = List.of("127.0.0.0/8", "::1");
    /** RFC 1918, RFC 6598, RFC 3927; RFC 4193, RFC 4291: what does not come from the internet. */
    private static final List<String> PRIVATE = List.of(
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "169.254.0.0/16",
            "fc00::/7",
            "fe80::/10");

    private final Network[] all;

    private Networks(List<Network> all) {
        this.all = all.toArray(Network[]::new);
    }

    /**
     * Reads a list.
     *
     * @throws IllegalArgumentException if it is none; the message is {@link #ALLOWED}
     */
    public static Networks parse(String text) {
        List<Network> networks = new ArrayList<>();
        for (String each : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            try {
                for (String network : named(each.trim())) {
                    networks.add(Network.parse(network));
                }
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(ALLOWED, wrong);
            }
        }
        return new Networks(networks);
    }

    private static List<String> named(String text) {
        return switch (text) {
            case "loopback" -> LOOPBACK;
            case "private" -> PRIVATE;
            case "none" -> List.of();
            default -> List.of(text);
        };
    }

    public boolean isEmpty() {
        return all.length == 0;
    }

    public boolean contains(@Nullable InetAddress address) {
        if (address == null || all.length == 0) {
            return false;
        }
        byte[] bytes = AddressKey.bytes(address);
        for (Network network : all) {
            if (network.contains(bytes)) {
                return true;
            }
        }
        return false;
    }
}
