package io.mirrorneuron.runtime.engine;

import io.mirrorneuron.runtime.engine.Executions.Signal;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Runs the effects of committed turns of one job. Confined to the job's lane. */
final class Effects {
  private final EngineContext context;
  private final Executor lane;
  private final Consumer<Input.Signalled> signalled;
  private final Consumer<Input> offer;
  private final Set<String> running = new HashSet<>();

  /**
   * @param signalled hears of programs, on the lane
   * @param offer takes an input from any thread
   */
  Effects(
      EngineContext context,
      Executor lane,
      Consumer<Input.Signalled> signalled,
      Consumer<Input> offer) {
    this.context = context;
    this.lane = lane;
    this.signalled = signalled;
    this.offer = offer;
  }

  void run(Effect effect, JobState state) {
    switch (effect) {
      case Effect.Start start -> start(start, state);
      case Effect.Stop stop -> context.executions().stop(stop.executionId());
      case Effect.Wake wake ->
          context.timers().at(wake.at(), () -> offer.accept(new Input.Due(wake.mailbox())));
    }
  }

  /** Starts it unless what came later in the same turn has made it needless. */
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
            execution(state, mailbox, id),
            signal ->
                lane.execute(
                    () -> {
                      if (signal instanceof Signal.Finished) {
                        running.remove(id);
                      }
                      signalled.accept(new Input.Signalled(start.mailbox(), id, signal));
                    }));
  }

  private Execution execution(JobState state, Mailbox mailbox, String id) {
    AgentState agent = mailbox.owner();
    String bundle = state.header().origin().bundle();
    return new Execution(
        id,
        state.jobId(),
        state.header().origin().runId(),
        agent.id(),
        "executor",
        agent.declared().template(),
        agent.declared().config(),
        mailbox.head().json(),
        agent.memory(),
        LedgerDocument.context(state, mailbox.step()),
        agent.declared().resources(),
        bundle == null ? null : context.bundles().apply(bundle),
        mailbox.attempt());
  }

  /** Ids of the executions that were started here and have not been heard to end. */
  Set<String> running() {
    return running;
  }

  void stopAll() {
    running.forEach(context.executions()::stop);
  }
}
