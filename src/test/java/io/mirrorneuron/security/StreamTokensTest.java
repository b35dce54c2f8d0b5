package io.mirrorneuron.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.testing.TurnedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamTokensTest {
  private static final Instant NOW = Instant.parse("2026-06-20T10:00:00.700Z");
  private static final Instant END = Instant.parse("2026-06-20T10:05:00Z");
  private static final Principal ANNA = new Principal("anna", Role.OPERATOR, null);

  private final TurnedClock clock = new TurnedClock(NOW);
  private final StreamTokens tokens = tokens("s3cret", "join");

  private StreamTokens tokens(String... secrets) {
    return StreamTokens.of(List.of(secrets).stream().map(Secret::new).toList(), clock);
  }

  private static Principal caller(StreamTokens tokens, String token, String run) {
    return tokens.of(run, Auth.NOBODY_ENTERS).authenticate("Bearer " + token).result();
  }

  private static MnException refusal(StreamTokens tokens, String token, String run) {
    var known = tokens.of(run, Auth.NOBODY_ENTERS).authenticate("Bearer " + token);
    assertThat(known.failed()).isTrue();
    MnException refused = (MnException) known.cause();
    assertThat(refused.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    return refused;
  }

  @Test
  void aTokenIsGoodForTheStreamsOfItsRun() {
    StreamTokens.Issued issued = tokens.issue("run:1", ANNA);

    assertThat(issued.expiresAt()).isEqualTo(END);
    assertThat(issued.token()).matches("[A-Za-z0-9._-]+");
    assertThat(caller(tokens, issued.token(), "run:1"))
        .isEqualTo(new Principal("anna", Role.VIEWER, END));
    assertThat(refusal(tokens, issued.token(), "run:2")).hasMessageContaining("another run");
  }

  @Test
  void itEndsAfterFiveMinutesAndWithTheTokenOfItsCaller() {
    String token = tokens.issue("r", ANNA).token();
    Principal brief = new Principal("bea", Role.VIEWER, NOW.plusSeconds(30));
    StreamTokens.Issued early = tokens.issue("r", brief);

    assertThat(early.expiresAt()).isEqualTo(Instant.parse("2026-06-20T10:00:30Z"));
    clock.turn(Duration.ofSeconds(30));
    assertThat(refusal(tokens, early.token(), "r").error()).isEqualTo("token_expired");
    assertThat(caller(tokens, token, "r")).isNotNull();
    clock.turn(Duration.ofSeconds(270));
    assertThat(refusal(tokens, token, "r")).hasMessageContaining("stream-token for another one");
  }

  @Test
  void serversWithTheSameSecretsKnowIt() {
    String token = tokens.issue("r", ANNA).token();

    assertThat(caller(tokens("s3cret", "join"), token, "r")).isNotNull();
    assertThat(refusal(tokens("s3cret", "other"), token, "r"))
        .hasMessageContaining("not made here");
    assertThat(refusal(tokens("s3cretjoin", ""), token, "r")).isNotNull();
    String alone = tokens("", "").issue("r", ANNA).token();
    assertThat(refusal(tokens("", ""), alone, "r")).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mnst1.", "mnst1.x", "mnst1.x.y", "mnst1..", "mnst1.!.!"})
  void whatIsNoneIsRefused(String token) {
    assertThat(refusal(tokens, token, "r")).hasMessageContaining("damaged");
  }

  @Test
  void noLetterOfItCanBeChanged() {
    String token = tokens.issue("r", ANNA).token();
    for (int i = "mnst1.".length(); i < token.length(); i++) {
      char other = token.charAt(i) == 'A' ? 'B' : 'A';
      String changed = token.substring(0, i) + other + token.substring(i + 1);
      assertThat(refusal(tokens, changed, "r")).isNotNull();
    }
  }

  @Test
  void othersAreAskedForAllElse() {
    Auth known = tokens.of("r", Auth.bearer(new Secret("t0ken"), Auth.NOBODY_ENTERS));
    assertThat(known.authenticate("Bearer t0ken").result().role()).isEqualTo(Role.ADMIN);
    assertThat(known.authenticate(null).failed()).isTrue();
  }
}
