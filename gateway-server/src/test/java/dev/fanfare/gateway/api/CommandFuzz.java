package dev.fanfare.gateway.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fanfare.gateway.Frugal;
import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.channel.ChannelName;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.config.Settings;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.NoPresence;
import dev.fanfare.gateway.engine.RecordingBroker;
import dev.fanfare.gateway.http.Calls;
import dev.fanfare.gateway.http.HttpCall;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.http.HttpReply;
import dev.fanfare.gateway.http.HttpRoute;
import dev.fanfare.gateway.http.HttpRouter;
import dev.fanfare.gateway.hub.IdleHub;
import dev.fanfare.gateway.hub.NoRevocations;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** What publishers send: JSON, NDJSON, CloudEvents. */
class CommandFuzz {
    /** Another reader of the same JSON, as strict. */
    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private static final Set<Integer> STATUS = Set.of(200, 400, 403, 404, 405, 409, 413, 415, 429, 503);

    private static final RecordingBroker BROKER = new RecordingBroker();
    private static final HttpRouter ROUTER = new HttpRouter(routes(new Settings(Map.of(), Map.of(), Map.of())));

    static {
        STRICT.getFactory()
                .setStreamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(100).build());
    }

    private static Map<String, HttpRoute> routes(Settings none) {
        Api.Parts parts = new Api.Parts(
                ChannelsConfig.from(none, Access.ANYONE),
                BROKER,
                new NoPresence(),
                IdleHub.of(BROKER),
                new NoRevocations(),
                true,
                Runnable::run,
                "fuzz");
        return Api.routes(ApiConfig.from(none), TestAccess.with(""), parts);
    }

    /** Our check of UTF-8 says what the JDK's strict decoder says, and what Netty says of WebSocket messages. */
    @FuzzTest(maxDuration = "1m")
    void utf8(byte[] input) {
        boolean ours;
        try {
            Utf8.require(input, 0, input.length, "no UTF-8");
            ours = true;
        } catch (ApiError refused) {
            ours = false;
        }
        boolean strict;
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(input));
            strict = true;
        } catch (CharacterCodingException wrong) {
            strict = false;
        }
        assertThat(ours).isEqualTo(strict);
        assertThat(ByteBufUtil.isText(Unpooled.wrappedBuffer(input), UTF_8)).isEqualTo(strict);
    }

    /** What we read another reader reads as well, and in the same way. */
    @FuzzTest(maxDuration = "2m")
    void json(byte[] input) throws Exception {
        Json json = new Json();
        Frugal.within(256 * 1024 + 400L * input.length, () -> {
            JsonNode ours;
            try {
                ours = json.read(input);
            } catch (ApiError refused) {
                assertThat(refused.code()).isEqualTo(ApiError.Code.BAD_REQUEST);
                return;
            }
            if (!ours.isMissingNode()) {
                requireAlike(ours, STRICT.readTree(input));
            }
        });
        json.isJson(input);
    }

    private static void requireAlike(JsonNode ours, JsonNode other) throws Exception {
        if (ours.isBinary()) { // the member data, which stays as it came
            assertThat(STRICT.readTree(Json.raw(ours))).isEqualTo(other);
        } else if (ours.isContainerNode()) {
            assertThat(ours.size()).isEqualTo(other.size());
            for (int i = 0; i < ours.size() && ours.isArray(); i++) {
                requireAlike(ours.get(i), other.get(i));
            }
            for (Map.Entry<String, JsonNode> member : ours.properties()) {
                requireAlike(member.getValue(), other.get(member.getKey()));
            }
        } else if (ours.isFloatingPointNumber()) {
            assertThat(ours.doubleValue()).isEqualTo(other.doubleValue());
        } else if (ours.isIntegralNumber()) {
            assertThat(ours.bigIntegerValue()).isEqualTo(other.bigIntegerValue());
        } else {
            assertThat(ours).isEqualTo(other);
        }
    }

    /**
     * A whole call: the first line is the path, the second header fields joined by bars, the rest the body. Whatever it is, the answer is
     * one that the API knows, and what was published is such that every client can be told.
     */
    @FuzzTest(maxDuration = "5m")
    void call(byte[] input) throws Exception {
        int first = indexOf(input, 0);
        int second = indexOf(input, first + 1);
        String path = new String(input, 0, Math.min(first, input.length), ISO_8859_1);
        String fields = first + 1 < second ? new String(input, first + 1, second - first - 1, ISO_8859_1) : "";
        byte[] body = Arrays.copyOfRange(input, Math.min(second + 1, input.length), input.length);
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        for (String field : fields.split("\\|", -1)) {
            int colon = field.indexOf(':');
            if (colon > 0) {
                headers.add(
                        field.substring(0, colon), field.substring(colon + 1).trim());
            }
        }
        HttpCall call = Calls.post(path, headers, body);
        Frugal.within(1024 * 1024 + 4_000L * input.length, () -> {
            BROKER.requests.clear();
            HttpReply reply = answer(call);
            assertThat(reply.status().code())
                    .as(new String(reply.body(), UTF_8))
                    .isIn(STATUS);
            if (!reply.contentType().equals("application/x-ndjson")) {
                STRICT.readTree(reply.body());
            }
            for (Broker.Request request : BROKER.requests) {
                check(request);
            }
        });
    }

    private static HttpReply answer(HttpCall call) throws Exception {
        try {
            return ROUTER.find(HttpMethod.POST, call.path())
                    .answer(call)
                    .toCompletableFuture()
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
        } catch (HttpProblem problem) {
            return problem.reply();
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof HttpProblem problem) {
                return problem.reply();
            }
            throw failure;
        }
    }

    private static void check(Broker.Request request) throws Exception {
        assertThat(ChannelName.problem(request.channel(), 255)).isNull();
        byte[] data = request.content().data();
        assertThat(data.length).isLessThanOrEqualTo(64 * 1024);
        UTF_8.newDecoder().decode(ByteBuffer.wrap(data));
        if (request.content().json()) {
            assertThat(STRICT.readTree(new String(data, UTF_8)).isMissingNode()).isFalse();
        }
        for (String word :
                new String[] {request.content().type(), request.content().key(), request.idempotencyKey()}) {
            if (word != null) {
                assertThat(word.length()).isBetween(1, 256);
                assertThat(word.chars()).noneMatch(c -> c < ' ');
            }
        }
    }

    private static int indexOf(byte[] input, int from) {
        for (int i = from; i < input.length; i++) {
            if (input[i] == '\n') {
                return i;
            }
        }
        return input.length;
    }
}
