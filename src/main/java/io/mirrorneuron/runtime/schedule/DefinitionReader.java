package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.schedule.Definition.Demands;
import io.mirrorneuron.runtime.schedule.Definition.Kind;
import io.mirrorneuron.runtime.schedule.Definition.MissedPolicy;
import io.mirrorneuron.runtime.schedule.Definition.Trigger;
import io.mirrorneuron.runtime.schedule.Definition.Window;
import io.mirrorneuron.runtime.schedule.cron.Calendar;
import io.mirrorneuron.runtime.schedule.cron.WrittenTime;
import io.mirrorneuron.runtime.schedule.event.Correlation;
import io.mirrorneuron.runtime.schedule.event.Correlation.Condition;
import io.mirrorneuron.runtime.schedule.event.Debounce;
import io.mirrorneuron.runtime.schedule.event.EventFilter;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads an author's text of a schedule and reports all faults at once. */
public final class DefinitionReader {
  private static final long GRACE_MS = 60_000;
  private static final int CATCHUP_LIMIT = 10;
  private static final long RETRY_MS = 30_000;
  private static final long LEAST_RETRY_MS = 1_000;

  private static final Pattern SPAN = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
  private static final Map<String, Long> UNITS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  /** Members that other schedulers have in place of cron. */
  private static final List<String> INTERVALS =
      List.of("interval", "interval_ms", "interval_seconds", "every");

  /** Ten years. */
  private static final long LONGEST_MS = 315_360_000_000L;

  /** Most pending dispatches of one schedule: no state can hold more. */
  public static final int MOST_WAITING = 100;

  private final Calendar calendar;
  private final JsonMemberReader given;
  private final long now;

  private DefinitionReader(Calendar calendar, Map<String, Object> given, long now) {
    this.calendar = calendar;
    this.given = new JsonMemberReader("schedule.", given);
    this.now = now;
  }

  /**
   * @param given as its author wrote it
   * @param now base of a delay, milliseconds since the epoch
   * @throws MnException INVALID with all faults
   */
  public static Definition read(Calendar calendar, Map<String, Object> given, long now) {
    DefinitionReader reader = new DefinitionReader(calendar, given, now);
    Definition read = reader.read();
    List<String> faults = reader.given.faults();
    if (!faults.isEmpty()) {
      throw MnException.invalid(String.join("; ", faults));
    }
    return read;
  }

  private Definition read() {
    Kind kind = kind();
    String zone = zone();
    List<String> crons = kind == Kind.PERIODIC ? crons() : none("cron", "crons");
    Long runAt = kind == Kind.DELAYED ? runAt(zone) : null;
    if (kind != Kind.DELAYED) {
      none("run_at", "delay_ms");
    }
    Long retry =
        kind == Kind.RESOURCE_WAIT
            ? given.number("retry_interval_ms", RETRY_MS, LEAST_RETRY_MS, LONGEST_MS)
            : null;
    if (kind != Kind.RESOURCE_WAIT) {
      none("retry_interval_ms");
    }
    MissedPolicy policy = missedPolicy();
    long grace = given.number("missed_grace_ms", GRACE_MS, LONGEST_MS);
    Definition read =
        new Definition(
            kind,
            given.word("name"),
            crons,
            zone,
            runAt,
            retry,
            given.flag("prohibit_overlap", true),
            policy,
            (int) given.number("catchup_limit", CATCHUP_LIMIT, MOST_WAITING),
            catchupWithin(policy, grace),
            grace,
            given.number("jitter_ms", 0, 86_400_000),
            window(),
            kind == Kind.EVENT ? trigger() : noTrigger(),
            given.object("parameterized"),
            given.object("metadata"));
    demands(read.parameterized(), given);
    end();
    return read;
  }

  /** Refuses all members that are not known. */
  private void end() {
    given.flag("enabled", true);
    given.passOver("version");
    INTERVALS.forEach(name -> given.refuse(name, "is not known: write cron, such as */5 * * * *"));
    given.refuseOthers();
  }

  private List<String> none(String... names) {
    for (String name : names) {
      given.refuse(name, "is for schedules of another kind");
    }
    return List.of();
  }

  private Trigger noTrigger() {
    none("trigger", "event_type");
    return null;
  }

