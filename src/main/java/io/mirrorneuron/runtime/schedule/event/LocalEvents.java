package io.mirrorneuron.runtime.schedule.event;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.Sha256;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.TriggerEvents.EmittedEvent;
import io.mirrorneuron.port.schedule.TriggerEvents.NewEvent;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.run.record.JobEnds.EndedJob;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.schedule.event.RuntimeEvent.RuntimeEventListener;
import io.mirrorneuron.store.TriggerEventStore;
import io.mirrorneuron.store.TriggerEventStore.Room;
import io.mirrorneuron.store.TriggerEventStore.Seal;
import io.mirrorneuron.store.TriggerEventStore.Teller;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The events of this store. An event is stored before any reaction to it, and a repeated delivery
 * reacts again: a sender without an answer may send it again, and no job of it is lost or made
 * twice.
 */
public final class LocalEvents implements TriggerEvents {
  /** Room for events from outside, and the same for runtime events. */
  public static final Room ROOM = new Room(MOST, 8 << 20);

  /** Somewhat less than the store guarantees. */
  private static final Duration KNOWN_FOR = Duration.ofHours(23);

  private static final int SEAL_DIGITS = 32;
  private static final String EMITTED = "emitted";
  private static final String KNOWN = "known";

  private final TriggerEventStore store;
  private final EventReaction reaction;
  private final RuntimeEventListener listener;
  private final Clock clock;
  private final Supplier<String> ids;

  /**
   * @param listener receives runtime events
   * @param ids gives unique ids
   */
  public LocalEvents(
      TriggerEventStore store,
      EventReaction reaction,
      RuntimeEventListener listener,
      Clock clock,
      Supplier<String> ids) {
    this.store = store;
    this.reaction = reaction;
    this.listener = listener;
    this.clock = clock;
    this.ids = ids;
  }

  @Override
  public EmittedEvent emit(NewEvent reported) {
    return emit(
        Teller.OTHERS, EventRules.checked(reported), RuntimeEventListener.NOBODY, reaction::soon);
  }

  /**
   * Emits a runtime event.
   *
   * @param isActedOn whether schedules react to it
   */
  EmittedEvent tell(NewEvent own, boolean isActedOn) {
    return emit(Teller.RUNTIME, own, listener, isActedOn ? reaction : EventReaction.NONE);
  }

  /** Whether {@link #tellOnly} has a receiver. */
  boolean isListenedFor(String type) {
    return listener.listensFor(type);
  }

  /** Sends the event to the listener only: it is not stored, and no schedule reacts to it. */
  void tellOnly(TriggerEvent own) {
    listener.happened(shown(Json.write(own)));
  }

  /** Whether a repeated event of that time would be recognized. */
  boolean stillKnows(Instant time) {
    return time != null && time.isAfter(clock.instant().minus(KNOWN_FOR));
  }

  private EmittedEvent emit(
      Teller teller, NewEvent reported, RuntimeEventListener hears, EventReaction acts) {
    boolean mayComeAgain = reported.eventId() != null;
    TriggerEvent event =
        new TriggerEvent(
            mayComeAgain ? reported.eventId() : "event_" + ids.get(),
            reported.eventType(),
            reported.source(),
            reported.payload(),
            Json.timestamp(clock.instant()));
    Seal seal =
        mayComeAgain
            ? new Seal(event.eventId(), event.createdAt() + " " + fingerprint(reported))
            : null;
    Optional<String> earlier = Answers.await(store.add(teller, Json.write(event), seal));
    if (earlier.isPresent()) {
      event = earlier(event, earlier.get(), seal.text());
    }
    TriggerEvent shown = shown(Json.write(event));
    hears.happened(shown);
    return EmittedEvent.of(earlier.isPresent() ? KNOWN : EMITTED, shown, acts.happened(event));
  }

  private static TriggerEvent earlier(TriggerEvent event, String seal, String itsSeal) {
    String[] parts = seal.split(" ");
    if (!itsSeal.endsWith(" " + parts[1])) {
      throw new MnException(
          ErrorCode.CONFLICT,
          "event_id_in_use",
          "another event with the id %s was emitted at %s".formatted(event.eventId(), parts[0]));
    }
    return new TriggerEvent(
        event.eventId(), event.eventType(), event.source(), event.payload(), parts[0]);
  }

  private static String fingerprint(NewEvent reported) {
    byte[] content = Json.canonical(Json.MAPPER.valueToTree(reported));
    return new Sha256().add(content).hex().substring(0, SEAL_DIGITS);
  }

  @Override
  public Kept list(int limit) {
    int most = limit <= 0 ? USUAL_PAGE : Math.min(limit, MOST);
    List<String> newest = Answers.await(store.newest(most));
    return new Kept(newest.stream().map(LocalEvents::shown).toList());
  }

  private static TriggerEvent shown(String document) {
    return Json.read(Redaction.ofObject(document), TriggerEvent.class, "stored event");
  }

  /** Validates events before they are stored. Pure. */
  private static final class EventRules {
    private static final String USUAL_SOURCE = "api";
    private static final Pattern ID =
        Pattern.compile("[\\x21-\\x7e]{1," + InputLimits.LONGEST_WORD + "}");

    private EventRules() {}

    /**
     * The event with defaults filled in, except for its id.
     *
     * @throws MnException INVALID
     */
    static NewEvent checked(NewEvent event) {
      String type = word(event.eventType(), "event_type");
      String source = isBlank(event.source()) ? USUAL_SOURCE : word(event.source(), "source");
      if (source.equals(EndedJob.TELLER)) {
        throw MnException.invalid(
            "source %s is reserved for events of the runtime; give another".formatted(source));
      }
      if (!isBlank(event.eventId()) && !ID.matcher(event.eventId()).matches()) {
        throw MnException.invalid(
            "event_id must be at most %d printable ASCII characters without spaces"
                .formatted(InputLimits.LONGEST_WORD));
      }
      if (!isBlank(event.eventId()) && RuntimeEvent.isIdOfOwn(event.eventId())) {
        throw MnException.invalid(
            "event_id %s has the form of those of the runtime's own events (event_…-NUMBER); give"
                    .formatted(event.eventId())
                + " another");
      }
      Map<String, Object> payload = event.payload() == null ? Map.of() : event.payload();
      InputLimits.require(payload, InputLimits.LARGEST_PAYLOAD, "payload");
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
      String fault = InputLimits.wordFault(text);
      if (fault != null) {
        throw MnException.invalid(name + " " + fault);
      }
      return text;
    }

    private static boolean isBlank(String text) {
      return text == null || text.isBlank();
    }
  }
}
