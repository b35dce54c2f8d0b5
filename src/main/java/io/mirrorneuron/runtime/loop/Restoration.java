package io.mirrorneuron.runtime.loop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.decide.GraphRounds;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.decide.Ledger;
import io.mirrorneuron.runtime.decide.Turn;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.Blob;
import io.mirrorneuron.runtime.state.JobDefinition;
import io.mirrorneuron.runtime.state.JobHeader;
import io.mirrorneuron.runtime.state.JobOrigin;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.StateReader;
import io.mirrorneuron.runtime.state.StoredFields;
import io.mirrorneuron.runtime.state.Subjects;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The beginning of a job restored from a backup: paused, with exactly the progress of the backed-up
 * job. Its ids are already rewritten.
 *
 * @param fields the stored state of the source job; empty when only its manifest is known, and then
 *     the job begins anew
 * @param blobs texts by name to which the fields refer; a name is the SHA-256 of its text
 * @param events the last stored events of the source, without gaps; empty when it begins anew
 * @param runId of the new job
 * @param bundle fingerprint of the stored payloads, or null
 * @param provenance origin of the job, for {@code job.restore_provenance}
 * @param reason why a person should review it before it continues
 * @param restoredBy subject of the restoring user's token, or null
 */
public record Restoration(
    Map<String, String> fields,
    Map<String, String> blobs,
    List<StoredEvent> events,
    String runId,
    String bundle,
    ObjectNode provenance,
    String sourceJobId,
    String reason,
    String restoredBy)
    implements Input.FirstTurn {

  /** Number of past rounds whose derived ids are renamed; older rounds keep their ids. */
  private static final int ROUNDS = 1000;

  /** The facts of a stored job that decide whether and how it can be copied. */
  public record Source(JobStatus status, String runId, String bundle, long lastEventSeq) {

    /**
     * @throws MnException {@code job_damaged}
     */
    public static Source of(StoredJob stored) {
      JobHeader header = StoredFields.header(stored);
      long events = StoredFields.lastEventSeq(stored.fields());
      return new Source(header.status(), header.origin().runId(), header.origin().bundle(), events);
    }
  }

  /**
   * The ids derived from the job's id in its state, each with its counterpart for the new job.
   *
   * @throws MnException INVALID when the state is damaged
   */
  public static Map<String, String> derivedIds(
      String jobId, String newJobId, Map<String, String> fields) {
    int last;
    try {
      last = StoredFields.header(new StoredJob(jobId, 1, "", "", fields, Map.of())).round();
    } catch (MnException e) {
      throw unreadable(e);
    }
    Map<String, String> ids = new HashMap<>();
    for (int round = Math.max(0, last - ROUNDS); round <= last; round++) {
      ids.put(JobState.workflowRun(jobId, round), JobState.workflowRun(newJobId, round));
    }
    return ids;
  }

  /** The state before the first turn. */
  JobState state(NewJob job, Workflow workflow, long now, int inlineLimit) {
    if (fields.isEmpty()) {
      JobHeader header = new JobHeader(JobOrigin.of(now, runId, bundle)).submittedBy(restoredBy);
      return new JobState(job.jobId(), workflow, header, inlineLimit);
    }
    try {
      checkBlobs();
      Map<String, String> own = new HashMap<>(fields);
      own.compute(
          StoredFields.HEADER,
          (name, text) -> StoredFields.withOrigin(text, runId, bundle, Subjects.of(restoredBy)));
      own.remove(JobDefinition.FIELD); // no deployment knows the new job
      StoredJob stored = new StoredJob(job.jobId(), 1, job.owner(), job.manifest(), own, blobs);
      JobState state = StateReader.read(stored, workflow, inlineLimit);
      checkWhole(state);
      return state;
    } catch (MnException e) {
      throw e.isJobDamaged() ? unreadable(e) : e;
    } catch (RuntimeException e) { // a backup may hold anything
      throw unreadable(e);
    }
  }

  private static MnException unreadable(RuntimeException cause) {
    String why = cause instanceof MnException known ? known.fault() : cause.getMessage();
    return MnException.invalid("the state in the backup cannot be read: " + why);
  }

  private void checkBlobs() {
    blobs.forEach(
        (name, text) -> {
          if (!Blob.fingerprint(text).equals(name)) {
            throw MnException.invalid("the backup was changed: a value is not " + name);
          }
        });
  }

  private void checkWhole(JobState state) {
    if (state.status() != JobStatus.PAUSED || state.schedule().flying() > 0) {
      throw MnException.invalid("the state in the backup is not that of a paused job");
    }
    long seq = state.counters().events();
    for (StoredEvent event : events.reversed()) {
      if (event.seq() != seq--) {
        throw MnException.invalid("the backup's events do not fit its state");
      }
    }
  }

  /** The job waits for a person, who sees its origin. */
  @Override
  public void begin(JobState state, Turn turn, Ledger ledger, GraphRounds rounds) {
    if (state.status() != JobStatus.PAUSED) { // otherwise the pause began in the source job
      state.header().status(JobStatus.PAUSED, turn.now());
    }
    ObjectNode recovery = Json.object().put("status", "restored_from_backup");
    recovery.put("reason", reason).put("requires_review", true).put("can_resume", true);
    state.header().recovery(recovery.put("updated_at", turn.timestamp()));
    state.header().origin(state.header().origin().restoredFrom(provenance));
    ObjectNode members = Json.object().put("source_job_id", sourceJobId);
    members.put("new_job_id", state.jobId()).put("run_id", state.header().origin().runId());
    turn.event(
        "job_restored_from_backup", Subjects.put(members, Subjects.SUBMITTED_BY, restoredBy));
  }

  /** Adds the restored fields to the commit of the first turn. */
  Commit completed(Commit first) {
    Map<String, String> set = new HashMap<>(fields);
    set.putAll(first.set());
    first.delete().forEach(set::remove);
    Map<String, String> large = new HashMap<>(blobs);
    large.putAll(first.blobs());
    first.dropped().forEach(large::remove);
    List<String> reported = new ArrayList<>(events.stream().map(StoredEvent::json).toList());
    reported.addAll(first.events());
    return new Commit(
        first.jobId(),
        first.epoch(),
        set,
        List.of(),
        large,
        List.of(),
        reported,
        first.lastSeq(),
        first.row(),
        first.updatedAt(),
        first.status(),
        first.terminal(),
        first.allocations(),
        first.manifest());
  }
}
