package dev.fanfare.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.gateway.channel.Access;
import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.config.Settings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuthConfigTest {
    private static final String SECRET = "auth.hmac-secret=" + TestToken.SECRET;

    private static List<String> problems(String... settings) {
        ConfigException thrown = catchThrowableOfType(ConfigException.class, () -> AuthScene.read(settings));
        assertThat(thrown).isNotNull();
        return thrown.problems();
    }

    @Test
    void withoutKeysAnyoneMaySubscribe() {
        AuthConfig config = AuthScene.config();
        assertThat(config.hasKeys()).isFalse();
        assertThat(config.mode()).isEqualTo(AuthConfig.Mode.NO_KEYS);
        assertThat(config.standardAccess()).isEqualTo(Access.ANYONE);
    }

    @Test
    void withKeysUsersMay() {
        AuthConfig config = AuthScene.config(SECRET);
        assertThat(config.mode()).isEqualTo(AuthConfig.Mode.TOKENS);
        assertThat(config.standardAccess()).isEqualTo(Access.AUTHENTICATED);
        assertThat(config.toString()).doesNotContain(TestToken.SECRET);
    }

    @Test
    void developmentIsOpenAlsoWithKeys() {
        AuthConfig config = AuthScene.config(SECRET, "auth.dev=true");
        assertThat(config.mode()).isEqualTo(AuthConfig.Mode.DEVELOPMENT);
        assertThat(config.standardAccess()).isEqualTo(Access.ANYONE);
        assertThat(config.hasKeys()).isTrue();
    }

    @Test
    void aSecretMustBeLongEnoughForItsAlgorithms() {
        assertThat(problems("auth.hmac-secret=tooshort"))
                .singleElement()
                .asString()
                .contains("auth.hmac-secret", "8 characters", "HS256", "32")
                .doesNotContain("tooshort");
        assertThat(problems("auth.hmac-secret=" + "x".repeat(40), "auth.algorithms=HS256,HS512"))
                .singleElement()
                .asString()
                .contains("HS512", "64");
        AuthScene.config("auth.hmac-secret=" + "x".repeat(64), "auth.algorithms=hs512, hs384");
    }

    @Test
    void algorithmsThatNoKeyIsForAreAMistake() {
        assertThat(problems(SECRET, "auth.algorithms=RS256")).anyMatch(words -> words.contains("RS256"));
        assertThat(problems(SECRET, "auth.algorithms=HS256,RS256")).anyMatch(words -> words.contains("RS256"));
        assertThat(problems(SECRET, "auth.algorithms=none")).anyMatch(words -> words.contains("allowed: one of HS256"));
        assertThat(problems(SECRET, "auth.algorithms=HS256,")).isNotEmpty();
    }

    @Test
    void anIssuerNeedsItsNameInTokensAndAKey() {
        assertThat(problems("auth.issuers.shop.audience=a"))
                .hasSize(2)
                .anyMatch(words -> words.startsWith("auth.issuers.shop.issuer: missing"))
                .anyMatch(words -> words.startsWith("auth.issuers.shop has no key"));
        assertThat(problems("auth.issuer=us")).singleElement().asString().contains("auth.hmac-secret");
        assertThat(problems(
                        "auth.issuers.a.issuer=x",
                        "auth.issuers.a.hmac-secret=" + TestToken.SECRET,
                        "auth.issuers.b.issuer=x",
                        "auth.issuers.b.hmac-secret=" + TestToken.SECRET))
                .singleElement()
                .asString()
                .contains("auth.issuers.b.issuer", "another");
        assertThat(problems("auth.issuers.a.isuer=x")).anyMatch(words -> words.contains("auth.issuers.a.isuer"));
    }

    @Test
    void theEnvironmentAloneMakesAnIssuer() throws ConfigException {
        Settings in = new Settings(
                Map.of(),
                Map.of(
                        "FANFARE_AUTH_ISSUERS_MY_SHOP_ISSUER",
                        "https://shop",
                        "FANFARE_AUTH_ISSUERS_MY_SHOP_HMAC_SECRET",
                        TestToken.SECRET),
                Map.of());
        AuthConfig config = AuthConfig.from(in);
        in.verify();
        assertThat(config.issuers()).singleElement().satisfies(issuer -> {
            assertThat(issuer.name()).isEqualTo("my_shop");
            assertThat(issuer.issuer()).isEqualTo("https://shop");
        });
        assertThat(in.documented().toString()).doesNotContain(TestToken.SECRET);
    }
}
