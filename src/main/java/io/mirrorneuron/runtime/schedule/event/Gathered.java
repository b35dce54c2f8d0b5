package io.mirrorneuron.runtime.schedule.event;

import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.schedule.event.OpenSet.Held;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The events of one schedule that wait to make jobs together. Immutable.
 *
 * @param sets by key, in order of their start
 */
public record Gathered(List<OpenSet> sets) {
  public static final Gathered NOTHING = new Gathered(List.of());

  /** Most keys with waiting events. */
  public static final int MOST_SETS = 100;

  /** Most events kept of a debounced set, the newest. */
  public static final int MOST_HELD = 10;

  /** Most characters of a kept payload as JSON. */
  static final int LARGEST_EVENT = 32 << 10;

  /** Most characters of all waiting events. */
  static final int LARGEST_SUM = 256 << 10;

  static final int LONGEST_KEY = 200;

  public Gathered {
    sets = sets == null ? List.of() : List.copyOf(sets);
  }

  public boolean isEmpty() {
    return sets.isEmpty();
  }

  /** Moves times in the future to now: the clock was set back. */
  public Gathered notAfter(long now) {
    return new Gathered(sets.stream().map(set -> set.notAfter(now)).toList());
  }

  public boolean holds(String eventId) {
    return sets.stream().anyMatch(set -> set.holds(eventId));
  }

  /**
   * Outcome of a change.
   *
   * @param made a complete set, or null
   * @param refused why an event was not taken in, or null
   * @param passing whether there may be room for it later
   */
  public record Step(Gathered next, OpenSet made, String refused, boolean passing) {}

  private Step refuse(String why, boolean passing) {
    return new Step(this, null, why, passing);
  }

  /** Takes in a correlated event. Expired sets must have been ended. */
  public Step take(Correlation rule, TriggerEvent event, long now) {
    String key = key(rule, event);
    OpenSet set = find(key);
    int place = place(rule, event, set, key);
    Held held = new Held(place, now, size(event), event);
    Step refusal = refusal(key, held, set);
    if (refusal != null) {
      return refusal;
    }
    OpenSet next = OpenSet.of(key, held);
    if (set != null) {
      List<Held> others =
          new ArrayList<>(set.held().stream().filter(one -> one.place() != place).toList());
      next = set.holding(others).and(held, rule.events().size());
      next = new OpenSet(key, next.held(), next.held().size(), next.held().getFirst().at(), now);
    }
    return next.held().size() == rule.events().size()
        ? new Step(without(set), next, null, false)
        : new Step(replacing(set, next), null, null, false);
  }

  private static String key(Correlation rule, TriggerEvent event) {
    return rule.events().stream()
        .filter(one -> one.matches(event))
        .findFirst()
        .filter(one -> one.key() != null)
        .flatMap(one -> EventFilter.textAt(event.payload(), one.key()))
        .orElse("");
  }

  /**
   * The first condition without an event; else the one with the oldest event, which is replaced.
   */
  private static int place(Correlation rule, TriggerEvent event, OpenSet set, String key) {
    int found = -1;
    long oldest = Long.MAX_VALUE;
    for (int i = 0; i < rule.events().size(); i++) {
      Correlation.Condition condition = rule.events().get(i);
      if (condition.matches(event) && isOf(condition, event, key)) {
        long at = set == null ? Long.MIN_VALUE : at(set, i);
        if (at < oldest) {
          oldest = at;
          found = i;
        }
      }
    }
    return found;
  }

  private static boolean isOf(Correlation.Condition condition, TriggerEvent event, String key) {
    return condition.key() == null
        || EventFilter.textAt(event.payload(), condition.key()).filter(key::equals).isPresent();
  }

  private static long at(OpenSet set, int place) {
    return set.held().stream()
        .filter(one -> one.place() == place)
        .mapToLong(Held::at)
        .findFirst()
        .orElse(Long.MIN_VALUE);
  }

  /** Takes in a debounced event. Sets whose time has come must have been ended. */
  public Step take(Debounce rule, TriggerEvent event, long now) {
    String key =
        rule.key() == null ? "" : EventFilter.textAt(event.payload(), rule.key()).orElse("");
    OpenSet set = find(key);
    Held held = new Held(0, now, size(event), event);
    Step refusal = refusal(key, held, set);
    if (refusal != null) {
      return refusal;
    }
    OpenSet next = set == null ? OpenSet.of(key, held) : set.and(held, MOST_HELD);
    return new Step(replacing(set, next), null, null, false);
  }

  private Step refusal(String key, Held held, OpenSet set) {
    if (key.length() > LONGEST_KEY) {
      return refuse(
          "the value of its key has %d characters, more than %d"
              .formatted(key.length(), LONGEST_KEY),
          false);
    }
    if (held.size() > LARGEST_EVENT) {
      return refuse(
          "its payload has %d characters as JSON; of an event that waits for others %d are kept"
              .formatted(held.size(), LARGEST_EVENT),
          false);
    }
    if (set == null && sets.size() >= MOST_SETS) {
      return refuse("events of %d keys wait already".formatted(MOST_SETS), true);
    }
    long sum = sets.stream().mapToLong(OpenSet::size).sum();
    return sum + held.size() > LARGEST_SUM
        ? refuse("the events that wait have %d characters already".formatted(sum), true)
        : null;
  }

  /** Drops events that came too long ago; {@code made} is a set of which events were dropped. */
  public Step expired(Correlation rule, long now) {
    for (OpenSet set : sets) {
      List<Held> left =
          set.held().stream().filter(one -> one.at() + rule.withinMs() > now).toList();
      if (left.size() < set.held().size()) {
        Gathered next =
            left.isEmpty()
                ? without(set)
                : replacing(
                    set,
                    new OpenSet(set.key(), left, left.size(), left.getFirst().at(), set.lastAt()));
        return new Step(next, set, null, false);
      }
    }
    return new Step(this, null, null, false);
  }

  /** Ends the first set whose quiet period is over; in {@code made}. */
  public Step quiet(Debounce rule, long now) {
    return sets.stream()
        .filter(set -> dueAt(rule, set) <= now)
        .findFirst()
        .map(set -> new Step(without(set), set, null, false))
        .orElse(new Step(this, null, null, false));
  }

  /** When a set makes its job if no further event comes. */
  public static long dueAt(Debounce rule, OpenSet set) {
    return Math.min(set.lastAt() + rule.waitMs(), set.firstAt() + rule.maxWaitMs());
  }

  public OptionalLong wakeAt(Debounce rule) {
    return sets.stream().mapToLong(set -> dueAt(rule, set)).min();
  }

  public OptionalLong wakeAt(Correlation rule) {
    return sets.stream()
        .flatMap(set -> set.held().stream())
        .mapToLong(one -> one.at() + rule.withinMs())
        .min();
  }

  private OpenSet find(String key) {
    return sets.stream().filter(set -> set.key().equals(key)).findFirst().orElse(null);
  }

  private Gathered without(OpenSet gone) {
    return new Gathered(sets.stream().filter(set -> set != gone).toList());
  }

  private Gathered replacing(OpenSet before, OpenSet next) {
    List<OpenSet> all = new ArrayList<>(sets);
    if (before == null) {
      all.add(next);
    } else {
      all.set(all.indexOf(before), next);
    }
    return new Gathered(all);
  }

  private static int size(TriggerEvent event) {
    return Json.write(event.payload()).length();
  }
}
