package io.mirrorneuron.runtime.schedule.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * An event of this runtime.
 *
 * @param id derived from its subject, so that a repeat is stored once; null for an event that is
 *     published only once
 * @param chain how many runtime events in a row led to it, each by a job that led to the next
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record RuntimeEvent(String id, String type, Map<String, Object> payload, int chain) {
  private static final Pattern ID = Pattern.compile("event_.+-[0-9]{1,11}");

  /** The id of the event with a number among the events of a subject. */
  public static String idOf(String about, long number) {
    return "event_%s-%d".formatted(about, number);
  }

  /** Whether the id has the form of runtime events; events from outside must not use it. */
  static boolean isIdOfOwn(String id) {
    return ID.matcher(id).matches();
  }

  /** The chain length for work that a trigger event has started. */
  public static int chainAfter(Map<String, Object> event, Map<String, Object> payload) {
    boolean isOwn = RuntimeEventSource.TELLER.equals(event.get("source"));
    return isOwn ? chainOf(payload) + 1 : 0;
  }

  /** The chain length in the payload of a runtime event. */
  public static int chainOf(Map<String, Object> payload) {
    return payload.get("chain") instanceof Number chain ? chain.intValue() : 0;
  }

  /** Receives runtime events, beside the schedules. */
  public interface RuntimeEventListener {
    RuntimeEventListener NOBODY =
        new RuntimeEventListener() {
          @Override
          public boolean listensFor(String type) {
            return false;
          }

          @Override
          public void happened(TriggerEvent event) {}
        };

    /**
     * Whether events of this type have a receiver. May block.
     *
     * @throws io.mirrorneuron.model.MnException UNAVAILABLE
     */
    boolean listensFor(String type);

    /**
     * Must have stored the event durably when it returns. May block. May get an event again, with
     * the same id.
     *
     * @param event without its secrets
     * @throws io.mirrorneuron.model.MnException UNAVAILABLE when the caller must retry
     */
    void happened(TriggerEvent event);
  }
}
