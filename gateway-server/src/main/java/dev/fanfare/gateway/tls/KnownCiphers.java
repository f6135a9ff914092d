package dev.fanfare.gateway.tls;

import io.netty.handler.ssl.CipherSuiteFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Takes the cipher suites as they are configured; one that the provider does not know is an error. */
final class KnownCiphers implements CipherSuiteFilter {
    @Override
    public String[] filterCipherSuites(Iterable<String> wanted, List<String> standard, Set<String> supported) {
        List<String> taken = new ArrayList<>();
        for (String cipher : wanted == null ? standard : wanted) {
            if (!supported.contains(cipher)) {
                throw new IllegalArgumentException("tls.ciphers: there is no '%s'; there is %s"
                        .formatted(
                                cipher,
                                String.join(", ", supported.stream().sorted().toList())));
            }
            taken.add(cipher);
        }
        return taken.toArray(String[]::new);
    }
}
