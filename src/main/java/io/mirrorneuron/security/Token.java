package io.mirrorneuron.security;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;

/**
 * A parsed token, of which nothing is verified yet. Parsing is strict: what another parser could
 * read differently is refused.
 *
 * @param text as it came
 * @param algorithm one of those that are accepted
 * @param keyId which key it claims to be signed with; null when it does not say
 */
record Token(
    String text, JwtAlgorithm algorithm, String keyId, ObjectNode claims, byte[] signature) {
  private static final int MAX_KEY_ID = 256;

  /** The last second of the year 9999. */
  private static final BigDecimal LAST_SECOND = BigDecimal.valueOf(253_402_300_799L);

  private static final ObjectReader STRICT =
      Json.MAPPER
          .reader()
          .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  /**
   * @throws MnException UNAUTHENTICATED when that is no token, or one that is never accepted
   */
  static Token parse(String text, Set<JwtAlgorithm> accepted) {
    String[] segments = text.split("\\.", -1);
    if (segments.length != 3) {
      throw Auth.unauthenticated("missing or invalid bearer token");
    }
    ObjectNode header = object(segments[0]);
    if (header.has("crit")) {
      throw Auth.unauthenticated("the token's header demands extensions (crit) that are not known");
    }
    ObjectNode claims = object(segments[1]);
    byte[] signature = bytes(segments[2]);
    return new Token(text, algorithm(header, accepted), keyId(header), claims, signature);
  }

  /**
   * A claim that is a time, in seconds since 1970; null when it is absent.
   *
   * @throws MnException UNAUTHENTICATED when it is anything else
   */
  BigDecimal time(String claim) {
    JsonNode value = claims.get(claim);
    if (value == null) {
      return null;
    }
    boolean fits =
        value.isNumber()
            && value.decimalValue().signum() >= 0
            && value.decimalValue().compareTo(LAST_SECOND) <= 0;
    if (!fits) {
      throw Auth.unauthenticated("the token's " + claim + " is not a time in seconds");
    }
    return value.decimalValue();
  }

  private static JwtAlgorithm algorithm(ObjectNode header, Set<JwtAlgorithm> accepted) {
    JsonNode named = header.path("alg");
    for (JwtAlgorithm algorithm : accepted) {
      if (named.isTextual() && named.textValue().equals(algorithm.name())) {
        return algorithm;
      }
    }
    throw Auth.unauthenticated("the token is signed in a way (alg) that is not accepted here");
  }

  private static String keyId(ObjectNode header) {
    JsonNode keyId = header.get("kid");
    if (keyId == null) {
      return null;
    }
    if (!keyId.isTextual() || keyId.textValue().length() > MAX_KEY_ID) {
      throw Auth.unauthenticated("the token's key (kid) is not a short text");
    }
    return keyId.textValue();
  }

  private static ObjectNode object(String segment) {
    try {
      String json =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(segment))).toString();
      if (STRICT.readTree(json) instanceof ObjectNode object) {
        return object;
      }
    } catch (CharacterCodingException | JsonProcessingException e) {
      // the same as JSON of another kind
    }
    throw Auth.unauthenticated("missing or invalid bearer token");
  }

  /** Refuses base64 with unused bits set, which would let one token be written in several ways. */
  private static byte[] bytes(String segment) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(segment);
      if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(segment)) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      // the same as base64 that is not written as it should be
    }
    throw Auth.unauthenticated("missing or invalid bearer token");
  }
}
