package io.mirrorneuron.security;

import static io.mirrorneuron.config.JwtSettings.JwtAlgorithm.ES256;
import static io.mirrorneuron.config.JwtSettings.JwtAlgorithm.ES384;
import static io.mirrorneuron.config.JwtSettings.JwtAlgorithm.HS256;
import static io.mirrorneuron.config.JwtSettings.JwtAlgorithm.HS512;
import static io.mirrorneuron.config.JwtSettings.JwtAlgorithm.PS256;
import static io.mirrorneuron.config.JwtSettings.JwtAlgorithm.RS256;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.security.KeySet.NamedKey;
import io.mirrorneuron.testing.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a key file may hold, and what is said of one that holds something else. */
class KeyFileTest {
  private static final Tokens CURVE = Tokens.of(ES256, "k1");
  private static final Tokens RSA = Tokens.of(RS256, "r1");
  private static final String SECRET = "a secret of more than thirty-two bytes";

  @TempDir Path folder;

  private Path write(String text, String permissions) throws IOException {
    Path file = Files.writeString(folder.resolve("key"), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  private KeyFile read(String text, JwtAlgorithm... algorithms) throws IOException {
    return KeyFile.read(Tokens.settings(Set.of(algorithms), write(text, "rw-------"), null));
  }

  private void mustHold(String text, JwtAlgorithm... algorithms) throws IOException {
    KeyFile file = read(text, algorithms);
    assertThat(file.faults()).isEmpty();
    assertThat(file.keys()).extracting(NamedKey::algorithm).contains(algorithms);
  }

  /** One sentence that begins with the setting and the file. */
  private void mustBeFaulty(String text, String fault, JwtAlgorithm... algorithms)
      throws IOException {
    assertThat(read(text, algorithms).faults())
        .singleElement()
        .asString()
        .startsWith("auth.jwt.key_file " + folder.resolve("key") + " ")
        .contains(fault)
        .doesNotContain("MII", "BEGIN", SECRET);
  }

  private static String pem(String kind, PublicKey key) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder().encodeToString(key.getEncoded()), kind);
  }

  private static PublicKey key(String type, int bits) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(type);
    if (bits > 0) {
      generator.initialize(bits);
    }
    return generator.generateKeyPair().getPublic();
  }

  @Test
  void aPublicKeyServesTheAlgorithmsOfItsKind() throws Exception {
    mustHold(CURVE.pem(), ES256);
    mustHold("\n" + RSA.pem().replace("\n", "\r\n"), RS256, PS256);
    mustHold(Tokens.jwks(CURVE, RSA), ES256, RS256);
  }

  @Test
  void aPrivateKeyIsRefused() throws Exception {
    mustBeFaulty(CURVE.privatePem(), "holds a private key", ES256);
    mustBeFaulty(RSA.privatePem(), "openssl pkey -pubout", RS256);
    mustBeFaulty(RSA.privatePem().replace("PRIVATE", "RSA PRIVATE"), "a private key", RS256);
    mustBeFaulty(CURVE.privatePem().replace("PRIVATE", "ENCRYPTED PRIVATE"), "private", ES256);
    mustBeFaulty(Tokens.jwks(List.of(CURVE.jwk().put("d", "AAAA"))), "a private key", ES256);
  }

  @Test
  void aKeyOfAnotherKindIsRefused() throws Exception {
    mustBeFaulty(RSA.pem(), "no key for ES256 of auth.jwt.algorithms: it is a public RSA", ES256);
    mustBeFaulty(CURVE.pem(), "no key for RS256 of auth.jwt.algorithms: it is a public", RS256);
    mustBeFaulty(CURVE.pem(), "no key for ES384", ES384);
    mustBeFaulty(CURVE.pem(), "no key for ES384", ES256, ES384);
    mustBeFaulty(RSA.pem(), "no key for ES256", RS256, ES256);
    mustBeFaulty(Tokens.jwks(CURVE), "no key for RS256 of auth.jwt.algorithms: add", ES256, RS256);
    mustBeFaulty(pem("PUBLIC KEY", key("Ed25519", 0)), "neither RSA nor", ES256);
    mustBeFaulty(pem("PUBLIC KEY", key("RSA", 1024)), "it has 1024 bits", RS256);
  }

  @Test
  void whatIsNoKeyIsRefused() throws Exception {
    mustBeFaulty("", "neither a public key (PEM) nor", ES256);
    mustBeFaulty(SECRET, "neither a public key (PEM) nor", ES256);
    mustBeFaulty(CURVE.pem().substring(0, 60), "ends early", ES256);
    mustBeFaulty(CURVE.pem() + RSA.pem(), "several keys", ES256);
    mustBeFaulty(pem("CERTIFICATE", CURVE.publicKey()), "openssl x509", ES256);
    mustBeFaulty(pem("RSA PUBLIC KEY", RSA.publicKey()), "-RSAPublicKey_in", RS256);
    mustBeFaulty("{\"keys\":1}", "no list keys", ES256);
    mustBeFaulty("{nonsense", "is not JSON", ES256);
    mustBeFaulty(CURVE.pem().replaceAll("(?m)^M", "!"), "neither RSA nor", ES256);
    mustBeFaulty("x".repeat((1 << 20) + 1), "larger than a key", ES256);
  }

  @Test
  void aFileThatIsNotThereIsTold() {
    for (Path file : List.of(folder.resolve("absent"), folder)) {
      assertThat(KeyFile.read(Tokens.settings(Set.of(ES256), file, null)).faults())
          .containsExactly("auth.jwt.key_file " + file + " is no file");
    }
  }

  @Test
  void aSecretIsTakenAsItIsOrByItsBase64() throws Exception {
    String base64 = Base64.getEncoder().encodeToString(SECRET.getBytes());
    for (String text :
        List.of(SECRET, SECRET + "\n", SECRET + "\r\n", "base64:" + base64, "base64: " + base64)) {
      KeyFile file = read(text, HS256);
      assertThat(file.faults()).isEmpty();
      assertThat(file.keys().getFirst().material())
          .isInstanceOfSatisfying(
              KeyMaterial.Shared.class,
              shared -> assertThat(shared.secret()).asString().isEqualTo(SECRET));
    }
    String jwk =
        "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"h\",\"k\":\"" + Tokens.base64(SECRET) + "\"}]}";
    mustHold(jwk, HS256);
  }

  @Test
  void aSecretMustBeLongAndKept() throws Exception {
    mustBeFaulty("x".repeat(31), "it has 31 bytes where 32 are the least", HS256);
    mustBeFaulty(SECRET, "no key for HS512 of auth.jwt.algorithms: it has 38", HS256, HS512);
    mustBeFaulty("base64:%%%", "is not base64", HS256);
    mustBeFaulty(CURVE.pem(), "HS algorithms need a secret", HS256);
    mustBeFaulty(Tokens.jwks(CURVE), "no key for HS256", HS256);
    for (String permissions : List.of("rw----r--", "rw-rw----", "rw-----w-", "rw-r--r--")) {
      Path file = write(SECRET, permissions);
      assertThat(KeyFile.read(Tokens.settings(Set.of(HS256), file, null)).faults())
          .as(permissions)
          .containsExactly(
              "auth.jwt.key_file %s is a secret that others may read or write: chmod 600 it"
                  .formatted(file));
    }
    Path shared = write(SECRET, "rw-r-----"); // a group of its owner's choice
    assertThat(KeyFile.read(Tokens.settings(Set.of(HS256), shared, null)).faults()).isEmpty();
  }
}
