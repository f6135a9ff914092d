package peers;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Vert.x as its users would write it for speed: one verticle an event loop, native transport, connections in a set of their
 * own loop, one task per loop and tick, no event bus. An SSE event is one buffer for all; a text message is encoded for every
 * socket, because Vert.x releases a frame with its first write.
 */
public final class VertxPeer extends AbstractVerticle {
    private static final List<VertxPeer> INSTANCES = new CopyOnWriteArrayList<>();

    private final Set<ServerWebSocket> sockets = new HashSet<>();
    private final Set<HttpServerResponse> streams = new HashSet<>();
    private Context loop;

    public static void main(String[] args) {
        int port = Integer.parseInt(args[0]);
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        DeploymentOptions everyLoop = new DeploymentOptions()
                .setInstances(VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE)
                .setConfig(new JsonObject().put("port", port));
        vertx.deployVerticle(VertxPeer.class, everyLoop)
                .onSuccess(id -> System.out.println("vertx: " + INSTANCES.size() + " event loops, native transport "
                        + vertx.isNativeTransportEnabled()))
                .onFailure(failure -> {
                    failure.printStackTrace();
                    System.exit(1);
                });
        Ticks.everySecond(VertxPeer::broadcast);
    }

    private static void broadcast(String json) {
        Buffer event = Buffer.buffer("data: " + json + "\n\n");
        for (VertxPeer peer : INSTANCES) {
            peer.loop.runOnContext(now -> peer.send(json, event));
        }
    }

    @Override
    public void start(Promise<Void> started) {
        loop = context;
        HttpServerOptions options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(config().getInteger("port"))
                .setAcceptBacklog(8192)
                .setTcpNoDelay(true)
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false);
        vertx.createHttpServer(options)
                .webSocketHandler(this::join)
                .requestHandler(this::join)
                .listen()
                .<Void>mapEmpty()
                .onSuccess(listening -> INSTANCES.add(this))
                .onComplete(started);
    }

    private void join(ServerWebSocket socket) {
        sockets.add(socket);
        socket.closeHandler(closed -> sockets.remove(socket));
    }

    private void join(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        if (!request.path().equals("/sse")) {
            response.setStatusCode(404).end();
            return;
        }
        response.setChunked(true).putHeader("Content-Type", "text/event-stream").putHeader("Cache-Control", "no-cache");
        response.writeHead();
        streams.add(response);
        response.closeHandler(closed -> streams.remove(response));
    }

    private void send(String json, Buffer event) {
        for (ServerWebSocket socket : sockets) {
            if (!socket.writeQueueFull()) {
                socket.writeTextMessage(json);
            }
        }
        for (HttpServerResponse stream : streams) {
            if (!stream.writeQueueFull()) {
                stream.write(event);
            }
        }
    }
}
