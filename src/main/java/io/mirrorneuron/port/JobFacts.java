package io.mirrorneuron.port;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a document tells of a job: one that a runtime wrote, a manifest, or a file of a run. What it
 * does not tell is null.
 *
 * @param status a word of whoever wrote the document
 * @param submittedAt ISO-8601, as is {@code endedAt}
 * @param isLasting whether it is a service or its kind, which end only by a word from outside
 * @param failures what may tell why the job failed, the most trustworthy first
 */
public record JobFacts(
    String status,
    String runId,
    String graphId,
    String traceId,
    String submittedAt,
    String endedAt,
    boolean isLasting,
    List<JsonNode> failures) {
  public static final JobFacts NONE =
      new JobFacts(null, null, null, null, null, null, false, List.of());

  public JobFacts {
    failures = List.copyOf(failures);
  }

  /** The same, and what it does not tell as a document tells that is less to be trusted. */
  public JobFacts or(JobFacts other) {
    if (other == NONE) {
      return this;
    }
    return new JobFacts(
        or(status, other.status),
        or(runId, other.runId),
        or(graphId, other.graphId),
        or(traceId, other.traceId),
        or(submittedAt, other.submittedAt),
        or(endedAt, other.endedAt),
        isLasting || other.isLasting,
        Stream.concat(failures.stream(), other.failures.stream()).toList());
  }

  private static String or(String reported, String otherwise) {
    return reported == null ? otherwise : reported;
  }
}
