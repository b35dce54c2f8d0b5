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
 * Lets whoever tells an event wait for its schedules only for a while. When that is over before all
 * have acted, it is stored that they still owe it, so that no crash loses it, and the rest follows.
 * Thread-safe.
 */
public final class BoundedReaction implements EventReaction, AutoCloseable {
  /** What it keeps. */
  public static final String KIND = PendingReactions.KIND;

  /** So long callers wait. */
  public static final Duration PATIENCE = Duration.ofSeconds(2);

  /** So many events are acted on at a time for those who tell them. */
  private static final int AT_ONCE = 32;

  /** So many more may wait for their turn: each may have 2 MiB. */
  private static final int MOST = 100;

  /** What schedules do about an event. */
  @FunctionalInterface
  public interface Schedules {
    /**
     * Blocking.
     *
     * @param soFar hears from time to time what has come of it
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
   * @param leader does what a server that died has left
   * @param lifetime says how often it looks for that
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

  /** Takes up what earlier servers have left. */
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

  /** The one that is under way already, if there is one. */
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

  /** What is under way goes on as far as it comes; what is owed is done after the next start. */
  @Override
  public void close() {
    pending.close();
    threads.shutdown();
  }

  /** Events on which not all schedules have acted yet: a record each, until they have. Pure. */
  private static final class PendingReactions
      implements StateMachine<
          PendingReactions.Owed, PendingReactions.Input, PendingReactions.Owed> {
    /** Where they are kept. */
    static final String KIND = "event-reactions";

    /** An event, with its secrets; both what is stored and what is to be done. */
    record Owed(TriggerEvent event) {}

    sealed interface Input {}

    /** It takes longer than its teller waits. */
    record Begin(TriggerEvent event) implements Input {}

    /** All schedules have acted on it. */
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
