package io.mirrorneuron.port.schedule;

import io.mirrorneuron.model.MnException;
import java.util.Map;

/**
 * An event that somebody wants to tell.
 *
 * @param eventId names it if it may be told again; null or blank for one that is told once
 * @param source null or blank is {@code api}
 * @param payload null is none
 */
public record NewEvent(
    String eventId, String eventType, String source, Map<String, Object> payload) {
  /** The source of what a gateway tells of itself. */
  public static final String GATEWAY = "mn-api";

  /** What begins the sources of what was sent to webhooks. */
  public static final String WEBHOOK = "webhook:";

  /**
   * What a gateway and webhooks tell is told by nobody else.
   *
   * @throws MnException INVALID when the source is one of theirs
   */
  public void requireOwnSource() {
    if (source != null && (source.equals(GATEWAY) || source.startsWith(WEBHOOK))) {
      throw MnException.invalid(
          "source %s is reserved for uploads and webhooks; give another".formatted(source));
    }
  }
}
