package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.workflow.StepGraph.StepEdge;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Where a graph of steps begins and ends.
 *
 * @param source null when it was refused; the first of several where there may be several
 * @param sink null when it was refused; and where there are several and may be
 */
record SourceAndSink(String source, String sink) {

  /** Where steps may begin and end as their edges have it. */
  static SourceAndSink derive(Set<String> steps, List<StepEdge> edges) {
    List<String> first = without(steps, edges, StepEdge::to);
    List<String> last = without(steps, edges, StepEdge::from);
    return new SourceAndSink(
        first.isEmpty() ? null : first.getFirst(), last.size() == 1 ? last.getFirst() : null);
  }

  static SourceAndSink read(ProblemGraph graph, Set<String> steps, List<StepEdge> edges) {
    ManifestValue entrypoint = graph.entrypoint();
    ManifestValue source = graph.source().or(entrypoint);
    boolean differ = !entrypoint.isAbsent() && !source.asText().equals(entrypoint.asText());
    if (differ) {
      source.error(
          ManifestProblem.CONFLICT,
          "%s must be %s, like %s"
              .formatted(source.label(), entrypoint.shown(), entrypoint.label()));
    }
    return new SourceAndSink(
        end(source, steps, edges, StepEdge::to, "predecessor"),
        end(graph.sink(), steps, edges, StepEdge::from, "successor"));
  }

  /** The named step, else the only one that no edge has at its other side. */
  private static String end(
      ManifestValue place,
      Set<String> steps,
      List<StepEdge> edges,
      Function<StepEdge, String> inner,
      String neighbour) {
    if (!place.isAbsent()) {
      String named = place.asText();
      if (steps.contains(named)) {
        return named;
      }
      place.error(
          ManifestProblem.REFERENCE,
          "%s must name a workflow step: %s".formatted(place.label(), place.shown()));
      return null;
    }
    List<String> ends = without(steps, edges, inner);
    if (ends.size() == 1) {
      return ends.getFirst();
    }
    place.error(
        ManifestProblem.REQUIRED,
        "%s is required: %d steps have no %s".formatted(place.label(), ends.size(), neighbour));
    return null;
  }

  private static List<String> without(
      Set<String> steps, List<StepEdge> edges, Function<StepEdge, String> inner) {
    Set<String> others = edges.stream().map(inner).collect(Collectors.toSet());
    return steps.stream().filter(id -> !others.contains(id)).toList();
  }
}
