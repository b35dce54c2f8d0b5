package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.runtime.loop.JobMoves;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.Beside;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands jobs over between nodes. The giving node releases the job, then writes a record with the
 * receiver and the epoch of the release; the receiver raises the epoch. A job not taken in time is
 * taken back, which also raises the epoch and makes the record worthless: a job is never on two
 * nodes, whatever fails in between. Thread-safe.
 */
public final class HandOvers {
  private static final Logger LOG = LoggerFactory.getLogger(HandOvers.class);
  static final String KIND = "hand_overs";
  private static final long LOOK_MS = 500;
  private static final int PAGE = 100;

  private final String owner;
  private final JobMoves moves;
  private final RecordStore records;
  private final Lifetime lifetime;
  private final Timers timers;
  private volatile boolean closed;

  private volatile boolean hasGiven = true;

  private volatile long lastGiven;

  /**
   * The record of a hand-over.
   *
   * @param from owner that has released the job
   * @param to owner that is to take it
   * @param epoch of the release
   * @param at milliseconds since the epoch, by the clock of the giving node
   */
  private record Given(String from, String to, long epoch, long at) {}

  /**
   * @param owner this node as the owner of jobs
   * @param lifetime how long the receiver has to take a job
   */
  public HandOvers(
      String owner, JobMoves moves, RecordStore records, Lifetime lifetime, Timers timers) {
    this.owner = owner;
    this.moves = moves;
    this.records = records;
    this.lifetime = lifetime;
    this.timers = timers;
  }

  /**
   * Hands a job over to another node.
   *
   * @param to that node as the owner of jobs
   * @return true once the record is written; false when the job is not open here
   */
  public CompletionStage<Boolean> give(String jobId, String to, JobMoves.Leaving how) {
    return moves
        .leave(jobId, how)
        .thenCompose(
            epoch ->
                epoch == 0
                    ? CompletableFuture.completedFuture(false)
                    : write(jobId, new Given(owner, to, epoch, timers.now())));
  }

  private CompletionStage<Boolean> write(String jobId, Given given) {
    lastGiven = timers.now();
    hasGiven = true;
    Beside groups = new Beside(0, List.of("to " + given.to, "from " + owner), null, List.of());
    return records
        .read(KIND, jobId) // perhaps of an earlier hand-over
        .thenCompose(
            stored ->
                moves
                    .isStill(jobId, given.epoch) // read first: the next owner's record has priority
                    .thenCompose(
                        isStill ->
                            isStill
                                ? records.write(
                                    KIND,
                                    jobId,
                                    stored.map(StoredRecord::revision).orElse(0L),
                                    Json.write(given),
                                    RecordStore.NEVER,
                                    groups)
                                : CompletableFuture.completedStage(Optional.empty())))
        .handle(
            (written, failure) -> {
              boolean isGiven = failure == null && written.isPresent();
              if (!isGiven) {
                moves.takeBack(jobId);
              }
              return isGiven;
            });
  }

  /** Whether a job given by this node may not have been taken yet. */
  boolean isPending() {
    return hasGiven;
  }

  /**
   * Looks periodically for jobs given to this node.
   *
   * @param hasOthers whether there are nodes that may give some
   */
  public void start(BooleanSupplier hasOthers) {
    if (closed) {
      return;
    }
    CompletionStage<Void> looked =
        hasGiven || hasOthers.getAsBoolean() ? look() : CompletableFuture.completedStage(null);
    looked.whenComplete((done, away) -> timers.at(timers.now() + LOOK_MS, () -> start(hasOthers)));
  }

  /** Looks now; completes when the jobs found have been taken. */
  CompletionStage<Void> look() {
    long at = timers.now();
    return each("to " + owner, this::take)
        .thenCompose(found -> each("from " + owner, this::tidy))
        .thenAccept(found -> hasGiven = found > 0 || lastGiven >= at);
  }

  @FunctionalInterface
  private interface Attention {
    CompletionStage<?> to(StoredRecord record, Given given);
  }

  /**
   * @return number of records
   */
  private CompletionStage<Integer> each(String group, Attention attention) {
    return records
        .list(KIND, group, "", PAGE)
        .thenCompose(
            found ->
                CompletableFuture.allOf(
                        found.stream()
                            .map(
                                record ->
                                    attention
                                        .to(record, Json.read(record.json(), Given.class, KIND))
                                        .exceptionally(away -> null)
                                        .toCompletableFuture())
                            .toArray(CompletableFuture[]::new))
                    .thenApply(done -> found.size()));
  }

  private CompletionStage<?> take(StoredRecord record, Given given) {
    LOG.info("job {} is given to this node by {}", record.id(), given.from);
    return moves
        .take(record.id(), given.from, given.epoch)
        .thenCompose(
            taken ->
                taken
                    ? records.delete(KIND, record.id(), record.revision())
                    : CompletableFuture.completedFuture(false)); // the giving node tidies up
  }

  private CompletionStage<?> tidy(StoredRecord record, Given given) {
    if (timers.now() < given.at + lifetime.patienceMs()) {
      return CompletableFuture.completedFuture(null);
    }
    LOG.warn("job {} was not taken by {}; this node goes on with it", record.id(), given.to);
    moves.takeBack(record.id());
    return records.delete(KIND, record.id(), record.revision());
  }

  /** Takes no more jobs. */
  public void close() {
    closed = true;
  }
}
