package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.NearNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which agents work for which step. */
final class StepAgents {
  private final Set<String> nodes;
  private final Bindings bindings;
  private final Map<String, DeclaredStep> withoutAgents = new LinkedHashMap<>();
  private final NearNames near;
  private boolean someHaveAgents;

  StepAgents(Set<String> nodes, Bindings bindings) {
    this.nodes = nodes;
    this.bindings = bindings;
    this.near = new NearNames(nodes);
  }

  /** The node that the step runs, else the workers bound to it, else the node of its name. */
  List<String> of(String id, DeclaredStep step) {
    List<String> agents = find(id, step.run().asText());
    if (agents.isEmpty()) {
      withoutAgents.put(id, step);
    } else {
      someHaveAgents = true;
    }
    return agents;
  }

  private static String name(String id, DeclaredStep step) {
    return step.run().isAbsent() ? id : step.run().asText();
  }

  private List<String> find(String id, String run) {
    if (nodes.contains(run)) {
      return List.of(run);
    }
    for (String binding : new String[] {run, id}) {
      List<String> workers =
          bindings.workerIds(binding).stream().filter(nodes::contains).distinct().toList();
      if (!workers.isEmpty()) {
        return workers;
      }
    }
    return nodes.contains(id) ? List.of(id) : List.of();
  }

  /**
   * Whether every step that was asked for has agents; else no step can be tracked, which is a
   * warning. A step without agents is an error when others have some and no binding lists workers
   * for it. Workers that are listed but are no nodes, as in many catalogues, are no error.
   */
  boolean areComplete() {
    if (withoutAgents.isEmpty()) {
      return true;
    }
    ManifestValue first = withoutAgents.values().iterator().next().place();
    first.warn(
        "no agent works for step "
            + first.name()
            + ", so steps are not tracked: the messages between agents alone drive the job");
    withoutAgents.forEach(
        (id, step) -> {
          boolean described =
              !bindings.workerIds(step.run().asText()).isEmpty()
                  || !bindings.workerIds(id).isEmpty();
          if (someHaveAgents && !described) {
            ManifestValue place = step.place();
            place.error(
                ManifestProblem.REFERENCE,
                "step %s has no agent: no node and no binding has the name %s%s"
                    .formatted(
                        place.name(),
                        ManifestValue.shown(name(id, step)),
                        near.hint(name(id, step))));
          }
        });
    return false;
  }
}
