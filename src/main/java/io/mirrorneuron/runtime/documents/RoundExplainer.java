package io.mirrorneuron.runtime.documents;

import io.mirrorneuron.runtime.state.IdleCopies;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Targets.Target;

/** What has done its work, and whether it begins again: a service, or copies of a system job. */
final class RoundExplainer {
  private final JobState state;
  private final Explanations explanations;

  RoundExplainer(JobState state, Explanations explanations) {
    this.state = state;
    this.explanations = explanations;
  }

  void explain() {
    if (state.header().nextRoundAt() != 0) {
      explanations
          .explain("next_round", "all is done; the service begins again", "job.next_round_at")
          .until(state.header().nextRoundAt());
    }
    state.header().origin().targets().all().forEach(this::explain);
    for (Target target : IdleCopies.of(state)) {
      explanations.explain(
          "ended",
          copy(target) + "is done, and does not begin again, as policies.restart has no attempts",
          "job.restart_policy");
    }
  }

  private static String copy(Target target) {
    return target.node() == null ? "the job " : "the copy of node " + target.node() + " ";
  }

  private void explain(Target target) {
    String copy = copy(target);
    switch (target.phase()) {
      case OPEN -> {
        if (target.nextRoundAt() != 0) {
          explanations
              .explain("next_round", copy + "is done, and begins again", "job.scheduler")
              .until(target.nextRoundAt());
        }
      }
      case COMPLETED -> explanations.explain("ended", copy + "is done", "job.scheduler");
      case LEFT ->
          explanations.explain("ended", copy + "was ended, as its node was left", "job.scheduler");
    }
  }
}
