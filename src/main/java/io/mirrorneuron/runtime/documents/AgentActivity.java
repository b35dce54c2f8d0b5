package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import java.util.List;
import java.util.stream.Stream;

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
                    .flatMap(step -> Stream.concat(Stream.of(step), state.steps().instances(step)))
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
