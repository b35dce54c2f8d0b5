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
 * the job's event loop. While the store is away a stage fails with {@code UNAVAILABLE}; the write
 * may have happened then.
 */
public interface JobStore {
  /** Error code: the job's payload files were removed just before it was created. */
  String BUNDLE_GONE = "payload_files_gone";

  /**
   * Creates a job with epoch 1, or returns the one that was created with the same idempotency key.
   */
  CompletionStage<Created> create(NewJob job, Commit commit);

  /** Writes a delta, its events and the documents for readers. */
  CompletionStage<Void> commit(Commit commit);

  /**
   * Ends an open job whose state cannot be read or written. Only the end, the manifest and the
   * events remain. Fences any owner.
   *
   * @param end with epoch 0
   * @return whether the job was open
   */
  CompletionStage<Boolean> abandon(Commit end);

  /** Everything a new owner needs to continue the job, as one consistent snapshot. */
  CompletionStage<Optional<StoredJob>> load(String jobId);

  /** As {@link #load}, without the blobs: enough to describe the job. */
  CompletionStage<Optional<StoredJob>> outline(String jobId);

  /** Ids of jobs that are not terminal. */
  CompletionStage<List<String>> activeJobs();

  /** Ids of jobs, ended ones included, for which {@link #recorded} was not called. */
  CompletionStage<List<String>> unrecordedJobs();

  /** Marks these jobs as complete in the run store. */
  CompletionStage<Void> recorded(List<String> jobIds);

  /**
   * Marks ended jobs whose runs are written on the first read: they leave {@link #unrecordedJobs}
   * and stay until {@link #read}.
   */
  CompletionStage<Void> unread(List<String> jobIds);

  /** Ids of jobs for which {@link #unread} was called, and not {@link #read}. */
  CompletionStage<List<String>> unreadJobs();

  /** At most {@code limit} of the {@link #unreadJobs} whose retention is over. */
  CompletionStage<List<String>> dueUnreadJobs(int limit);

  /** Whether the job is one of {@link #unreadJobs}. */
  CompletionStage<Boolean> isUnread(String jobId);

  /** Marks unread jobs as read: their records are complete in the run store. */
  CompletionStage<Void> read(List<String> jobIds);

  /** The author's manifest as of the last commit; null for an unknown job. */
  CompletionStage<String> manifest(String jobId);

  /**
   * Passes on this state field of every job, ended ones included, in no order and one at a time.
   * May miss a job that is created meanwhile.
   */
  CompletionStage<Void> eachState(String field, Consumer<String> hears);

  /** The job's owner; null for an unknown job. */
  CompletionStage<String> owner(String jobId);

  /** The job's owner and epoch; null for an unknown job. */
  CompletionStage<JobHolder> holder(String jobId);

  /**
   * Makes {@code owner} the job's owner and raises the epoch.
   *
   * @param epoch under which {@code from} must own it; 0 for any
   * @return the new epoch; -1 when {@code from} no longer owns the job
   */
  CompletionStage<Long> takeOver(String jobId, String from, String owner, long epoch);

  /** The row as of the last commit; null for an unknown job. */
  CompletionStage<String> row(String jobId);

  /** Rows of jobs, last changed first. */
  CompletionStage<List<ListedRow>> rows(RowsWanted wanted);

  default CompletionStage<List<ListedRow>> rows(int limit, boolean includeTerminal) {
    return rows(RowsWanted.newest(limit, includeTerminal));
  }

  /**
   * Number of jobs by status, as one consistent snapshot and in constant time. Statuses without
   * jobs may be absent.
   */
  CompletionStage<Map<String, Long>> counts();

  /**
   * The job's status as in {@link #counts} and lists; null for an unknown job. Also for a job whose
   * other data is damaged.
   */
  CompletionStage<String> status(String jobId);

  /**
   * Removes ended jobs whose retention is over, with all their data, unless they are unread. The
   * first call also migrates the index of an earlier version. Each server calls it at the start and
   * at intervals.
   *
   * @return number of removed jobs
   */
  CompletionStage<Integer> tidy();

  /** The first {@code limit} events after sequence number {@code after}, as stored. */
  CompletionStage<List<StoredEvent>> events(String jobId, long after, int limit);

  /** The last {@code limit} events, oldest first, as stored. */
  CompletionStage<List<StoredEvent>> lastEvents(String jobId, int limit);

