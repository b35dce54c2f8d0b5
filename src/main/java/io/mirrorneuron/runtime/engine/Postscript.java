package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Adds an event to a job that nobody works on: it has ended, or this build cannot read it. */
final class Postscript {
  private final JobStore store;
  private final Timers timers;
  private final Consumer<String> changed;

  Postscript(JobStore store, Timers timers, Consumer<String> changed) {
    this.store = store;
    this.timers = timers;
    this.changed = changed;
  }

  /** Another job has begun from this one, which has ended. */
  CompletionStage<Void> forked(Fork fork, String newJobId) {
    String jobId = fork.sourceJobId();
    CompletionStage<String> row = store.row(jobId);
    return store
        .outline(jobId)
        .thenCombine(
            row,
            (stored, text) -> {
              if (stored.isEmpty() || text == null) {
                return CompletableFuture.<Void>completedFuture(null); // it was removed meanwhile
              }
              JobHeader header = JobState.readHeader(stored.get());
              header.noteFork(newJobId);
              ObjectNode members = Json.object().put("new_job_id", newJobId).put("at", fork.at());
              return write(
                  stored.get(),
                  Json.parseObject(text, "stored row"),
                  "job_forked",
                  members,
                  JobState.headerField(header),
                  header.status().isTerminal());
            })
        .thenCompose(written -> written);
  }

  /**
   * @param row as it will be, but for what the event changes
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
    String jobId = stored.jobId();
    return store
        .lastEvents(jobId, 1)
        .thenCompose(
            last -> {
              long seq = last.isEmpty() ? 1 : last.getFirst().seq() + 1;
              long now = timers.now();
              String time = Json.timestamp(Instant.ofEpochMilli(now));
              ObjectNode event = Json.object().put("seq", seq).put("type", type);
              event.put("timestamp", time).setAll(members);
              row.put("last_event", type).put("event_seq", seq).put("updated_at", time);
              Map<String, String> set = new HashMap<>(fields);
              set.putAll(JobState.countersAfter(seq, type, stored));
              return store.commit(
                  new Commit(
                      jobId,
                      stored.epoch(),
                      set,
                      List.of(),
                      List.of(Json.write(event)),
                      seq,
                      Json.write(row),
                      now,
                      row.path("status").asText(),
                      terminal));
            })
        .thenRun(() -> changed.accept(jobId));
  }
}
