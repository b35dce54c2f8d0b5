package io.mirrorneuron.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.JwtSettings;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.security.JwtAuth.ClaimRules;
import io.mirrorneuron.testing.Tokens;
import io.mirrorneuron.wire.Json;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where roles and names are found in a token; the rest is in JwtAttacksIT. */
class ClaimRulesTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private static ClaimRules rules(String roleClaim, Map<String, String> names, String subject) {
    return new ClaimRules(
        new JwtSettings(
            Set.of(JwtAlgorithm.ES256),
            null,
            URI.create("https://issuer.example"),
            Duration.ofMinutes(5),
            Tokens.ISSUER,
            Tokens.AUDIENCE,
            Duration.ZERO,
            roleClaim,
            names,
            subject));
  }

  private static Token token(String claims) throws JsonProcessingException {
    ObjectNode all = Tokens.claims("anna", Role.VIEWER, NOW);
    all.remove("roles");
    all.setAll((ObjectNode) Json.parse(claims.replace('\'', '"')));
    return new Token("", JwtAlgorithm.ES256, null, all, new byte[0]);
  }

  @Test
  void aRoleIsFoundByTheWayToIt() throws Exception {
    ClaimRules rules = rules("realm_access.roles", Map.of(), "sub");
    Token token = token("{'realm_access':{'roles':['offline','operator']},'roles':'admin'}");
    assertThat(rules.principal(token, NOW))
        .isEqualTo(new Principal("anna", Role.OPERATOR, NOW.plusSeconds(300)));
    assertThatThrownBy(() -> rules.principal(token("{'roles':'admin'}"), NOW))
        .hasMessage(
            "the token gives no role: its claim realm_access.roles has none of viewer, operator,"
                + " admin");
    assertThatThrownBy(() -> rules.principal(token("{'realm_access':'admin'}"), NOW))
        .hasMessageContaining("gives no role");
  }

  @Test
  void aNameWithDotsInItIsAName() throws Exception {
    ClaimRules rules = rules("https://issuer.example/roles", Map.of(), "sub");
    Token token = token("{'https://issuer.example/roles':'viewer'}");
    assertThat(rules.principal(token, NOW).role()).isEqualTo(Role.VIEWER);
  }

  @Test
  void whereTheIssuerHasItsOwnWordsOnlyTheseCount() throws Exception {
    ClaimRules rules = rules("groups", Map.of("staff", "operator", "boss", "admin"), "sub");
    assertThat(rules.principal(token("{'groups':['x','staff']}"), NOW).role())
        .isEqualTo(Role.OPERATOR);
    assertThat(rules.principal(token("{'groups':['boss','staff']}"), NOW).role())
        .isEqualTo(Role.ADMIN);
    assertThatThrownBy(() -> rules.principal(token("{'groups':['admin']}"), NOW))
        .hasMessage("the token gives no role: its claim groups has none of staff, boss");
  }

  @Test
  void theNameMayBeInAnotherClaim() throws Exception {
    ClaimRules rules = rules("roles", Map.of(), "user.mail");
    Token token = token("{'roles':'viewer','user':{'mail':'anna@example.org'}}");
    assertThat(rules.principal(token, NOW).subject()).isEqualTo("anna@example.org");
    assertThatThrownBy(() -> rules.principal(token("{'roles':'viewer'}"), NOW))
        .hasMessage("the token does not say who it was given to (user.mail)");
  }
}
