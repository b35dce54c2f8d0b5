package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.PersonWait;
import io.mirrorneuron.runtime.port.Executions.QueuePlace;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Reasons why a job does not go on that are not stored: only the node that owns the job knows them,
 * and forgets them with a restart.
 *
 * @param executions tells where a program waits for slots or for room
 * @param commits answers, for a job id, why its changes cannot be stored now
 */
public record Obstacles(Executions executions, Function<String, Optional<MnException>> commits) {
  Optional<QueuePlace> place(String executionId) {
    return executions.place(executionId);
  }

  Optional<Hold> hold(String executionId) {
    return executions.hold(executionId);
  }

  Optional<PersonWait> person(String executionId) {
    return executions.person(executionId);
  }

  /** The node that runs the program, when that is another one; empty here. */
  Optional<String> where(String executionId) {
    return executions.where(executionId);
  }

  Optional<MnException> ofCommits(String jobId) {
    return commits.apply(jobId);
  }

  /**
   * What an agent is doing, over all its mailboxes.
   *
   * @param depth messages that wait
   * @param lease of one of its programs that run, or null
   */
  record AgentActivity(String status, int depth, boolean isFlying, ObjectNode lease) {

    static AgentActivity of(JobState state, AgentState agent) {
      List<Mailbox> mailboxes =
          Stream.concat(
                  Stream.of(agent.mailbox()),
                  state.steps().of(agent.id()).stream()
                      .flatMap(
                          step -> Stream.concat(Stream.of(step), state.steps().instances(step)))
                      .map(step -> step.mailboxes().of(agent.id())))
              .toList();
      int depth = mailboxes.stream().mapToInt(mailbox -> mailbox.depth()).sum();
      ObjectNode lease =
          mailboxes.stream()
              .filter(mailbox -> mailbox.flight() != null && mailbox.flight().lease() != null)
              .map(mailbox -> mailbox.flight().lease())
              .findFirst()
              .orElse(null);
      return new AgentActivity(
          status(agent, mailboxes, depth, lease), depth, agent.flying() > 0, lease);
    }

    private static String status(
        AgentState agent, List<Mailbox> mailboxes, int depth, ObjectNode lease) {
      if (agent.flying() > 0) {
        return lease == null ? "queued" : "running";
      }
      if (mailboxes.stream().anyMatch(mailbox -> mailbox.flight() != null)) {
        return "paused";
      }
      if (depth > 0) {
        return "queued";
      }
      if (agent.lastError() != null) {
        return "error";
      }
      return agent.processed() > 0 ? "completed" : "ready";
    }
  }
}
