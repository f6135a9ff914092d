package dev.fanfare.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.fanfare.gateway.DocsFolder;
import dev.fanfare.gateway.auth.TestToken;
import dev.fanfare.gateway.boot.RunningGateway;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds docs/openapi.yaml to a running gateway. */
class OpenApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static JsonNode document;
    private static RunningGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        document = document();
        gateway = RunningGateway.with(
                "ticker.source=off",
                "auth.hmac-secret=" + TestToken.SECRET,
                "namespaces.room.presence=true",
                "namespaces.plain.history-size=0");
    }

    @AfterAll
    static void end() {
        gateway.close();
    }

    private static JsonNode document() throws IOException {
        return new YAMLMapper().readTree(DocsFolder.page("openapi.yaml"));
    }

    private static HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The list a gateway names in an error, after {@code there is}. */
    private static Set<String> named(String detail) {
        assertThat(detail).contains("there is ").doesNotContain("…");
        String list = detail.substring(detail.indexOf("there is ") + "there is ".length());
        return new TreeSet<>(Arrays.asList(list.split(", ")));
    }

    /** Every example: path, content type, name, the example itself. */
    static Stream<Arguments> examples() throws IOException {
        List<Arguments> all = new ArrayList<>();
        document()
                .get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .at("/post/requestBody/content")
                        .properties()
                        .forEach(type -> type.getValue()
                                .get("examples")
                                .properties()
                                .forEach(example -> all.add(Arguments.of(
                                        path.getKey(), type.getKey(), example.getKey(), example.getValue())))));
        return all.stream();
    }

    @Test
    void itDescribesEveryMethodAndRouteOfTheGatewayAndNoOther() throws Exception {
        Set<String> methods = named(JSON.readTree(post("/api/nothing", "{}").body())
                .at("/error/message")
                .asText());
        Set<String> expected =
                methods.stream().map(method -> "/api/" + method).collect(Collectors.toCollection(TreeSet::new));
        named(JSON.readTree(post("/nothing", "").body()).get("detail").asText()).stream()
                .filter(path -> path.matches("/(api/.+|publish.*|cloudevents.*)"))
                .map(path -> path.equals("/publish/") ? "/publish/{channel}" : path)
                .forEach(expected::add);

        Set<String> described = new TreeSet<>();
        document.get("paths").fieldNames().forEachRemaining(described::add);
        assertThat(described).isEqualTo(expected).hasSizeGreaterThan(13);
        for (JsonNode path : document.get("paths")) {
            assertThat(path.fieldNames()).toIterable().containsExactly("post");
        }
    }

    @Test
    void itsCodesAreThoseOfTheProgramAndEveryReferenceLeadsSomewhere() {
        Set<Integer> codes =
                Arrays.stream(ApiError.Code.values()).map(code -> code.number).collect(Collectors.toSet());
        Set<Integer> described = new TreeSet<>();
        document.at("/components/schemas/Error/properties/code/enum").forEach(code -> described.add(code.intValue()));
        assertThat(described).isEqualTo(new TreeSet<>(codes));

        assertThat(document.get("openapi").asText()).isEqualTo("3.1.0");
        List<String> references = document.findValuesAsText("$ref");
        assertThat(references).isNotEmpty().allSatisfy(reference -> {
            assertThat(reference).startsWith("#/");
            assertThat(document.at(reference.substring(1)).isMissingNode()).isFalse();
        });
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("examples")
    void anExampleGetsTheStatusAndTheShapeThatAreDescribed(String path, String type, String name, JsonNode example)
            throws Exception {
        List<String> headers = new ArrayList<>(List.of("Content-Type", type));
        example.path("x-headers").properties().forEach(header -> {
            headers.add(header.getKey());
            headers.add(header.getValue().asText());
        });
        JsonNode value = example.get("value");
        String body = value.isTextual() ? value.asText() : value.toString();
        HttpResponse<String> response = post(path.replace("{channel}", "chat:a"), body, headers.toArray(String[]::new));

        assertThat(response.statusCode())
                .as(response.body())
                .isEqualTo(example.get("x-status").intValue());
        JsonShape shapes = new JsonShape(document);
        JsonNode described = shapes.resolve(
                document.get("paths").get(path).at("/post/responses").path(Integer.toString(response.statusCode())));
        String answered = response.headers().firstValue("content-type").orElseThrow();
        JsonNode schema = described.at("/content").path(answered).path("schema");
        assertThat(schema.isMissingNode())
                .as("%s is not described for %s", answered, path)
                .isFalse();
        List<String> parts =
                answered.endsWith("ndjson") ? response.body().lines().toList() : List.of(response.body());
        for (String part : parts) {
            assertThat(shapes.problem(schema, JSON.readTree(part), name)).isNull();
        }
        if (answered.endsWith("ndjson")) {
            assertThat(parts).hasSameSizeAs(body.lines().toList());
        }
    }

    @Test
    void everyMethodHasAnExampleThatGoesWell() throws Exception {
        Set<String> well = examples()
                .filter(example -> ((JsonNode) example.get()[3]).get("x-status").intValue() == 200)
                .map(example -> (String) example.get()[0])
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(well).hasSize(document.get("paths").size());
    }

    @Test
    void theCheckOfShapesFindsWhatIsWrong() throws Exception {
        JsonShape shapes = new JsonShape(document);
        JsonNode outcome = document.at("/components/schemas/Outcome");
        for (String wrong : List.of(
                "{}",
                "[]",
                "{\"result\":{\"offset\":\"1\",\"epoch\":\"e\"}}",
                "{\"result\":{\"offset\":1}}",
                "{\"result\":{\"offset\":-1,\"epoch\":\"e\"}}",
                "{\"result\":{\"offset\":1,\"epoch\":\"e\",\"more\":1}}",
                "{\"error\":{\"code\":999,\"message\":\"m\"}}",
                "{\"result\":{\"offset\":1,\"epoch\":\"e\"},\"error\":{\"code\":100,\"message\":\"m\"}}")) {
            assertThat(shapes.problem(outcome, JSON.readTree(wrong), ""))
                    .as(wrong)
                    .isNotNull();
        }
        assertThat(shapes.problem(outcome, JSON.readTree("{\"result\":{\"offset\":1,\"epoch\":\"e\"}}"), ""))
                .isNull();
    }
}
