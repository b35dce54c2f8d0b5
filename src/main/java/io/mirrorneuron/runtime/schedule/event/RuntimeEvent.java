package io.mirrorneuron.runtime.schedule.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Something that has happened in this runtime.
 *
 * @param id follows from what it is about, so that it is stored once however often it is told; null
 *     for what is told once
 * @param chain how many events of the runtime in a row led to it, each of which made a job that led
 *     to the next
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record RuntimeEvent(String id, String type, Map<String, Object> payload, int chain) {
  private static final Pattern ID = Pattern.compile("event_.+-[0-9]{1,11}");

  /** The id of the event with a number among those that are about something. */
  public static String idOf(String about, long number) {
    return "event_%s-%d".formatted(about, number);
  }

  /** Whether an event of the runtime may have this id. Nobody else may give it. */
  static boolean isIdOfOwn(String id) {
    return ID.matcher(id).matches();
  }

  /** How much longer the chain is that what was due for an event goes on. */
  public static int chainAfter(Map<String, Object> event, Map<String, Object> payload) {
    boolean isOwn = RuntimeEventSource.TELLER.equals(event.get("source"));
    return isOwn ? chainOf(payload) + 1 : 0;
  }

  /** What an event of the runtime says of it. */
  public static int chainOf(Map<String, Object> payload) {
    return payload.get("chain") instanceof Number chain ? chain.intValue() : 0;
  }

  /** Hears what the runtime tells of itself, beside the schedules that wait for it. */
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
     * Whether events of this type are worth making. May block.
     *
     * @throws io.mirrorneuron.model.MnException UNAVAILABLE
     */
    boolean listensFor(String type);

    /**
     * May block; has remembered the event for good when it returns. May be told an event again,
     * with the same id.
     *
     * @param event without its secrets
     * @throws io.mirrorneuron.model.MnException UNAVAILABLE when it is to be told again
     */
    void happened(TriggerEvent event);
  }
}
