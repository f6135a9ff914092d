package dev.fanfare.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a token must be, signed with a shared secret. */
class TokenTest {
    private static final TestToken.Signer SIGNER = TestToken.hmac("HmacSHA256", TestToken.SECRET);

    private final long now = Instant.now().getEpochSecond();
    private final AuthScene scene = new AuthScene("auth.hmac-secret=" + TestToken.SECRET);

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    void aGoodTokenSaysWhoItIsAndWhatItMay() {
        Principal who = scene.accepted(TestToken.of("42")
                .claim("jti", "t1")
                .claim("info", Map.of("name", "Ann", "n", List.of(1, 2.50)))
                .channels("chat:a", "news")
                .subscribe("chat:*", "*")
                .publish("chat:a")
                .signed());

        assertThat(who.kind()).isEqualTo(Principal.Kind.TOKEN);
        assertThat(who.user()).isEqualTo("42");
        assertThat(who.tokenId()).isEqualTo("t1");
        assertThat(who.info()).contains("\"name\":\"Ann\"").contains("\"n\":[1,2.5");
        assertThat(who.issuedAtSeconds()).isBetween(now, now + 5);
        assertThat(who.expiresAtSeconds()).as("exp and the skew").isBetween(now + 3610, now + 3615);
        assertThat(who.grants().channels()).containsExactly("chat:a", "news");
        assertThat(who.grants().subscribe()).extracting("text").containsExactly("chat:*", "*");
        assertThat(who.grants().publish()).extracting("text").containsExactly("chat:a");
        assertThat(who.toString()).contains("42", "t1").doesNotContain("Ann");
        assertThat(scene.registry.scrape()).contains("gateway_tokens_total{result=\"accepted\"} 1.0");
    }

    @Test
    void withoutATokenOneIsAnonymous() {
        assertThat(scene.accepted(null)).isSameAs(Principal.ANONYMOUS);
    }

