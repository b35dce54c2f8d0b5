package io.mirrorneuron.runtime.machine;

import io.mirrorneuron.runtime.port.Leader;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the records of one {@link StateMachine}: an input is decided on, the next state is stored
 * in place of the one that was read, and only then the leader does what the state owes. A record
 * that owes something or waits for a time is due in the store, so the next leader finds it after a
 * crash: nothing is kept in memory but what is under way. Thread-safe, never blocks.
 */
public final class MachineLoop<S, I, E> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MachineLoop.class);

  /**
   * How often the leader looks for what is due: after a crash, a lost timer or a deed that failed.
   */
  static final long SCAN_MS = 5_000;

  private static final int PAGE = 500;

  private record UnderWay<E>(String id, E deed) {}

  private final StateMachine<S, I, E> machine;
  private final RecordStore store;
  private final Deeds<I, E> deeds;
  private final Leader leader;
  private final Timers timers;
  private final Set<UnderWay<E>> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  public MachineLoop(
      StateMachine<S, I, E> machine,
      RecordStore store,
      Deeds<I, E> deeds,
      Leader leader,
      Timers timers) {
    this.machine = machine;
    this.store = store;
    this.deeds = deeds;
    this.leader = leader;
    this.timers = timers;
  }

  /** Takes up what earlier servers have left due, and looks again from time to time. */
  public void start() {
    scan();
  }

  /**
   * Decides on an input and stores what came of it. Any server may be asked.
   *
   * @return the record as it is then, empty when there is none; fails with what the machine says
   *     when it refuses the input, or UNAVAILABLE when the store does not answer
   */
  public CompletionStage<Optional<S>> submit(String id, I input) {
    return store
        .read(machine.kind(), id)
        .thenCompose(
            stored -> {
              Optional<S> state = stored.map(record -> machine.read(record.json()));
              Optional<S> next = machine.decide(state, input, timers.now());
              if (next.equals(state)) {
                return CompletableFuture.completedFuture(state);
              }
              return replace(id, stored.map(StoredRecord::revision).orElse(0L), next)
                  .thenCompose(
                      written -> {
                        if (!written) { // another input came first: decide on what is there now
                          return submit(id, input);
                        }
                        next.ifPresent(now -> attend(id, now));
                        return CompletableFuture.completedFuture(next);
                      });
            });
  }

  private CompletionStage<Boolean> replace(String id, long revision, Optional<S> next) {
    return next.isEmpty()
        ? store.delete(machine.kind(), id, revision)
        : store
            .write(machine.kind(), id, revision, machine.write(next.get()), dueAt(next.get()))
            .thenApply(Optional::isPresent);
  }

  private long dueAt(S state) {
    return machine.owed(state).isEmpty()
        ? machine.wakeAt(state).orElse(RecordStore.NEVER)
        : timers.now();
  }

  private boolean isAtWork() {
    return !closed && leader.leads();
  }

  /** Does what a stored state owes, and sees to it that it is woken in time. */
  private void attend(String id, S state) {
    if (isAtWork()) {
      machine.owed(state).forEach(deed -> perform(id, deed));
      machine.wakeAt(state).ifPresent(at -> wakeSoon(id, at));
    }
  }

  /** Only what comes before the next scan has a timer; the scan finds the rest in time. */
  private void wakeSoon(String id, long at) {
    if (at <= timers.now() + SCAN_MS) {
      timers.at(at, () -> wake(id));
    }
  }

  private void perform(String id, E deed) {
    var attempt = new UnderWay<>(id, deed);
    if (underWay.add(attempt)) {
      started(id, deed)
          .thenCompose(result -> submit(id, result))
          .whenComplete(
              (state, failure) -> {
                underWay.remove(attempt);
                if (failure != null) {
                  LOG.debug("{} {}: {} will be tried again", machine.kind(), id, deed, failure);
                }
              });
    }
  }

  private CompletionStage<I> started(String id, E deed) {
    try {
      return deeds.perform(id, deed);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void wake(String id) {
    if (isAtWork()) {
      store
          .read(machine.kind(), id)
          .thenAccept(stored -> stored.ifPresent(this::attendOrWake))
          .exceptionally(this::later);
    }
  }

  private void attendOrWake(StoredRecord stored) {
    S state = machine.read(stored.json());
    machine.owed(state).forEach(deed -> perform(stored.id(), deed));
    if (machine.wakeAt(state).orElse(Long.MAX_VALUE) <= timers.now()) {
      submit(stored.id(), machine.wake()).exceptionally(this::later);
    }
  }

  /** What could not be done now is due still, so the next look finds it. */
  private <T> T later(Throwable failure) {
    LOG.debug("records of kind {} are looked at again later", machine.kind(), failure);
    return null;
  }

  private void scan() {
    if (closed) {
      return;
    }
    timers.at(timers.now() + SCAN_MS, this::scan);
    if (leader.leads()) {
      attendDue(timers.now() + SCAN_MS, 0);
    }
  }

  private void attendDue(long until, int skip) {
    store
        .due(machine.kind(), until, skip, PAGE)
        .thenAccept(
            due -> {
              due.forEach(this::attendOrWakeSoon);
              if (due.size() == PAGE && isAtWork()) {
                attendDue(until, skip + PAGE);
              }
            })
        .exceptionally(this::later);
  }

  private void attendOrWakeSoon(StoredRecord stored) {
    if (stored.dueAt() > timers.now()) {
      wakeSoon(stored.id(), stored.dueAt());
    } else if (isAtWork()) {
      attendOrWake(stored);
    }
  }

  /** What is under way goes on; nothing new begins. */
  @Override
  public void close() {
    closed = true;
  }
}
