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
 * Tells whose job is accepted which scripts and programs it names that are not there, in the words
 * that a validation has for them. The same workflow is submitted again and again, so what was found
 * is kept for a few seconds. Thread-safe.
 */
final class ProgramWarnings {
  /** A program may be installed meanwhile. */
  private static final Duration KEPT = Duration.ofSeconds(5);

  private final ProgramPath path;

  /** By the workflow itself, not by an equal one. */
  private final Cache<Workflow, Found> found =
      Caffeine.newBuilder().executor(Runnable::run).weakKeys().expireAfterWrite(KEPT).build();

  /**
   * @param payloadPaths the files that came with it
   */
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
