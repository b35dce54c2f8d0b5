package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.Definition.Demands;
import io.mirrorneuron.runtime.schedule.Definition.Trigger;
import io.mirrorneuron.runtime.schedule.event.Correlation;
import io.mirrorneuron.runtime.schedule.event.Correlation.Condition;
import io.mirrorneuron.runtime.schedule.event.Debounce;
import io.mirrorneuron.runtime.schedule.event.EventFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads which events a schedule is for; faults are those of the members that are read. */
public final class TriggerReader {
  private static final int FEWEST = 2;
  private static final int MOST = 10;
  private static final long DAY_MS = 86_400_000;
  private static final long LONGEST_MS = 7 * DAY_MS;

  /** How many times its wait a debounced job is held at most, unless it says. */
  private static final int USUAL_WAITS = 10;

  private TriggerReader() {}

  /** Of a schedule that names a type and nothing else. */
  public static Trigger ofType(WrittenMembers schedule) {
    return new Trigger(required(schedule), Map.of(), Demands.NONE, null, null);
  }

  /**
   * @param demands that were read of it
   */
  public static Trigger read(WrittenMembers trigger, Demands demands) {
    Correlation correlate = correlation(trigger);
    return correlate != null
        ? new Trigger(correlate.types(), Map.of(), demands, correlate, null)
        : new Trigger(required(trigger), filters(trigger), demands, null, debounce(trigger));
  }

  private static List<String> required(WrittenMembers of) {
    List<String> types = of.types("event_type");
    if (types.isEmpty()) {
      of.fault("event schedules require trigger.event_type");
    }
    return types;
  }

  /** Null when there is none. */
  private static Correlation correlation(WrittenMembers trigger) {
    if (!trigger.has("correlate")) {
      return null;
    }
    trigger.refuse("event_type", "is said in correlate.events");
    trigger.refuse("filters", "are said in correlate.events");
    trigger.refuse("debounce", "cannot be given beside correlate");
    WrittenMembers correlate = trigger.inner("correlate");
    String key = correlate.text("key");
    long within = millis(correlate, "within_ms", LONGEST_MS, null);
    List<Condition> events = new ArrayList<>();
    List<WrittenMembers> written = correlate.inners("events");
    for (WrittenMembers event : written) {
      events.add(condition(event, key));
    }
    if (events.size() < FEWEST || events.size() > MOST) {
      correlate.fault(
          "%s must be a list of %d to %d events".formatted(correlate.path("events"), FEWEST, MOST));
    }
    long keyed = events.stream().filter(one -> one.key() != null).count();
    if (keyed > 0 && keyed < events.size()) {
      correlate.fault(
          correlate.path("key") + " is required: only some of the events have a key of their own");
    }
    correlate.refuseOthers();
    return new Correlation(events, within);
  }

  private static Condition condition(WrittenMembers event, String usualKey) {
    List<String> types = event.types("event_type");
    if (types.isEmpty()) {
      event.faultOf("event_type", "is required");
    }
    Map<String, Object> filters = filters(event);
    String key = event.text("key");
    event.refuseOthers();
    return new Condition(types, filters, key == null ? usualKey : key);
  }

  /** Null when there is none. */
  private static Debounce debounce(WrittenMembers trigger) {
    if (!trigger.has("debounce")) {
      return null;
    }
    WrittenMembers debounce = trigger.inner("debounce");
    long wait = millis(debounce, "wait_ms", DAY_MS, null);
    long usual = Math.min(LONGEST_MS, USUAL_WAITS * wait);
    long most = millis(debounce, "max_wait_ms", LONGEST_MS, usual);
    if (most < wait) {
      debounce.faultOf("max_wait_ms", "must not be below wait_ms");
    }
    String key = debounce.text("key");
    debounce.refuseOthers();
    return new Debounce(wait, most, key);
  }

  /** A time that is given, or has a default. */
  private static long millis(WrittenMembers of, String name, long most, Long byDefault) {
    if (of.has(name)) {
      return of.number(name, 1, 1, most);
    }
    of.passOver(name);
    if (byDefault == null) {
      of.fault("%s must be a number of milliseconds from 1 to %d".formatted(of.path(name), most));
      return 1;
    }
    return byDefault;
  }

  private static Map<String, Object> filters(WrittenMembers of) {
    Map<String, Object> filters = of.object("filters");
    EventFilter.faults(filters).forEach(fault -> of.fault(of.path("filters") + ": " + fault));
    return filters;
  }
}
