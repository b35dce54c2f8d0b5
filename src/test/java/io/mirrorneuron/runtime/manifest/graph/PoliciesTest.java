package io.mirrorneuron.runtime.manifest.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.workflow.AgentSettings.AgentPolicies;
import io.mirrorneuron.runtime.workflow.RestartPolicy;
import io.mirrorneuron.runtime.workflow.RestartPolicy.Backpressure;
import io.mirrorneuron.runtime.workflow.RestartPolicy.DelayFunction;
import io.mirrorneuron.runtime.workflow.RestartPolicy.WhenExhausted;
import io.mirrorneuron.runtime.workflow.StepGraph.Retry;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PoliciesTest {
  private static final long DAY = 86_400_000;

  private final Manifests manifests = new Manifests(DefaultRunner.HOST_LOCAL);

  /** Type of job, recovery; attempts, window, mode; reschedule attempts, unlimited, first delay. */
  @ParameterizedTest
  @CsvSource({
    "service, cluster_recover, 3, 600000, FAIL, 0, true, 5000",
    "system, cluster_recover, 3, 600000, FAIL, 0, true, 5000",
    "service, local_restart, 3, 600000, DELAY, 0, false, 5000",
    "service, auto, 3, 600000, DELAY, 0, false, 5000",
    "batch, cluster_recover, 3, 86400000, FAIL, 1, false, 5000",
    "sysbatch, local_restart, 3, 86400000, FAIL, 0, false, 5000",
    "batch, auto, 3, 86400000, FAIL, 0, false, 5000",
    "service, manual_recover, 0, 600000, DELAY, 0, false, 5000",
    "batch, manual_recover, 0, 86400000, FAIL, 0, false, 5000"
  })
  void whatIsUsualDependsOnTheJob(
      String jobType,
      String recovery,
      int attempts,
      long window,
      WhenExhausted mode,
      int reschedules,
      boolean unlimited,
      long rescheduleDelay) {
    AgentPolicies policies =
        policies(
            "{\"job_type\":\"" + jobType + "\",\"recovery_mode\":\"" + recovery + "\"}",
            "{}",
            "{}");
    assertThat(policies.restart())
        .isEqualTo(
            new RestartPolicy(
                attempts, false, window, 1000, DelayFunction.EXPONENTIAL, 30_000, mode));
    assertThat(policies.reschedule().attempts()).isEqualTo(reschedules);
    assertThat(policies.reschedule().unlimited()).isEqualTo(unlimited);
    assertThat(policies.reschedule().delayMs()).isEqualTo(rescheduleDelay);
    assertThat(policies.backpressure()).isEqualTo(new Backpressure(100, 75, 25, 250));
  }

  @Test
  void aNodeGoesBeforeTheWorkflow() {
    String workflow =
        "{\"restart\":{\"attempts\":5,\"delay_ms\":7,\"delay_function\":\"fibonacci\"},"
            + "\"backpressure\":{\"max_queue_depth\":40}}";
    AgentPolicies plain = policies(workflow, "{}", "{}");
    AgentPolicies own =
        policies(
            workflow,
            "{\"restart\":{\"attempts\":1,\"max_delay_ms\":3,\"mode\":\"delay\"},"
                + "\"backpressure\":{\"high_watermark\":30}}",
            "{\"backpressure\":{\"low_watermark\":2,\"retry_after_ms\":9}}");

    assertThat(plain.restart())
        .isEqualTo(
            new RestartPolicy(
                5, false, DAY, 7, DelayFunction.FIBONACCI, 30_000, WhenExhausted.FAIL));
    assertThat(plain.backpressure()).isEqualTo(new Backpressure(40, 40, 25, 250));
    assertThat(own.restart())
        .isEqualTo(
            new RestartPolicy(1, false, DAY, 7, DelayFunction.FIBONACCI, 7, WhenExhausted.DELAY));
    assertThat(own.backpressure()).isEqualTo(new Backpressure(40, 30, 2, 9));
  }

  @Test
  void theOldWordForAttemptsCountsOnlyAlone() {
    assertThat(policies("{\"max_agent_restart_attempts\":8}", "{}", "{}").restart().attempts())
        .isEqualTo(8);
    String both = "{\"max_agent_restart_attempts\":8,\"restart\":{\"attempts\":2}}";
    assertThat(policies(both, "{}", "{}").restart().attempts()).isEqualTo(2);
  }

  @Test
  void aNumberOfReschedulesEndsTheUnlimitedOnes() {
    String base = "{\"job_type\":\"service\",\"recovery_mode\":\"cluster_recover\",\"reschedule\":";
    assertThat(policies(base + "{\"attempts\":2}}", "{}", "{}").reschedule().unlimited()).isFalse();
    assertThat(policies(base + "{\"delay_ms\":2}}", "{}", "{}").reschedule().unlimited()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"restart\":{\"attempts\":-1}} | {} | {} | policies.restart.attempts must be a non-negative integer",
        "{\"restart\":{\"delay_function\":\"x\"}} | {} | {} | policies.restart.delay_function has unsupported value",
        "{\"reschedule\":{\"delay_function\":1}} | {} | {} | policies.reschedule.delay_function has unsupported value",
        "{} | {\"restart\":{\"mode\":\"x\"}} | {} | nodes.a.policies.restart.mode has unsupported value",
        "{} | {\"reschedule\":{\"attempts\":\"x\"}} | {} | nodes.a.policies.reschedule.attempts must be a non-negative integer",
        "{\"backpressure\":{\"high_watermark\":101}} | {} | {} | policies.backpressure.high_watermark must not be above max_queue_depth 100: 101",
        "{\"backpressure\":{\"max_queue_depth\":5,\"high_watermark\":6}} | {} | {} | policies.backpressure.high_watermark must not be above max_queue_depth 5: 6",
        "{\"backpressure\":{\"high_watermark\":6,\"low_watermark\":7}} | {} | {} | policies.backpressure.low_watermark must not be above high_watermark 6: 7",
        "{\"backpressure\":{\"max_queue_depth\":5}} | {\"backpressure\":{\"high_watermark\":6}} | {} | nodes.a.policies.backpressure.high_watermark must not be above max_queue_depth 5: 6",
        "{} | {} | {\"backpressure\":{\"low_watermark\":76}} | nodes.a.config.backpressure.low_watermark must not be above high_watermark 75: 76",
        "{\"backpressure\":{\"max_queue_depth\":0}} | {} | {} | policies.backpressure.max_queue_depth must be a positive integer"
      })
  void refuses(String workflow, String node, String config, String message) {
    MnException failure =
        catchThrowableOfType(MnException.class, () -> policies(workflow, node, config));
    assertThat(failure).hasMessage(message);
  }

  private AgentPolicies policies(String workflow, String node, String config) {
    return workflow(workflow, node, config).agents().get("a").policies();
  }

  private Workflow workflow(String workflow, String node, String config) {
    return manifests.parse(
        """
        {"manifest_version":"1","graph_id":"g","entrypoints":"a","policies":%s,
         "nodes":[{"node_id":"a","agent_type":"router","policies":%s,"config":%s}]}
        """
            .formatted(workflow, node, config));
  }

  @ParameterizedTest
  @CsvSource({
    "service, auto, FAIL, true, 0",
    "batch, auto, FAIL, false, 1",
    "service, local_restart, DELAY, false, 0",
    "service, cluster_recover, FAIL, true, 0"
  })
  void whatIsUsualWhereOtherNodesAre(
      String jobType, String recovery, WhenExhausted mode, boolean unlimited, int reschedules) {
    String job = "{\"job_type\":\"%s\",\"recovery_mode\":\"%s\"}".formatted(jobType, recovery);
    AgentPolicies moving = workflow(job, "{}", "{}").moving().agents().get("a").policies();
    assertThat(moving.restart().whenExhausted()).isEqualTo(mode);
    assertThat(moving.reschedule().unlimited()).isEqualTo(unlimited);
    assertThat(moving.reschedule().attempts()).isEqualTo(reschedules);
  }

  @Test
  void whatItsAuthorWroteHoldsWhereOtherNodesAreToo() {
    String job = "{\"restart\":{\"attempts\":7},\"reschedule\":{\"delay_ms\":77}}";
    String node = "{\"restart\":{\"mode\":\"delay\"}}";
    AgentPolicies moving = workflow(job, node, "{}").moving().agents().get("a").policies();
    assertThat(moving.restart().attempts()).isEqualTo(7);
    assertThat(moving.restart().whenExhausted()).isEqualTo(WhenExhausted.DELAY);
    assertThat(moving.reschedule().attempts()).isEqualTo(1);
    assertThat(moving.reschedule().delayMs()).isEqualTo(77);
  }

  /** Against arithmetic without limits of size, over delays and counts of every magnitude. */
  @ParameterizedTest
  @EnumSource(DelayFunction.class)
  void delaysOfRestartsAreExact(DelayFunction function) {
    Random random = new Random(function.ordinal());
    for (int round = 0; round < 2000; round++) {
      long delay = random.nextLong(1L << random.nextInt(1, 40));
      long most = delay + random.nextLong(1L << random.nextInt(1, 40));
      int n = 1 + random.nextInt(1 << random.nextInt(1, 12));
      RestartPolicy policy =
          new RestartPolicy(3, false, DAY, delay, function, most, WhenExhausted.FAIL);

      BigInteger exact = BigInteger.valueOf(delay).multiply(factor(function, n));

      assertThat(policy.delay(n))
          .as("%s, restart %d", policy, n)
          .isEqualTo(exact.min(BigInteger.valueOf(most)).longValueExact());
    }
  }

  private static BigInteger factor(DelayFunction function, int n) {
    return switch (function) {
      case CONSTANT -> BigInteger.ONE;
      case EXPONENTIAL -> BigInteger.TWO.pow(n - 1);
      case FIBONACCI -> {
        BigInteger[] pair = {BigInteger.ZERO, BigInteger.ONE};
        for (int i = 1; i < n; i++) {
          pair = new BigInteger[] {pair[1], pair[0].add(pair[1])};
        }
        yield pair[1];
      }
    };
  }

  @Test
  void delaysOfRetriesAreExact() {
    Random random = new Random(7);
    for (int round = 0; round < 2000; round++) {
      long backoff = random.nextLong(1L << random.nextInt(1, 40));
      // Quarters and their products are exact in both arithmetics until far beyond the ceiling.
      double multiplier = random.nextInt(17) / 4.0;
      int attempt = 1 + random.nextInt(1 << random.nextInt(1, 8));

      BigDecimal exact =
          BigDecimal.valueOf(backoff).multiply(BigDecimal.valueOf(multiplier).pow(attempt - 1));

      assertThat(new Retry(9, backoff, multiplier).delayAfter(attempt))
          .as("%d * %s ^ (%d - 1)", backoff, multiplier, attempt)
          .isBetween(
              exact.min(BigDecimal.valueOf(DAY)).longValue() - 1,
              exact.min(BigDecimal.valueOf(DAY)).longValue() + 1);
    }
  }

  @Test
  void noDelayOverflows() {
    assertThat(new Retry(9, 0, 1e300).delayAfter(Integer.MAX_VALUE)).isZero();
    assertThat(new Retry(9, 1, 1e300).delayAfter(Integer.MAX_VALUE)).isEqualTo(DAY);
    for (DelayFunction function : DelayFunction.values()) {
      assertThat(
              new RestartPolicy(3, false, DAY, 0, function, 9, WhenExhausted.FAIL)
                  .delay(Integer.MAX_VALUE))
          .isZero();
    }
  }
}
