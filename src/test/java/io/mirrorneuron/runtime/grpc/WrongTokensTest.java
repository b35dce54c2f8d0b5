package io.mirrorneuron.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.join.ClusterJoin.Invitation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WrongTokensTest {
  private static final List<Invitation> RIGHT =
      List.of(new Invitation(new Secret("right"), Secret.NONE));

  private final List<Long> waits = new ArrayList<>();
  private long now;

  /** Happens while an answer waits, and tells how long that takes; null: nothing happens. */
  private Runnable meanwhile;

  private final WrongTokens guard =
      new WrongTokens(
          () -> now,
          milliseconds -> {
            waits.add(milliseconds);
            if (meanwhile == null) {
              now += milliseconds;
            } else {
              meanwhile.run();
            }
          });

  private ErrorCode refused(String token, String source) {
    return assertThatExceptionOfType(MnException.class)
        .isThrownBy(() -> guard.check(RIGHT, token, source))
        .actual()
        .code();
  }

  @Test
  void theRightTokenIsAnsweredAtOnce() {
    guard.check(RIGHT, "right", "10.0.0.1");
    assertThat(waits).isEmpty();
  }

  @Test
  void eachWrongOneInARowIsAnsweredLaterUpToABound() {
    for (int i = 0; i < 9; i++) {
      assertThat(refused("guess" + i, "10.0.0.1")).isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
    assertThat(waits).containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 3200L, 3200L, 3200L);
  }

  @Test
  void theRightOneBeginsTheRowAnewAndOtherAddressesAreOthers() {
    refused("no", "10.0.0.1");
    refused("no", "10.0.0.1");
    guard.check(RIGHT, "right", "10.0.0.1");
    refused("no", "10.0.0.2");
    refused("no", "10.0.0.1");
    assertThat(waits).containsExactly(100L, 200L, 100L, 100L);
  }

  @Test
  void aRowIsForgotten() {
    refused("no", "10.0.0.1");
    refused("no", "10.0.0.1");
    now += WrongTokens.FORGOTTEN_MS + 1;
    refused("no", "10.0.0.1");
    assertThat(waits).containsExactly(100L, 200L, 100L);
  }

  /** Many connections at a time get no more looks than one, not even for the right token. */
  @Test
  void whileAnAnswerWaitsNoOtherTokenOfTheAddressIsLookedAt() {
    for (int i = 0; i < 6; i++) {
      refused("no", "10.0.0.1");
    }
    List<ErrorCode> right = new ArrayList<>();
    meanwhile =
        () -> { // the seventh waits for its answer: the right token comes, and waits, too
          meanwhile =
              () -> { // when it may be looked at, another wrong one comes first
                now += WrongTokens.LONGEST_MS;
                meanwhile = () -> {};
                refused("no", "10.0.0.1");
              };
          right.add(refused("right", "10.0.0.1"));
        };
    refused("no", "10.0.0.1");
    assertThat(right).containsExactly(ErrorCode.EXHAUSTED);
    now += WrongTokens.LONGEST_MS;
    guard.check(RIGHT, "right", "10.0.0.1");
  }
}
