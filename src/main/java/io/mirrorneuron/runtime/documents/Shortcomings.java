package io.mirrorneuron.runtime.documents;

import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.StepState;
import java.util.HashSet;
import java.util.Set;

/**
 * What a job that is completed lacks all the same: steps that failed and may, those that did a part
 * of their work, and those that were skipped for that. Without it one would look through all steps.
 */
final class Shortcomings {
  private final JobState state;
  private final Explanations explanations;
  private final Set<String> lacking = new HashSet<>();

  Shortcomings(JobState state, Explanations explanations) {
    this.state = state;
    this.explanations = explanations;
  }

  void explain() {
    state.steps().all().forEach(this::step);
  }

  private void step(StepState step) {
    if (step.status() == StepPhase.PARTIAL) {
      explain(step, "partial", "did a part of its work");
    } else if (step.outcome() == StepOutcome.FAILED) {
      explain(step, "failed", "failed, and the job went on without it");
    } else if (step.outcome() == StepOutcome.SKIPPED
        && state.steps().parents(step).stream().anyMatch(one -> lacking.contains(one.id()))) {
      explain(step, "skipped", "was skipped");
    }
  }

  private void explain(StepState step, String cause, String text) {
    lacking.add(step.id());
    explanations.explain(step, cause, text + (step.reason() == null ? "" : ": " + step.reason()));
  }
}
