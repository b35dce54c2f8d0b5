package io.mirrorneuron.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.security.KeySet.VerifiedTokens;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class VerifiedTokensTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Principal ANNA = new Principal("anna", Role.VIEWER, null);
  private final VerifiedTokens tokens = new VerifiedTokens();

  private static String token(int number) {
    return "token " + number;
  }

  @Test
  void aTokenIsKnownForFiveMinutesAtMost() {
    tokens.add(token(1), ANNA, NOW.plus(Duration.ofDays(1)), NOW);
    assertThat(tokens.find(token(1), NOW.plusSeconds(299)).result()).isSameAs(ANNA);
    assertThat(tokens.find(token(1), NOW.plusSeconds(300))).isNull();
    assertThat(tokens.size()).isZero();
  }

  @Test
  void noTokenIsKnownBeyondItsEnd() {
    tokens.add(token(1), ANNA, NOW.plusSeconds(10), NOW);
    assertThat(tokens.find(token(1), NOW.plusSeconds(9))).isNotNull();
    assertThat(tokens.find(token(1), NOW.plusSeconds(10))).isNull();
    tokens.add(token(2), ANNA, NOW.minusSeconds(1), NOW); // good by the leeway only
    assertThat(tokens.size()).isZero();
  }

  @Test
  void thereAreAtMostFiveThousandAndTheOneInUseAmongThem() {
    for (int i = 0; i < 6_000; i++) {
      tokens.add(token(i), ANNA, NOW.plusSeconds(60), NOW);
      assertThat(tokens.find(token(0), NOW)).isNotNull();
    }
    assertThat(tokens.size()).isEqualTo(5_000);
  }
}
