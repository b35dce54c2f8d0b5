package io.mirrorneuron.store;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Port: the durable state of jobs. Every write is one atomic call that is refused when the writer's
 * epoch is no longer the job's ({@link FencedException}). Calls never block; a stage completes on
 * the lane of the job it is about. When the store is away a stage fails with {@code UNAVAILABLE},
 * and then the write may or may not have happened.
 */
public interface JobStore {
  /** The error of a job whose payload files were removed just before it was to be made. */
  String BUNDLE_GONE = "payload_files_gone";

  /** Makes a job with epoch 1, or answers the one that was made under the same key before. */
  CompletionStage<Created> create(NewJob job, Commit commit);

  /** Writes a delta, its events and the documents that readers want. */
  CompletionStage<Void> commit(Commit commit);

  /**
   * Ends an open job whose state cannot be read or written: this is all there is of it then, with
   * its manifest and events. Whoever owns it is fenced. Answers whether it was open.
   *
   * @param end of epoch 0
   */
  CompletionStage<Boolean> abandon(Commit end);

  /** All that a new owner needs to continue the job, as of one moment. */
  CompletionStage<Optional<StoredJob>> load(String jobId);

  /** As {@link #load}, without the blobs: enough to describe the job. */
  CompletionStage<Optional<StoredJob>> outline(String jobId);

  /** Ids of jobs that are not terminal. */
  CompletionStage<List<String>> activeJobs();

  /** Ids of jobs, ended ones too, for which {@link #recorded} was not called. */
  CompletionStage<List<String>> unrecordedJobs();

  /** The records of these jobs are complete in the run store. */
  CompletionStage<Void> recorded(List<String> jobIds);

  /**
   * The runs of these ended jobs are written when somebody looks: they are not unrecorded any more,
   * and stay until {@link #read}.
   */
  CompletionStage<Void> unread(List<String> jobIds);

  /** Ids of jobs for which {@link #unread} was called, and not {@link #read}. */
  CompletionStage<List<String>> unreadJobs();

  /** Those of them whose time is over, so many at most. */
  CompletionStage<List<String>> dueUnreadJobs(int limit);

  /** Whether it is one of them. */
  CompletionStage<Boolean> isUnread(String jobId);

  /** Somebody has looked: the records of these jobs are complete in the run store. */
  CompletionStage<Void> read(List<String> jobIds);

  /** The author's manifest as the last commit left it, or null when the job is unknown. */
  CompletionStage<String> manifest(String jobId);

  /**
   * Passes on this state field of every job, ended ones too, in no order and one at a time. A job
   * that is made meanwhile may be missed.
   */
  CompletionStage<Void> eachState(String field, Consumer<String> hears);

  /** Who owns the job, or null when it is unknown. */
  CompletionStage<String> owner(String jobId);

  /** Who owns the job, and under which epoch; or null when it is unknown. */
  CompletionStage<JobHolder> holder(String jobId);

  /**
   * Makes {@code owner} the job's owner and raises the epoch, which it answers; -1 when {@code
   * from} no longer owns the job.
   *
   * @param epoch under which {@code from} must own it; 0 for any
   */
  CompletionStage<Long> takeOver(String jobId, String from, String owner, long epoch);

  /** The row as the last commit left it, or null when the job is unknown. */
  CompletionStage<String> row(String jobId);

  /** Rows of jobs, last changed first. */
  CompletionStage<List<ListedRow>> rows(RowsWanted wanted);

  default CompletionStage<List<ListedRow>> rows(int limit, boolean includeTerminal) {
    return rows(RowsWanted.newest(limit, includeTerminal));
  }

  /**
   * How many jobs have each status, as of one moment and however many there are at the same cost; a
   * status without jobs may be absent.
   */
  CompletionStage<Map<String, Long>> counts();

  /**
   * The status of a job as {@link #counts} and lists have it, or null when the job is unknown. Told
   * also of a job of which all that is stored is damaged.
   */
  CompletionStage<String> status(String jobId);

  /**
   * Removes ended jobs whose time is over with all they have, unless they are unread; first it
   * brings what an earlier version of the store left into order, once. Answers how many jobs were
   * removed. To be called at the start and from time to time, by each server.
   */
  CompletionStage<Integer> tidy();

  /** The first {@code limit} events after sequence number {@code after}, as stored. */
  CompletionStage<List<StoredEvent>> events(String jobId, long after, int limit);

  /** The last {@code limit} events, oldest first, as stored. */
  CompletionStage<List<StoredEvent>> lastEvents(String jobId, int limit);

  /**
   * Removes terminal jobs with all they have, but for those whose runs are not complete in the run
   * store, or unread: what is told of a job that is gone comes from there. Answers how many were
   * removed by this call.
   */
  CompletionStage<Integer> deleteTerminal();

  /**
   * @param idempotencyKey null when the caller gave none
   * @param contentHash of the submission; the same key with another hash is refused
   * @param runId of the job's run, when its author chose it, else null; refused as {@code
   *     run_id_in_use} while another job has it
   * @param bundle fingerprint of the job's payload files, which {@link
   *     io.mirrorneuron.store.bundle.BundleIndex} must know at the moment when the job is made,
   *     else it is refused as {@link #BUNDLE_GONE}; null when there are none, or when nobody looks
   */
  record NewJob(
      String jobId,
      String owner,
      String manifest,
      String idempotencyKey,
      String contentHash,
      String runId,
      String bundle) {

    /** One without payload files. */
    public NewJob(
        String jobId,
        String owner,
        String manifest,
        String idempotencyKey,
        String contentHash,
        String runId) {
      this(jobId, owner, manifest, idempotencyKey, contentHash, runId, null);
    }

    /** The same with payload files, or with null for none. */
    public NewJob withBundle(String fingerprint) {
      return new NewJob(jobId, owner, manifest, idempotencyKey, contentHash, runId, fingerprint);
    }
  }

