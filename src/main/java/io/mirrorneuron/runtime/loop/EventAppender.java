package io.mirrorneuron.runtime.loop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.JobDetail.JobBrief;
import io.mirrorneuron.runtime.port.JobNews;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.state.JobHeader;
import io.mirrorneuron.runtime.state.StoredFields;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Appends an event to a job without a loop: it has ended, or this build cannot read it. */
final class EventAppender {
  private static final int TRIES = 20;

  private final JobStore store;
  private final Timers timers;
  private final JobNews changed;

  EventAppender(JobStore store, Timers timers, JobNews changed) {
    this.store = store;
    this.timers = timers;
    this.changed = changed;
  }

  /** Records in an ended job that another job was forked from it. */
  CompletionStage<Void> forked(Fork fork, String newJobId) {
    return forked(fork, newJobId, TRIES);
  }

  /**
   * Reads the next event number first: of two concurrent writes the store refuses the second
   * because of its number, and it is retried on top of the first.
   */
  private CompletionStage<Void> forked(Fork fork, String newJobId, int tries) {
    String jobId = fork.sourceJobId();
    return nextSeq(jobId)
        .thenCompose(
            seq ->
                store
                    .load(jobId) // complete, because the header is written back completely
                    .thenCombine(
                        store.row(jobId),
                        (stored, row) ->
                            stored.isEmpty() || row == null
                                ? CompletableFuture.<Void>completedFuture(null) // removed meanwhile
                                : forked(fork, newJobId, seq, stored.get(), row))
                    .thenCompose(written -> written))
        .exceptionallyCompose(
            failure ->
                tries > 1 && !TakeOver.isTemporary(failure)
                    ? forked(fork, newJobId, tries - 1)
                    : CompletableFuture.failedFuture(failure));
  }

  private CompletionStage<Void> forked(
      Fork fork, String newJobId, long seq, StoredJob stored, String row) {
    JobHeader header = StoredFields.wholeHeader(stored);
    header.noteFork(newJobId);
    return write(
        stored,
        Json.parseObject(row, "stored row"),
        seq,
        "job_forked",
        Json.object().put("new_job_id", newJobId).set("at", fork.at()),
        StoredFields.write(header),
        header.status().isTerminal());
  }

  /**
   * @param row as it will be, apart from what the event changes
   * @param members of the event
   * @param fields state fields to write with it
   */
  CompletionStage<Void> write(
      StoredJob stored,
      ObjectNode row,
      String type,
      ObjectNode members,
      Map<String, String> fields,
      boolean terminal) {
    return nextSeq(stored.jobId())
        .thenCompose(seq -> write(stored, row, seq, type, members, fields, terminal));
  }

  /**
   * Ends an open job of which at most the events are still readable. Answers whether it was open.
   */
  CompletionStage<Boolean> abandon(
      String jobId, ObjectNode row, String type, ObjectNode members, Map<String, String> fields) {
    StoredJob nothing = new StoredJob(jobId, 0, null, "", fields, Map.of());
    return nextSeq(jobId)
        .exceptionallyCompose(failure -> TakeOver.orElse(failure, 1L))
        .thenCompose(seq -> store.abandon(commit(nothing, row, seq, type, members, fields, true)))
        .whenComplete((open, failure) -> changed.changed(jobId, true));
  }

  private CompletionStage<Long> nextSeq(String jobId) {
    return store
        .lastEvents(jobId, 1)
        .thenApply(last -> last.isEmpty() ? 1 : last.getFirst().seq() + 1);
  }

  private CompletionStage<Void> write(
      StoredJob stored,
      ObjectNode row,
      long seq,
      String type,
      ObjectNode members,
      Map<String, String> fields,
      boolean terminal) {
    return store
        .commit(commit(stored, row, seq, type, members, fields, terminal))
        .thenRun(() -> changed.changed(stored.jobId(), true));
  }

  private Commit commit(
      StoredJob stored,
      ObjectNode row,
      long seq,
      String type,
      ObjectNode members,
      Map<String, String> fields,
      boolean terminal) {
    long now = timers.now();
    String time = Json.timestamp(Instant.ofEpochMilli(now));
    ObjectNode event = Json.object().put("seq", seq).put("type", type);
    event.put("timestamp", time).setAll(members);
    row.put("last_event", type).put("event_seq", seq).put("updated_at", time);
    Map<String, String> set = new HashMap<>(fields);
    set.putAll(StoredFields.countersAfter(seq, type, stored));
    return new Commit(
        stored.jobId(),
        stored.epoch(),
        set,
        List.of(),
        Map.of(),
        List.of(),
        List.of(Json.write(event)),
        seq,
        Json.write(row),
        now,
        LenientJson.read(row, JobBrief.class).status(),
        terminal,
        JobStore.Allocations.NONE,
        null);
  }
}
