package io.mirrorneuron.runtime.decide;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.decide.Turn.Effect;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobDefinition;
import io.mirrorneuron.runtime.state.JobOrigin;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Redefinition;
import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import io.mirrorneuron.runtime.workflow.SameGraph;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Changes the definition of agents of a running job. The change takes effect for all of them at one
 * moment, in which none has a message in hand; until then, agents that are done wait for the rest.
 * So each message is handled by one definition, and a running program ends under the definition it
 * began with. A program that was stopped, or whose message waits for a retry, has handled nothing
 * yet.
 */
public final class Redefinitions {
  public static final String STARTED = "deployment_agent_update_started";
  public static final String COMPLETED = "deployment_agent_update_completed";

  private final JobState state;
  private final Turn turn;
  private final Consumer<Mailbox> launch;

  /**
   * @param launch runs a stopped program again
   */
  public Redefinitions(JobState state, Turn turn, Consumer<Mailbox> launch) {
    this.state = state;
    this.turn = turn;
    this.launch = launch;
  }

  public void take(Input.OfDeployment command) {
    switch (command) {
      case Input.Redefine redefine -> order(redefine);
      case Input.Play play -> state.definition().play(play.role());
    }
  }

  /** Accepts the order unless it was accepted before, or does not follow the job's definition. */
  private void order(Input.Redefine command) {
    Redefinition next = command.order();
    JobDefinition definition = state.definition();
    if (next.number() == definition.number() && next.by().equals(lastBy(definition))) {
      return; // a repeated order: its sender did not get the reply
    }
    Optional<MnException> refusal = refusal(next);
    if (refusal.isPresent()) {
      turn.refuse(command, refusal.get());
      return;
    }
    Redefinition taken = next.taken(turn.now());
    definition.order(taken);
    if (taken.stop().at() != 0) {
      turn.effect(new Effect.Wake(null, taken.stop().at()));
    }
    tell(STARTED, next);
  }

  /**
   * Stops programs whose time to finish is over: they offer services and may never end. Their
   * messages are handled by the new definition.
   */
  public void stopPrograms() {
    Redefinition pending = state.definition().pending();
    if (pending == null) {
      return;
    }
    for (Mailbox mailbox : state.mailboxes().waiting()) {
      String agent = mailbox.agentId().replaceFirst("@.*$", "");
      if (mailbox.isFlying() && pending.stop().isDue(agent, turn.now())) {
        turn.effect(new Effect.Stop(mailbox.flight().executionId()));
      }
    }
  }

  private static Object lastBy(JobDefinition definition) {
    return definition.pending() == null ? definition.by() : definition.pending().by();
  }

  private Optional<MnException> refusal(Redefinition next) {
    long number = state.definition().number();
    if (state.status() == JobStatus.CANCELLING) {
      return Optional.of(MnException.precondition("job " + state.jobId() + " is being cancelled"));
    }
    if (next.number() != number + 1) {
      return Optional.of(
          new MnException(
              ErrorCode.CONFLICT,
              "definition_replaced",
              "job %s has definition %d by now, and this one would follow %d"
                  .formatted(state.jobId(), number, next.number() - 1)));
    }
    List<String> others = differences(next);
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            MnException.invalid(
                "agents of job %s cannot be redefined: %s"
                    .formatted(state.jobId(), String.join("; ", others))));
  }

  private List<String> differences(Redefinition next) {
    Workflow before = state.workflow();
    Workflow after = state.definition().placed(next.workflow());
    List<String> found = new ArrayList<>(SameGraph.differences(before, after));
    if (found.isEmpty()) {
      Set<String> named = new HashSet<>(next.agents());
      String unnamed =
          ChangedAgents.between(before, after).stream()
              .map(id -> id.replaceFirst("@.*$", ""))
              .distinct()
              .filter(id -> !named.contains(id))
              .collect(Collectors.joining(", "));
      if (!unnamed.isEmpty()) {
        found.add("agents that are not named differ, too: " + unnamed);
      }
    }
    return found;
  }

  /** Members of the events; the number identifies the redefinition. */
  private record AgentUpdate(
      String deploymentId,
      String deploymentKey,
      String deploymentVersion,
      String deploymentRole,
      long definition,
      List<String> affectedAgents) {}

  private void tell(String type, Redefinition next) {
    DeployedBy by = next.by();
    turn.event(
        type,
        Json.MAPPER.valueToTree(
            new AgentUpdate(
                by.deploymentId(),
                by.key(),
                by.version(),
                by.role(),
                next.number(),
                next.agents())));
  }

  /** Applies the pending redefinition if it may take effect now; returns whether it did. */
  public boolean settle() {
    JobDefinition definition = state.definition();
    Redefinition next = definition.pending();
    boolean ends = state.status().isTerminal() || state.status() == JobStatus.CANCELLING;
    if (next == null || ends || definition.held().stream().anyMatch(this::isAtWork)) {
      return false;
    }
    Set<String> held = definition.held();
    Set<String> programs =
        definition.next().agents().values().stream()
            .filter(agent -> agent.type() == Workflow.AgentType.EXECUTOR)
            .map(Workflow.Agent::id)
            .collect(Collectors.toSet());
    JobOrigin origin = state.header().origin();
    state.header().origin(origin.withBundle(definition.take(origin.bundle(), programs)));
    state.redefined();
    for (Mailbox mailbox : List.copyOf(state.mailboxes().waiting())) {
      if (held.contains(mailbox.agentId()) && mailbox.flight() == null) {
        state.schedule().consider(mailbox);
      } else if (held.contains(mailbox.agentId()) && state.isRunning()) {
        launch.accept(mailbox);
      }
    }
    tell(COMPLETED, next);
    return true;
  }

  /** Whether the agent runs a program, or waits for a person's answer. */
  private boolean isAtWork(String agentId) {
    AgentState agent = state.peek(agentId);
    return agent != null
        && (agent.flying() > 0
            || state.mailboxes().waiting().stream()
                .anyMatch(mailbox -> mailbox.owner() == agent && mailbox.isHeld()));
  }

  /**
   * Whether the mailbox must wait: its agent would begin something, and is about to be redefined.
   * Agents that need no program are always between two messages.
   */
  public boolean holdsBack(Mailbox mailbox) {
    Workflow.AgentType type = mailbox.owner().declared().type();
    return state.definition().held().contains(mailbox.agentId())
        && (type == Workflow.AgentType.EXECUTOR || type == Workflow.AgentType.HUMAN);
  }
}
