package dev.fanfare.gateway.console;

import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.HttpRoute;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One file of the page, read from the jar at start. Event loop. */
public final class StaticPage implements HttpRoute {
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                    + "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final HttpReply reply;

    private StaticPage(HttpReply reply) {
        this.reply = reply;
    }

    /** The file {@code name} beside this class, as {@code contentType}. */
    public static StaticPage of(String name, String contentType) {
        try (InputStream file = StaticPage.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("not in the jar: " + name);
            }
            return new StaticPage(HttpReply.ok(contentType, file.readAllBytes())
                    .with("Cache-Control", "no-cache")
                    .with("Content-Security-Policy", POLICY)
                    .with("X-Frame-Options", "DENY")); // for browsers that do not know frame-ancestors
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Override
    public CompletionStage<HttpReply> answer(HttpCall call) {
        return CompletableFuture.completedFuture(reply);
    }
}
