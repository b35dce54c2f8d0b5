package io.mirrorneuron.runtime.schedule.event;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.NewEvent;
import io.mirrorneuron.run.record.EndedJob;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** What an event must be like to be stored. Pure. */
final class EventRules {
  private static final String USUAL_SOURCE = "api";
  private static final Pattern ID =
      Pattern.compile("[\\x21-\\x7e]{1," + GivenLimits.LONGEST_WORD + "}");

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
              .formatted(GivenLimits.LONGEST_WORD));
    }
    if (!isBlank(event.eventId()) && OwnEvent.isIdOfOwn(event.eventId())) {
      throw MnException.invalid(
          "event_id %s has the form of those of the runtime's own events (event_…-NUMBER); give"
                  .formatted(event.eventId())
              + " another");
    }
    Map<String, Object> payload = event.payload() == null ? Map.of() : event.payload();
    GivenLimits.require(payload, GivenLimits.LARGEST_PAYLOAD, "payload");
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
    String fault = GivenLimits.wordFault(text);
    if (fault != null) {
      throw MnException.invalid(name + " " + fault);
    }
    return text;
  }

  private static boolean isBlank(String text) {
    return text == null || text.isBlank();
  }
}
