package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.decide.Turn.Effect;
import io.mirrorneuron.runtime.documents.FolderDemandReader;
import io.mirrorneuron.runtime.documents.JobMetadataEntries;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Execution.Placing;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.LedgerSnapshot;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Targets.Target;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.NamedInputs;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/** Runs the effects of committed turns of one job. Runs on the job's event loop only. */
final class Effects {
  /** Longest delay of a lease's commit. Many short programs end within it. */
  private static final long LEASE_LINGER_MS = 100;

  private final EngineContext context;
  private final Executor eventLoop;
  private final InputQueue inbox;
  private final Runnable turn;
  private final Set<String> running = new HashSet<>();
  private final Set<String> unrecorded = new HashSet<>();
  private final ProgramOrders orders;
  private final JobWatch.Listener watch;
  private CompletableFuture<Void> gone;
  private DepartingJobs.Stay stay;
  private boolean lingers;
  private long lingersSince;

  /**
   * @param inbox receives the inputs that result from effects
   * @param turn starts a turn unless one is running
   * @param state of the job when it is opened
   */
  Effects(
      EngineContext context,
      Executor eventLoop,
      InputQueue inbox,
      Runnable turn,
      JobState state,
      long epoch) {
    this.context = context;
    this.eventLoop = eventLoop;
    this.inbox = inbox;
    this.turn = turn;
    this.orders = new ProgramOrders(context, epoch);
    this.watch =
        context
            .watch()
            .of(
                state,
                epoch,
                (type, members) ->
                    eventLoop.execute(
                        () -> take(new Input.Observed(type, Json.MAPPER.valueToTree(members)))));
  }

  private void take(Input input) {
    inbox.add(input);
    turn.run();
  }

  /** Runs the effects of a turn whose state is stored. */
  void runAll(List<Effect> effects, JobState state) {
    watch.settled(state);
    if (!unrecorded.isEmpty()) {
      recorded(state);
    }
    effects.forEach(effect -> run(effect, state));
  }

  /** Undecided outcomes belong to messages in flight. */
  private void recorded(JobState state) {
    Set<String> waiting =
        state.mailboxes().waiting().stream()
            .filter(Mailbox::isFlying)
            .map(mailbox -> mailbox.flight().executionId())
            .collect(Collectors.toSet());
    unrecorded.removeIf(
        id -> {
          boolean isRecorded = !waiting.contains(id);
          if (isRecorded) {
            context.executions().recorded(id);
          }
          return isRecorded;
        });
  }

  private void run(Effect effect, JobState state) {
    switch (effect) {
      case Effect.Start start -> start(start, state);
      case Effect.Stop stop -> context.executions().stop(stop.executionId());
      case Effect.Wake wake ->
          context.timers().at(wake.at(), () -> eventLoop.execute(() -> due(wake.mailbox())));
    }
  }

  /** Starts the program unless a later decision of the same turn has made it unnecessary. */
  private void start(Effect.Start start, JobState state) {
    String id = start.executionId();
    Mailbox mailbox = state.mailbox(start.mailbox());
    if (mailbox == null || !mailbox.isFlying() || !mailbox.flight().executionId().equals(id)) {
      return;
    }
    running.add(id);
    context
        .executions()
        .start(
            orders.of(state, mailbox, id),
            signal ->
                eventLoop.execute(
                    () -> {
                      if (signal instanceof Signal.Finished) {
                        finished(id);
                      }
                      signalled(new Input.Signalled(start.mailbox(), id, signal));
                    }));
  }

  private void finished(String id) {
    running.remove(id);
    if (stay != null) {
      stay.finished(id);
    }
    completeGone();
    if (context.executions().where(id).isPresent()) {
      unrecorded.add(id);
    }
  }

  private void due(Mailbox.Address mailbox) {
    take(new Input.Due(mailbox));
  }

  /**
   * Passes on a signal. A slot lease alone causes no turn: most programs end before a reader could
   * see their start.
   */
  private void signalled(Input.Signalled input) {
    boolean first = inbox.isEmpty();
    inbox.add(input);
    if (!(input.signal() instanceof Executions.Signal.Leased)) {
      turn.run();
      return;
    }
    if (first) {
      lingersSince = context.timers().now();
    }
    if (!lingers) {
      linger();
    }
  }

