package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;

/**
 * The facts of a job's event for subscribers of the job. A missing fact is an empty text or 0
 * unless said otherwise.
 *
 * @param seq its number in the job; null when the runtime does not number events
 * @param timestamp ISO-8601
 * @param agentId null without an agent
 * @param stepId null without a step
 * @param attempt of the step, from 1
 * @param outcome of the step, beside its ending
 * @param retryAt time of the next attempt after a failure, ISO-8601
 * @param warnings of the manifest
 * @param blockedOn parents that a step still waits for when it has its message
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
    String retryAt,
    List<String> warnings,
    List<Parent> blockedOn,
    Payload payload) {
  private static final Payload NO_PAYLOAD = new Payload(null, null, null, null, null, 0);

  public JobEventFacts {
    type = orEmpty(type);
    timestamp = orEmpty(timestamp);
    reason = orEmpty(reason);
    outcome = orEmpty(outcome);
    message = orEmpty(message);
    retryAt = orEmpty(retryAt);
    warnings = warnings == null ? List.of() : List.copyOf(warnings);
    blockedOn = blockedOn == null ? List.of() : List.copyOf(blockedOn);
    payload = payload == null ? NO_PAYLOAD : payload;
  }

  public static JobEventFacts read(JsonNode event) {
    return LenientJson.read(event, JobEventFacts.class);
  }

  /**
   * @param from id of the step
   */
  public record Parent(String from) {}

  /** Ids of the steps that this step waits for. */
  public List<String> parents() {
    return blockedOn.stream().map(Parent::from).filter(Objects::nonNull).toList();
  }

  /**
   * @param type of a message
   * @param from its sender
   * @param delayMs until the next attempt after a failure
   */
  public record Payload(
      String type, String from, String error, String reason, String message, long delayMs) {
    public Payload {
      type = orEmpty(type);
      from = orEmpty(from);
      error = orEmpty(error);
      reason = orEmpty(reason);
      message = orEmpty(message);
    }
  }

  /** Whether the step was skipped because its instances did its work. */
  public boolean isMapped() {
    return outcome.equals("mapped");
  }

  /** Milliseconds from this event to the next attempt; 0 for none. */
  public long nextTryMs() {
    try {
      return retryAt.isEmpty()
          ? payload.delayMs()
          : Duration.between(Instant.parse(timestamp), Instant.parse(retryAt)).toMillis();
    } catch (DateTimeParseException e) {
      return 0;
    }
  }

  private static String orEmpty(String reported) {
    return reported == null ? "" : reported;
  }
}
