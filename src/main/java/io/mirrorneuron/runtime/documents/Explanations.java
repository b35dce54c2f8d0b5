package io.mirrorneuron.runtime.documents;

import io.mirrorneuron.port.Why.Explanation;
import io.mirrorneuron.port.Why.Subject;
import io.mirrorneuron.runtime.documents.Obstacles.AgentActivity;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.StepState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Collects the explanations of a job, its steps and its agents; see {@link JobExplainer}. */
final class Explanations {
  private static final int EXPLAINED = 200;

  /** Causes, as named by {@code Executions.Hold}. */
  private static final Set<String> OF_THE_NODE = Set.of("resources", "limits", "load");

  private final JobState state;
  private final List<ExplanationDraft> all = new ArrayList<>();
  private int unexplained;

  Explanations(JobState state) {
    this.state = state;
  }

  /** At most as many as are shown. */
  List<Explanation> all() {
    return all.stream().map(ExplanationDraft::finished).toList();
  }

  /** Whether any program waits for resources of the node. */
  boolean areOfResources() {
    return all().stream().map(Explanation::cause).anyMatch(OF_THE_NODE::contains);
  }

  /** Number of explanations beyond the limit. */
  int more() {
    return unexplained;
  }

  interface Explainer {
    ExplanationDraft explain(String cause, String text);
  }

  Explainer of(StepState step) {
    return (cause, text) -> explain(step, cause, text);
  }

  Explainer of(AgentState agent) {
    return (cause, text) ->
        add(
            "agent",
            agent.id(),
            AgentActivity.of(state, agent).status(),
            cause,
            "agent " + agent.id() + " " + text,
            "agents[" + agent.id() + "]");
  }

  ExplanationDraft explain(StepState step, String cause, String text) {
    return add(
        "step",
        step.id(),
        step.status().word(),
        cause,
        "step " + step.id() + " " + text,
        "job.workflow_state.steps." + step.id());
  }

  ExplanationDraft explain(String cause, String text, String record) {
    return add("job", state.jobId(), state.status().word(), cause, text, record);
  }

  private ExplanationDraft add(
      String kind, String id, String word, String cause, String text, String record) {
    ExplanationDraft one = new ExplanationDraft(new Subject(kind, id), word, cause, text, record);
    if (all.size() < EXPLAINED) {
      all.add(one);
    } else {
      unexplained++;
    }
    return one;
  }
}
