package dev.fanfare.gateway.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.gateway.config.ConfigException;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {
    private static final String EC_KEY = """
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEILKATSRdelV09LfHazPYuPkFMVotpP+COueMcKD5ymnyoAoGCCqGSM49
            AwEHoUQDQgAEGe0nxvE0I6ZaGt2t00azQC62ryUkahP2tE9BXMaccBtf6I+hQ9ob
            ZEREUzBTa1BxmVXu/0Ol0lgQ7oSThFYqfw==
            -----END EC PRIVATE KEY-----
            """;

    /** The same, by: openssl pkcs8 -topk8 -v2 aes-256-cbc; the password is "right". */
    private static final String ENCRYPTED = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhjWE7Gar5XjAICCAAw
            DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEJigSKHVZwbuz2o2xFKYweAEgZD0
            +a5bmHrhDiix5o3O1hOrAR0FbkKXzaZMD2I3X3hXWaMPRyn+aLWD/aqeOMdLftBf
            1HJaC/qEdWfMWh35vl5gnLm3WKggWCinsYCMrGJHNMBmHjG/x86ojkY3ezsl+Bcv
            LI1shx6p33pxwWY6eB6O8eofV9rnP/k3iNDdaB2qRUZkRFg/tyB6TplSjVrsXfg=
            -----END ENCRYPTED PRIVATE KEY-----
            """;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(names = {"ecp256", "ecp384", "rsa2048", "rsa4096", "ed25519"})
    void keysOfEveryKindAreRead(CertificateBuilder.Algorithm algorithm) throws Exception {
        X509Bundle bundle = new CertificateBuilder()
                .algorithm(algorithm)
                .subject("CN=a")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();

        assertThat(pem(bundle.getPrivateKeyPEM()).privateKey(""))
                .isEqualTo(bundle.getKeyPair().getPrivate());
        assertThat(pem(bundle.getCertificatePEM()).certificates()).containsExactly(bundle.getCertificate());
    }

    @Test
    void aTraditionalRsaKeyIsRead() throws Exception {
        PrivateKey key = new CertificateBuilder()
                .rsa2048()
                .subject("CN=a")
                .setIsCertificateAuthority(true)
                .buildSelfSigned()
                .getKeyPair()
                .getPrivate();
        byte[] pkcs8 = key.getEncoded();
        // SEQUENCE (4 bytes of head), version (3), algorithm (15), OCTET STRING (4 bytes of head)
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);

        assertThat(pem(block("RSA PRIVATE KEY", pkcs1)).privateKey("")).isEqualTo(key);
    }

    /** Made by: openssl ecparam -name prime256v1 -genkey; it protects nothing. */
    @Test
    void aTraditionalEcKeyIsReadWhateverStandsBeforeIt() throws Exception {
        String text = """
                -----BEGIN EC PARAMETERS-----
                BggqhkjOPQMBBw==
                -----END EC PARAMETERS-----
                @KEY@""".replace("@KEY@", EC_KEY);

        PrivateKey key = pem(text).privateKey("");
        assertThat(key.getAlgorithm()).isEqualTo("EC");
    }

    @Test
    void anEcKeyWithoutItsCurveIsRefused() {
        byte[] bare = {0x30, 8, 2, 1, 1, 4, 3, 1, 2, 3};
        assertThatThrownBy(() -> pem(block("EC PRIVATE KEY", bare)).privateKey(""))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("the private key cannot be read");
    }

    @Test
    void anEncryptedKeyIsReadWithItsPassword() throws Exception {
        assertThat(((ECPrivateKey) pem(ENCRYPTED).privateKey("right")).getS())
                .isEqualTo(((ECPrivateKey) pem(EC_KEY).privateKey("")).getS());
        assertThatThrownBy(() -> pem(ENCRYPTED).privateKey("wrong"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("tls.key-password")
                .hasMessageNotContaining("wrong");
        assertThatThrownBy(() -> pem(ENCRYPTED).privateKey(""))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("set tls.key-password");
    }

    @Test
    void oneThatIsEncryptedInAnOldWayIsReadToo() throws Exception {
        PrivateKey key = pem(EC_KEY).privateKey("");
        assertThat(pem(block("ENCRYPTED PRIVATE KEY", encrypted(key, "PBEWithMD5AndDES", "right")))
                        .privateKey("right"))
                .isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nothing",
                "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
                "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nMAA=\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN DSA PRIVATE KEY-----\nMAA=\n-----END DSA PRIVATE KEY-----"
            })
    void whatIsNoKeyIsAnErrorThatNamesSettingAndFile(String text) {
        assertThatThrownBy(() -> pem(text).privateKey("secret"))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("tls.key: cannot use file.pem: ")
                .hasMessageNotContaining("MIIB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"})
    void whatIsNoCertificateIsOneToo(String text) {
        assertThatThrownBy(() -> pem(text).certificates())
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("tls.key: cannot use file.pem: ");
    }

    @Test
    void aChainWithTextBetweenKeepsItsOrder() throws Exception {
        X509Bundle root = new CertificateBuilder()
                .ecp256()
                .subject("CN=root")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle leaf = new CertificateBuilder().ecp256().subject("CN=leaf").buildIssuedBy(root);

        assertThat(pem("leaf:\r\n" + leaf.getCertificatePEM() + "# its issuer\n" + root.getCertificatePEM())
                        .certificates())
                .containsExactly(leaf.getCertificate(), root.getCertificate());
    }

    @Test
    void aFileThatCannotBeReadIsNamed() throws IOException {
        assertThatThrownBy(() -> SourceFile.read("tls.key", directory.resolve("none.pem")))
                .hasMessage("tls.key: cannot use %s: there is no such file".formatted(directory.resolve("none.pem")));
        assertThatThrownBy(() -> SourceFile.read("tls.key", directory)).hasMessageContaining("tls.key: cannot use ");
        Path large = Files.write(directory.resolve("large.pem"), new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> SourceFile.read("tls.key", large)).hasMessageContaining("larger than 1 MiB");
    }

    private static Pem pem(String text) {
        return new Pem(new SourceFile("tls.key", Path.of("file.pem"), text.getBytes(ISO_8859_1)));
    }

    private static String block(String label, byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, Base64.getMimeEncoder().encodeToString(der), label);
    }

    private static byte[] encrypted(PrivateKey key, String scheme, String password)
            throws GeneralSecurityException, IOException {
        byte[] salt = new byte[8];
        new SecureRandom().nextBytes(salt);
        Cipher cipher = Cipher.getInstance(scheme);
        cipher.init(
                Cipher.ENCRYPT_MODE,
                SecretKeyFactory.getInstance(scheme).generateSecret(new PBEKeySpec(password.toCharArray())),
                new PBEParameterSpec(salt, 1_000));
        AlgorithmParameters parameters = cipher.getParameters();
        return new EncryptedPrivateKeyInfo(parameters, cipher.doFinal(key.getEncoded())).getEncoded();
    }
}
