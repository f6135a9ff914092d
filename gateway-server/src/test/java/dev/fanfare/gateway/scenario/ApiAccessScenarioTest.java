package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may call the API. */
class ApiAccessScenarioTest {
    private static final String BODY = "{\"channel\":\"chat:a\",\"data\":1}";

    @RegisterExtension
    static final Gateways gateways = new Gateways();

    @ParameterizedTest
    @ValueSource(strings = {"/api/publish", "/api/nothing", "/api/bulk", "/publish/chat:a", "/cloudevents"})
    void withAKeyOnlyWhoSendsItIsServedByWhicheverHeader(String path) throws Exception {
        ApiCalls api = new ApiCalls(gateways.start("ticker.source=off", "api.key=s3cret"));
        for (String stranger : new String[] {
            "X-None: x",
            "X-API-Key: ",
            "X-API-Key: S3CRET",
            "X-API-Key: s3cret2",
            "X-API-Key: s3cre",
            "Authorization: apikey",
            "Authorization: apikey wrong",
            "Authorization: Bearer s3cret",
            "Authorization: s3cret"
        }) {
            Reply reply = api.post(path, BODY, stranger);
            assertThat(reply.problem(401)).contains("X-API-Key").doesNotContain("s3cret");
            assertThat(reply.header("www-authenticate")).isEqualTo("apikey");
        }
        assertThat(api.post(path, BODY, "X-API-Key: wrong", "Authorization: apikey s3cret")
                        .status())
                .as("X-API-Key is the stronger one")
                .isEqualTo(401);
        for (String known : new String[] {
            "X-API-Key: s3cret",
            "x-api-key: s3cret",
            "Authorization: apikey s3cret",
            "authorization: ApiKey  s3cret",
            "X-API-Key: s3cret\r\nX-Forwarded-For: 192.0.2.1\r\nOrigin: http://elsewhere"
        }) {
            assertThat(api.post(path, BODY, known).status())
                    .as(known)
                    .isEqualTo(path.equals("/cloudevents") ? 415 : 200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-For: 127.0.0.1",
                "x-forwarded-host: localhost",
                "X-Forwarded-Proto: https",
                "Forwarded: for=127.0.0.1",
                "X-Real-IP: 127.0.0.1",
                "CF-Connecting-IP: 127.0.0.1",
                "Via: 1.1 proxy",
                "Origin: http://127.0.0.1",
                "Origin: null",
                "Sec-Fetch-Site: cross-site"
            })
    void withoutAKeyNeitherAProxyNorABrowserIsServed(String header) throws Exception {
        ApiCalls api = new ApiCalls(gateways.start("ticker.source=off"));
        for (String path : new String[] {"/api/publish", "/api/bulk", "/publish/chat:a", "/cloudevents"}) {
            assertThat(api.post(path, BODY, header).problem(403)).contains("api.key");
        }
        assertThat(api.result("history", "{\"channel\":\"chat:a\"}")
                        .get("offset")
                        .intValue())
                .isZero();
        assertThat(api.post("/api/publish", BODY).status()).isEqualTo(200);
    }
}
