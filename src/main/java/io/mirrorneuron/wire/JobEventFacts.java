package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What an event of a job tells those who follow the job. What it does not tell is an empty text or
 * 0 unless said otherwise.
 *
 * @param seq its number in the job; null when the runtime does not number events
 * @param timestamp ISO-8601
 * @param agentId null for what concerns no agent
 * @param stepId null for what concerns no step
 * @param attempt of the step, from 1
 * @param outcome of the step, beside its ending
 */
public record JobEventFacts(
    Long seq,
    String type,
    String timestamp,
    String agentId,
    String stepId,
    String reason,
    int attempt,
    String outcome,
    String message,
    Payload payload) {
  private static final Payload NO_PAYLOAD = new Payload(null, null, null, null, null);

  public JobEventFacts {
    type = orEmpty(type);
    timestamp = orEmpty(timestamp);
    reason = orEmpty(reason);
    outcome = orEmpty(outcome);
    message = orEmpty(message);
    payload = payload == null ? NO_PAYLOAD : payload;
  }

  public static JobEventFacts read(JsonNode event) {
    return LenientJson.read(event, JobEventFacts.class);
  }

  /**
   * @param type of a message
   * @param from its sender
   */
  public record Payload(String type, String from, String error, String reason, String message) {
    public Payload {
      type = orEmpty(type);
      from = orEmpty(from);
      error = orEmpty(error);
      reason = orEmpty(reason);
      message = orEmpty(message);
    }
  }

  private static String orEmpty(String told) {
    return told == null ? "" : told;
  }
}
