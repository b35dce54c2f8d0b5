package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.GraphFacts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of a job that is fixed at its submission: steps, their workers, and their order. Read by
 * {@link PlanReader}.
 *
 * @param isLasting whether the job is a service, whose steps become idle instead of ending
 * @param truth the source of the steps' status
 * @param steps by id, in the order of the manifest; at least one
 * @param layers ids of steps; the steps of a layer wait for steps of earlier layers
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

  /** The source of the steps' status; a ledger overrides every other source. */
  public enum Truth {
    LEDGER,
    /** Each step is one agent, and the runtime reports agents. */
    AGENTS,
    EVENTS
  }

  /**
   * @param emits the event type that completes the step, or null
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

  /** Sorts the nodes of a graph into layers by the length of the longest path to each. */
  static final class GraphLayers {
    private GraphLayers() {}

    /** The layers; for a graph with a cycle one layer per node, in the given order. */
    static List<List<String>> of(Collection<String> ids, List<Plan.Edge> edges) {
      Map<String, Integer> layer = new LinkedHashMap<>();
      Map<String, Integer> open = new LinkedHashMap<>();
      ids.forEach(id -> layer.put(id, 0));
      ids.forEach(id -> open.put(id, 0));
      Map<String, List<String>> children = new LinkedHashMap<>();
      for (Plan.Edge edge : edges) {
        children.computeIfAbsent(edge.from(), from -> new ArrayList<>()).add(edge.to());
        open.merge(edge.to(), 1, Integer::sum);
      }
      Deque<String> ready = new ArrayDeque<>();
      open.forEach(
          (id, parents) -> {
            if (parents == 0) {
              ready.add(id);
            }
          });
      int sorted = 0;
      while (!ready.isEmpty()) {
        String id = ready.remove();
        sorted++;
        for (String child : children.getOrDefault(id, List.of())) {
          layer.merge(child, layer.get(id) + 1, Math::max);
          if (open.merge(child, -1, Integer::sum) == 0) {
            ready.add(child);
          }
        }
      }
      return sorted < layer.size() ? ids.stream().map(List::of).toList() : byNumber(layer);
    }

    private static List<List<String>> byNumber(Map<String, Integer> layer) {
      List<List<String>> layers = new ArrayList<>();
      layer.forEach(
          (id, number) -> {
            while (layers.size() <= number) {
              layers.add(new ArrayList<>());
            }
            layers.get(number).add(id);
          });
      return layers;
    }
  }
}