  private void linger() {
    lingers = true;
    context.timers().at(lingersSince + LEASE_LINGER_MS, () -> eventLoop.execute(this::endLinger));
  }

  /** The waiting inputs may have arrived long after the timer was set. */
  private void endLinger() {
    if (!inbox.isEmpty() && context.timers().now() < lingersSince + LEASE_LINGER_MS) {
      linger();
    } else {
      lingers = false;
      turn.run();
    }
  }

  /** Ids of executions started here whose outcome has not arrived. */
  Set<String> running() {
    return running;
  }

  /**
   * Ends the executions that a reloaded state does not contain: the store lost the commit that
   * began them, or the commit that ended them was in doubt. The state may reuse their ids, so the
   * job may continue only when all of them have ended.
   *
   * @return whether none is left, or the job has ended and all are ended with it
   */
  boolean haveEnded(JobState loaded) {
    if (loaded.status().isTerminal()) {
      return true;
    }
    Set<String> known =
        loaded.mailboxes().waiting().stream()
            .filter(mailbox -> mailbox.flight() != null)
            .map(mailbox -> mailbox.flight().executionId())
            .collect(Collectors.toSet());
    List<String> unknown = running.stream().filter(id -> !known.contains(id)).toList();
    unknown.forEach(context.executions()::stop);
    if (unknown.isEmpty()) {
      inbox.keepSignals(known);
    }
    return unknown.isEmpty();
  }

  /**
   * Releases the job; its services may stay for a while.
   *
   * @param forMs maximum; 0 for not at all
   * @return the staying programs, and when no other program of the job runs here
   */
  DepartingJobs.Stay hand(long forMs) {
    stay =
        new DepartingJobs.Stay(
            forMs > 0 ? watch.hand(forMs) : left(), context.executions()::stop, running);
    running.removeAll(stay.running());
    return stay.after(endAll());
  }

  CompletionStage<Boolean> isArriving() {
    return watch.isArriving();
  }

  private JobWatch.Staying left() {
    watch.left();
    return JobWatch.Staying.NOTHING;
  }

  private CompletableFuture<Void> endAll() {
    gone = gone == null ? new CompletableFuture<>() : gone;
    for (String id : Set.copyOf(running)) {
      if (context.executions().leave(id)) {
        running.remove(id); // it continues elsewhere
      } else {
        context.executions().stop(id);
      }
    }
    completeGone();
    return gone;
  }

  private void completeGone() {
    if (gone != null && running.isEmpty()) {
      gone.complete(null);
    }
  }

  /**
   * Builds the execution of a program that starts.
   *
   * @param epoch under which this node owns the job
   */
  private record ProgramOrders(EngineContext context, long epoch) {

    Execution of(JobState state, Mailbox mailbox, String id) {
      AgentState agent = mailbox.owner();
      String bundle = state.definition().bundle(agent.id(), state.header().origin().bundle());
      return new Execution(
          id,
          state.jobId(),
          state.header().origin().runId(),
          agent.id(),
          "executor",
          agent.declared().template(),
          JobMetadataEntries.tell(agent.declared().config(), state.workflow().source()),
          mailbox.head().json(),
          agent.memory(),
          LedgerSnapshot.context(state, mailbox.step()),
          NamedInputs.values(state.workflow().source()),
          agent.declared().resources(),
          agent.declared().request(),
          bundle == null ? null : context.bundles().apply(bundle),
          FolderDemandReader.of(state.workflow(), bundle),
          mailbox.step() != null && mailbox.step().declared().plain(),
          mailbox.attempt(),
          mailbox.flight().rank(),
          new Placing(
              epoch,
              agent.declared().policies().scheduling(),
              agent.declared().settings().pool(),
              agent.declared().settings().slots(),
              context.decider().isRepeatable(mailbox),
              agent.restarts().left(),
              state.header().origin().targets().of(agent.id()).map(Target::node).orElse(null),
              !state.hasBegun() && !mailbox.flight().had()));
    }
  }
}
