package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.GraphFacts;
import java.util.List;
import java.util.Map;

/**
 * What does not change from the submission of a job on: its steps, who works for them, and their
 * order. Read by {@link PlanReader}.
 *
 * @param isLasting whether it is a service, whose steps rest rather than end
 * @param truth what tells how far the steps are
 * @param steps by id, in the order of the manifest; at least one
 * @param layers ids of steps; those of one layer wait for some of the layers before
 * @param graph the graph of agents
 */
public record Plan(
    String workflowId,
    String name,
    String description,
    boolean isLasting,
    Truth truth,
    Map<String, Step> steps,
    List<Edge> edges,
    List<List<String>> layers,
    GraphFacts graph) {

  /** What tells how far steps are; where there is a ledger, it alone. */
  public enum Truth {
    LEDGER,
    /** Each step is an agent of its own, and the runtime describes agents. */
    AGENTS,
    EVENTS
  }

  /**
   * @param emits the event type that says that the step is done, or null
   * @param next the steps that start then
   */
  public record Step(
      String id,
      String label,
      String goal,
      List<String> requires,
      List<String> provides,
      List<Worker> workers,
      String emits,
      List<String> next) {}

  /**
   * @param alias or null, as {@code displayName}
   */
  public record Worker(String id, String role, String model, String alias, String displayName) {}

  /**
   * @param json {@code {from, to, id?, event?, required?, accepts?, condition?}}
   */
  public record Edge(String from, String to, JsonNode json) {}
}
