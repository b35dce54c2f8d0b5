package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
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

  private static final Members MEMBERS =
      Members.closed("failure_policy", "uncertainty", "trigger_rule", "quorum", "min_success")
          .with(null, UnsafeWords.ALL)
          .with(Shape.BOOLEAN, "required")
          .with(Shape.SECONDS, "timeout_seconds")
          .with(Shape.POSITIVE, "max_attempts")
          .with(Shape.OBJECT, "retry")
          .with(Shape.MILLIS, "retry_backoff_ms", "beacon_timeout_ms")
          .with(Shape.AMOUNT, "retry_backoff_multiplier");
  private static final Members RETRY =
      Members.closed()
          .with(Shape.POSITIVE, "max_attempts")
          .with(Shape.SECONDS, "backoff_seconds")
          .with(Shape.AMOUNT, "backoff_multiplier");
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
   * @param control what the step says
   * @param config of the agent that works for the step, checked already
   */
  static StepControl read(ManifestValue control, ManifestValue config) {
    ManifestValue retry = control.at("retry");
    if (control.check(Shape.OBJECT)) {
      control.checkMembers(MEMBERS);
      retry.checkMembers(RETRY);
    }
    double multiplier =
        retry
            .at("backoff_multiplier")
            .or(inherited("retry_backoff_multiplier", control, config))
            .value()
            .asDouble(MULTIPLIER);
    return new StepControl(
        control.asBoolean("required", true),
        failurePolicy(control.at("failure_policy")),
        new Retry(
            attempts(control.find("retry.max_attempts", "max_attempts"), config),
            backoffMs(retry.at("backoff_seconds"), control, config),
            multiplier),
        timeoutMs(inherited("timeout_seconds", control, config)),
        inherited("beacon_timeout_ms", control, config).value().asLong(BEACON_TIMEOUT_MS));
  }

  /** The same for a step that runs no program: people have time limits of their own. */
  StepControl withoutProgram() {
    return new StepControl(required, failurePolicy, new Retry(1, BACKOFF_MS, MULTIPLIER), 0, 0);
  }

  /** What the step says, else what its agent says. */
  private static ManifestValue inherited(
      String member, ManifestValue control, ManifestValue config) {
    return control.at(member).or(config.at(member));
  }

  /** A step that says 1, as compilers write it into every step, leaves the number to its agent. */
  private static int attempts(ManifestValue own, ManifestValue config) {
    int said = own.value().asInt(1);
    return said > 1 ? said : Math.max(1, config.asInt("max_attempts", 1));
  }

  private static long backoffMs(
      ManifestValue seconds, ManifestValue control, ManifestValue config) {
    return seconds.isAbsent()
        ? inherited("retry_backoff_ms", control, config).value().asLong(BACKOFF_MS)
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
    FailurePolicy known = FAILURE_POLICIES.get(place.asText().trim().toLowerCase(Locale.ROOT));
    if (known == null) {
      place.error(
          ManifestProblem.UNSUPPORTED,
          "%s must be fail_workflow, continue_partial, continue or skip: %s"
              .formatted(place.label(), place.shown()));
    }
    return known;
  }
}
