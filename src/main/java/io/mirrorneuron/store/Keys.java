package io.mirrorneuron.store;

/**
 * Every Redis key. What belongs to one job carries the hash tag {@code {job:<id>}}, so it lives in
 * one slot.
 *
 * @param namespace first part of every key
 */
public record Keys(String namespace) {
  /** Hash: {@code epoch}, {@code owner} and the fields of the engine's job state. */
  public String state(String jobId) {
    return job(jobId) + "state";
  }

  /** Hash: large values of the engine's job state, JSON text by SHA-256. */
  public String blobs(String jobId) {
    return job(jobId) + "blobs";
  }

  /** Stream: one entry per commit, id {@code <last sequence number>-0}, field {@code e}. */
  public String events(String jobId) {
    return job(jobId) + "events";
  }

  /** String: the job's row as JSON. */
  public String row(String jobId) {
    return job(jobId) + "row";
  }

  /** String: the author's manifest. */
  public String manifest(String jobId) {
    return job(jobId) + "manifest";
  }

  /** Sorted set: jobs that are not terminal, by time of the last change in milliseconds. */
  public String activeJobs() {
    return namespace + ":jobs:active";
  }

  /** Sorted set: jobs with this terminal status, by time of the last change in milliseconds. */
  public String doneJobs(String status) {
    return namespace + ":jobs:" + status;
  }

  /** Set: jobs whose runs are not written to the end in the run store. */
  public String unrecordedJobs() {
    return namespace + ":jobs:unrecorded";
  }

  /** Set: every owner of jobs that ever was. */
  public String nodes() {
    return namespace + ":nodes";
  }

  /** String with a time to live: there while the owner lives. */
  public String node(String owner) {
    return namespace + ":node:" + owner;
  }

  /** String: {@code <content hash> <job id>} of a submission with this key. */
  public String idempotency(String key) {
    return namespace + ":idempotency:" + key;
  }

  /** Hash: the job of each run whose id its author chose; the job may be gone. */
  public String chosenRuns() {
    return namespace + ":runs";
  }

  /** Hash: resource limits in per cent. */
  public String resourceLimits() {
    return namespace + ":resource-limits";
  }

  /** Hash: records of a state machine by id, {@code <revision> <due at> <json>}. */
  public String records(String kind) {
    return namespace + ":{" + kind + "}:records";
  }

  /** Sorted set: the ids of all records of that kind, all with one score. */
  public String recordNames(String kind) {
    return namespace + ":{" + kind + "}:names";
  }

  /** Sorted set: ids of records that are to be looked at again, by time in milliseconds. */
  public String dueRecords(String kind) {
    return namespace + ":{" + kind + "}:due";
  }

  /** String with a short time to live: written to see whether Redis writes. */
  public String trial() {
    return namespace + ":trial";
  }

  private String job(String jobId) {
    return namespace + ":{job:" + jobId + "}:";
  }
}
