package dev.fanfare.gateway.auth;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Says what a test likes at {@code /keys}. */
final class JwksServer implements AutoCloseable {
    final AtomicInteger hits = new AtomicInteger();
    volatile String body = "";
    volatile int status = 200;
    volatile long delayMillis;
    /** Between two halves of the body. */
    volatile long pauseMillis;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    JwksServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/keys", this::answer);
        server.createContext("/other", exchange -> {
            hits.addAndGet(1000);
            exchange.close();
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
    }

    private void answer(HttpExchange exchange) throws IOException {
        hits.incrementAndGet();
        try (exchange) {
            Thread.sleep(delayMillis);
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Location", "/other");
            exchange.sendResponseHeaders(status, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(bytes, 0, bytes.length / 2);
                out.flush();
                Thread.sleep(pauseMillis);
                out.write(bytes, bytes.length / 2, bytes.length - bytes.length / 2);
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