  private Kind kind() {
    String word = given.text("kind");
    if (word == null) {
      return given.has("event_type") || given.has("trigger")
          ? Kind.EVENT
          : given.has("run_at") || given.has("delay_ms") ? Kind.DELAYED : Kind.PERIODIC;
    }
    for (Kind kind : Kind.values()) {
      if (kind.word().equals(word)) {
        return kind;
      }
    }
    throw MnException.invalid(
        "schedule.kind must be periodic, delayed, event, or resource_wait"); // the rest depends
  }

  private String zone() {
    String other = given.text("time_zone");
    String named = given.text("timezone");
    String zone = named != null ? named : other != null ? other : "UTC";
    try {
      return WrittenTime.zone(zone);
    } catch (DateTimeException e) {
      given.fault(e.getMessage());
      return "UTC";
    }
  }

  private List<String> crons() {
    int faults = given.faults().size();
    List<String> crons = new ArrayList<>(given.texts("crons"));
    crons.addAll(given.texts("cron"));
    if (crons.isEmpty() && given.faults().size() == faults) {
      given.fault("periodic schedules require cron or crons");
    }
    for (String cron : crons) {
      String fault = calendar.fault(cron);
      if (fault != null) {
        given.fault(fault);
      }
    }
    return crons.stream().map(String::strip).distinct().toList();
  }

  private Long runAt(String zone) {
    Long delay = given.positive("delay_ms", null, LONGEST_MS);
    String text = given.text("run_at");
    if (text != null && delay != null) {
      given.fault("give run_at or delay_ms, not both");
      return now;
    }
    Long at = text == null ? delay == null ? null : Long.valueOf(now + delay) : time(text, zone);
    if (at == null) {
      given.fault(
          "delayed schedules require a valid run_at or delay_ms"
              + (text == null
                  ? ""
                  : ": \"%s\" %s"
                      .formatted(
                          text, WrittenTime.fault(text).replace("must be a time", "is no time"))));
      return now;
    }
    return at;
  }

  /** Milliseconds since the epoch; a time without an offset is one of the schedule's zone. */
  public static Long time(String text, String zone) {
    return WrittenTime.millis(text, zone);
  }

  private MissedPolicy missedPolicy() {
    String word = given.text("missed_policy");
    if (word == null) {
      return MissedPolicy.SKIP;
    }
    for (MissedPolicy policy : MissedPolicy.values()) {
      if (policy.word().equals(word)) {
        return policy;
      }
    }
    given.fault("schedule.missed_policy must be skip, catchup_one, or catchup_all");
    return MissedPolicy.CATCHUP_ONE;
  }

  /** Null for the default of the kind. */
  private Long catchupWithin(MissedPolicy policy, long grace) {
    Long millis = given.positive("catchup_within_ms", null, LONGEST_MS);
    String text = given.text("catchup_within");
    if (text != null && millis != null) {
      given.fault("give schedule.catchup_within or schedule.catchup_within_ms, not both");
      return null;
    }
    if (text != null) {
      millis = span(text);
      if (millis == null || millis < 1 || millis > LONGEST_MS) {
        given.faultOf(
            "catchup_within", "must be a time such as 36h, 7d or 90m, of at most ten years");
        return null;
      }
    }
    if (millis != null && policy == MissedPolicy.SKIP) {
      given.fault(
          "schedule.catchup_within means nothing where missed_policy is skip, its default; set"
              + " catchup_one or catchup_all");
    } else if (millis != null && millis <= grace) {
      given.fault(
          "schedule.catchup_within must be longer than missed_grace_ms (%d): a time is missed only after that"
              .formatted(grace));
    }
    return millis;
  }

  /** Null when the text is no duration. */
  private static Long span(String text) {
    Matcher form = SPAN.matcher(text);
    return form.matches()
        ? Long.valueOf(Long.parseLong(form.group(1)) * UNITS.get(form.group(2)))
        : null;
  }

  private Window window() {
    if (!given.has("window")) {
      return null;
    }
    JsonMemberReader window = given.inner("window");
    Long duration = window.positive("duration_ms", null, LONGEST_MS);
    if (duration == null) {
      window.fault("schedule.window.duration_ms must be a number above 0");
    }
    String action = window.text("end_action");
    if (action != null && !action.equals("cancel") && !action.equals("none")) {
      window.fault("schedule.window.end_action must be cancel or none");
    }
    window.refuseOthers();
    return new Window(duration == null ? 1 : duration, !"none".equals(action));
  }

  private Trigger trigger() {
    if (!given.has("trigger")) {
      return TriggerReader.ofType(given);
    }
    given.refuse("event_type", "is said in trigger");
    JsonMemberReader trigger = given.inner("trigger");
    Trigger read = TriggerReader.read(trigger, demands(trigger));
    trigger.refuseOthers();
    return read;
  }

