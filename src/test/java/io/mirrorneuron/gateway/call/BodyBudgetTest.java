package io.mirrorneuron.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.ErrorCode;
import org.junit.jupiter.api.Test;

/** What bodies hold together. */
class BodyBudgetTest {
  private final BodyBudget budget = new BodyBudget(100);

  @Test
  void allTogetherHoldNoMoreThanTheBudget() {
    BodyBudget.Share one = budget.open();
    BodyBudget.Share other = budget.open();
    assertThat(one.take(60)).isTrue();
    assertThat(other.take(41)).isFalse();
    assertThat(other.take(40)).isTrue();
    assertThat(one.take(1)).isFalse();
    assertThat(one.full().code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(one.full().retryAfterMs()).isPositive();
  }

  @Test
  void whatAnEndedRequestHeldIsFreeOnce() {
    BodyBudget.Share one = budget.open();
    assertThat(one.take(100)).isTrue();
    one.close();
    one.close();
    assertThat(one.take(1)).isFalse();
    BodyBudget.Share other = budget.open();
    assertThat(other.take(100)).isTrue();
    assertThat(other.take(1)).isFalse();
  }
}
