package io.mirrorneuron.store;

import io.mirrorneuron.store.bucket.PackedJob;
import java.util.List;

/**
 * All Redis keys. A Redis Cluster places a key by its first tag in braces; the keys of a bucket
 * share one.
 *
 * @param namespace first part of every key
 */
public record Keys(String namespace) {
  /** Keys of everything but jobs, where jobs have buckets: all in one slot of a Redis Cluster. */
  public Keys ofNoBucket() {
    return new Keys(namespace + ":{all}");
  }

  /** Keys of the jobs of a bucket: all in one slot of a Redis Cluster, whatever tags follow. */
  public Keys ofBucket(String tag) {
    return new Keys(namespace + ":{" + tag + "}");
  }

  /**
   * Hash: {@code epoch}, {@code owner} and the fields of the engine's job state; or {@code packed}
   * and no owner, see {@link PackedJob}.
   */
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

  /** String: the job's row as JSON; of a packed job all of it, see {@link PackedJob}. */
  public String row(String jobId) {
    return job(jobId) + "row";
  }

  /** String: the author's manifest. */
  public String manifest(String jobId) {
    return job(jobId) + "manifest";
  }

  /** The keys of one job as its scripts get them: state, events, row, manifest and blobs. */
  public List<String> ofJob(String jobId) {
    return List.of(state(jobId), events(jobId), row(jobId), manifest(jobId), blobs(jobId));
  }

  /** First part of the keys of the index of jobs, see {@code job-index.lua}. */
  public String jobs() {
    return namespace + ":jobs:";
  }

  /** Sorted set: jobs that are not terminal, by time of the last change in milliseconds. */
  public String activeJobs() {
    return jobs() + "active";
  }

  /** Sorted set: jobs with this terminal status, by time of the last change in milliseconds. */
  public String doneJobs(String status) {
    return jobs() + status;
  }

  /** Set: jobs whose runs are incomplete in the run store. */
  public String unrecordedJobs() {
    return jobs() + "unrecorded";
  }

  /** Set: ended jobs whose runs are written on the first read. */
  public String unreadJobs() {
    return jobs() + "unread";
  }

  /** String: {@code 2} once no job is left in the index format of version 1. */
  public String indexVersion() {
    return jobs() + "version";
  }

  /** Sorted set: living owners of jobs, by the end of their lease in milliseconds. */
  public String livingNodes() {
    return namespace + ":nodes:alive";
  }

  /**
   * String: time of the last arrival or departure of an owner in microseconds, and the number of
   * departures. A channel of the same name announces that owner; blank when some have died.
   */
  String nodeChanges() {
    return namespace + ":nodes:changed";
  }

  /** String: {@code cluster.silence_ms} of all living servers. */
  public String silence() {
    return namespace + ":nodes:silence";
  }

  /** Hash: addresses of living owners, {@code host:port} by owner. */
  String nodeAddresses() {
    return namespace + ":nodes:addresses";
  }

  /** Hash: descriptions of nodes, JSON by owner. */
  String nodeRecords() {
    return namespace + ":nodes:records";
  }

  /** Sorted set: dead owners, by the time of their death in milliseconds. */
  String deadNodes() {
    return namespace + ":nodes:dead";
  }

  /** Set: all owners ever, as earlier builds kept it. */
  String formerNodes() {
    return namespace + ":nodes";
  }

  /** String: {@code <content hash> <job id>} of the submission with this key. */
  public String idempotency(String key) {
    return namespace + ":idempotency:" + key;
  }

  /** Hash: the job by chosen run id; the job may be gone. */
  public String chosenRuns() {
    return namespace + ":runs";
  }

  /**
   * Hash: what running programs of all nodes hold (slots of a pool, devices, ports, shares), JSON
   * by execution. Without executions that hold just one slot of the pool {@code default}.
   */
  public String allocations() {
    return namespace + ":allocations";
  }

  /** Hash: the node that was asked to run an execution for a job of another node, by execution. */
  public String elsewhere() {
    return namespace + ":elsewhere";
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

  /** Sorted set: ids of records that are due, by time in milliseconds. */
  public String dueRecords(String kind) {
    return namespace + ":{" + kind + "}:due";
  }

  /** Hash: the documents of records of that kind, by id. */
  public String recordDocuments(String kind) {
    return namespace + ":{" + kind + "}:documents";
  }

  /** List: the history of a record of that kind, newest first. */
  public String recordHistory(String kind, String id) {
    return namespace + ":{" + kind + "}:history:" + id;
  }

  /** Stream: news for subscribers of that kind. */
  public String recordNews(String kind) {
    return namespace + ":{" + kind + "}:news";
  }

  /** Hash: groups of each record of that kind that has any, one a line, by id. */
  public String recordGroups(String kind) {
    return namespace + ":{" + kind + "}:groups";
  }

  /** Sorted set: the ids of the records of a group, all with one score. */
  public String recordGroup(String kind, String group) {
    return namespace + ":{" + kind + "}:group:" + group;
  }

  /** Hash: the leader of that kind, see {@code leader.lua}. */
  public String leader(String kind) {
    return namespace + ":{" + kind + "}:leader";
  }

  /** Set: names of services with a registered instance. */
  public String serviceNames() {
    return namespace + ":{services}:names";
  }

  /** Hash: the roles of jobs in deployments, see {@code services.lua}. */
  public String serviceRoles() {
    return namespace + ":{services}:roles";
  }

  /** Hash: the instances of a service by id, see {@code services.lua}. */
  public String services(String name) {
    return namespace + ":{services}:of:" + name;
  }

  /** First part of the keys of trigger events, see {@code trigger-events.lua}. */
  public String triggerEvents() {
    return namespace + ":{trigger-events}:";
  }

  /** First part of the keys of outgoing deliveries, see {@code webhook-deliveries.lua}. */
  public String webhookDeliveries(String kind) {
    return namespace + ":{" + kind + "}:queue:";
  }

  /** First part of the keys of payload files, see {@code bundles.lua}. */
  public String bundles() {
    return namespace + ":bundles:";
  }

  /** Hash: the parts of a bundle's bytes by number from 0. */
  public String bundleParts(String name) {
    return bundles() + "data:" + name;
  }

  /** String with a short time to live, written to check that Redis accepts writes. */
  public String trial() {
    return namespace + ":trial";
  }

  /** String that is written to wait for replicas; never read. */
  public String acknowledged() {
    return namespace + ":acknowledged";
  }

  private String job(String jobId) {
    return namespace + ":{job:" + jobId + "}:";
  }
}