  private static Demands demands(JsonMemberReader of) {
    String payload = of.text("payload");
    if (payload != null && !List.of("required", "optional", "forbidden").contains(payload)) {
      of.faultOf("payload", "must be required, optional, or forbidden");
    }
    if ("forbidden".equals(payload) && !of.texts("meta_required").isEmpty()) {
      of.fault(of.path("meta_required") + " are members of a payload, which is forbidden");
    }
    return new Demands(
        payload == null ? "optional" : payload,
        of.texts("meta_required"),
        of.texts("meta_optional"));
  }

  /** What a parameterized schedule requires of its dispatches. */
  public static Demands demands(Map<String, Object> parameterized) {
    return demands(new JsonMemberReader("schedule.parameterized.", parameterized));
  }

  private static void demands(Map<String, Object> parameterized, JsonMemberReader given) {
    JsonMemberReader members = new JsonMemberReader("schedule.parameterized.", parameterized);
    demands(members);
    members.refuseOthers();
    members.faults().forEach(given::fault);
  }

  /** Reads the events of a schedule; faults are those of the members read. */
  private static final class TriggerReader {
    private static final int FEWEST = 2;
    private static final int MOST = 10;
    private static final long DAY_MS = 86_400_000;
    private static final long LONGEST_MS = 7 * DAY_MS;

    /** Default of the longest debounce, in multiples of its wait. */
    private static final int USUAL_WAITS = 10;

    private TriggerReader() {}

    /** Trigger of a schedule that names only a type. */
    public static Trigger ofType(JsonMemberReader schedule) {
      return new Trigger(required(schedule), Map.of(), Demands.NONE, null, null);
    }

    /**
     * @param demands as they were read from it
     */
    public static Trigger read(JsonMemberReader trigger, Demands demands) {
      Correlation correlate = correlation(trigger);
      return correlate != null
          ? new Trigger(correlate.types(), Map.of(), demands, correlate, null)
          : new Trigger(required(trigger), filters(trigger), demands, null, debounce(trigger));
    }

    private static List<String> required(JsonMemberReader of) {
      List<String> types = of.types("event_type");
      if (types.isEmpty()) {
        of.fault("event schedules require trigger.event_type");
      }
      return types;
    }

    private static Correlation correlation(JsonMemberReader trigger) {
      if (!trigger.has("correlate")) {
        return null;
      }
      trigger.refuse("event_type", "is said in correlate.events");
      trigger.refuse("filters", "are said in correlate.events");
      trigger.refuse("debounce", "cannot be given beside correlate");
      JsonMemberReader correlate = trigger.inner("correlate");
      String key = correlate.text("key");
      long within = millis(correlate, "within_ms", LONGEST_MS, null);
      List<Condition> events = new ArrayList<>();
      List<JsonMemberReader> written = correlate.inners("events");
      for (JsonMemberReader event : written) {
        events.add(condition(event, key));
      }
      if (events.size() < FEWEST || events.size() > MOST) {
        correlate.fault(
            "%s must be a list of %d to %d events"
                .formatted(correlate.path("events"), FEWEST, MOST));
      }
      long keyed = events.stream().filter(one -> one.key() != null).count();
      if (keyed > 0 && keyed < events.size()) {
        correlate.fault(
            correlate.path("key")
                + " is required: only some of the events have a key of their own");
      }
      correlate.refuseOthers();
      return new Correlation(events, within);
    }

    private static Condition condition(JsonMemberReader event, String usualKey) {
      List<String> types = event.types("event_type");
      if (types.isEmpty()) {
        event.faultOf("event_type", "is required");
      }
      Map<String, Object> filters = filters(event);
      String key = event.text("key");
      event.refuseOthers();
      return new Condition(types, filters, key == null ? usualKey : key);
    }

    private static Debounce debounce(JsonMemberReader trigger) {
      if (!trigger.has("debounce")) {
        return null;
      }
      JsonMemberReader debounce = trigger.inner("debounce");
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

    /** A duration that is given, or has a default. */
    private static long millis(JsonMemberReader of, String name, long most, Long byDefault) {
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

    private static Map<String, Object> filters(JsonMemberReader of) {
      Map<String, Object> filters = of.object("filters");
      EventFilter.faults(filters).forEach(fault -> of.fault(of.path("filters") + ": " + fault));
      return filters;
    }
  }
}
