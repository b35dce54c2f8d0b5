package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.decide.Turn.Effect;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobOrigin;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.state.Targets;
import io.mirrorneuron.runtime.state.Targets.Target;
import io.mirrorneuron.runtime.workflow.RestartPolicy;
import io.mirrorneuron.wire.DerivedId;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A round is one pass from the entrypoints through the graph. A batch job has one; a service begins
 * another when its agents have completed it, not more often than their restart policy allows.
 */
public final class GraphRounds {
  /** Type of the event at the beginning of a further round. */
  public static final String BEGUN = "agents_restarted";

  private final JobState state;
  private final Turn turn;
  private final LifeCycle life;

  GraphRounds(JobState state, Turn turn, LifeCycle life) {
    this.state = state;
    this.turn = turn;
    this.life = life;
  }

  void scheduleAll() {
    schedule(state.agent(state.workflow().entrypoints().getFirst()));
  }

  /** The first entrypoint of a copy. */
  AgentState entrypoint(Target copy) {
    Targets targets = state.header().origin().targets();
    return state.workflow().entrypoints().stream()
        .filter(id -> targets.isNone() || targets.of(id).equals(Optional.of(copy)))
        .findFirst()
        .map(state::agent)
        .orElseThrow();
  }

  /** Whether its restart policy ever allows another round. */
  boolean mayRestart(AgentState agent) {
    RestartPolicy policy = agent.declared().policies().restart();
    return policy.unlimited() || policy.attempts() > 0 || !agent.restarts().isEmpty();
  }

  /**
   * Schedules the next round for the time at which the agent that ended this round may be
   * restarted.
   */
  void schedule(AgentState agent) {
    Optional<Target> target = state.header().origin().targets().of(agent.id());
    if (target.map(Target::nextRoundAt).orElse(state.header().nextRoundAt()) != 0) {
      return;
    }
    var policy = agent.declared().policies().restart();
    long at = new Restarts(state, turn, life).reserve(agent, policy);
    if (at < 0 && !agent.restarts().isEmpty()) {
      at = agent.restarts().first() + policy.intervalMs();
    }
    if (at < 0) {
      return; // restarts are switched off: the service stays ended
    }
    if (target.isPresent()) {
      note(target.get().again(at));
    } else {
      state.header().nextRoundAt(at);
    }
    turn.effect(new Effect.Wake(null, at));
    ObjectNode members = Json.object().put("reason", "its work is done and the service goes on");
    turn.record(
        "agent_restart_scheduled", agent.id(), null, members.put("delay_ms", at - turn.now()));
  }

  private void note(Target target) {
    JobOrigin origin = state.header().origin();
    state.header().origin(origin.on(origin.targets().with(target)));
  }

  /** Begins the next round if it is due; in system jobs the due rounds of copies. */
  void due() {
    for (Target target : state.header().origin().targets().open()) {
      if (target.nextRoundAt() != 0 && target.nextRoundAt() <= turn.now() && state.isRunning()) {
        state.header().nextRound();
        SystemJobCopies.forgetRound(state, target.node());
        note(target.again(0));
        ObjectNode members = Json.object().put("round", state.header().round());
        turn.event(BEGUN, members.put("system_target", target.node()));
        seed(new Ledger(state, turn), target.node());
      }
    }
    long at = state.header().nextRoundAt();
    if (at != 0 && at <= turn.now() && state.isRunning()) {
      state.header().nextRound();
      state.forgetRound();
      turn.event(BEGUN, Json.object().put("round", state.header().round()));
      seed(new Ledger(state, turn));
    }
  }

  /** Gives each entrypoint its first messages. */
  public void seed(Ledger ledger) {
    seed(ledger, Map.of());
  }

  /**
   * @param instead bodies that replace the manifest's, by entrypoint or by the name of the first
   *     step
   */
  public void seed(Ledger ledger, Map<String, JsonNode> instead) {
    seed(ledger, instead, state.workflow().entrypoints());
  }

  /** Gives the entrypoints of the copy for this node their first messages. */
  void seed(Ledger ledger, String node) {
    Targets targets = state.header().origin().targets();
    List<String> own =
        state.workflow().entrypoints().stream()
            .filter(id -> targets.of(id).equals(targets.find(node)))
            .toList();
    seed(ledger, Map.of(), own);
  }

  private void seed(Ledger ledger, Map<String, JsonNode> instead, List<String> entrypoints) {
    String round = state.workflowRun();
    String correlation = DerivedId.of(round, "correlation", 0);
    for (String entrypoint : entrypoints) {
      List<JsonNode> bodies = bodies(entrypoint, instead);
      for (int i = 0; i < bodies.size(); i++) {
        Message.Builder message =
            ExternalMessages.seed(state.jobId(), entrypoint, bodies.get(i))
                .id(DerivedId.of(round, "seed " + entrypoint, i))
                .orElse("correlation_id", correlation)
                .with("timestamp", turn.timestamp());
        ledger.post(message.build(state.counters().nextMessage(), entrypoint));
      }
    }
  }

  private List<JsonNode> bodies(String entrypoint, Map<String, JsonNode> instead) {
    String source = state.steps().graph().source();
    JsonNode own = instead.get(entrypoint);
    if (own == null && source != null) {
      own = instead.get(source);
    }
    return own != null
        ? List.of(own)
        : state.workflow().initialInputs().getOrDefault(entrypoint, List.of(Json.object()));
  }
}
