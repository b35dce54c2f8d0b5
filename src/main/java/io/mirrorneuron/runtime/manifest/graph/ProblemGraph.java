package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.reading.ManifestValue;

/**
 * The parts of a graph of steps, where the author wrote them.
 *
 * @param place the object around them
 * @param entrypoint the other name of the source
 */
record ProblemGraph(
    ManifestValue place,
    ManifestValue steps,
    ManifestValue edges,
    ManifestValue entrypoint,
    ManifestValue source,
    ManifestValue sink) {

  /** {@code workflow}, or in older manifests {@code flow} with its {@code graph}. */
  static ProblemGraph find(ManifestValue root) {
    ProblemGraph graph = inWorkflow(root);
    ProblemGraph older =
        of(root.find("flow.graph"), root.find("flow.steps"), root.find("flow.entrypoint"));
    return graph.steps.isAbsent() && !older.steps.isAbsent() ? older : graph;
  }

  static ProblemGraph inWorkflow(ManifestValue root) {
    return of(root.at("workflow"), root.find("workflow.steps"), root.find("workflow.entrypoint"));
  }

  private static ProblemGraph of(
      ManifestValue graph, ManifestValue steps, ManifestValue entrypoint) {
    return new ProblemGraph(
        graph, steps, graph.at("edges"), entrypoint, graph.at("source"), graph.at("sink"));
  }
}
