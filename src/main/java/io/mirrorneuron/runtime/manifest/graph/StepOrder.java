package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.workflow.StepGraph.StepEdge;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks that all steps of a graph can be reached and that there is no loop. */
final class StepOrder {
  private static final int MAX_LISTED = 10;

  private final Map<String, List<String>> children = new HashMap<>();

  StepOrder(Collection<StepEdge> edges) {
    edges.forEach(
        edge -> children.computeIfAbsent(edge.from(), id -> new ArrayList<>()).add(edge.to()));
  }

  /** Whether there is a loop, which is reported. */
  boolean hasLoop(ProblemGraph graph, Set<String> steps) {
    List<String> loop = loop(steps);
    if (!loop.isEmpty()) {
      ManifestValue edges = graph.edges();
      edges.error(
          ManifestProblem.GRAPH, edges.label() + " must be acyclic: " + listed(loop, " -> "));
    }
    return !loop.isEmpty();
  }

  /**
   * Reports the steps that cannot be reached from the source.
   *
   * @param source null when it is not known
   */
  void checkReached(ProblemGraph graph, Set<String> steps, String source) {
    if (source == null) {
      return;
    }
    Set<String> reached = reachedFrom(source);
    List<String> missed = steps.stream().filter(id -> !reached.contains(id)).toList();
    if (!missed.isEmpty()) {
      graph
          .source()
          .error(
              ManifestProblem.GRAPH,
              "workflow steps are unreachable from source %s: %s"
                  .formatted(ManifestValue.shown(source), listed(missed, ", ")));
    }
  }

  private Set<String> reachedFrom(String source) {
    Set<String> reached = new HashSet<>(Set.of(source));
    Deque<String> open = new ArrayDeque<>(reached);
    while (!open.isEmpty()) {
      for (String child : children.getOrDefault(open.pop(), List.of())) {
        if (reached.add(child)) {
          open.push(child);
        }
      }
    }
    return reached;
  }

  /** The first loop, its first step again at its end; empty when there is none. */
  private List<String> loop(Set<String> steps) {
    Set<String> done = new HashSet<>();
    for (String step : steps) {
      List<String> loop = loopFrom(step, done);
      if (!loop.isEmpty()) {
        return loop;
      }
    }
    return List.of();
  }

  /** Depth-first search with an explicit stack: a chain of steps may be too long for recursion. */
  private List<String> loopFrom(String start, Set<String> done) {
    SequencedSet<String> path = new LinkedHashSet<>();
    Deque<Iterator<String>> open = new ArrayDeque<>();
    enter(start, path, open, done);
    while (!open.isEmpty()) {
      if (!open.peek().hasNext()) {
        open.pop();
        done.add(path.removeLast());
        continue;
      }
      String next = open.peek().next();
      if (path.contains(next)) {
        List<String> steps = new ArrayList<>(path);
        List<String> loop = new ArrayList<>(steps.subList(steps.indexOf(next), steps.size()));
        loop.add(next);
        return loop;
      }
      enter(next, path, open, done);
    }
    return List.of();
  }

  private void enter(
      String step, SequencedSet<String> path, Deque<Iterator<String>> open, Set<String> done) {
    if (!done.contains(step)) {
      path.add(step);
      open.push(children.getOrDefault(step, List.of()).iterator());
    }
  }

  private static String listed(List<String> ids, String separator) {
    String head =
        ids.stream()
            .limit(MAX_LISTED)
            .map(ManifestValue::shown)
            .collect(Collectors.joining(separator));
    return ids.size() <= MAX_LISTED ? head : head + separator + "… (" + ids.size() + ")";
  }
}
