package io.mirrorneuron.security;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.JwtSettings;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.SteeringCharacters;
import io.mirrorneuron.wire.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the claims of a token must be, and who it speaks for. */
final class ClaimRules {
  private static final int MAX_SUBJECT = 255;

  private final JwtSettings settings;
  private final Map<String, Role> roles;
  private final MnException withoutRole;

  ClaimRules(JwtSettings settings) {
    this.settings = settings;
    this.roles = roles(settings.roleNames());
    this.withoutRole =
        new MnException(
            ErrorCode.FORBIDDEN,
            "forbidden",
            "the token gives no role: its claim "
                + settings.roleClaim()
                + " has none of "
                + roles.keySet().stream()
                    .sorted(Comparator.comparing(roles::get))
                    .collect(Collectors.joining(", ")));
  }

  private static Map<String, Role> roles(Map<String, String> names) {
    return names.isEmpty()
        ? Arrays.stream(Role.values()).collect(Collectors.toMap(Role::word, Function.identity()))
        : names.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, name -> Role.of(name.getValue())));
  }

  /**
   * When the token expires, by its claim {@code exp}.
   *
   * @throws MnException UNAUTHENTICATED when it does not say, or says no time anywhere it should
   */
  static Instant expiry(Token token) {
    BigDecimal expiry = token.time("exp");
    token.time("nbf");
    token.time("iat");
    if (expiry == null) {
      throw Auth.unauthenticated("the token has no end (exp)");
    }
    return instant(expiry);
  }

  /**
   * Who the token speaks for.
   *
   * @throws MnException UNAUTHENTICATED when it is not for us or not for now; FORBIDDEN when it
   *     gives no role
   */
  Principal principal(Token token, Instant now) {
    Instant end = expiry(token).plus(settings.leeway());
    if (!now.isBefore(end)) {
      throw new MnException(
          ErrorCode.UNAUTHENTICATED, "token_expired", "the token has expired; send a newer one");
    }
    mustBePast(token, "nbf", "the token does not count yet (nbf)", now);
    mustBePast(token, "iat", "the token was made in the future (iat)", now);
    if (!settings.issuer().equals(token.claims().path("iss").textValue())) {
      throw Auth.unauthenticated("the token's issuer (iss) is not the one that is trusted here");
    }
    if (words(token.claims().path("aud")).noneMatch(settings.audience()::equals)) {
      throw Auth.unauthenticated("the token is for somebody else (aud)");
    }
    return new Principal(subject(token), role(token), end);
  }

  private void mustBePast(Token token, String claim, String otherwise, Instant now) {
    BigDecimal time = token.time(claim);
    Duration leeway = settings.leeway();
    if (time != null && instant(time).isAfter(now.plus(leeway))) {
      throw Auth.unauthenticated(otherwise);
    }
  }

  private static Instant instant(BigDecimal seconds) {
    return Instant.ofEpochMilli(
        seconds.movePointRight(3).setScale(0, RoundingMode.DOWN).longValueExact());
  }

  private String subject(Token token) {
    JsonNode claim = at(token, settings.subjectClaim());
    String fault = subjectFault(claim);
    if (fault != null) {
      throw Auth.unauthenticated(
          "the token does not say who it was given to (%s)%s"
              .formatted(settings.subjectClaim(), fault));
    }
    return claim.textValue();
  }

  /** What is wrong with the claim as the end of a sentence, or null. */
  private static String subjectFault(JsonNode claim) {
    if (claim.isMissingNode() || claim.isNull()) {
      return "";
    }
    if (!claim.isTextual()) {
      return ": the claim must be a text";
    }
    String subject = claim.textValue();
    if (subject.isBlank()) {
      return ": the claim is blank";
    }
    if (subject.length() > MAX_SUBJECT) {
      return ": the claim has more than " + MAX_SUBJECT + " characters";
    }
    return SteeringCharacters.areIn(subject)
        ? ": the claim has control characters, marks of the direction of writing, or halves of"
            + " characters"
        : null;
  }

  /** The highest that is known. */
  private Role role(Token token) {
    JsonNode claim = at(token, settings.roleClaim());
    Stream<String> words =
        claim.isTextual() ? Arrays.stream(claim.textValue().split(" ")) : words(claim);
    return words
        .map(roles::get)
        .filter(Objects::nonNull)
        .max(Comparator.naturalOrder())
        .orElseThrow(() -> withoutRole);
  }

  /** A text, or the texts of a list. */
  private static Stream<String> words(JsonNode claim) {
    return claim.isArray()
        ? Json.elements(claim).map(JsonNode::textValue).filter(Objects::nonNull)
        : Stream.ofNullable(claim.textValue());
  }

  /** A claim by its name, which may contain dots, or by the path of names to it. */
  private static JsonNode at(Token token, String path) {
    JsonNode node = token.claims().get(path);
    if (node == null) {
      node = token.claims();
      for (String name : List.of(path.split("\\."))) {
        node = node.path(name);
      }
    }
    return node;
  }
}