  /**
   * @param existing true when the key had been used before; nothing was written then
   */
  record Created(String jobId, boolean existing) {}

  /**
   * One turn of one job.
   *
   * @param set state fields to write
   * @param delete state fields to remove
   * @param blobs large values to keep beside the fields, text by name
   * @param dropped names of those that nothing refers to any more
   * @param events JSON texts in order, numbered up to {@code lastSeq}
   * @param row the job's row as JSON
   * @param status the job's status word after this turn
   * @param allocations what has changed of what its programs have
   * @param manifest takes the place of the job's; null leaves it
   */
  record Commit(
      String jobId,
      long epoch,
      Map<String, String> set,
      List<String> delete,
      Map<String, String> blobs,
      List<String> dropped,
      List<String> events,
      long lastSeq,
      String row,
      long updatedAt,
      String status,
      boolean terminal,
      Allocations allocations,
      String manifest) {}

  /**
   * Changes of the ledger, which holds for all nodes what running programs were given. It is
   * written in the commit that makes them part of the job's state, so it tells neither more nor
   * less than the states of all jobs do.
   *
   * @param given as JSON, by execution
   * @param freed executions that have nothing any more
   */
  record Allocations(Map<String, String> given, List<String> freed) {
    public static final Allocations NONE = new Allocations(Map.of(), List.of());
  }

  /** The ledger: as JSON, by execution. */
  CompletionStage<Map<String, String>> allocations();

  /**
   * @param fields the state as committed
   * @param blobs large values that the fields refer to, text by name; none in an outline
   */
  record StoredJob(
      String jobId,
      long epoch,
      String owner,
      String manifest,
      Map<String, String> fields,
      Map<String, String> blobs) {

    /** What an outline of the job is. */
    public StoredJob withoutBlobs() {
      return new StoredJob(jobId, epoch, owner, manifest, fields, Map.of());
    }
  }

  record StoredEvent(long seq, String json) {}

  /** Another owner has taken the job over; the writer must stop working on it. */
  final class FencedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FencedException(String jobId) {
      super("job " + jobId + " has another owner now");
    }
  }

  /**
   * Who owns a job.
   *
   * @param epoch rises each time the job is taken over; 0 of one that has ended and is packed
   */
  public record JobHolder(String owner, long epoch) {}

  /**
   * Port: the row of a job as the engine last wrote it. Every commit changes it, so equal bytes
   * mean that nothing of the job has changed.
   */
  @FunctionalInterface
  public interface JobRows {
    /**
     * The row's bytes, or null when there is no such job. Called from an event loop, completes on
     * it.
     */
    Future<Buffer> row(String jobId);
  }

  /** Why a job is not made, in the words that its submitter reads. */
  public static final class JobRefusals {
    private JobRefusals() {}

    public static MnException keyReused() {
      return new MnException(
          ErrorCode.CONFLICT,
          "idempotency_key_reused",
          "this Idempotency-Key was used before for another submission");
    }

    /**
     * @param holder the job that has the run
     */
    public static MnException runIdInUse(String holder) {
      return new MnException(
          ErrorCode.CONFLICT,
          "run_id_in_use",
          "job " + holder + " has a run with this id; choose another run_id, or none");
    }

    public static MnException bundleGone() {
      return new MnException(
          ErrorCode.PRECONDITION,
          JobStore.BUNDLE_GONE,
          "the payload files were removed while the job was made; submit it again");
    }
  }

  /**
   * Which jobs are wanted, last changed first.
   *
   * @param limit so many at most
   * @param open whether those are among them that have not ended
   * @param ended words of the final statuses whose jobs are among them
   * @param after only jobs behind this one; null for the first ones
   */
  public record RowsWanted(int limit, boolean open, List<String> ended, RankedJob after) {

    /** The first of all. */
    public static RowsWanted newest(int limit, boolean includeTerminal) {
      return new RowsWanted(limit, true, includeTerminal ? RunStatus.FINAL_WORDS : List.of(), null);
    }

    /** The same behind a place. */
    public RowsWanted behind(RankedJob place) {
      return new RowsWanted(limit, open, ended, place);
    }
  }

  /** A store of jobs that hands out their rows as they lie there. */
  public interface ServedJobStore extends JobStore, EndedJobs {
    /** The hot read path: finished bytes, on the caller's event loop. */
    JobRows hotRows();
  }

  /** Port: jobs that have ended, to be removed one by one. Thread-safe and not blocking. */
  public interface EndedJobs {
    /** Ids of jobs that have ended, those that ended first before others of their status. */
    CompletionStage<List<String>> endedJobs(int limit);

    /**
     * Removes these jobs with all they have, but for those that are open, whose runs are not
     * complete in the run store, or that wait for a reader. One that is gone is removed already.
     *
     * @return those that stay
     */
    CompletionStage<List<String>> remove(List<String> jobIds);
  }
}
