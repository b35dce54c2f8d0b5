package io.mirrorneuron.port;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The new, paused job that was made of a backup.
 *
 * @param status {@code paused}
 * @param sourceJobId of the job that the backup was made of, as is {@code sourceRunId}
 * @param restoreProvenance what the job remembers of its backup, whose own {@code source} is part
 *     of it
 */
public record RestoredJob(
    String jobId,
    String runId,
    String blueprintId,
    String status,
    String sourceJobId,
    String sourceRunId,
    JsonNode restoreProvenance,
    Recovery recovery) {

  /**
   * What is expected of people.
   *
   * @param action a word of the contract
   * @param reason a sentence
   */
  public record Recovery(String jobId, String action, String reason) {}
}
