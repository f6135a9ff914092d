package dev.fanfare.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpRouterTest {
    private final HttpRoute route = headers -> new CompletableFuture<>();
    private final HttpRouter router = new HttpRouter(Map.of("/metrics", route, "/", route), "/sse");

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void aKnownPathIsServedForGetAndHead(String method) throws HttpProblem {
        assertThat(router.find(HttpMethod.valueOf(method), "/metrics")).isSameAs(route);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get"})
    void anotherMethodIsRefusedWithWhatIsAllowed(String method) {
        HttpProblem problem = problem(HttpMethod.valueOf(method), "/metrics");

        assertThat(problem.reply().status().code()).isEqualTo(405);
        assertThat(problem.reply().headers()).containsEntry("allow", "GET, HEAD");
        assertThat(problem).hasMessage(method + " is not allowed at /metrics; allowed: GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/metrics/", "/Metrics", "", "//", "/../metrics", "/metrics%2f"})
    void onlyTheExactPathIsKnownAndTheReplySaysWhichThereAre(String path) {
        HttpProblem problem = problem(HttpMethod.GET, path);

        assertThat(problem.reply().status().code()).isEqualTo(404);
        assertThat(problem).hasMessage("nothing at " + path + "; there is /, /metrics, /sse");
    }

    @Test
    void aLongPathIsShownInPart() {
        HttpProblem problem = problem(HttpMethod.GET, "/" + "x".repeat(5000));

        assertThat(problem).hasMessageStartingWith("nothing at /" + "x".repeat(79) + "…; there is");
    }

    @Test
    void aStreamAllowsOnlyGet() {
        assertThatCode(() -> HttpRouter.requireGet(HttpMethod.GET, "/sse", "GET"))
                .doesNotThrowAnyException();
        HttpProblem problem =
                catchThrowableOfType(HttpProblem.class, () -> HttpRouter.requireGet(HttpMethod.HEAD, "/sse", "GET"));
        assertThat(problem.reply().status().code()).isEqualTo(405);
        assertThat(problem.reply().headers()).containsEntry("allow", "GET");
    }

    private HttpProblem problem(HttpMethod method, String path) {
        return catchThrowableOfType(HttpProblem.class, () -> router.find(method, path));
    }
}
