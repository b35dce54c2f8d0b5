package io.mirrorneuron.port;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * An agent of a job. What a runtime does not tell is null.
 *
 * @param type {@code executor}, {@code router} …
 * @param processed how many messages it has handled
 * @param depth how many wait for it
 */
public record JobAgent(
    String id, String type, String status, Long processed, Long depth, String lastError) {

  static JobAgent of(JsonNode agent) {
    return new JobAgent(
        JobBrief.word(agent, "agent_id"),
        JobBrief.word(agent, "agent_type"),
        JobBrief.word(agent, "status"),
        count(agent.path("processed_messages")),
        count(agent.path("mailbox_depth")),
        JobBrief.word(agent, "last_error"));
  }

  private static Long count(JsonNode number) {
    return number.isNumber() ? number.asLong() : null;
  }
}
