package dev.fanfare.gateway.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The JDK's WebSocket client, its messages in a queue. */
final class WebSocketTicks implements WebSocket.Listener {
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder message = new StringBuilder();

    private WebSocketTicks() {}

    static WebSocketTicks open(HttpClient http, URI uri) throws Exception {
        WebSocketTicks ticks = new WebSocketTicks();
        http.newWebSocketBuilder().buildAsync(uri, ticks).get(30, TimeUnit.SECONDS);
        return ticks;
    }

    static long seqOf(String tick) {
        assertThat(tick).startsWith("{\"seq\":").endsWith("]}");
        return Long.parseLong(tick, 7, tick.indexOf(','), 10);
    }

    String next(int seconds) throws InterruptedException {
        String next = messages.poll(seconds, TimeUnit.SECONDS);
        assertThat(next).as("a message within %d s", seconds).isNotNull();
        return next;
    }

    /** The code of the close frame. */
    CompletableFuture<Integer> closed() {
        return closed;
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
        message.append(part);
        if (last) {
            messages.add(message.toString());
            message.setLength(0);
        }
        socket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
        closed.completeExceptionally(failure);
    }
}
