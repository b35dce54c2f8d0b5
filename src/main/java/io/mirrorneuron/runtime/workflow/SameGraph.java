package io.mirrorneuron.runtime.workflow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whether a job can continue its progress with another workflow: both have the same steps and
 * agents, connected in the same way. Commands, limits, prompts and files may differ.
 */
public final class SameGraph {
  private SameGraph() {}

  /** The differences as sentences; empty when the graphs are the same. */
  public static List<String> differences(Workflow one, Workflow other) {
    List<String> found = new ArrayList<>();
    compare("step", one.steps().steps().keySet(), other.steps().steps().keySet(), found);
    compare("agent", agents(one), agents(other), found);
    if (found.isEmpty()) {
      compare("edge", edges(one), edges(other), found);
      compare("entrypoint", Set.copyOf(one.entrypoints()), Set.copyOf(other.entrypoints()), found);
    }
    if (one.jobType() != other.jobType()) {
      found.add("its type is another");
    }
    return found;
  }

  private static void compare(
      String what, Set<String> before, Set<String> after, List<String> found) {
    Set<String> gone = new TreeSet<>(before);
    gone.removeAll(after);
    Set<String> more = new TreeSet<>(after);
    more.removeAll(before);
    if (!gone.isEmpty()) {
      found.add("it lacks %s %s".formatted(what, String.join(", ", gone)));
    }
    if (!more.isEmpty()) {
      found.add("it has %s %s besides".formatted(what, String.join(", ", more)));
    }
  }

  /** Each with the steps that it works for. */
  private static Set<String> agents(Workflow workflow) {
    Map<String, Set<String>> steps = new LinkedHashMap<>();
    workflow.agents().keySet().forEach(id -> steps.put(id, new LinkedHashSet<>()));
    workflow
        .steps()
        .steps()
        .values()
        .forEach(step -> step.agentIds().forEach(id -> steps.get(id).add(step.id())));
    return workflow.agents().values().stream()
        .map(
            agent ->
                "%s (%s%s)"
                    .formatted(
                        agent.id(),
                        agent.type().name().toLowerCase(java.util.Locale.ROOT),
                        steps.get(agent.id()).isEmpty()
                            ? ""
                            : " for " + String.join(", ", steps.get(agent.id()))))
        .collect(Collectors.toSet());
  }

  private static Set<String> edges(Workflow workflow) {
    Set<String> edges =
        workflow.steps().steps().values().stream()
            .flatMap(step -> step.outgoing().stream())
            .map(edge -> edge.from() + " to " + edge.to())
            .collect(Collectors.toCollection(LinkedHashSet::new));
    workflow
        .edges()
        .forEach(
            edge ->
                edges.add("%s to %s for %s".formatted(edge.from(), edge.to(), edge.messageType())));
    return edges;
  }
}
