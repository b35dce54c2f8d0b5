package io.mirrorneuron.store.bucket;

import io.mirrorneuron.store.Keys;

/**
 * Additional keys of a bucket, see {@code claims.lua}.
 *
 * @param keys of one bucket
 */
public record ClaimKeys(Keys keys) {
  /** Sorted set: {@code <job>\n<run>} of claims that this bucket frees, by time in milliseconds. */
  public String intents() {
    return keys.jobs() + "intents";
  }

  /** String: exists while the job may not be created. */
  public String voided(String jobId) {
    return keys.namespace() + ":void:" + jobId;
  }

  /** String: {@code - <job id>} of a run whose id its author chose. */
  public String run(String runId) {
    return keys.namespace() + ":claimed-run:" + runId;
  }
}
