package dev.fanfare.gateway.address;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says who sent a request. A proxy adds the address it received a request from at the end of the list that came with it, so the list
 * is walked from its end as long as the address is a trusted proxy's; the first other one is the client, and what stands before it is
 * what the client likes to say of itself. Immutable; any thread.
 */
public final class Forwarding {
    /** Longer lists are not read. */
    static final int MAX_HOPS = 32;

    private final ProxyConfig config;

    /** Which header field proxies use; the other one passes through them as the client wrote it, and means nothing. */
    public enum Field {
        /** {@code X-Forwarded-For} and {@code X-Forwarded-Proto}. */
        X_FORWARDED_FOR,
        /** RFC 7239. */
        FORWARDED,
        /** Neither. */
        NONE
    }

    public Forwarding(ProxyConfig config) {
        this.config = config;
    }

    /** Whether that is a proxy which is to be believed. */
    public boolean trusts(@Nullable InetAddress address) {
        return config.trusted().contains(address);
    }

    /** Whether a connection of {@code peer} begins with the PROXY protocol. */
    public boolean speaksProtocol(@Nullable InetAddress peer) {
        return config.protocol() && trusts(peer);
    }

    /** How long a proxy may take for its PROXY protocol header. */
    public Duration headerTimeout() {
        return config.headerTimeout();
    }

    /**
     * Who sent a request with these {@code headers}.
     *
     * @param hop from where it reached the gateway
     * @param secure whether that was encrypted
     */
    public Caller caller(InetSocketAddress hop, boolean secure, HttpHeaders headers) {
        String scheme = secure ? "https" : "http";
        String host = headers.get(HttpHeaderNames.HOST, "");
        if (!trusts(hop.getAddress()) || config.field() == Field.NONE) {
            return new Caller(hop, true, scheme, host);
        }
        try {
            List<Hop> hops = config.field() == Field.FORWARDED ? forwarded(headers) : xForwarded(headers);
            InetSocketAddress from = hop;
            for (int i = hops.size() - 1; i >= 0 && trusts(from.getAddress()); i--) {
                Hop before = hops.get(i);
                scheme = before.scheme().isEmpty() ? scheme : before.scheme();
                host = before.authority().isEmpty() ? host : before.authority();
                if (before.address() == null) {
                    break; // hidden by a proxy that is trusted: what came before that is somebody's word
                }
                from = before.address();
            }
            return new Caller(from, true, scheme, host);
        } catch (MalformedForwardException unreadable) {
            return new Caller(hop, false, secure ? "https" : "http", headers.get(HttpHeaderNames.HOST, ""));
        }
    }

    /** Lines are read one by one, so that a quote which a client leaves open ends with its line. */
    private List<Hop> forwarded(HttpHeaders headers) throws MalformedForwardException {
        List<Hop> hops = new ArrayList<>(2);
        List<String> lines = headers.getAll("Forwarded");
        for (int i = lines.size() - 1; i >= 0; i--) {
            hops.addAll(0, ForwardedHeader.hops(lines.get(i)));
            if (hops.size() > MAX_HOPS || isClient(hops.isEmpty() ? null : hops.get(0))) {
                break; // what stands before is not looked at
            }
        }
        return hops;
    }

    private boolean isClient(@Nullable Hop hop) {
        return hop != null && (hop.address() == null || !trusts(hop.address().getAddress()));
    }

    private List<Hop> xForwarded(HttpHeaders headers) throws MalformedForwardException {
        List<String> said = headers.getAll("X-Forwarded-Proto");
        String last = said.isEmpty() ? "" : said.get(said.size() - 1);
        String scheme = Hop.scheme(last.substring(last.lastIndexOf(',') + 1).trim());
        String[] nodes = String.join(",", headers.getAll("X-Forwarded-For")).split(",", -1);
        List<Hop> hops = new ArrayList<>(2);
        boolean reached = false;
        for (int i = nodes.length - 1; i >= 0 && !reached; i--) {
            if (hops.size() >= MAX_HOPS) {
                throw new MalformedForwardException();
            }
            String node = nodes[i].trim();
            Hop hop = new Hop(Hop.node(node), scheme, "");
            if (!node.isEmpty() || nodes.length == 1) {
                hops.add(0, hop);
                reached = isClient(hop);
            }
        }
        return hops;
    }
}
