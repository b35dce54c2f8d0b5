package io.mirrorneuron.runtime.documents;

import io.mirrorneuron.model.RunId;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.store.JobStore.RowsWanted;
import io.mirrorneuron.store.RankedJob;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import io.mirrorneuron.wire.Timestamps;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** Selects the jobs of a list query. Uses the job index where possible. */
public record RowFilter(JobPage.Query query) {

  private record Facts(
      String jobId,
      String runId,
      String graphId,
      String jobName,
      String status,
      String submittedAt) {

    String run() {
      return runId == null && jobId != null ? RunId.of(jobId) : runId;
    }
  }

  /** Whether every job of its indexes matches. */
  public boolean isNone() {
    return (query.status() == null || isFinal())
        && query.name() == null
        && query.createdAfter() == null
        && query.idPrefix() == null;
  }

  private boolean isFinal() {
    return query.status() != null && RunStatus.FINAL_WORDS.contains(status());
  }

  private String status() {
    return RunStatus.ofAnyCase(query.status()).word();
  }

  /**
   * The indexes that may contain matches, from the cursor on.
   *
   * @throws io.mirrorneuron.model.MnException INVALID for a malformed cursor
   */
  public RowsWanted wanted(int limit) {
    String cursor = Objects.requireNonNullElse(query.cursor(), "");
    List<String> ended =
        !query.includeTerminal()
            ? List.of()
            : query.status() == null
                ? RunStatus.FINAL_WORDS
                : isFinal() ? List.of(status()) : List.of();
    return new RowsWanted(limit, !isFinal(), ended, cursor.isEmpty() ? null : RankedJob.at(cursor));
  }

  public boolean accepts(JobPage.Row row) {
    Facts job = LenientJson.read(Json.parseObject(row.json(), "row"), Facts.class);
    return (query.status() == null || status().equalsIgnoreCase(job.status()))
        && (query.name() == null
            || query.name().equals(job.jobName())
            || query.name().equals(job.graphId()))
        && (query.idPrefix() == null || begins(job.jobId()) || begins(job.run()))
        && (query.createdAfter() == null || isLate(job.submittedAt()));
  }

  private boolean begins(String id) {
    return id != null && id.startsWith(query.idPrefix());
  }

  private boolean isLate(String submittedAt) {
    Instant at = submittedAt == null ? null : Timestamps.instant(submittedAt);
    return at != null && !at.isBefore(query.createdAfter());
  }
}
