package dev.fanfare.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpReply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * {@code POST /api/bulk}: one publication a line (NDJSON, the parameters of {@code publish}), one result a line, in the same
 * order. A line that is wrong does not keep the others from being published; empty lines are passed over.
 */
final class BulkRoute implements Guard.Work {
    private static final String TYPE = "application/x-ndjson";

    private final Json json;
    private final Publisher publisher;
    private final int maxLines;

    BulkRoute(Json json, Publisher publisher, int maxLines) {
        this.json = json;
        this.publisher = publisher;
        this.maxLines = maxLines;
    }

    @Override
    public CompletionStage<HttpReply> answer(HttpCall call, Caller caller) throws ApiError {
        return publisher.publish(caller, lines(caller, call.body()), BulkRoute::reply);
    }

    private List<Publisher.Draft> lines(Caller caller, byte[] body) throws ApiError {
        List<Publisher.Draft> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= body.length; i++) {
            if (i == body.length || body[i] == '\n') {
                int begin = from;
                int length = i - from;
                if (length > 1 || (length == 1 && body[from] != '\r')) {
                    if (lines.size() == maxLines) {
                        throw ApiError.bad("more than %d lines (api.max-batch)".formatted(maxLines));
                    }
                    lines.add(Publisher.Draft.of(() -> line(caller, body, begin, length)));
                }
                from = i + 1;
            }
        }
        return lines;
    }

    private Broker.Request line(Caller caller, byte[] body, int from, int length) throws ApiError {
        JsonNode params = json.read(body, from, length);
        if (!params.isObject()) {
            throw ApiError.bad("a line must be a JSON object");
        }
        return publisher.request(caller, Params.text(params, "channel"), Message.of(params));
    }

    private static HttpReply reply(List<Publisher.Published> outcomes) {
        StringBuilder lines = new StringBuilder(outcomes.size() * 48);
        for (Publisher.Published outcome : outcomes) {
            outcome.writeTo(lines);
            lines.append('\n');
        }
        return HttpReply.ok(TYPE, lines.toString().getBytes(UTF_8));
    }
}
