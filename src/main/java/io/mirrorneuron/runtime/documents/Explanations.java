package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.wire.Json;
import java.time.Instant;

/** Writes down why a job, its steps and its agents are where they are; see {@link Why}. */
final class Explanations {
  private static final int EXPLAINED = 200;

  private final JobState state;
  private final ArrayNode all = Json.MAPPER.createArrayNode();
  private int unexplained;

  Explanations(JobState state) {
    this.state = state;
  }

  /** {@code {subject: {kind, id}, state, cause, text, record, …}}, of no more than are shown. */
  ArrayNode all() {
    return all;
  }

  /** How many more there would be. */
  int more() {
    return unexplained;
  }

  /** Writes explanations of one subject. */
  interface Explainer {
    ObjectNode explain(String cause, String text);
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

  ObjectNode explain(StepState step, String cause, String text) {
    return add(
        "step",
        step.id(),
        step.status().word(),
        cause,
        "step " + step.id() + " " + text,
        "job.workflow_state.steps." + step.id());
  }

  ObjectNode explain(String cause, String text, String record) {
    return add("job", state.jobId(), state.status().word(), cause, text, record);
  }

  private ObjectNode add(
      String kind, String id, String word, String cause, String text, String record) {
    ObjectNode one = Json.object();
    one.putObject("subject").put("kind", kind).put("id", id);
    one.put("state", word).put("cause", cause).put("text", text).put("record", record);
    if (all.size() < EXPLAINED) {
      all.add(one);
    } else {
      unexplained++;
    }
    return one;
  }

  static String time(long millis) {
    return millis == 0 ? null : Json.timestamp(Instant.ofEpochMilli(millis));
  }
}
