package dev.fanfare.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.gateway.auth.Identity;
import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpRoute;
import dev.fanfare.gateway.metrics.ApiRefusal;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may call the API: holders of a key, for everything; holders of a token, for what it lets them; and where no key is configured, programs on
 * this machine, for everything. Any thread.
 */
public final class ApiAccess {
    private static final String SCHEME = "apikey ";
    private static final String BEARER = "bearer ";
    /** What a proxy adds: whoever stands behind it is not on this machine. */
    private static final List<String> PROXIED = List.of(
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "Forwarded",
            "X-Real-IP",
            "CF-Connecting-IP",
            "Via");
    /** What a browser adds to a POST: any page it shows could have sent it. */
    private static final List<String> BROWSED = List.of("Origin", "Sec-Fetch-Site");

    /** What a program on this machine calls it; a page that had its own name point here would send that name. */
    private static final Pattern HERE = Pattern.compile("(?i)(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?");

    private final List<Holder> holders = new ArrayList<>();
    private final Caller here;
    private final Identity identity;
    private final KeyGuesses guesses;
    private final UserRates userRates;
    private final GatewayMetrics metrics;

    /** A key, as what it hashes to: then comparing takes as long whatever its length, and whatever is sent. */
    @SuppressWarnings("ArrayRecordComponent") // never compared by equals
    private record Holder(byte[] hash, Caller caller) {}

    public ApiAccess(ApiConfig config, Identity identity, GatewayMetrics metrics) {
        this(config, identity, metrics, System::nanoTime);
    }

    ApiAccess(ApiConfig config, Identity identity, GatewayMetrics metrics, LongSupplier nanoTime) {
        for (ApiConfig.Key key : config.keys()) {
            String setting =
                    key.name().equals("api.key") ? "api.publish-rate" : "api.keys." + key.name() + ".publish-rate";
            holders.add(new Holder(
                    hash(key.secret()),
                    new Caller(Principal.OPERATOR, new PublishRate(key.publishRate(), setting, nanoTime), metrics)));
        }
        this.here = new Caller(
                Principal.OPERATOR, new PublishRate(config.publishRate(), "api.publish-rate", nanoTime), metrics);
        this.identity = identity;
        this.guesses = new KeyGuesses(config.wrongKeys(), nanoTime);
        this.userRates = new UserRates(config.userRate(), nanoTime);
        this.metrics = metrics;
    }

    /**
     * Who calls. The stage fails with {@link HttpProblem}: 401 if a key or token is missing or not good; 403 if no key is configured and it does not
     * come from a program on this machine; 429 after too many wrong keys.
     */
    CompletionStage<Caller> admit(HttpCall call) {
        try {
            String key = holders.isEmpty() ? null : sent(call.headers());
            if (key != null) {
                return CompletableFuture.completedStage(holder(key, call));
            }
            if (identity.hasToken(call)) {
                return identity.of(call, false).thenApply(who -> new Caller(who, userRates.of(who), metrics));
            }
            if (!holders.isEmpty()) {
                throw missing();
            }
            requireHere(call);
            return CompletableFuture.completedStage(here);
        } catch (HttpProblem refused) {
            return CompletableFuture.failedStage(refused);
        }
    }

    /** {@code route} for holders of a key only, who may send it as Prometheus does, too: {@code Authorization: Bearer KEY}. */
    public HttpRoute forOperators(HttpRoute route) {
        return call -> {
            try {
                String bearer = after(BEARER, call.headers());
                String key = bearer == null ? sent(call.headers()) : bearer;
                if (holders.isEmpty()) {
                    requireHere(call);
                } else if (key == null) {
                    throw missing();
                } else {
                    holder(key, call);
                }
                return route.answer(call);
            } catch (HttpProblem refused) {
                return CompletableFuture.failedStage(refused);
            }
        };
    }

    private Caller holder(String key, HttpCall call) throws HttpProblem {
        try {
            guesses.require(call.from().getAddress());
        } catch (HttpProblem tooMany) {
            metrics.apiRefused(ApiRefusal.TOO_MANY_WRONG_KEYS);
            throw tooMany;
        }
        byte[] hash = hash(key);
        Holder found = null;
        for (Holder holder : holders) { // all of them, so that nobody learns from the time which one was nearly right
            found = MessageDigest.isEqual(holder.hash(), hash) ? holder : found;
        }
        if (found == null) {
            guesses.wrong(call.from().getAddress());
            metrics.apiRefused(ApiRefusal.WRONG_KEY);
            throw missing();
        }
        return found.caller();
    }

    private HttpProblem missing() {
        return HttpProblem.of(
                        HttpResponseStatus.UNAUTHORIZED,
                        "the API needs the header X-API-Key, or Authorization: apikey KEY, with the configured key%s"
                                .formatted(identity.looksAtTokens() ? "; or a token" : ""))
                .with(HttpHeaderNames.WWW_AUTHENTICATE, "apikey");
    }

    private static void requireHere(HttpCall call) throws HttpProblem {
        if (!call.from().getAddress().isLoopbackAddress()
                || PROXIED.stream().anyMatch(call.headers()::contains)
                || BROWSED.stream().anyMatch(call.headers()::contains)
                || !HERE.matcher(call.headers().get(HttpHeaderNames.HOST, "localhost"))
                        .matches()) {
            throw HttpProblem.of(
                    HttpResponseStatus.FORBIDDEN,
                    "without a key (api.key) the API serves programs on this machine only, which call it localhost; no proxy and no browser");
        }
    }

    private static @Nullable String sent(HttpHeaders headers) {
        String plain = headers.get("X-API-Key");
        return plain == null ? after(SCHEME, headers) : plain;
    }

    private static @Nullable String after(String scheme, HttpHeaders headers) {
        String authorization = headers.get(HttpHeaderNames.AUTHORIZATION, "");
        return authorization.regionMatches(true, 0, scheme, 0, scheme.length())
                ? authorization.substring(scheme.length()).trim()
                : null;
    }

    private static byte[] hash(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
