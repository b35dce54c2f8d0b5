package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.RestartHistory;
import io.mirrorneuron.runtime.workflow.RestartPolicy;
import io.mirrorneuron.runtime.workflow.RestartPolicy.WhenExhausted;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Restarts failed agents, as often as their policy allows within its sliding window. Applies where
 * neither a step nor the executor's own {@code max_attempts} does; {@code runtime.md} section 4.4.
 */
final class Restarts {
  private static final int REMEMBERED = 50;

  private final JobState state;
  private final Turn turn;
  private final LifeCycle life;

  Restarts(JobState state, Turn turn, LifeCycle life) {
    this.state = state;
    this.turn = turn;
    this.life = life;
  }

  /** The message at the head of the mailbox could not be handled. */
  void failed(Mailbox mailbox, Failure failure) {
    AgentState agent = mailbox.owner();
    RestartPolicy policy = agent.declared().policies().restart();
    boolean poisoned = policy.attempts() > 0 && mailbox.attempt() > tries(agent.declared());
    if (life.isLasting() && poisoned && !policy.unlimited()) {
      giveUpMessage(mailbox, failure.desc());
      return;
    }
    long at = reserve(agent, policy);
    if (at >= 0) {
      wait(mailbox, at);
      ObjectNode members = describe(policy, agent.restarts().count(), at);
      tell("agent_restart_scheduled", agent, members.put("reason", failure.desc()));
    } else {
      exhausted(mailbox, policy, failure);
    }
  }

  /**
   * After how many failures a lasting job gives up a message: the restarts of one node, and as many
   * on a second node if the agent may move.
   */
  private static int tries(Agent agent) {
    int ofOneNode = agent.policies().restart().attempts();
    return mayMove(agent.policies().reschedule()) ? 2 * ofOneNode + 1 : ofOneNode;
  }

  private static boolean mayMove(RestartPolicy moves) {
    return moves.unlimited() || moves.attempts() > 0;
  }

  /** A service goes on without a message that cannot be handled. */
  void giveUpMessage(Mailbox mailbox, String reason) {
    MessageRouter.deadLetter(turn, mailbox.agentId(), mailbox.head(), reason);
    state.mailboxes().consume(mailbox);
    new Backlog(state, turn).changed(mailbox);
  }

  /** When the agent may be restarted, counting that as a restart; -1 when its window is full. */
  long reserve(AgentState agent, RestartPolicy policy) {
    RestartHistory restarts = agent.restarts();
    restarts.forgetUntil(turn.now() - policy.intervalMs());
    if (!policy.unlimited() && restarts.count() >= policy.attempts()) {
      return -1;
    }
    restarts.add(turn.now(), Math.max(REMEMBERED, policy.attempts()));
    return turn.now() + Math.max(1, policy.delay(restarts.count()));
  }

  private void exhausted(Mailbox mailbox, RestartPolicy policy, Failure failure) {
    AgentState agent = mailbox.owner();
    String agentName = "agent " + agent.id();
    String cause = failure.message().replaceFirst("^" + Pattern.quote(agentName + " failed: "), "");
    String why = Failure.reported(agentName + " restart attempts exhausted", cause);
    if (policy.attempts() > 0 || life.isLasting()) {
      agent.restarts().exhaust(why, turn.now());
    }
    if (policy.whenExhausted() == WhenExhausted.DELAY && !agent.restarts().isEmpty()) {
      long at = agent.restarts().first() + policy.intervalMs();
      wait(mailbox, at);
      ObjectNode members = Json.object().put("reason", failure.desc());
      members.put("exhausted_reason", why).put("retry_at", time(at));
      tell("agent_restart_deferred", agent, members.put("delay_ms", at - turn.now()));
      return;
    }
    RestartPolicy moves = agent.declared().policies().reschedule();
    String from = failure.place().node();
    long at = mayMove(moves) ? rescheduled(agent, moves, from) : -1;
    if (at >= 0) {
      wait(mailbox, at);
      ObjectNode members =
          describe(moves, agent.restarts().moves(), at).put("restart_exhausted_reason", why);
      members.put("failed_node", from).set("reschedule_policy", members.remove("restart_policy"));
      tell("agent_reschedule_scheduled", agent, members.put("reason", failure.desc()));
    } else if (life.isLasting()) {
      mailbox.countAttempt();
      agent.restarts().forgive();
      life.review(why, agent.id());
    } else {
      int tries = Math.max(mailbox.attempt(), policy.attempts() + 1);
      life.fail(
          policy.attempts() == 0
              ? failure
              : failure.withMessage(why).withAttempt(mailbox.attempt(), tries));
    }
  }

  /**
   * Moves the agent to another node after the delay for moves. If no other node meets its request,
   * it starts again on this node.
   */
  private long rescheduled(AgentState agent, RestartPolicy moves, String from) {
    int recent = agent.restarts().movesSince(turn.now() - moves.intervalMs());
    if (!moves.unlimited() && recent >= moves.attempts()) {
      return -1;
    }
    agent.restarts().move(turn.now(), Math.max(REMEMBERED, moves.attempts()), from);
    return turn.now() + Math.max(1, moves.delay(agent.restarts().moves()));
  }

  /** Its program begins on the node: records a move if there was one. */
  void begun(Mailbox mailbox, String node) {
    AgentState agent = mailbox.owner();
    Set<String> left = agent.restarts().left();
    if (agent.restarts().exhausted() != null && !left.isEmpty() && !left.contains(node)) {
      ObjectNode members = Json.object().put("reason", agent.restarts().exhausted());
      members.put("target_node", node);
      tell("agent_reschedule_started", agent, members);
      tell("agent_rescheduled", agent, members.deepCopy());
    }
  }

  private void wait(Mailbox mailbox, long at) {
    mailbox.countAttempt();
    turn.postpone(mailbox, at);
  }

  private ObjectNode describe(RestartPolicy policy, int attempt, long at) {
    ObjectNode members = Json.object().put("attempt", attempt);
    members.put("job_type", state.workflow().jobType().name().toLowerCase(Locale.ROOT));
    members.put("delay_ms", at - turn.now()).put("next_eligible_at", time(at));
    members.set("restart_policy", Json.MAPPER.valueToTree(policy));
    return members;
  }

  private void tell(String type, AgentState agent, ObjectNode members) {
    turn.record(type, agent.id(), null, members);
  }

  private static String time(long at) {
    return Json.timestamp(Instant.ofEpochMilli(at));
  }
}
