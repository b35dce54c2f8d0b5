package io.mirrorneuron.runtime.manifest.steps;

import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.StepGraph.FailurePolicy;
import io.mirrorneuron.runtime.workflow.StepGraph.Retry;
import java.util.Locale;
import java.util.Map;

/**
 * How often a step is tried, for how long, and what its failure means: as the step says, else as
 * the config of its agent says, else by default.
 */
record StepControl(
    boolean required,
    FailurePolicy failurePolicy,
    Retry retry,
    long timeoutMs,
    long beaconTimeoutMs) {
  private static final double TIMEOUT_SECONDS = 300;
  private static final long BEACON_TIMEOUT_MS = 45_000;
  private static final long BACKOFF_MS = 1000;
  private static final double MULTIPLIER = 2;

  private static final Map<String, Shape> MEMBERS =
      Map.of(
          "required", Shape.BOOLEAN,
          "timeout_seconds", Shape.SECONDS,
          "max_attempts", Shape.POSITIVE,
          "retry", Shape.OBJECT,
          "retry_backoff_ms", Shape.MILLIS,
          "retry_backoff_multiplier", Shape.AMOUNT,
          "beacon_timeout_ms", Shape.MILLIS);
  private static final Map<String, Shape> RETRY =
      Map.of(
          "max_attempts", Shape.POSITIVE,
          "backoff_seconds", Shape.SECONDS,
          "backoff_multiplier", Shape.AMOUNT);
  private static final Map<String, FailurePolicy> FAILURE_POLICIES =
      Map.of(
          "fail_workflow", FailurePolicy.FAIL_WORKFLOW,
          "fail_run", FailurePolicy.FAIL_WORKFLOW,
          "fail_job", FailurePolicy.FAIL_WORKFLOW,
          "fail", FailurePolicy.FAIL_WORKFLOW,
          "fail_closed", FailurePolicy.FAIL_WORKFLOW,
          "continue_partial", FailurePolicy.CONTINUE_PARTIAL,
          "continue", FailurePolicy.CONTINUE,
          "skip", FailurePolicy.SKIP);

  /**
   * Reports what cannot be read in the step.
   *
   * @param config of the agent that works for the step, checked already
   */
  static StepControl read(ManifestValue step, ManifestValue config) {
    ManifestValue control = step.at("control");
    ManifestValue retry = control.at("retry");
    if (control.is(Shape.OBJECT)) {
      control.members(MEMBERS);
      retry.members(RETRY);
    }
    double multiplier =
        ManifestValue.first(
                retry.at("backoff_multiplier"),
                control.at("retry_backoff_multiplier"),
                config.at("retry_backoff_multiplier"))
            .value()
            .asDouble(MULTIPLIER);
    return new StepControl(
        control.at("required").value().asBoolean(true),
        failurePolicy(control.at("failure_policy")),
        new Retry(
            attempts(
                ManifestValue.first(retry.at("max_attempts"), control.at("max_attempts")), config),
            backoffMs(retry, control, config),
            multiplier),
        timeoutMs(ManifestValue.first(control.at("timeout_seconds"), config.at("timeout_seconds"))),
        ManifestValue.first(control.at("beacon_timeout_ms"), config.at("beacon_timeout_ms"))
            .value()
            .asLong(BEACON_TIMEOUT_MS));
  }

  /** A step that says 1, as compilers write it into every step, leaves the number to its agent. */
  private static int attempts(ManifestValue own, ManifestValue config) {
    int said = own.value().asInt(1);
    return said > 1 ? said : Math.max(1, config.at("max_attempts").value().asInt(1));
  }

  private static long backoffMs(ManifestValue retry, ManifestValue control, ManifestValue config) {
    ManifestValue seconds = retry.at("backoff_seconds");
    return seconds.isAbsent()
        ? ManifestValue.first(control.at("retry_backoff_ms"), config.at("retry_backoff_ms"))
            .value()
            .asLong(BACKOFF_MS)
        : Math.round(seconds.value().asDouble() * 1000);
  }

  /** Exactly zero means no limit; any positive time is a limit. */
  private static long timeoutMs(ManifestValue seconds) {
    double given = seconds.value().asDouble(TIMEOUT_SECONDS);
    return given > 0 ? Math.max(1, Math.round(given * 1000)) : 0;
  }

  private static FailurePolicy failurePolicy(ManifestValue place) {
    if (place.isAbsent()) {
      return FailurePolicy.FAIL_WORKFLOW;
    }
    FailurePolicy known =
        FAILURE_POLICIES.get(place.value().asText().trim().toLowerCase(Locale.ROOT));
    if (known == null) {
      place.error(
          ManifestProblem.UNSUPPORTED,
          "%s must be fail_workflow, continue_partial, continue or skip: %s"
              .formatted(place.label(), place.shown()));
    }
    return known;
  }
}