    @Test
    void withoutKeysNoTokenIsLookedAt() {
        try (AuthScene open = new AuthScene()) {
            assertThat(open.accepted("rubbish")).isSameAs(Principal.ANONYMOUS);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a.b",
                "a.b.c.d",
                "a.b.c",
                "e30.e30.",
                "e30.e30.e30",
                "bnVsbA.e30.",
                "=.=.=",
                "e30=.e30.x",
                "\u0000.\u0000.\u0000",
                "ü.ü.ü",
                "W10.W10.W10",
                "eyJhbGciOiJIUzI1NiJ9",
                "....",
                "e30.e30.e30\n",
            })
    void whatIsNoTokenIsRefused(String token) {
        assertThat(scene.refused(token)).startsWith("the token is not accepted: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'alg':'none'}                        | header alg",
                "{'alg':'None'}                        | header alg",
                "{'alg':'hs256'}                       | header alg",
                "{'alg':'ES256K'}                      | header alg",
                "{'alg':'RSA-OAEP','enc':'A256GCM'}    | header alg",
                "{'alg':['HS256']}                     | header alg",
                "{'typ':'JWT'}                         | header alg is missing",
                "{'alg':'HS256','alg':'none'}          | no member twice",
                "{'alg':'HS256','crit':['exp']}        | header crit",
                "{'alg':'HS256','crit':[]}             | header crit",
                "{'alg':'HS256','crit':['b64'],'b64':false} | header crit",
                "{'alg':'HS256','kid':7}               | header kid",
                "{'alg':'HS256','typ':'logout+jwt'}    | header typ",
                "{'alg':'HS256','typ':7}               | header typ",
                "{'alg':'HS256'} {}                    | JSON",
                "{'alg':'HS384'}                       | no key of its issuer is for alg HS384",
                "{'alg':'RS256'}                       | no key of its issuer is for alg RS256",
                "{'alg':'EdDSA'}                       | no key of its issuer is for alg EdDSA",
            })
    void aHeaderThatIsNotUnderstoodIsRefused(String header, String why) {
        String claims = "{\"sub\":\"42\",\"exp\":%d}".formatted(now + 60);
        assertThat(scene.refused(TestToken.raw(header.replace('\'', '"'), claims, SIGNER)))
                .contains(why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'alg':'HS256','jku':'http://127.0.0.1:1/keys'}",
                "{'alg':'HS256','x5u':'http://127.0.0.1:1/keys','x5c':['MIIB']}",
                "{'alg':'HS256','jwk':{'kty':'oct','k':'AAAA'}}",
                "{'alg':'HS256','typ':'at+jwt','kid':'unknown keys of a secret have no id'}",
            })
    void whatAHeaderSaysOfKeysIsNotFollowed(String header) {
        String claims = "{\"sub\":\"42\",\"exp\":%d}".formatted(now + 60);
        String text = header.replace('\'', '"');
        assertThat(scene.accepted(TestToken.raw(text, claims, SIGNER)).user()).isEqualTo("42");
        assertThat(scene.refused(TestToken.raw(text, claims, TestToken.hmac("HmacSHA256", "\0\0\0"))))
                .contains("its signature does not hold");
    }

    @Test
    void everySingleBitThatIsChangedIsFound() {
        String token = TestToken.of("42").signed();
        for (int i = 0; i < token.length(); i++) {
            char other = token.charAt(i) == 'A' ? 'Q' : 'A';
            if (token.charAt(i) != '.' && i < token.length() - 1) { // the last character has bits that mean nothing
                scene.refused(token.substring(0, i) + other + token.substring(i + 1));
            }
        }
        assertThat(scene.accepted(token).user()).isEqualTo("42");
    }

    @Test
    void aTokenThatIsTooLongIsNotRead() {
        String token = TestToken.of("x".repeat(9000)).signed();
        assertThat(scene.refused(token)).contains("auth.max-token", "8192");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "exp       | null                 | claim exp: must be a number",
                "exp       | ^1^                  | claim exp: must be a number",
                "exp       | -1                   | claim exp: must be a number",
                "exp       | 1e300                | claim exp: must be a number",
                "exp       | 1                    | claim exp: it expired",
                "exp       | true                 | claim exp",
                "nbf       | 99999999999          | claim nbf: it is not valid for another",
                "nbf       | {}                   | claim nbf",
                "iat       | 99999999999          | claim iat",
                "iat       | 5                    | claim exp: it lives longer than",
                "expire_at | 7                    | claim expire_at: it expired",
                "expire_at | ^x^                  | claim expire_at",
                "sub       | 42                   | claim sub: must be a text",
                "sub       | ^a\\u0000b^          | claim sub",
                "sub       | ^\\ud800^            | claim sub",
                "jti       | 1                    | claim jti",
                "jti       | null                 | claim jti",
                "iss       | 1                    | claim iss",
                "aud       | 1                    | claim aud",
                "aud       | [^a^,1]              | claim aud",
                "channels  | ^chat:a^             | claim channels: must be a list",
                "channels  | [1]                  | claim channels",
                "channels  | [^chat:*^]           | claim channels",
                "channels  | [^^]                 | claim channels",
                "subscribe | {}                   | claim subscribe",
                "subscribe | [^a*^]               | claim subscribe",
                "subscribe | [^*:*^]              | claim subscribe",
                "subscribe | [^a:*:*:*:*:*^]      | claim subscribe",
                "publish   | [^a b^]              | claim publish",
                "publish   | [null]               | claim publish",
            })
    void aBadClaimIsNamed(String claim, String value, String why) {
        String claims = "{\"sub1\":\"\",\"iat1\":1,\"exp\":%d}".formatted(now + 60);
        String with = claims.replaceFirst("\"" + claim + "\":[^,}]+,?", "").replaceFirst("}$", "")
                + (claims.contains("\"" + claim + "\"") ? "" : ",")
                + "\"" + claim + "\":" + value.replace('^', '"') + "}";
        assertThat(scene.refused(TestToken.raw("{\"alg\":\"HS256\"}", with.replace(",,", ","), SIGNER)))
                .contains(why);
    }

    @Test
    void aTokenMustSayWhenItExpires() {
        assertThat(scene.refused(TestToken.of("1").claim("exp", null).signed()))
                .contains("claim exp: missing", "auth.require-expiry");
    }

    @Test
    void infoAndGrantsHaveBounds() {
        assertThat(scene.refused(
                        TestToken.of("1").claim("info", "x".repeat(2000)).signed()))
                .contains("claim info", "auth.max-info");
        String[] many = new String[257];
        java.util.Arrays.fill(many, "a");
        assertThat(scene.refused(TestToken.of("1").subscribe(many).signed())).contains("claim subscribe", "256");
    }

    @Test
    void clocksMayBeOffByTheSkew() {
        assertThat(scene.accepted(TestToken.of("1").claim("exp", now - 5).signed())
                        .user())
                .isEqualTo("1");
        scene.refused(TestToken.of("1").claim("exp", now - 11).signed());
        scene.accepted(
                TestToken.of("1").claim("nbf", now + 5).claim("iat", now + 5).signed());
        scene.refused(TestToken.of("1").claim("nbf", now + 20).signed());
        try (AuthScene exact = new AuthScene("auth.hmac-secret=" + TestToken.SECRET, "auth.clock-skew=0s")) {
            exact.refused(TestToken.of("1").claim("exp", now - 1).signed());
            exact.refused(TestToken.of("1").claim("nbf", now + 20).signed());
        }
    }

    @Test
    void expireAtIsForTheConnectionAndExpForTheToken() {
        assertThat(scene.accepted(TestToken.of("1").claim("expire_at", 0).signed())
                        .expiresAtSeconds())
                .isEqualTo(Principal.NEVER);
        assertThat(scene.accepted(
                                TestToken.of("1").claim("expire_at", now + 7200).signed())
                        .expiresAtSeconds())
                .isEqualTo(now + 7210);
        scene.refused(
                TestToken.of("1").claim("expire_at", 0).claim("exp", now - 60).signed());
    }

    @Test
    void aTokenWithoutExpiryIsForThoseWhoWantIt() {
        try (AuthScene lax = new AuthScene("auth.hmac-secret=" + TestToken.SECRET, "auth.require-expiry=false")) {
            assertThat(lax.accepted(TestToken.of("1").claim("exp", null).signed())
                            .expiresAtSeconds())
                    .isEqualTo(Principal.NEVER);
            lax.refused(TestToken.of("1").claim("exp", now - 60).signed());
        }
    }

    @Test
    void issuersHaveTheirOwnKeysAndAudiences() {
        String other = "another-secret-that-is-long-enough";
        try (AuthScene two = new AuthScene(
                "auth.hmac-secret=" + TestToken.SECRET,
                "auth.issuers.shop.issuer=https://shop",
                "auth.issuers.shop.hmac-secret=" + other,
                "auth.issuers.shop.audience=push, live")) {
            TestToken.Signer shop = TestToken.hmac("HmacSHA256", other);
            TestToken token = TestToken.of("1").claim("iss", "https://shop");
            assertThat(two.accepted(token.claim("aud", "push").signed(shop)).user())
                    .isEqualTo("1");
            two.accepted(token.claim("aud", List.of("x", "live")).signed(shop));
            assertThat(two.refused(token.claim("aud", "x").signed(shop))).contains("claim aud: \"x\" is not us");
            assertThat(two.refused(token.claim("aud", null).signed(shop))).contains("claim aud: missing");
            assertThat(two.refused(token.claim("aud", "push").signed())).contains("signature");
            two.refused(TestToken.of("1").signed(shop));
            two.accepted(TestToken.of("1").claim("iss", "whoever").signed());
        }
        try (AuthScene one = new AuthScene("auth.hmac-secret=" + TestToken.SECRET, "auth.issuer=us")) {
            one.accepted(TestToken.of("1").claim("iss", "us").signed());
            assertThat(one.refused(TestToken.of("1").signed())).contains("claim iss: missing");
            assertThat(one.refused(TestToken.of("1").claim("iss", "them").signed()))
                    .contains("claim iss: 'them'");
        }
    }

    @Test
    void aRevokedTokenIsRefused() {
        String token = TestToken.of("42").claim("jti", "t1").signed();
        scene.accepted(token);
        scene.revocations.revoke(Revocation.ofToken("t1"));
        assertThat(scene.refused(token)).contains("revoked");
        scene.accepted(TestToken.of("42").claim("jti", "t2").signed());
        scene.revocations.revoke(Revocation.ofUser("42", now + 1));
        scene.refused(TestToken.of("42").claim("jti", "t2").claim("iat", now).signed());
        assertThat(scene.registry.scrape()).contains("gateway_tokens_total{result=\"revoked\"} 2.0");
    }
}
