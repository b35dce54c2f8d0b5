package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.decide.Turn.Effect;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobOrigin;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Targets;
import io.mirrorneuron.runtime.state.Targets.Target;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The copies of a system job, one on each node that may run it. A copy begins when its node joins,
 * ends when the node is left, and completes by itself.
 */
public final class SystemJobCopies {
  private final JobState state;
  private final Turn turn;

  public SystemJobCopies(JobState state, Turn turn) {
    this.state = state;
    this.turn = turn;
  }

  private Targets targets() {
    return state.header().origin().targets();
  }

  private void change(Target next) {
    state.spread(targets().with(next));
  }

  /**
   * Applies changes of the nodes.
   *
   * @return nodes whose copies are to begin
   */
  public List<String> order(Input.Spread order) {
    List<String> begun = new ArrayList<>();
    Targets before = targets();
    if (before.isNone() || !state.isRunning()) {
      return begun; // the input is repeated later
    }
    for (String node : order.nodes()) {
      if (targets().find(node).map(one -> one.phase() == Target.Phase.LEFT).orElse(true)) {
        change(Target.of(node));
        forgetRound(state, node);
        begun.add(node);
        turn.event("system_target_added", Json.object().put("system_target", node));
      }
    }
    for (Target one : targets().open()) {
      if (!order.known().isEmpty() && !order.known().contains(one.node())) {
        leave(one, "its node is gone for good");
      }
    }
    for (Map.Entry<String, String> left : order.left().entrySet()) {
      targets()
          .find(left.getKey())
          .filter(Target::isOpen)
          .ifPresent(one -> leave(one, left.getValue()));
    }
    if (!targets().equals(before) && state.plan() != null) {
      state.plan(targets().plan(state.plan(), state.workflow()));
    }
    return begun;
  }

  /** Clears what aggregators of this node's copy have collected. */
  public static void forgetRound(JobState state, String node) {
    Targets targets = state.header().origin().targets();
    state
        .streamAgents()
        .filter(agent -> targets.of(agent.id()).equals(targets.find(node)))
        .forEach(AgentState::forgetRound);
  }

  private void leave(Target target, String reason) {
    drop(target);
    change(target.left());
    ObjectNode members = Json.object().put("system_target", target.node());
    turn.event("system_target_left", members.put("reason", reason));
  }

  /** Drops the messages and programs of the copy. */
  private void drop(Target target) {
    for (Mailbox mailbox : List.copyOf(state.mailboxes().waiting())) {
      if (targets().of(mailbox.agentId()).equals(Optional.of(target))) {
        if (mailbox.flight() != null) {
          turn.effect(new Effect.Stop(mailbox.flight().executionId()));
          state.schedule().fly(mailbox, null);
        }
        state.mailboxes().clear(mailbox);
      }
    }
  }

  /** The node whose copy the agent belongs to; null where the job is no system job. */
  public String nodeOf(String agentId) {
    JobOrigin origin = state.header().origin();
    return agentId == null
        ? origin.target()
        : targets().of(agentId).map(Target::node).orElse(origin.target());
  }

  /** Records that an agent has completed a job that goes on. */
  public void tell(String agentId, ObjectNode result) {
    tell(nodeOf(agentId), agentId, result);
  }

  /** The copy of a node has nothing left to do, in a job that goes on. */
  public void reported(String node, ObjectNode result) {
    tell(node, null, result);
  }

  private void tell(String node, String agentId, ObjectNode result) {
    ObjectNode members = Json.object();
    if (node != null) {
      members.put("system_target", node);
    }
    members.set("result", result);
    String type =
        switch (state.workflow().jobType()) {
          case SYSTEM -> "system_target_completed";
          case SYSBATCH -> "sysbatch_target_completed";
          default -> "service_agent_completed";
        };
    turn.record(type, agentId, null, members);
  }

  /**
   * The copy of a node has done its work for good.
   *
   * @param result after the last copy it gets what each copy has completed with
   * @return whether this was the last copy
   */
  public boolean completed(String node, ObjectNode result) {
    ObjectNode own = Json.object();
    own.set("agent_id", result.get("agent_id")); // null when no agent has completed it
    own.set("output", result.get("output"));
    tell(node, own.get("agent_id").textValue(), own);
    Target done = Target.of(node).completed(own);
    if (targets().isNone()) {
      list(result, List.of(done));
      return true;
    }
    targets().find(node).ifPresent(this::drop);
    change(done);
    if (targets().open().isEmpty()) {
      list(result, targets().completed());
    }
    return targets().open().isEmpty();
  }

  /** The job's result, if only copies that have left were still open. */
  public Optional<ObjectNode> rest() {
    if (!state.isRunning() || !targets().open().isEmpty() || targets().completed().isEmpty()) {
      return Optional.empty();
    }
    ObjectNode last = targets().completed().getLast().result().deepCopy();
    list(last, targets().completed());
    return Optional.of(last);
  }

  private static void list(ObjectNode result, List<Target> completed) {
    result.putArray("completed_agents");
    result.putArray("completed_targets");
    result.putObject("target_results");
    for (Target one : completed) {
      if (one.result().hasNonNull("agent_id")) {
        result.withArray("completed_agents").add(one.result().get("agent_id"));
      }
      result.withArray("completed_targets").add(one.node());
      ((ObjectNode) result.get("target_results")).set(one.node(), one.result());
    }
  }
}
