package io.mirrorneuron.runtime.schedule.event;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.event.NewEvent;
import io.mirrorneuron.run.record.EndedJob;
import io.mirrorneuron.wire.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** What an event must be like to be stored. Pure. */
final class EventRules {
  private static final int LONGEST_WORD = 200;
  private static final int LARGEST_PAYLOAD = 2 << 20;
  private static final String USUAL_SOURCE = "api";
  private static final Pattern ID = Pattern.compile("[\\x21-\\x7e]{1," + LONGEST_WORD + "}");
  private static final Pattern WORD =
      Pattern.compile("[^\\p{Cntrl}]{1," + LONGEST_WORD + "}", Pattern.DOTALL);

  private EventRules() {}

  /**
   * The event with what it does not say filled in, but for its id.
   *
   * @throws MnException INVALID
   */
  static NewEvent checked(NewEvent event) {
    String type = word(event.eventType(), "event_type");
    String source = isBlank(event.source()) ? USUAL_SOURCE : word(event.source(), "source");
    if (source.equals(EndedJob.TELLER)) {
      throw MnException.invalid(
          "source %s is for what the runtime tells of itself; give another".formatted(source));
    }
    if (!isBlank(event.eventId()) && !ID.matcher(event.eventId()).matches()) {
      throw MnException.invalid(
          "event_id must be at most %d printable ASCII characters without spaces"
              .formatted(LONGEST_WORD));
    }
    Map<String, Object> payload = event.payload() == null ? Map.of() : event.payload();
    if (Json.write(payload).length() > LARGEST_PAYLOAD) {
      throw MnException.invalid(
          "payload must have at most %d characters as JSON".formatted(LARGEST_PAYLOAD));
    }
    return new NewEvent(
        isBlank(event.eventId()) ? null : event.eventId(),
        type,
        source,
        new LinkedHashMap<>(payload));
  }

  private static String word(String text, String name) {
    if (isBlank(text)) {
      throw MnException.invalid(name + " is required");
    }
    if (!WORD.matcher(text).matches()) {
      throw MnException.invalid(
          "%s must have at most %d characters and no control characters"
              .formatted(name, LONGEST_WORD));
    }
    return text;
  }

  private static boolean isBlank(String text) {
    return text == null || text.isBlank();
  }
}
