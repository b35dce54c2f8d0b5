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
 * Obstacles of a job that are not stored: only the node that owns the job knows them, until it
 * restarts.
 *
 * @param executions knows which programs wait for slots or for resources
 * @param commits answers, for a job id, why commits fail at present
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

  /** The other node that runs the program; empty for this node. */
  Optional<String> where(String executionId) {
    return executions.where(executionId);
  }

  Optional<MnException> ofCommits(String jobId) {
    return commits.apply(jobId);
  }

  /**
   * The activity of an agent, over all its mailboxes.
   *
   * @param depth waiting messages
   * @param lease of one of its running programs, or null
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
