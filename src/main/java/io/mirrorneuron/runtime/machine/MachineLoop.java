package io.mirrorneuron.runtime.machine;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.runtime.port.Leader;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.Beside;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the records of one {@link StateMachine}: decides on an input, replaces the stored state,
 * then performs the pending effects of the new state. The server that stored the state performs
 * them, at once or at the wake-up time if that comes before the leader's next scan. The store has a
 * due time for each record with pending effects or a wake-up time, so the leader finds what a
 * crashed server left; memory holds only what is under way. Thread-safe, never blocks.
 */
public final class MachineLoop<S, I, E> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MachineLoop.class);

  private static final int PAGE = 500;

  /** Term of a write without a lead; only the revision guards it. */
  private static final long NO_TERM = 0;

  private record UnderWay<E>(String id, E effect) {}

  private final StateMachine<S, I, E> machine;
  private final RecordStore store;
  private final EffectRunner<I, E> effects;
  private final Leader leader;
  private final Timers timers;
  private final long scanMs;
  private final Map<UnderWay<E>, CompletableFuture<Optional<S>>> underWay =
      new ConcurrentHashMap<>();
  private final SoonTimers soon;
  private final ClockWatch clock;
  private volatile boolean closed;

  /**
   * @param lifetime how often the leader scans for records that a crash or a lost timer left due
   */
  public MachineLoop(
      StateMachine<S, I, E> machine,
      RecordStore store,
      EffectRunner<I, E> effects,
      Leader leader,
      Lifetime lifetime,
      Timers timers) {
    this.machine = machine;
    this.store = store;
    this.effects = effects;
    this.leader = leader;
    this.timers = timers;
    this.scanMs = lifetime.scanMs();
    this.clock = new ClockWatch(timers, scanMs);
    this.soon = new SoonTimers(timers, scanMs, this::wake);
  }

  /**
   * Decides on an input and stores the result. Works on any server.
   *
   * @return the record after that, empty when there is none; fails with the machine's error when it
   *     refuses the input, or UNAVAILABLE when the store does not answer
   */
  public CompletionStage<Optional<S>> submit(String id, I input) {
    return submit(id, input, NO_TERM);
  }

  /**
   * Like {@link #submit}, and waits for the record's effects that are {@link StateMachine#isAwaited
   * awaited}. The leader, too, performs each effect until it is done.
   *
   * @return the record when no awaited effect is pending; fails when an effect failed
   */
  public CompletionStage<Optional<S>> settle(String id, I input) {
    return submit(id, input).thenCompose(state -> settled(id, state));
  }

  private CompletionStage<Optional<S>> settled(String id, Optional<S> state) {
    List<E> pending =
        state.map(machine::pending).orElse(List.of()).stream().filter(machine::isAwaited).toList();
    if (pending.isEmpty()) {
      return CompletableFuture.completedFuture(state);
    }
    return CompletableFuture.allOf(
            pending.stream()
                .map(effect -> perform(id, effect, NO_TERM))
                .toArray(CompletableFuture[]::new))
        .thenCompose(done -> store.read(machine.kind(), id))
        .thenCompose(stored -> settled(id, stored.map(found -> machine.read(found.json()))));
  }

  /**
   * @param term of the leader that gives the input; {@link #NO_TERM} for inputs of any server
   */
  private CompletionStage<Optional<S>> submit(String id, I input, long term) {
    return store
        .read(machine.kind(), id)
        .thenCompose(
            stored -> {
              Optional<S> state = stored.map(record -> machine.read(record.json()));
              Optional<S> next = machine.decide(state, input, timers.now());
              if (next.equals(state)) {
                return CompletableFuture.completedFuture(state);
              }
              return replace(id, stored.map(StoredRecord::revision).orElse(0L), next, term)
                  .thenCompose(
                      written -> {
                        if (!written) { // another input came first: decide on what is there now
                          return submit(id, input, term);
                        }
                        next.ifPresent(now -> attend(id, now));
                        return CompletableFuture.completedFuture(next);
                      });
            });
  }

  private CompletionStage<Boolean> replace(String id, long revision, Optional<S> next, long term) {
    if (next.isEmpty()) {
      return store.delete(machine.kind(), id, revision);
    }
    S state = next.get();
    String json = machine.write(state);
    Beside beside = machine.beside(state).by(term);
    return store
        .write(machine.kind(), id, revision, json, dueAt(state), beside)
        .thenApply(Optional::isPresent);
  }

  private long dueAt(S state) {
    return machine.pending(state).isEmpty()
        ? machine.wakeAt(state).orElse(RecordStore.NEVER)
        : timers.now();
  }

  /** The term under which this server scans for due records; empty when it does not lead. */
  private OptionalLong work() {
    return closed ? OptionalLong.empty() : leader.term();
  }

  /**
   * Performs the effects of a state that this server has stored, and sets a timer if it is to wake
   * soon.
   */
  private void attend(String id, S state) {
    if (!closed) {
      long term = work().orElse(NO_TERM);
      machine.pending(state).forEach(effect -> perform(id, effect, term));
      machine.wakeAt(state).ifPresent(at -> soon.at(id, at));
    }
  }

  /** An effect that is under way is not begun again. */
  private CompletableFuture<Optional<S>> perform(String id, E effect, long term) {
    var attempt = new UnderWay<>(id, effect);
    var done = new CompletableFuture<Optional<S>>();
    CompletableFuture<Optional<S>> earlier = underWay.putIfAbsent(attempt, done);
    if (earlier != null) {
      return earlier;
    }
    started(id, effect)
        .thenCompose(result -> submit(id, result, term))
        .whenComplete(
            (state, failure) -> {
              underWay.remove(attempt);
              if (failure == null) {
                done.complete(state);
              } else {
                LOG.debug("{} {}: {} will be tried again", machine.kind(), id, effect, failure);
                done.completeExceptionally(failure);
              }
            });
    return done;
  }

  private CompletionStage<I> started(String id, E effect) {
    return CompletableFuture.<Void>completedFuture(null)
        .thenCompose(begun -> effects.perform(id, effect)); // what it throws is a failure, too
  }

  private void wake(String id) {
    if (!closed) {
      store
          .read(machine.kind(), id)
          .thenAccept(
              stored -> stored.ifPresent(found -> attendOrWake(found, work().orElse(NO_TERM))))
          .exceptionally(this::later);
    }
  }

  private void attendOrWake(StoredRecord stored, long term) {
    S state = machine.read(stored.json());
    List<E> pending = machine.pending(state);
    pending.forEach(effect -> perform(stored.id(), effect, term));
    clock.owes(!pending.isEmpty(), stored.dueAt());
    OptionalLong at = machine.wakeAt(state);
    if (at.isPresent() && clock.isDue(machine, state, at.getAsLong())) {
      submit(stored.id(), machine.wake(), term).exceptionally(this::later);
    } else if (at.isPresent()) {
      soon.at(stored.id(), at.getAsLong());
    }
  }

  /** A record whose work failed is still due, so the next scan finds it. */
  private <T> T later(Throwable failure) {
    clock.lookAgain();
    LOG.debug("records of kind {} are looked at again later", machine.kind(), failure);
    return null;
  }

  /** Begins to scan for due records, periodically. */
  public void start() {
    if (closed) {
      return;
    }
    timers.at(timers.now() + scanMs, this::start);
    if (work().isPresent()) {
      attendDue(clock.horizon(), 0);
    }
  }

  private void attendDue(long until, int skip) {
    store
        .due(machine.kind(), until, skip, PAGE)
        .thenAccept(
            due -> {
              due.forEach(this::attendOrWakeSoon);
              if (due.size() == PAGE) {
                work().ifPresentOrElse(term -> attendDue(until, skip + PAGE), clock::lookAgain);
              }
            })
        .exceptionally(this::later);
  }

  private void attendOrWakeSoon(StoredRecord stored) {
    if (stored.dueAt() > timers.now() && clock.isNear(stored.dueAt())) {
      soon.at(stored.id(), stored.dueAt());
    } else {
      work().ifPresentOrElse(term -> attendOrWake(stored, term), clock::lookAgain);
    }
  }

  /** Work under way goes on; nothing new begins. */
  @Override
  public void close() {
    closed = true;
  }

  /**
   * Wakes records whose time comes soon; one timer per record, for the earliest time. The receiver
   * of an early wake-up sets the timer again. Thread-safe.
   */
  private static final class SoonTimers {
    private final Timers timers;
    private final long horizonMs;
    private final Consumer<String> wake;
    private final Map<String, Long> set = new ConcurrentHashMap<>();

    /**
     * @param horizonMs later times get no timer: the leader's scan finds them
     * @param wake gets the id of a record whose time has come
     */
    SoonTimers(Timers timers, long horizonMs, Consumer<String> wake) {
      this.timers = timers;
      this.horizonMs = horizonMs;
      this.wake = wake;
    }

    /**
     * Wakes the record at that time (milliseconds since the epoch), or earlier if a timer is set
     * already.
     */
    void at(String id, long at) {
      Long earlier = set.get(id);
      boolean isLater = at > timers.now() + horizonMs;
      if (isLater || earlier != null && earlier <= at) {
        return;
      }
      set.put(id, at);
      timers.at(
          at,
          () -> {
            set.remove(id, at);
            wake.accept(id);
          });
    }
  }

  /**
   * Says how far ahead the leader scans. When the wall clock was set back (seen by the monotonic
   * clock), records that were to be looked at soon may lie far ahead: then scans cover everything
   * until one finds no such record. Thread-safe.
   */
  private static final class ClockWatch {
    /** The two clocks differ by less while the wall clock is not set. */
    private static final long NOISE_MS = 1_000;

    private final Timers timers;
    private final long nearMs;
    private long difference;
    private boolean looksAtAll = true;

    /**
     * @param nearMs how far a scan looks ahead while the clock is not set
     */
    ClockWatch(Timers timers, long nearMs) {
      this.timers = timers;
      this.nearMs = nearMs;
      this.difference = timers.now() - timers.ticks();
    }

    /** Up to which time a scan that begins now looks, in milliseconds since the epoch. */
    synchronized long horizon() {
      long before = difference;
      difference = timers.now() - timers.ticks();
      boolean all = looksAtAll || difference < before - NOISE_MS;
      looksAtAll = false;
      return all ? Long.MAX_VALUE : timers.now() + nearMs;
    }

    /**
     * The next scan covers everything: this one was not complete, for example because the lead was
     * lost.
     */
    synchronized void lookAgain() {
      looksAtAll = true;
    }

    boolean isNear(long at) {
      return at <= timers.now() + nearMs;
    }

    /** A pending effect may fail, and is then looked at again when it is due. */
    void owes(boolean something, long dueAt) {
      if (something && !isNear(dueAt)) {
        lookAgain();
      }
    }

    /**
     * Whether a state is to be woken now: its time has come, or it waits for a far time that was
     * near before the clock was set.
     *
     * @param at its wake-up time
     */
    <S, I> boolean isDue(StateMachine<S, I, ?> machine, S state, long at) {
      long now = timers.now();
      Optional<S> stored = Optional.of(state);
      if (isNear(at) || machine.decide(stored, machine.wake(), now).equals(stored)) {
        return at <= now;
      }
      lookAgain();
      return true;
    }
  }
}
