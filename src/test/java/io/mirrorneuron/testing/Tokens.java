package io.mirrorneuron.testing;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.JwtSettings;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An issuer of tokens with a key of its own. Makes good tokens by the JDK alone, and bad ones from
 * any header and claims.
 */
public final class Tokens {
  public static final String ISSUER = "https://issuer.example";
  public static final String AUDIENCE = "mirror-neuron";

  private final JwtAlgorithm algorithm;
  private final String keyId;
  private final KeyPair pair;
  private final byte[] secret;

  private Tokens(JwtAlgorithm algorithm, String keyId, KeyPair pair, byte[] secret) {
    this.algorithm = algorithm;
    this.keyId = keyId;
    this.pair = pair;
    this.secret = secret;
  }

  /**
   * An issuer with a new pair of keys.
   *
   * @param keyId written into tokens and documents; null for none
   */
  public static Tokens of(JwtAlgorithm algorithm, String keyId) {
    try {
      KeyPairGenerator generator;
      if (algorithm.family() == JwtAlgorithm.Family.RSA) {
        generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
      } else {
        generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp" + algorithm.bits() + "r1"));
      }
      return new Tokens(algorithm, keyId, generator.generateKeyPair(), null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An issuer that shares a secret with whoever believes it. */
  public static Tokens sharing(JwtAlgorithm algorithm, byte[] secret) {
    return new Tokens(algorithm, null, null, secret.clone());
  }

  /** The usual one: ES256, the key {@code k1}. */
  public static Tokens usual() {
    return of(JwtAlgorithm.ES256, "k1");
  }

  /** The same key under another algorithm or name. */
  public Tokens as(JwtAlgorithm other, String otherId) {
    return new Tokens(other, otherId, pair, secret);
  }

  /** A configuration that believes this issuer by a file, which is made. */
  public JwtSettings byFile(Path file) throws IOException {
    Files.writeString(file, pem());
    return settings(Set.of(algorithm), file, null);
  }

  /** A configuration that believes whoever is shown at the address. */
  public JwtSettings byAddress(URI address) {
    return settings(Set.of(algorithm), null, address);
  }

  /** With a leeway of 30 s and no names for roles but our own. */
  public static JwtSettings settings(Set<JwtAlgorithm> algorithms, Path file, URI address) {
    return new JwtSettings(
        algorithms,
        file,
        address,
        Duration.ofMinutes(5),
        ISSUER,
        AUDIENCE,
        Duration.ofSeconds(30),
        "roles",
        Map.of(),
        "sub");
  }

  /** A token of somebody with this role, good for five minutes from then on. */
  public String of(String subject, Role role, Instant now) {
    return sign(header(), claims(subject, role, now));
  }

  public ObjectNode header() {
    ObjectNode header = Json.object().put("alg", algorithm.name()).put("typ", "JWT");
    return keyId == null ? header : header.put("kid", keyId);
  }

  public static ObjectNode claims(String subject, Role role, Instant now) {
    ObjectNode claims =
        Json.object()
            .put("iss", ISSUER)
            .put("aud", AUDIENCE)
            .put("sub", subject)
            .put("iat", now.getEpochSecond())
            .put("exp", now.getEpochSecond() + 300);
    claims.putArray("roles").add(role.word());
    return claims;
  }

  public String sign(ObjectNode header, ObjectNode claims) {
    return sign(Json.write(header), Json.write(claims));
  }

  /** Whatever the texts say, signed by this issuer's algorithm. */
  public String sign(String header, String claims) {
    String signed = base64(header) + "." + base64(claims);
    return signed + "." + base64(signature(signed.getBytes(StandardCharsets.UTF_8)));
  }

  public byte[] signature(byte[] signed) {
    try {
      return pair == null ? mac(signed) : bySignature(signed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] mac(byte[] signed) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA" + algorithm.bits());
    mac.init(new SecretKeySpec(secret, mac.getAlgorithm()));
    return mac.doFinal(signed);
  }

  private byte[] bySignature(byte[] signed) throws GeneralSecurityException {
    int hash = algorithm == JwtAlgorithm.ES512 ? 512 : algorithm.bits();
    Signature signature;
    if (algorithm.name().startsWith("PS")) {
      signature = Signature.getInstance("RSASSA-PSS");
      signature.setParameter(
          new PSSParameterSpec(
              "SHA-" + hash, "MGF1", new MGF1ParameterSpec("SHA-" + hash), hash / 8, 1));
    } else if (algorithm.name().startsWith("RS")) {
      signature = Signature.getInstance("SHA" + hash + "withRSA");
    } else {
      signature = Signature.getInstance("SHA" + hash + "withECDSAinP1363Format");
    }
    PrivateKey key = pair.getPrivate();
    signature.initSign(key);
    signature.update(signed);
    return signature.sign();
  }

  public PublicKey publicKey() {
    return pair.getPublic();
  }

  public String pem() {
    return pem("PUBLIC KEY", pair.getPublic().getEncoded());
  }

  public String privatePem() {
    return pem("PRIVATE KEY", pair.getPrivate().getEncoded());
  }

  private static String pem(String kind, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), kind);
  }

  /** The public key as JWK documents have it. */
  public ObjectNode jwk() {
    ObjectNode jwk = Json.object().put("use", "sig").put("alg", algorithm.name());
    if (keyId != null) {
      jwk.put("kid", keyId);
    }
    return switch (pair.getPublic()) {
      case RSAPublicKey key ->
          jwk.put("kty", "RSA")
              .put("n", base64(unsigned(key.getModulus(), 256)))
              .put("e", base64(unsigned(key.getPublicExponent(), 3)));
      case ECPublicKey key ->
          jwk.put("kty", "EC")
              .put("crv", "P-" + algorithm.bits())
              .put("x", base64(unsigned(key.getW().getAffineX(), algorithm.bytes())))
              .put("y", base64(unsigned(key.getW().getAffineY(), algorithm.bytes())));
      case PublicKey other -> throw new IllegalStateException("no JWK for " + other);
    };
  }

  /** The keys of these issuers as one document. */
  public static String jwks(Tokens... issuers) {
    return jwks(Arrays.stream(issuers).map(Tokens::jwk).toList());
  }

  public static String jwks(List<ObjectNode> keys) {
    ObjectNode document = Json.object();
    ArrayNode list = document.putArray("keys");
    keys.forEach(list::add);
    return Json.write(document);
  }

  public static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  public static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] unsigned(BigInteger number, int length) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[length];
    int taken = Math.min(bytes.length, length);
    System.arraycopy(bytes, bytes.length - taken, fixed, length - taken, taken);
    return fixed;
  }
}
