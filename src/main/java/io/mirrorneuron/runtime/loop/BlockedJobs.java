package io.mirrorneuron.runtime.loop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.JobDetail.JobBrief;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.state.JobHeader;
import io.mirrorneuron.runtime.state.JobOrigin;
import io.mirrorneuron.runtime.state.StoredFields;
import io.mirrorneuron.runtime.state.Subjects;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.FencedException;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs that cannot continue on this node: this build rejects their manifest, their state is
 * damaged, or the store refuses their commits. Their data stays for a build that can read it; they
 * report a reason and can be cancelled. Thread-safe.
 */
final class BlockedJobs {
  private static final Logger LOG = LoggerFactory.getLogger(BlockedJobs.class);
  private static final int SHOWN_REASON = 500;
  private static final String BLOCKED = "blocked";
  private static final String CANCELLED = "job_cancelled";

  private final JobStore store;
  private final Timers timers;
  private final EventAppender appender;
  private final Map<String, Blocked> jobs = new ConcurrentHashMap<>();

  /**
   * @param written completes when the job's last write has ended, successfully or not
   */
  private record Blocked(StoredJob stored, String reason, CompletionStage<Void> written) {}

  BlockedJobs(JobStore store, Timers timers, EventAppender appender) {
    this.store = store;
    this.timers = timers;
    this.appender = appender;
  }

  /** Records once, as an event of the job, that it is blocked, and why. */
  void add(StoredJob stored, Throwable why) {
    if (why instanceof MnException) { // its text is complete
      LOG.error("job {} cannot go on: {}", stored.jobId(), why.getMessage());
    } else {
      LOG.error("job {} cannot go on", stored.jobId(), why);
    }
    String text = String.valueOf(why.getMessage());
    String reason = text.substring(0, Math.min(SHOWN_REASON, text.length()));
    CompletionStage<Void> written =
        store
            .row(stored.jobId())
            .thenCompose(
                known -> {
                  ObjectNode row = row(stored.jobId(), known);
                  boolean reported =
                      row.path("recovery_status").asText().equals(BLOCKED)
                          && reason.equals(LenientJson.read(row, JobBrief.class).recoveryReason());
                  if (reported) {
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
          LOG.warn("job {} could not be marked as blocked: {}", stored.jobId(), failure.toString());
          return null;
        });
  }

  /** The same for a job whose commits this build cannot write any more. */
  void add(String jobId, Throwable why) {
    store
        .outline(jobId)
        .thenAccept(stored -> stored.ifPresent(job -> add(job, why)))
        .exceptionally(
            failure -> { // it is damaged; readers report it so
              LOG.error("job {} cannot go on, and cannot be read", jobId, failure);
              return null;
            });
  }

  Optional<String> reason(String jobId) {
    return Optional.ofNullable(jobs.get(jobId)).map(Blocked::reason);
  }

  /**
   * Cancels a blocked job. If its end cannot be written to the stored state, the job is abandoned:
   * that state is given up.
   */
  CompletionStage<JobStatus> cancel(String jobId, Input.Cancel cancel) {
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
              ObjectNode row = row(jobId, text);
              Subjects by = cancelled(row, cancel);
              JobHeader header = ended(stored, jobId, cancel);
              return appender.write(
                  stored, row, CANCELLED, by.cancelEvent(), StoredFields.write(header), true);
            })
        .thenApply(done -> JobStatus.CANCELLED)
        .exceptionallyCompose(
            failure ->
                TakeOver.isTemporary(failure) || cause(failure) instanceof FencedException
                    ? CompletableFuture.failedFuture(failure)
                    : abandon(jobId, cancel, failure))
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                jobs.remove(jobId);
              }
            });
  }

  /**
   * Cancels a damaged open job that this node could not take over.
   *
   * @param failure of reading the job; rethrown when the job is not damaged and open
   */
  CompletionStage<JobStatus> cancelDamaged(String jobId, Input.Cancel cancel, Throwable failure) {
    return cause(failure) instanceof MnException known && known.isJobDamaged()
        ? abandon(jobId, cancel, failure)
        : CompletableFuture.failedFuture(failure);
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException ? failure.getCause() : failure;
  }

  /** Keeps the job's manifest, events and row, if they can be read. */
  private CompletionStage<JobStatus> abandon(String jobId, Input.Cancel cancel, Throwable why) {
    String reason = cause(why).getMessage();
    LOG.warn("job {} is cancelled and its state given up: {}", jobId, reason);
    return store
        .row(jobId)
        .exceptionallyCompose(failure -> TakeOver.orElse(failure, null))
        .thenCompose(
            text -> {
              ObjectNode row = row(jobId, text);
              ObjectNode event = cancelled(row, cancel).cancelEvent();
              event.put("state_given_up", reason);
              JobHeader header = ended(null, jobId, cancel);
              return appender.abandon(jobId, row, CANCELLED, event, StoredFields.write(header));
            })
        .thenCompose(
            wasOpen ->
                wasOpen
                    ? CompletableFuture.completedFuture(JobStatus.CANCELLED)
                    : CompletableFuture.failedFuture(why));
  }

  private static Subjects cancelled(ObjectNode row, Input.Cancel cancel) {
    row.put("status", JobStatus.CANCELLED.word()).put("live?", false);
    row.putNull("recovery_status").putNull("recovery_reason");
    row.put("recovery_requires_review", false);
    Subjects by = Subjects.read(row).withCancelledBy(cancel.by(), cancel.reason());
    by.writeTo(row);
    return by;
  }

  /**
   * @param stored null when it cannot be read
   */
  private JobHeader ended(StoredJob stored, String jobId, Input.Cancel cancel) {
    JobHeader header;
    try {
      header = stored == null ? empty(jobId) : StoredFields.header(stored);
    } catch (MnException e) { // the row is damaged
      header = empty(jobId);
    }
    header.subjects(header.subjects().withCancelledBy(cancel.by(), cancel.reason()));
    header.result(header.subjects().cancellation());
    header.recovery(null);
    header.status(JobStatus.CANCELLED, timers.now());
    return header;
  }

  private JobHeader empty(String jobId) {
    return new JobHeader(JobOrigin.of(timers.now(), RunId.of(jobId), null));
  }

  /**
   * @param text null or damaged: the row begins anew
   */
  private static ObjectNode row(String jobId, String text) {
    try {
      if (text != null) {
        return Json.parseObject(text, "stored row").put("job_id", jobId);
      }
    } catch (MnException e) {
      LOG.debug("the row of job {} begins anew", jobId, e);
    }
    return Json.object().put("job_id", jobId).put("status", "running").put("live?", true);
  }
}
