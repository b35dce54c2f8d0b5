package io.mirrorneuron.runtime.schedule.event;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.Sha256;
import io.mirrorneuron.port.schedule.TriggerEvents.EventOutcome;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.machine.MachineLoop;
import io.mirrorneuron.runtime.machine.StateMachine;
import io.mirrorneuron.runtime.port.Leader;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Limits the time for which the sender of an event waits for its schedules. If not all have acted
 * by then, the reaction is stored, so that no crash loses it, and continues in the background.
 * Thread-safe.
 */
public final class BoundedReaction implements EventReaction, AutoCloseable {
  /** Kind of its records. */
  public static final String KIND = PendingReactions.KIND;

  /** Longest wait of a caller. */
  public static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Most events handled at a time for waiting callers. */
  private static final int AT_ONCE = 32;

  /** Most further events in the queue: each may have 2 MiB. */
  private static final int MOST = 100;

  /** The schedules' reaction to an event. */
  @FunctionalInterface
  public interface Schedules {
    /**
     * Blocking.
     *
     * @param soFar receives the outcome so far from time to time
     */
    EventOutcome act(TriggerEvent event, Consumer<EventOutcome> soFar);
  }

  private final Schedules schedules;
  private final Duration patience;
  private final Map<String, Acting> running = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().name("mn-event-", 0).factory());
  private final MachineLoop<PendingReactions.Owed, PendingReactions.Input, PendingReactions.Owed>
      pending;

  /**
   * @param leader completes the reactions of a server that died
   * @param lifetime how often it looks for those
   */
  public BoundedReaction(
      Schedules schedules,
      RecordStore records,
      Leader leader,
      Lifetime lifetime,
      Timers timers,
      Duration patience) {
    this.schedules = schedules;
    this.patience = patience;
    this.pending =
        new MachineLoop<>(
            new PendingReactions(),
            records,
            (id, effect) ->
                begun(effect.event()).done.thenApply(done -> new PendingReactions.Done()),
            leader,
            lifetime,
            timers);
  }

  /** Resumes reactions left by earlier servers. */
  public void start() {
    pending.start();
  }

  private static final class Acting {
    private final CompletableFuture<EventOutcome> done = new CompletableFuture<>();
    private volatile EventOutcome soFar = EventOutcome.NOTHING;
  }

  @Override
  public EventOutcome happened(TriggerEvent event) {
    return schedules.act(event, soFar -> {});
  }

  @Override
  public EventOutcome soon(TriggerEvent event) {
    Acting acting = begun(event);
    try {
      return acting.done.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      Answers.await(pending.submit(Sha256.of(event.eventId()), new PendingReactions.Begin(event)));
      return acting.soFar.andMore();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof MnException reported
          ? reported
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw MnException.unavailable("the call was interrupted", e);
    }
  }

  /** Joins the running reaction to the event, if there is one. */
  private Acting begun(TriggerEvent event) {
    if (running.size() >= AT_ONCE + MOST && !running.containsKey(event.eventId())) {
      throw MnException.unavailable("schedules are busy with other events", null);
    }
    Acting mine = new Acting();
    Acting earlier = running.putIfAbsent(event.eventId(), mine);
    if (earlier == null) {
      threads.execute(() -> act(event, mine));
    }
    return earlier == null ? mine : earlier;
  }

  private void act(TriggerEvent event, Acting acting) {
    EventOutcome outcome = null;
    Throwable failure = null;
    try {
      outcome = schedules.act(event, soFar -> acting.soFar = soFar);
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    running.remove(event.eventId());
    if (failure == null) {
      acting.done.complete(outcome);
    } else {
      acting.done.completeExceptionally(failure);
    }
  }

  /** Running reactions may finish; the rest is done after the next start. */
  @Override
  public void close() {
    pending.close();
    threads.shutdown();
  }

  /**
   * State machine of reactions that are not complete: one record for each event, until all
   * schedules have acted. Pure.
   */
  private static final class PendingReactions
      implements StateMachine<
          PendingReactions.Owed, PendingReactions.Input, PendingReactions.Owed> {
    /** Kind of its records. */
    static final String KIND = "event-reactions";

    /** An event, with its secrets; both the stored state and the effect. */
    record Owed(TriggerEvent event) {}

    sealed interface Input {}

    /** The reaction takes longer than the caller waits. */
    record Begin(TriggerEvent event) implements Input {}

    /** All schedules have acted. */
    record Done() implements Input {}

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public Optional<Owed> decide(Optional<Owed> state, Input input, long now) {
      return switch (input) {
        case Begin(TriggerEvent event) -> state.isPresent() ? state : Optional.of(new Owed(event));
        case Done() -> Optional.empty();
      };
    }

    @Override
    public List<Owed> pending(Owed state) {
      return List.of(state);
    }

    @Override
    public OptionalLong wakeAt(Owed state) {
      return OptionalLong.empty();
    }

    @Override
    public Input wake() {
      throw new IllegalStateException("what is owed waits for no time");
    }

    @Override
    public String write(Owed state) {
      return Json.write(state);
    }

    @Override
    public Owed read(String json) {
      return Json.read(json, Owed.class, "a stored event");
    }
  }
}
