package io.mirrorneuron.runtime.manifest.steps;

import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which agents work for which step. */
final class StepAgents {
  private final Set<String> nodes;
  private final Bindings bindings;
  private final Map<String, DeclaredStep> idle = new LinkedHashMap<>();
  private boolean someWork;

  StepAgents(Set<String> nodes, Bindings bindings) {
    this.nodes = nodes;
    this.bindings = bindings;
  }

  /** The node that the step runs, else the workers bound to it, else the node of its name. */
  List<String> of(String id, DeclaredStep step) {
    List<String> agents = find(id, step.run().asText());
    if (agents.isEmpty()) {
      idle.put(id, step);
    } else {
      someWork = true;
    }
    return agents;
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
   * Whether every step that was asked for has agents. A step whose workers are only described, as
   * in many catalogues, cannot be followed, and then none is. One that names nothing is an error
   * beside steps that name something.
   */
  boolean areComplete() {
    if (idle.isEmpty()) {
      return true;
    }
    ManifestValue first = idle.values().iterator().next().place();
    first.warn(
        "no agent works for step "
            + first.name()
            + ", so steps are not tracked: the messages between agents alone drive the job");
    idle.forEach(
        (id, step) -> {
          boolean described =
              !bindings.workerIds(step.run().asText()).isEmpty()
                  || !bindings.workerIds(id).isEmpty();
          if (someWork && !described) {
            ManifestValue place = step.place();
            place.error(
                ManifestProblem.REFERENCE,
                "step %s has no agent: no node and no binding has the name it runs"
                    .formatted(place.name()));
          }
        });
    return false;
  }
}
