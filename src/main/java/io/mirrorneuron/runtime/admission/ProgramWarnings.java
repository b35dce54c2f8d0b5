package io.mirrorneuron.runtime.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.graph.ProgramPlace;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Warns the submitter of an accepted job about missing scripts and programs, as a validation does.
 * The same workflow is submitted repeatedly, so findings are cached for a few seconds. Thread-safe.
 */
final class ProgramWarnings {
  /** Short, as a program may be installed meanwhile. */
  private static final Duration KEPT = Duration.ofSeconds(5);

  private final ProgramPath path;

  /** By identity of the workflow. */
  private final Cache<Workflow, Found> found =
      Caffeine.newBuilder().executor(Runnable::run).weakKeys().expireAfterWrite(KEPT).build();

  private record Found(Set<String> payloadPaths, List<String> sentences) {}

  ProgramWarnings(ProgramPath path) {
    this.path = path;
  }

  /**
   * @param payloadPaths the files below {@code payloads/}, with forward slashes
   */
  List<String> sentences(Workflow workflow, Set<String> payloadPaths) {
    Found kept = found.getIfPresent(workflow);
    if (kept != null && kept.payloadPaths.equals(payloadPaths)) {
      return kept.sentences;
    }
    List<ProgramPlace> programs = Manifests.programs(workflow.source());
    List<String> sentences =
        Stream.concat(
                Manifests.missingScripts(programs, payloadPaths).stream(),
                path.missing(programs).stream())
            .map(Issue::message)
            .toList();
    found.put(workflow, new Found(Set.copyOf(payloadPaths), sentences));
    return sentences;
  }
}
