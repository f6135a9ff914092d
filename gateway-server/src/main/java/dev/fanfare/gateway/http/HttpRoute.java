package dev.fanfare.gateway.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.CompletionStage;

/** Answers GET and HEAD for one path. Called on an event loop: must not block; what takes long completes elsewhere. */
@FunctionalInterface
public interface HttpRoute {
    /** The reply to a request with these headers; a stage that fails with {@link HttpProblem} answers with it. */
    CompletionStage<HttpReply> get(HttpHeaders headers);
}
