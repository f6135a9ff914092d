package peers;

import io.netty.channel.ChannelOption;
import java.time.Duration;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.netty.http.server.HttpServer;

/** Spring WebFlux on Reactor Netty: one best-effort multicast sink, every subscriber a flux of server-sent events. */
public final class WebFluxPeer {
    private WebFluxPeer() {}

    public static void main(String[] args) {
        int port = Integer.parseInt(args[0]);
        Sinks.Many<ServerSentEvent<String>> sink = Sinks.many().multicast().directBestEffort();
        Flux<ServerSentEvent<String>> ticks = sink.asFlux();
        RouterFunction<ServerResponse> routes = RouterFunctions.route()
                .GET("/sse", request -> ServerResponse.ok()
                        .contentType(MediaType.TEXT_EVENT_STREAM)
                        .body(BodyInserters.fromServerSentEvents(ticks)))
                .build();
        ReactorHttpHandlerAdapter handler = new ReactorHttpHandlerAdapter(RouterFunctions.toHttpHandler(routes));
        var server = HttpServer.create()
                .host("127.0.0.1")
                .port(port)
                .option(ChannelOption.SO_BACKLOG, 8192)
                .handle(handler)
                .bindNow(Duration.ofSeconds(30));
        System.out.println("webflux: listening on " + server.port());
        Ticks.everySecond(json -> sink.tryEmitNext(ServerSentEvent.builder(json).build()));
        server.onDispose().block();
    }
}
