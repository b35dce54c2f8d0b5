package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.IdleCopies;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.runtime.state.Targets;
import io.mirrorneuron.runtime.state.Targets.Target;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Ends or continues a job in which nothing is left to do and that no agent has completed. */
final class Quiescence {
  private static final int SHOWN_STEPS = 25;

  private final JobState state;
  private final Turn turn;
  private final LifeCycle life;

  Quiescence(JobState state, Turn turn, LifeCycle life) {
    this.state = state;
    this.turn = turn;
    this.life = life;
  }

  /**
   * Nothing waits, nothing runs, no time is awaited: a batch job that nobody completed ends here,
   * with what its last steps or agents have put out, or with the reason why it cannot go on.
   */
  void settle() {
    settleCopies();
    boolean quiet =
        state.isRunning()
            && state.mailboxes().waiting().isEmpty()
            && state.schedule().flying() == 0;
    if (!quiet) {
      return;
    }
    if (life.isLasting()) {
      if (!state.steps().isEmpty() && state.steps().areAllTerminal()) {
        new Rounds(state, turn, life).scheduleAll();
      }
    } else if (!state.steps().isEmpty()) {
      settleSteps();
    } else if (state.workflow().agents().isEmpty()) {
      ObjectNode result = Json.object().putNull("agent_id");
      life.completed(result.set("output", Json.object()));
    } else {
      settleAgents();
    }
  }

  /** Each copy of a system job that is done begins again, whatever the others do. */
  private void settleCopies() {
    Rounds rounds = new Rounds(state, turn, life);
    for (Target one : IdleCopies.of(state)) {
      AgentState first = rounds.entrypoint(one);
      if (rounds.mayRestart(first)) {
        Predicate<AgentState> own = agent -> isOf(one, agent);
        ObjectNode result = quietResult(leafOutputs(own));
        new Copies(state, turn).told(one.node(), result);
        rounds.schedule(first);
      }
    }
  }

  private boolean isOf(Target copy, AgentState agent) {
    Targets targets = state.header().origin().targets();
    return targets.isNone() || targets.of(agent.id()).equals(Optional.of(copy));
  }

  private void settleSteps() {
    if (state.steps().areAllTerminal()) {
      completeByQuiescence(state.header().origin().target(), sinkOutput());
      return;
    }
    List<StepState> open = state.steps().all().stream().filter(step -> !step.isTerminal()).toList();
    String shown =
        open.stream()
            .limit(SHOWN_STEPS)
            .map(step -> step.id() + " (" + step.status().word() + ")")
            .collect(Collectors.joining(", "));
    life.fail(
        Failure.stalled(
            "nothing is left to do, but these steps have not ended: " + shown + unroutedHint(),
            "Check that the agents of the earlier steps emit a message type that an edge carries"
                + " to the agents of these steps."));
  }

  private String unroutedHint() {
    return state.header().unrouted().isEmpty()
        ? ""
        : "; messages of type " + String.join(", ", state.header().unrouted()) + " had no edge";
  }

  private JsonNode sinkOutput() {
    StepState sink = state.steps().get(state.steps().graph().sink());
    if (sink != null && sink.instances() < 0) {
      return sink.output();
    }
    ObjectNode outputs = Json.object();
    for (StepState step : state.steps().all()) {
      if (step.declared().outgoing().isEmpty() && step.output() != null) {
        outputs.set(step.id(), step.output());
      }
    }
    return outputs;
  }

  private void settleAgents() {
    Targets targets = state.header().origin().targets();
    if (targets.isNone()) {
      settleAgents(state.header().origin().target(), agent -> true);
    }
    for (Target one : targets.open()) { // each copy ends for itself
      if (!state.status().isTerminal()) {
        settleAgents(one.node(), agent -> isOf(one, agent));
      }
    }
  }

  private void settleAgents(String node, Predicate<AgentState> own) {
    ObjectNode outputs = leafOutputs(own);
    if (!outputs.isEmpty()) {
      completeByQuiescence(node, outputs);
    } else if (!state.header().unrouted().isEmpty()) {
      life.fail(
          Failure.stalled(
              "nothing is left to do, but messages of type "
                  + String.join(", ", state.header().unrouted())
                  + " had no edge to go along",
              "Add an edge with that message_type, or correct the type the agent emits."));
    } else {
      life.fail(
          Failure.stalled(
              "nothing is left to do, but no message reached an agent at the end of the graph",
              "Check the edges and their conditions from the entrypoints on."));
    }
  }

  private ObjectNode leafOutputs(Predicate<AgentState> own) {
    ObjectNode outputs = Json.object();
    for (AgentState agent : state.agents()) {
      if (own.test(agent) && agent.declared().outgoing().isEmpty() && agent.processed() > 0) {
        JsonNode output =
            agent.declared().type() == AgentType.AGGREGATOR
                ? BuiltInAgents.collectedOutput(agent)
                : agent.output();
        outputs.set(agent.id(), output);
      }
    }
    return outputs;
  }

  private void completeByQuiescence(String node, JsonNode output) {
    life.completed(node, quietResult(output));
  }

  /** Of what ends because nothing is left to do, and not by the word of an agent. */
  private static ObjectNode quietResult(JsonNode output) {
    ObjectNode result = Json.object().putNull("agent_id");
    result.set("output", output);
    return result.put("completed_by", "quiescence");
  }
}
