package dev.fanfare.gateway.api;

import dev.fanfare.gateway.config.Range;
import dev.fanfare.gateway.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who may use the API, and how much.
 *
 * @param keys callers must send one of; none: only callers on this machine are served
 * @param publishRate publications per second of whoever needs no key; 0 for no limit
 * @param userRate publications per second of each user who calls with a token; 0 for no limit
 * @param wrongKeys of one address in a minute
 * @param maxBatch requests in one call
 */
public record ApiConfig(List<Key> keys, int publishRate, int userRate, int wrongKeys, int maxBatch) {
    private static final Range<Integer> RATE = new Range<>(0, 10_000_000);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,40}");

    /**
     * A key and its holder.
     *
     * @param publishRate publications per second; 0 for no limit
     */
    public record Key(String name, String secret, int publishRate) {
        @Override
        public String toString() {
            return "Key[name=" + name + "]";
        }
    }

    public ApiConfig {
        keys = List.copyOf(keys);
    }

    public static ApiConfig from(Settings in) {
        String single =
                in.secret("api.key", "key that callers send; without one the API serves programs on this machine only");
        int rate = in.number(
                "api.publish-rate",
                0,
                RATE,
                "publications per second of each key without a rate of its own; 0 for no limit");
        List<Key> keys = new ArrayList<>();
        if (!single.isEmpty()) {
            keys.add(new Key("api.key", single, rate));
        }
        for (String name : in.names("api.keys", Set.of("key", "publish-rate"))) {
            Key key = named(in, name, rate);
            if (!NAME.matcher(name).matches()) {
                in.reject("api.keys.%s: a name has at most 40 letters, digits, _ and -".formatted(name));
            } else if (key.secret().isEmpty()) {
                in.reject("api.keys.%s.key: missing".formatted(name));
            } else if (keys.stream().anyMatch(other -> other.secret().equals(key.secret()))) {
                in.reject("api.keys.%s.key: another name has the same key".formatted(name));
            }
            keys.add(key);
        }
        return new ApiConfig(
                keys,
                rate,
                in.number(
                        "api.user-publish-rate",
                        100,
                        RATE,
                        "publications per second of each user who calls with a token; 0 for no limit"),
                in.number(
                        "api.max-wrong-keys",
                        10,
                        new Range<>(1, 1_000_000),
                        "wrong keys in a minute from one address (IPv6: one /64), beyond which no key from there is looked at"),
                in.number("api.max-batch", 10_000, new Range<>(1, 1_000_000), "publications in one call"));
    }

    private static Key named(Settings in, String name, int rate) {
        String at = "api.keys." + name + ".";
        return new Key(
                name,
                in.secret(at + "key", "key that " + name + " sends"),
                in.number(at + "publish-rate", rate, RATE, "publications per second with it; 0 for no limit"));
    }
}
