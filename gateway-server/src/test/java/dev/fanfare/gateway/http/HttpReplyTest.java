package dev.fanfare.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpReplyTest {
    @Test
    void aReplyCarriesItsBodyTypeAndLengthAndIsNotStored() {
        FullHttpResponse response =
                HttpReply.json(HttpResponseStatus.OK, "{\"é\":1}").toResponse(false);

        assertThat(response.status()).isEqualTo(HttpResponseStatus.OK);
        assertThat(response.content().toString(UTF_8)).isEqualTo("{\"é\":1}");
        assertThat(response.headers().get("content-type")).isEqualTo("application/json");
        assertThat(response.headers().get("content-length")).isEqualTo("8");
        assertThat(response.headers().get("cache-control")).isEqualTo("no-store");
        assertThat(response.headers().get("x-content-type-options")).isEqualTo("nosniff");
        response.release();
    }

    @Test
    void aReplyToHeadHasTheSameHeadersAndNoBody() {
        HttpReply reply = HttpReply.ok("text/plain", "hello".getBytes(UTF_8));
        FullHttpResponse head = reply.toResponse(true);
        FullHttpResponse get = reply.toResponse(false);

        assertThat(head.content().isReadable()).isFalse();
        assertThat(head.headers().toString()).isEqualTo(get.headers().toString());
        assertThat(head.headers().get("content-length")).isEqualTo("5");
    }

    @Test
    void aHeaderOfItsOwnReplacesTheUsualOneAndLeavesTheOriginalReplyAlone() {
        HttpReply plain = HttpReply.ok("text/plain", new byte[0]);
        HttpReply cached = plain.with("Cache-Control", "no-cache").with("X-A", "b");

        assertThat(cached.toResponse(false).headers().getAll("cache-control")).containsExactly("no-cache");
        assertThat(cached.toResponse(false).headers().get("x-a")).isEqualTo("b");
        assertThat(plain.headers()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"},{\"title\":\"x",
                "back\\slash \\\" \\u0041",
                "line\r\nSet-Cookie: a=b",
                "\0\u0001\u001f\u007f",
                "<script>alert(1)</script>",
                "%s %d %n 100%",
                "삼성 😀 \u2028"
            })
    void aProblemIsJsonWhateverTheClientSent(String hostile) throws IOException {
        HttpProblem problem = HttpProblem.of(HttpResponseStatus.BAD_REQUEST, hostile);

        JsonNode json = new ObjectMapper().readTree(problem.reply().body());
        assertThat(json.get("title").textValue()).isEqualTo("Bad Request");
        assertThat(json.get("status").intValue()).isEqualTo(400);
        assertThat(json.get("detail").textValue()).isEqualTo(hostile);
        assertThat(json.size()).isEqualTo(3);
        assertThat(problem.reply().contentType()).isEqualTo("application/problem+json");
    }

    @Test
    void halfASurrogatePairDoesNotMakeTheProblemUnreadable() throws IOException {
        HttpProblem problem = HttpProblem.of(HttpResponseStatus.NOT_FOUND, "a\ud83d");

        assertThat(new ObjectMapper()
                        .readTree(problem.reply().body())
                        .get("detail")
                        .textValue())
                .startsWith("a");
    }

    @Test
    void aProblemKeepsItsWordsWhenItGetsHeaders() {
        HttpProblem problem = HttpProblem.of(HttpResponseStatus.BAD_REQUEST, "why")
                .with("X-A", "b")
                .closing();

        assertThat(problem).hasMessage("why");
        assertThat(problem.reply().headers()).containsEntry("X-A", "b").containsEntry("connection", "close");
        assertThat(problem.reply().status().code()).isEqualTo(400);
    }
}
