package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.wire.DerivedId;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Facts about a job as a whole. Runs on the job's event loop; tracks whether it has changed. */
public final class JobHeader {
  private static final int UNROUTED_TYPES = 25;

  private JobOrigin origin;
  private final String traceId;
  private Subjects subjects = Subjects.of(null);
  private JobStatus status = JobStatus.PENDING;
  private long startedAt;
  private long endedAt;
  private ObjectNode result;
  private ObjectNode failure;
  private ObjectNode recovery;
  private final Set<String> forks = new LinkedHashSet<>();
  private ObjectNode pendingCompletion;
  private int round;
  private long nextRoundAt;
  private long pausedAt;
  private final Set<String> unrouted = new LinkedHashSet<>();
  private boolean changed = true;

  /** For a new job. */
  public JobHeader(JobOrigin origin) {
    this.origin = origin;
    this.traceId = "trc_" + DerivedId.of(origin.runId(), "trace", 0);
  }

  public JobOrigin origin() {
    return origin;
  }

  /** Trace id of the run; every event and error of the run has it. */
  public String traceId() {
    return traceId;
  }

  public JobHeader submittedBy(String subject) {
    subjects = Subjects.of(subject);
    return this;
  }

  public Subjects subjects() {
    return subjects;
  }

  public void subjects(Subjects value) {
    changed |= !value.equals(subjects);
    subjects = value;
  }

  public JobStatus status() {
    return status;
  }

  public long startedAt() {
    return startedAt;
  }

  public long endedAt() {
    return endedAt;
  }

  public ObjectNode result() {
    return result;
  }

  /** An {@code mn.error.v1} object, or null. */
  public ObjectNode failure() {
    return failure;
  }

  /** Why the job waits for a person, or null. */
  public ObjectNode recovery() {
    return recovery;
  }

  /** {@code {agent_id, result, received_at}} of a completion that waits for open steps, or null. */
  public ObjectNode pendingCompletion() {
    return pendingCompletion;
  }

  /** How many rounds were begun after the first. */
  public int round() {
    return round;
  }

  /** When the next round begins, in milliseconds since the epoch; 0 when none is planned. */
  public long nextRoundAt() {
    return nextRoundAt;
  }

  /** When the job was paused, in milliseconds since the epoch. */
  public long pausedAt() {
    return pausedAt;
  }

  /** Message types that no edge carried, the first few. */
  public Set<String> unrouted() {
    return unrouted;
  }

  public void status(JobStatus next, long now) {
    assert status == next || status.next().contains(next) : status + " to " + next;
    status = next;
    if (next == JobStatus.RUNNING && startedAt == 0) {
      startedAt = now;
    }
    if (next.isTerminal()) {
      endedAt = now;
    }
    if (next == JobStatus.PAUSED) {
      pausedAt = now;
    }
    changed = true;
  }

  public void result(ObjectNode value) {
    result = value;
    changed = true;
  }

  public void failure(ObjectNode value) {
    failure = value;
    changed = true;
  }

  public void recovery(ObjectNode value) {
    recovery = value;
    changed = true;
  }

  /** Ids of forks of this job. */
  public Set<String> forks() {
    return forks;
  }

  public void noteFork(String jobId) {
    forks.add(jobId);
    changed = true;
  }

  public void origin(JobOrigin next) {
    changed |= !next.equals(origin);
    origin = next;
  }

  public void pendingCompletion(ObjectNode value) {
    changed |= value != pendingCompletion;
    pendingCompletion = value;
  }

  public void nextRoundAt(long at) {
    nextRoundAt = at;
    changed = true;
  }

  public void nextRound() {
    round++;
    nextRoundAt = 0;
    pendingCompletion = null;
    changed = true;
  }

  public void noteUnrouted(String type) {
    if (unrouted.size() < UNROUTED_TYPES) {
      unrouted.add(type);
    }
    changed = true;
  }

  boolean isChanged() {
    return changed;
  }

  /** The stored form; counts as unchanged from then on. */
  ObjectNode write() {
    changed = false;
    ObjectNode json = Json.object();
    json.put("status", status.word()).put("submitted_at", origin.submittedAt());
    json.put("run_id", origin.runId());
    json.put("started_at", startedAt).put("ended_at", endedAt);
    json.put("bundle", origin.bundle());
    json.set("result", result);
    json.set("failure", failure);
    json.set("recovery", recovery);
    origin.writePlacesTo(json);
    subjects.writeTo(json);
    if (origin.forkedFrom() != null) {
      json.set("forked_from", Json.MAPPER.valueToTree(origin.forkedFrom()));
    }
    if (!forks.isEmpty()) {
      json.set("forks", Json.MAPPER.valueToTree(forks));
    }
    if (origin.provenance() != null) {
      json.set("provenance", origin.provenance());
    }
    if (pendingCompletion != null) {
      json.set("pending_completion", pendingCompletion);
    }
    if (round > 0 || nextRoundAt > 0) {
      json.put("round", round).put("next_round_at", nextRoundAt);
    }
    if (pausedAt > 0) {
      json.put("paused_at", pausedAt);
    }
    if (!unrouted.isEmpty()) {
      json.set("unrouted", Json.MAPPER.valueToTree(unrouted));
    }
    return json;
  }

  static JobHeader read(JsonNode json) {
    JobHeader header = new JobHeader(JobOrigin.read(json));
    StoredHeader stored = LenientJson.read(json, StoredHeader.class);
    header.status = JobStatus.of(stored.status());
    header.startedAt = stored.startedAt();
    header.endedAt = stored.endedAt();
    header.result = stored.result();
    header.failure = stored.failure();
    header.recovery = stored.recovery();
    header.subjects = Subjects.read(json);
    header.forks.addAll(stored.forks());
    // The instance itself, not a copy: {@link Blobs} recognises large values by identity.
    header.pendingCompletion =
        json.path("pending_completion") instanceof ObjectNode node ? node : null;
    header.round = stored.round();
    header.nextRoundAt = stored.nextRoundAt();
    header.pausedAt = stored.pausedAt();
    header.unrouted.addAll(stored.unrouted());
    header.changed = false;
    return header;
  }

  /** The stored header except the origin, the subjects and the members that programs fill. */
  private record StoredHeader(
      String status,
      long startedAt,
      long endedAt,
      ObjectNode result,
      ObjectNode failure,
      ObjectNode recovery,
      List<String> forks,
      int round,
      long nextRoundAt,
      long pausedAt,
      List<String> unrouted) {
    StoredHeader {
      forks = forks == null ? List.of() : forks;
      unrouted = unrouted == null ? List.of() : unrouted;
    }
  }
}
