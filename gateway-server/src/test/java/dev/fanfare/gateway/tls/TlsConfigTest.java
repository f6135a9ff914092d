package dev.fanfare.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.gateway.config.ConfigException;
import dev.fanfare.gateway.config.Given;
import dev.fanfare.gateway.config.Settings;
import io.netty.handler.ssl.OpenSsl;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsConfigTest {
    @TempDir
    Path directory;

    private X509Bundle bundle;

    @BeforeEach
    void writeFiles() throws Exception {
        bundle = new CertificateBuilder()
                .ecp256()
                .subject("CN=a")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Files.writeString(directory.resolve("certificate.pem"), bundle.getCertificatePEM());
        Files.writeString(directory.resolve("key.pem"), bundle.getPrivateKeyPEM());
    }

    @Test
    void withoutACertificateThereIsNoTls() throws ConfigException {
        assertThat(read().isOn()).isFalse();
        Certificates.check(read(), List.of("http/1.1"));
    }

    @Test
    void twoLinesAreEnough() throws ConfigException {
        TlsConfig config = read(withFiles());
        assertThat(config.isOn()).isTrue();
        assertThat(config.versions()).containsExactly("TLSv1.3", "TLSv1.2");
        Certificates.check(config, List.of("http/1.1"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    tls.certificate=a.pem                        | belong together
                    tls.key=a.pem                                | belong together
                    tls.plain-port=8080                          | no use without tls.certificate
                    tls.client-auth=required                     | checked against tls.client-ca
                    tls.client-ca=ca.pem                         | belong together
                    tls.min-version=TLSv1.1                      | allowed: one of TLSv1.2, TLSv1.3
                    tls.plain-port=eight                         | allowed: off or
                    tls.plain-port=65536                         | allowed:
                    tls.provider=gnutls                          | one of auto, openssl, jdk
                    """)
    void whatMakesNoSenseIsRefused(String setting, String words) {
        assertThatThrownBy(() -> read(setting))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void aCipherNobodyKnowsIsNamed(String provider) {
        assertThatThrownBy(() -> check("tls.ciphers=TLS_AES_128_GCM_SHA256,TLS_NO_SUCH", "tls.provider=" + provider))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("there is no 'TLS_NO_SUCH'; there is ")
                .hasMessageContaining("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void ciphersCanBeChosen(String provider) throws ConfigException {
        check(
                "tls.ciphers=TLS_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                "tls.provider=" + provider);
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws Exception {
        X509Bundle other = new CertificateBuilder()
                .rsa2048()
                .subject("CN=b")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Files.writeString(directory.resolve("key.pem"), other.getPrivateKeyPEM());
        assertThatThrownBy(() -> check())
                .isInstanceOf(ConfigException.class)
                .hasMessage("tls.key: cannot use %s: it is not the key of the first certificate in %s (CN=a)"
                        .formatted(directory.resolve("key.pem"), directory.resolve("certificate.pem")));
    }

    @Test
    @EnabledIf("openSsl")
    void aKeyThatOnlyTheJdkCanUseIsNamed() throws Exception {
        X509Bundle other = new CertificateBuilder()
                .algorithm(CertificateBuilder.Algorithm.ed25519)
                .subject("CN=b")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Files.writeString(directory.resolve("certificate.pem"), other.getCertificatePEM());
        Files.writeString(directory.resolve("key.pem"), other.getPrivateKeyPEM());
        check("tls.provider=jdk");
        assertThatThrownBy(() -> check("tls.provider=openssl"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("needs tls.provider: jdk");
    }

    @Test
    void theEndIsTheEarliestOfTheChain() throws Exception {
        Identity identity = Identity.of(Identity.Files.read(read(withFiles())), read(withFiles()));
        assertThat(identity.expiry())
                .isEqualTo(bundle.getCertificate().getNotAfter().toInstant());
        assertThat(identity.isValidAt(identity.expiry().minusSeconds(1))).isTrue();
        assertThat(identity.isValidAt(identity.expiry())).isFalse();
        assertThat(identity.isValidAt(
                        bundle.getCertificate().getNotBefore().toInstant().minusSeconds(1)))
                .isFalse();
    }

    static boolean openSsl() {
        return OpenSsl.isAvailable();
    }

    private void check(String... settings) throws ConfigException {
        Certificates.check(read(withFiles(settings)), List.of("http/1.1"));
    }

    private String[] withFiles(String... settings) {
        List<String> all = new java.util.ArrayList<>(List.of(settings));
        all.add("tls.certificate=" + directory.resolve("certificate.pem"));
        all.add("tls.key=" + directory.resolve("key.pem"));
        return all.toArray(String[]::new);
    }

    private static TlsConfig read(String... settings) throws ConfigException {
        Map<String, Given> flags = new HashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            flags.put(setting.substring(0, equals), new Given(setting.substring(equals + 1), "test"));
        }
        Settings in = new Settings(Map.of(), Map.of(), flags);
        TlsConfig config = TlsConfig.from(in);
        in.verify();
        return config;
    }
}
