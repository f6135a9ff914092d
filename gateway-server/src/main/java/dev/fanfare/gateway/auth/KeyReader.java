package dev.fanfare.gateway.auth;

import dev.fanfare.gateway.config.Settings;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes keys of the settings of one issuer; what cannot be used is told to {@link Settings}. One thread. */
final class KeyReader {
    private final Settings in;
    private final String at;
    private final Set<Algorithm> algorithms;
    private final List<TokenKey> keys = new ArrayList<>();
    private final Set<Algorithm> used = EnumSet.noneOf(Algorithm.class);
    private boolean complained;

    /**
     * For one issuer.
     *
     * @param at what its settings begin with
     * @param algorithms that its keys may be used for; empty for the usual ones
     */
    KeyReader(Settings in, String at, Set<Algorithm> algorithms) {
        this.in = in;
        this.at = at;
        this.algorithms = algorithms;
    }

    /** Takes the HMAC secret, if there is one. */
    void secret(String secret) {
        if (secret.isEmpty()) {
            return;
        }
        Set<Algorithm> pinned = TokenKey.pinned(Algorithm.Family.HMAC, algorithms);
        for (Algorithm each : pinned) {
            if (secret.length() < each.size()) {
                reject(
                        "hmac-secret",
                        "%d characters are too few for %s; allowed: %d or more (make one with: token key)"
                                .formatted(secret.length(), each.jwsName(), each.size()));
            }
        }
        if (!complained && accepted("hmac-secret", pinned)) {
            keys.add(TokenKey.ofSecret(secret, pinned));
        }
    }

    /** Reads files of public keys. */
    void files(List<Path> files) {
        for (Path file : files) {
            try {
                for (PublicKey key : PemFile.publicKeys(file)) {
                    Set<Algorithm> pinned = TokenKey.pinned(key, algorithms);
                    if (accepted("public-key", pinned)) {
                        keys.add(TokenKey.of(null, key, pinned));
                    }
                }
            } catch (UnusableKeyException unusable) {
                reject("public-key", String.valueOf(unusable.getMessage()));
            }
        }
    }

    /**
     * What could be used; reports algorithms that no key can be used for.
     *
     * @param fetched whether there are more keys, which are not known yet
     */
    List<TokenKey> keys(boolean fetched) {
        if (!complained && !fetched && !keys.isEmpty() && !used.containsAll(algorithms)) {
            Set<Algorithm> idle = EnumSet.copyOf(algorithms);
            idle.removeAll(used);
            reject("algorithms", "no key is for " + words(idle));
        }
        return keys;
    }

    private boolean accepted(String key, Set<Algorithm> pinned) {
        used.addAll(pinned);
        if (pinned.isEmpty()) {
            reject(key, "a key of this sort cannot be used for %salgorithms: %s".formatted(at, words(algorithms)));
        }
        return !pinned.isEmpty();
    }

    private void reject(String key, String problem) {
        complained = true;
        in.reject(at + key + ": " + problem);
    }

    static String words(Set<Algorithm> algorithms) {
        return algorithms.stream().map(Algorithm::jwsName).collect(Collectors.joining(", "));
    }
}
