package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.runtime.loop.JobMoves;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drains this node before a shutdown while other nodes live. Its record says so, so that it gets no
 * more work, and is reset once the node is back ({@link #back}). Other nodes take over the work
 * left at the deadline, as when a node dies.
 */
public final class ShutdownDrain {
  private static final Logger LOG = LoggerFactory.getLogger(ShutdownDrain.class);
  static final String REASON = "the server is stopping";
  private static final String REFUSAL =
      "this server is stopping and takes no new jobs; ask another one on the same Redis, or this"
          + " one when it is back";
  private static final long LOOK_MS = 250;
  private static final long TELL_MS = 5000;
  private static final int NAMED = 5;

  private final String node;
  private final Parts parts;
  private final Timers timers;
  private volatile boolean underWay;

  /**
   * @param drain moves the work that can leave
   * @param takers owners that may take work
   * @param hasOthers whether other nodes live, as far as this node knows
   */
  record Parts(
      NodeStore book,
      JobMoves moves,
      HandOvers handOvers,
      RunningRemoteTasks visitors,
      Supplier<CompletionStage<?>> drain,
      Supplier<CompletionStage<List<String>>> takers,
      BooleanSupplier hasOthers) {}

  ShutdownDrain(String owner, Parts parts, Timers timers) {
    this.node = NodeRegistry.nameOf(owner);
    this.parts = parts;
    this.timers = timers;
  }

  /**
   * Accepts no new jobs from now on.
   *
   * @param why part of the refusal, with a way out for the caller
   */
  public void takeNoMore(String why) {
    parts.moves.takeNoMore(why);
  }

  /** Removes one reason; new jobs are accepted when none is left. */
  public void takeAgain(String why) {
    parts.moves.takeAgain(why);
  }

  /** Whether this node is about to end, and accepts nothing new. */
  public boolean isUnderWay() {
    return underWay;
  }

  /**
   * Moves all work that can leave. A node that is alone has finished at once.
   *
   * @param patience maximum duration
   * @return completes when nothing is left, no node takes it, or the time is over; never fails
   */
  public CompletionStage<Void> go(Duration patience) {
    if (patience.isZero() || !parts.hasOthers.getAsBoolean()) {
      return CompletableFuture.completedStage(null);
    }
    underWay = true;
    parts.moves.takeNoMore(REFUSAL);
    LOG.info("stopping: work goes to other servers, within {} s", patience.toSeconds());
    long until = timers.ticks() + patience.toMillis();
    return parts
        .book
        .change(node, before -> leaving(before, patience))
        .thenCompose(state -> parts.drain.get())
        .thenCompose(looked -> left(until, timers.ticks() + TELL_MS))
        .exceptionally(
            away -> {
              LOG.warn("what is left does not leave: {}", away.toString());
              return null;
            });
  }

  /** An operator's drain continues, and does not end when the node is back. */
  private NodeState leaving(NodeState before, Duration patience) {
    if (before.drain().isOpen()) {
      return before;
    }
    DrainState drain =
        new DrainState(
            DrainState.DRAINING,
            time(timers.now()),
            time(timers.now() + patience.toMillis()),
            patience.toMillis(),
            REASON,
            false,
            null,
            null,
            null,
            true,
            null);
    return before.schedulingEligible()
        ? before.with(drain).with(NodeCondition.DRAINING, false, REASON)
        : before.with(drain);
  }

  /** Completes when the drain is over. */
  private CompletionStage<Void> left(long until, long tellAt) {
    List<String> jobs = parts.moves.open();
    boolean isEmpty =
        jobs.isEmpty()
            && !parts.handOvers.isPending()
            && parts.moves.staying().isEmpty()
            && parts.visitors.areGone();
    boolean isLate = timers.ticks() >= until;
    if (isEmpty || isLate) {
      return over(isEmpty ? "all work has left" : "the time is over; others begin the rest again");
    }
    boolean tells = timers.ticks() >= tellAt;
    if (tells) {
      tell(jobs, until);
    }
    return parts
        .takers
        .get()
        .thenCompose(
            takers ->
                takers.isEmpty()
                    ? over("no other server takes work; jobs wait for one")
                    : later(until, tells ? timers.ticks() + TELL_MS : tellAt));
  }

  private void tell(List<String> jobs, long until) {
    LOG.info(
        "{} s more for {} jobs{} and for programs of {} jobs of other servers; a second signal ends"
            + " them at once",
        (until - timers.ticks()) / 1000,
        jobs.size(),
        jobs.isEmpty() ? "" : " " + jobs.stream().sorted().limit(NAMED).toList(),
        parts.visitors.running().size());
  }

  private CompletionStage<Void> later(long until, long tellAt) {
    CompletableFuture<Void> later = new CompletableFuture<>();
    timers.at(timers.now() + LOOK_MS, () -> later.complete(null));
    return later.thenCompose(done -> left(until, tellAt));
  }

  private CompletionStage<Void> over(String why) {
    LOG.info("{}", why);
    return parts.book.change(node, this::closed).thenAccept(done -> {});
  }

  /** The node gets no work until it is back. */
  private NodeState closed(NodeState now) {
    DrainState drain = now.drain();
    if (!drain.isOfEnd() || !drain.isOpen()) {
      return now;
    }
    String at = time(timers.now());
    return parts.moves.open().isEmpty() && parts.visitors.areGone()
        ? now.with(drain.after(DrainState.COMPLETE, at, drain.counters()))
        : now.with(drain.cancelled(at));
  }

  /** The node is back: restores its state before the shutdown. */
  static NodeState back(NodeState before, String at) {
    DrainState drain = before.drain();
    if (!drain.isOfEnd()) {
      return before;
    }
    NodeState after = drain.isOpen() ? before.with(drain.cancelled(at)) : before;
    return before.status() == NodeCondition.DRAINING
        ? after.with(NodeCondition.HEALTHY, true, null)
        : after;
  }

  private static String time(long millis) {
    return Json.timestamp(Instant.ofEpochMilli(millis));
  }
}
