package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.Sha256;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Derives the id of a dispatch from its schedule and its cause, so that neither a crash nor a
 * second leader makes another dispatch of it.
 */
final class DispatchIds {
  private static final String PREFIX = "dispatch_";
  private static final int DIGITS = 24;

  /** Digits of a job id. */
  private static final int JOB_DIGITS = 12;

  private DispatchIds() {}

  /** Id for a time of the schedule. */
  static String ofTime(String scheduleId, long at) {
    return of(scheduleId, "at", Long.toString(at));
  }

  static String ofEvent(String scheduleId, String eventId) {
    return of(scheduleId, "event", eventId);
  }

  /**
   * Id for events that make a job together.
   *
   * @param parts ids of the events, in an order that follows from them
   */
  static String ofEvents(String scheduleId, List<String> parts) {
    return of(scheduleId, "events", String.join("\0", parts));
  }

  /**
   * @param call unique for each call that is to make a job
   */
  static String ofCall(String scheduleId, String call) {
    return of(scheduleId, "call", call);
  }

  /** The same for the same payload, whatever the order of its members. */
  static String ofContent(Map<String, Object> payload) {
    byte[] content = Json.canonical(Json.MAPPER.valueToTree(payload));
    return Sha256.of(new String(content, StandardCharsets.UTF_8)).substring(0, JOB_DIGITS);
  }

  private static String of(String... parts) {
    return PREFIX + Sha256.of(String.join("\0", parts)).substring(0, DIGITS);
  }

  /** The end of its job's id, after a time. */
  static String jobPart(String dispatchId) {
    return Sha256.of(dispatchId).substring(0, JOB_DIGITS);
  }

  /** A number from 0 to below {@code most}, always the same for one dispatch. */
  static long spread(String dispatchId, long most) {
    return most <= 0
        ? 0
        : Long.parseUnsignedLong(Sha256.of(dispatchId).substring(0, 15), 16) % most;
  }
}
