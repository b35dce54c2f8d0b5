package io.mirrorneuron.runtime.schedule.event;

import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Describes in a sentence what events wait for. Pure. */
public final class GatherText {
  private final Predicate<String> isSecret;

  /**
   * @param isSecret whether the value at a path must not be shown
   */
  public GatherText(Predicate<String> isSecret) {
    this.isSecret = isSecret;
  }

  public String of(Correlation rule, Gathered gathered) {
    if (gathered.isEmpty()) {
      List<String> names = rule.events().stream().map(Correlation.Condition::name).toList();
      return "it waits for events %s within %d ms of each other"
          .formatted(String.join(" and ", names), rule.withinMs());
    }
    OpenSet set = gathered.sets().getFirst();
    List<String> there = names(rule, set, true);
    List<String> missing =
        names(rule, set, false).stream()
            .map(name -> there.contains(name) ? "another " + name : name)
            .toList();
    long until = set.held().stream().mapToLong(one -> one.at() + rule.withinMs()).min().orElse(0);
    return "it waits for %s%s until %s; %s %s there%s"
        .formatted(
            String.join(" and ", missing),
            of(rule.events().getFirst().key(), set),
            time(until),
            String.join(" and ", there),
            there.size() == 1 ? "is" : "are",
            others(gathered));
  }

  private static List<String> names(Correlation rule, OpenSet set, boolean isThere) {
    return IntStream.range(0, rule.events().size())
        .filter(i -> set.held().stream().anyMatch(one -> one.place() == i) == isThere)
        .mapToObj(i -> rule.events().get(i).name())
        .toList();
  }

  public String of(Debounce rule, Gathered gathered, List<String> types) {
    if (gathered.isEmpty()) {
      return "it waits for an event %s, and then for quiet of %d ms"
          .formatted(String.join(" or ", types), rule.waitMs());
    }
    OpenSet set = gathered.sets().getFirst();
    return "it waits for quiet%s until %s, at most until %s; %d of its events are there%s"
        .formatted(
            of(rule.key(), set),
            time(Gathered.dueAt(rule, set)),
            time(set.firstAt() + rule.maxWaitMs()),
            set.count(),
            others(gathered));
  }

  private String of(String path, OpenSet set) {
    if (set.key().isEmpty()) {
      return "";
    }
    return path != null && isSecret.test(path) ? " of one key" : " of " + set.key();
  }

  private static String others(Gathered gathered) {
    int others = gathered.sets().size() - 1;
    return others == 0 ? "" : ", and so for %d other keys".formatted(others);
  }

  private static String time(long millis) {
    return Json.timestamp(Instant.ofEpochMilli(millis));
  }
}
