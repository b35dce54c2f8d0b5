package io.mirrorneuron.runtime.loop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.JobBrief;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.runtime.state.JobHeader;
import io.mirrorneuron.runtime.state.JobOrigin;
import io.mirrorneuron.runtime.state.StoredFields;
import io.mirrorneuron.runtime.state.Subjects;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs that were taken over but cannot go on here: their manifest is refused by this build, or
 * their state is damaged. They keep all they have, for a build that can read it; they say why they
 * wait; and they can be cancelled. Thread-safe.
 */
final class BlockedJobs {
  private static final Logger LOG = LoggerFactory.getLogger(BlockedJobs.class);
  private static final int SHOWN_REASON = 500;
  private static final String BLOCKED = "blocked";

  private final JobStore store;
  private final Timers timers;
  private final EventAppender appender;
  private final Map<String, Blocked> jobs = new ConcurrentHashMap<>();

  /**
   * @param written completes when the job's last write has ended, well or not
   */
  private record Blocked(StoredJob stored, String reason, CompletionStage<Void> written) {}

  BlockedJobs(JobStore store, Timers timers, EventAppender appender) {
    this.store = store;
    this.timers = timers;
    this.appender = appender;
  }

  /** Records once, as an event of the job, that it is blocked, and why. */
  void add(StoredJob stored, Throwable why) {
    LOG.error("job {} cannot go on", stored.jobId(), why);
    String text = String.valueOf(why.getMessage());
    String reason = text.substring(0, Math.min(SHOWN_REASON, text.length()));
    CompletionStage<Void> written =
        store
            .row(stored.jobId())
            .thenCompose(
                known -> {
                  ObjectNode row = row(stored, known);
                  boolean told =
                      row.path("recovery_status").asText().equals(BLOCKED)
                          && reason.equals(LenientJson.read(row, JobBrief.class).recoveryReason());
                  if (told) {
                    return CompletableFuture.<Void>completedFuture(null);
                  }
                  row.put("recovery_status", BLOCKED).put("recovery_requires_review", true);
                  row.put("recovery_reason", reason);
                  ObjectNode members = Json.object().put("reason", reason);
                  return appender.write(
                      stored, row, "job_recovery_blocked", members, Map.of(), false);
                });
    jobs.put(stored.jobId(), new Blocked(stored, reason, written));
    written.exceptionally(
        failure -> {
          LOG.warn("job {} could not be marked as blocked", stored.jobId(), failure);
          return null;
        });
  }

  Optional<String> reason(String jobId) {
    return Optional.ofNullable(jobs.get(jobId)).map(Blocked::reason);
  }

  /**
   * @param by the name that the caller's token vouches for, or null
   */
  CompletionStage<JobStatus> cancel(String jobId, String by) {
    Blocked blocked = jobs.get(jobId);
    if (blocked == null) {
      return CompletableFuture.failedFuture(MnException.notFound("job", jobId));
    }
    StoredJob stored = blocked.stored();
    return blocked
        .written()
        .handle((done, failure) -> null)
        .thenCompose(nothing -> store.row(jobId))
        .thenCompose(
            text -> {
              ObjectNode row = row(stored, text);
              row.put("status", JobStatus.CANCELLED.word()).put("live?", false);
              row.putNull("recovery_status").putNull("recovery_reason");
              row.put("recovery_requires_review", false);
              Subjects.read(row).withCancelledBy(by).writeTo(row);
              ObjectNode members = Subjects.put(Json.object(), Subjects.CANCELLED_BY, by);
              return appender.write(stored, row, "job_cancelled", members, ended(stored, by), true);
            })
        .thenApply(
            done -> {
              jobs.remove(jobId);
              return JobStatus.CANCELLED;
            });
  }

  private Map<String, String> ended(StoredJob stored, String by) {
    JobHeader header;
    try {
      header = StoredFields.header(stored);
    } catch (IllegalStateException e) {
      header = new JobHeader(JobOrigin.of(timers.now(), RunId.of(stored.jobId()), null));
    }
    header.subjects(header.subjects().withCancelledBy(by));
    header.result(header.subjects().cancellation());
    header.recovery(null);
    header.status(JobStatus.CANCELLED, timers.now());
    return StoredFields.write(header);
  }

  private static ObjectNode row(StoredJob stored, String text) {
    return text == null
        ? Json.object().put("job_id", stored.jobId()).put("status", "running").put("live?", true)
        : Json.parseObject(text, "stored row");
  }
}