  /**
   * Removes ended jobs with all their data, except those that are unread or whose runs are
   * incomplete in the run store, as that serves removed jobs.
   *
   * @return number of jobs removed by this call
   */
  CompletionStage<Integer> deleteTerminal();

  /**
   * @param idempotencyKey null when the caller gave none
   * @param contentHash of the submission; the same key with another hash is refused
   * @param runId when the author chose it, else null; refused as {@code run_id_in_use} while
   *     another job has it
   * @param bundle fingerprint of the job's payload files, which {@link
   *     io.mirrorneuron.store.bundle.BundleIndex} must know when the job is created, else it is
   *     refused as {@link #BUNDLE_GONE}; null when there are none, or for no check
   */
  record NewJob(
      String jobId,
      String owner,
      String manifest,
      String idempotencyKey,
      String contentHash,
      String runId,
      String bundle) {

    public NewJob(
        String jobId,
        String owner,
        String manifest,
        String idempotencyKey,
        String contentHash,
        String runId) {
      this(jobId, owner, manifest, idempotencyKey, contentHash, runId, null);
    }

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
   * @param blobs large values beside the fields, text by name
   * @param dropped names of blobs without references
   * @param events JSON texts in order, numbered up to {@code lastSeq}
   * @param row the job's row as JSON
   * @param status after this turn
   * @param allocations changes of the ledger
   * @param manifest replaces the job's; null leaves it
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
   * Changes of the ledger of what running programs hold on all nodes. Written in the commit that
   * changes the job's state, so the ledger always matches the states of all jobs.
   *
   * @param given JSON by execution
   * @param freed executions that hold nothing any more
   */
  record Allocations(Map<String, String> given, List<String> freed) {
    public static final Allocations NONE = new Allocations(Map.of(), List.of());
  }

  /** The ledger: JSON by execution. */
  CompletionStage<Map<String, String>> allocations();

  /**
   * @param fields the state as committed
   * @param blobs large values that the fields refer to, text by name; empty in an outline
   */
  record StoredJob(
      String jobId,
      long epoch,
      String owner,
      String manifest,
      Map<String, String> fields,
      Map<String, String> blobs) {

    public StoredJob withoutBlobs() {
      return new StoredJob(jobId, epoch, owner, manifest, fields, Map.of());
    }
  }

  record StoredEvent(long seq, String json) {}

  /** Another owner has taken the job over; the writer must stop work on it. */
  final class FencedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FencedException(String jobId) {
      super("job " + jobId + " has another owner now");
    }
  }

  /**
   * The owner of a job.
   *
   * @param epoch rises with each take-over; 0 for a packed job that has ended
   */
  public record JobHolder(String owner, long epoch) {}

  /**
   * Port: the row of a job as the engine last wrote it. Every commit changes it, so equal bytes
   * mean that nothing of the job has changed.
   */
  @FunctionalInterface
  public interface JobRows {
    /** The row's bytes; null for an unknown job. Called from an event loop, completes on it. */
    Future<Buffer> row(String jobId);
  }

  /** Errors for jobs that are not created, as their submitter reads them. */
  public static final class JobCreationErrors {
    private JobCreationErrors() {}

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
   * Query for jobs, last changed first.
   *
   * @param limit of rows
   * @param open whether to include jobs that have not ended
   * @param ended final statuses to include
   * @param after only jobs behind this one; null for the first ones
   */
  public record RowsWanted(int limit, boolean open, List<String> ended, RankedJob after) {

    public static RowsWanted newest(int limit, boolean includeTerminal) {
      return new RowsWanted(limit, true, includeTerminal ? RunStatus.FINAL_WORDS : List.of(), null);
    }

    /** The next page, behind a place. */
    public RowsWanted behind(RankedJob place) {
      return new RowsWanted(limit, open, ended, place);
    }
  }

  /** A store of jobs that serves their rows as stored. */
  public interface ServedJobStore extends JobStore, EndedJobs {
    /** The hot read path: finished bytes, on the caller's event loop. */
    JobRows hotRows();
  }

  /** Port: ended jobs, for removal one by one. Thread-safe and not blocking. */
  public interface EndedJobs {
    /** Ids of ended jobs, within each status those first that ended first. */
    CompletionStage<List<String>> endedJobs(int limit);

    /**
     * Removes these jobs with all their data, except jobs that are open, incomplete in the run
     * store, or wait for a reader. A missing job counts as removed.
     *
     * @return the jobs that stay
     */
    CompletionStage<List<String>> remove(List<String> jobIds);
  }
}
