package io.mirrorneuron.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.wire.GrpcMetadata.LogState;
import io.mirrorneuron.wire.JobEventFacts;
import io.mirrorneuron.wire.Json;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * Makes a page out of an event stream.
 *
 * <p>Our runtimes number their events; the original does not and always sends its whole history, so
 * there an event's number is its position, counted from 1. Not thread-safe.
 */
final class EventReader {
  private static final Set<String> TERMINAL =
      Set.of("job_completed", "job_failed", "job_cancelled");

  private final long after;
  private final int limit;
  private final boolean keepLast;
  private final Deque<String> events = new ArrayDeque<>();
  private long position;
  private long next;
  private boolean numbered = true;
  private boolean terminal;
  private boolean overflow;

  private EventReader(long after, int limit, boolean keepLast) {
    this.after = after;
    this.limit = limit;
    this.keepLast = keepLast;
    this.next = after;
  }

  /** Keeps the first {@code limit} events numbered above {@code after}. */
  static EventReader first(long after, int limit) {
    return new EventReader(after, limit, false);
  }

  /** Keeps the last {@code limit} events. */
  static EventReader last(int limit) {
    return new EventReader(0, limit, true);
  }

  void accept(String json) {
    if (overflow) {
      return;
    }
    ObjectNode event = Json.parseObject(json, "event_json");
    position++;
    JobEventFacts facts = JobEventFacts.read(event);
    long number = position;
    String text = json;
    if (facts.seq() != null) {
      number = facts.seq();
    } else {
      numbered = false;
      text = Json.write(event.put("seq", number));
    }
    if (number > after) {
      keep(text, number);
    }
    terminal |= TERMINAL.contains(facts.type());
  }

  private void keep(String text, long number) {
    if (events.size() == limit && keepLast) {
      events.removeFirst();
    }
    if (events.size() < limit) {
      events.addLast(text);
      next = number;
    } else {
      overflow = true;
    }
  }

  /** Whether nothing at all has come. */
  boolean isEmpty() {
    return position == 0;
  }

  /** Whether a runtime that does not number events may have held some back. */
  boolean isDoubtful() {
    return !numbered && position == limit;
  }

  /**
   * @param state what the runtime said where the stream ended, or null when it does not say
   */
  EventPage page(LogState state) {
    boolean complete = state == null ? terminal : state == LogState.ENDED;
    return new EventPage(List.copyOf(events), next, complete && !overflow);
  }
}
