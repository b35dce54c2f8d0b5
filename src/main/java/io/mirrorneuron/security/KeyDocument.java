package io.mirrorneuron.security;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.security.KeySet.NamedKey;
import io.mirrorneuron.wire.Json;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * What a JSON Web Key Set (RFC 7517) has for some algorithms.
 *
 * @param unusable of the keys that were meant for us, one sentence each
 */
record KeyDocument(List<NamedKey> keys, List<String> unusable) {

  /** Documents with more keys are refused. */
  private static final int MAX_KEYS = 100;

  private static final int MAX_ID = 256;

  /** A key that cannot be used; the message says why. */
  private static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String why) {
      super(why);
    }
  }

  /** Whether a document may hold secrets. */
  enum Origin {
    FILE,
    ADDRESS
  }

  /**
   * @throws IllegalArgumentException with the end of a sentence when that is no set of keys
   */
  static KeyDocument read(String text, Set<JwtAlgorithm> algorithms, Origin origin) {
    KeyDocument document = new KeyDocument(new ArrayList<>(), new ArrayList<>());
    Set<String> names = new HashSet<>();
    int number = 0;
    for (JsonNode jwk : keysOf(text)) {
      String name = jwk.path("kid").isTextual() ? jwk.path("kid").textValue() : "number " + number;
      number++;
      try {
        List<NamedKey> fitting = fitting(jwk, algorithms, origin);
        for (NamedKey key : fitting) {
          if (key.id() != null && !names.add(key.algorithm() + " " + key.id())) {
            throw new Unusable("there is another of that name");
          }
          document.keys.add(key);
        }
      } catch (Unusable e) {
        document.unusable.add("key " + shown(name) + " cannot be used: " + e.getMessage());
      }
    }
    return document;
  }

  private static ArrayNode keysOf(String text) {
    JsonNode root;
    try {
      root =
          Json.MAPPER.reader().with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("is not JSON", e);
    }
    if (!(root.path("keys") instanceof ArrayNode keys)) {
      throw new IllegalArgumentException("is no JWKS document: it has no list keys");
    }
    if (keys.size() > MAX_KEYS) {
      throw new IllegalArgumentException("has more than " + MAX_KEYS + " keys");
    }
    return keys;
  }

  private static List<NamedKey> fitting(JsonNode jwk, Set<JwtAlgorithm> algorithms, Origin origin)
      throws Unusable {
    List<JwtAlgorithm> meant =
        algorithms.stream()
            .sorted()
            .filter(algorithm -> jwk.path("alg").asText(algorithm.name()).equals(algorithm.name()))
            .toList();
    if (meant.isEmpty() || !isForSignatures(jwk)) {
      return List.of();
    }
    KeyMaterial material = material(jwk, origin);
    List<NamedKey> fitting =
        meant.stream()
            .filter(algorithm -> material.unfitFor(algorithm) == null)
            .map(algorithm -> new NamedKey(id(jwk), algorithm, material))
            .toList();
    if (fitting.isEmpty()) {
      throw new Unusable(material.unfitFor(meant.getFirst()));
    }
    if (fitting.getFirst().id() != null && fitting.getFirst().id().length() > MAX_ID) {
      throw new Unusable("its name is longer than " + MAX_ID + " characters");
    }
    return fitting;
  }

  private static boolean isForSignatures(JsonNode jwk) {
    boolean used = jwk.path("use").asText("sig").equals("sig");
    JsonNode operations = jwk.path("key_ops");
    return used
        && (operations.isMissingNode()
            || StreamSupport.stream(operations.spliterator(), false)
                .anyMatch(operation -> operation.asText().equals("verify")));
  }

  private static String id(JsonNode jwk) {
    return jwk.path("kid").textValue();
  }

  private static KeyMaterial material(JsonNode jwk, Origin origin) throws Unusable {
    String type = jwk.path("kty").asText();
    if (type.equals("oct") && origin == Origin.ADDRESS) {
      throw new Unusable("it is a secret that everybody can read there");
    }
    if (jwk.has("d")) {
      throw new Unusable("it is a private key, which nobody but the issuer should have");
    }
    try {
      return switch (type) {
        case "oct" -> new KeyMaterial.Shared(bytes(jwk, "k"));
        case "RSA" ->
            new KeyMaterial.Public(
                KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(number(jwk, "n"), number(jwk, "e"))));
        case "EC" -> onCurve(jwk);
        default -> throw new Unusable("its type is " + shown(type));
      };
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new Unusable("it cannot be read");
    }
  }

  private static KeyMaterial onCurve(JsonNode jwk) throws GeneralSecurityException, Unusable {
    String label = jwk.path("crv").asText();
    Curve curve =
        Curve.labelled(label).orElseThrow(() -> new Unusable("its curve is " + shown(label)));
    ECPoint point = new ECPoint(number(jwk, "x"), number(jwk, "y"));
    return new KeyMaterial.Public(
        KeyFactory.getInstance("EC")
            .generatePublic(new ECPublicKeySpec(point, curve.parameters())));
  }

  private static BigInteger number(JsonNode jwk, String member) throws Unusable {
    return new BigInteger(1, bytes(jwk, member));
  }

  private static byte[] bytes(JsonNode jwk, String member) throws Unusable {
    String text = jwk.path(member).textValue();
    if (text == null || text.isEmpty()) {
      throw new Unusable("it has no " + member);
    }
    return Base64.getUrlDecoder().decode(text);
  }

  /** Text of others, made safe for a line of the log. */
  private static String shown(String text) {
    String plain = text.replaceAll("[^\\x20-\\x7e]", "?");
    return plain.length() > 80 ? plain.substring(0, 80) + "…" : plain;
  }
}
