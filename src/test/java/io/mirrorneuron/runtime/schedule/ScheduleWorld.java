package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.schedule.ScheduleView.ScheduleCounters;
import io.mirrorneuron.runtime.schedule.BundleVersions.BundleVersion;
import io.mirrorneuron.runtime.schedule.Definition.MissedPolicy;
import io.mirrorneuron.runtime.schedule.Schedule.Status;
import io.mirrorneuron.runtime.schedule.cron.CronCalendar;
import io.mirrorneuron.runtime.schedule.event.MissedTimeLog;
import io.mirrorneuron.runtime.schedule.event.RuntimeEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** Jobs that schedules of a simulation have made: what no crash undoes. */
final class ScheduleWorld {
  static final CronCalendar CALENDAR = new CronCalendar();

  /** The schedule whose jobs take longer than to its next times. */
  static final String ASKS = "asks";

  /** By schedule and due time, the jobs that were made for it. */
  final Map<String, TreeMap<Long, Set<String>>> made = new HashMap<>();

  /** By schedule, the ids of the events that made jobs together. */
  final Map<String, List<Object>> gathered = new HashMap<>();

  /** By schedule, how many those were, also of those that were not told one by one. */
  final Map<String, Long> counted = new HashMap<>();

  /** By schedule and event, what was told of it. */
  final Map<String, TreeMap<String, RuntimeEvent>> reported = new HashMap<>();

  /** By schedule, the times whose jobs a backfill has made. */
  final Map<String, Set<Long>> backfilled = new HashMap<>();

  /** By schedule, how many of the jobs of its backfills may be open at a time. */
  final Map<String, Integer> concurrency = new HashMap<>();

  /** Of which manifest each job was made; null in words for the first of a schedule. */
  private final Map<String, String> manifests = new HashMap<>();

  private static final String OTHER = "another one";

  /** The first manifest has no fingerprint until there is a second one. */
  private static String same(String one, String other) {
    String first = BundleVersion.fingerprint("{}");
    boolean isSame =
        one.equals(other)
            || List.of("null", first).contains(one) && List.of("null", first).contains(other);
    return isSame ? one : OTHER;
  }

  /** What was told of jobs is what they were made of. */
  void checkVersions(String which, Schedule schedule) {
    for (RuntimeEvent event : eventsOf(schedule, "schedule_dispatched")) {
      int number = ((Number) event.payload().get("version")).intValue();
      String made = manifests.get((String) event.payload().get("job_id"));
      String said = schedule.versions().of(number).orElseThrow().fingerprint();
      assertThat(same(made, said)).as(which + " version " + number).isNotEqualTo(OTHER);
    }
  }

  /** The schedules and times for which it was looked ahead. */
  final Set<String> foreseen = new HashSet<>();

  private final Map<String, Long> ends = new HashMap<>();
  private final Random random;
  private final LongSupplier clock;
  private final long longest;

  /**
   * @param longest that a job takes
   */
  ScheduleWorld(Random random, LongSupplier clock, long longest) {
    this.random = random;
    this.clock = clock;
    this.longest = longest;
  }

  static Schedule schedule(String id, Definition definition, long now) {
    return Schedule.of(
        id, definition, Status.ACTIVE, new Schedule.Made(null, "g", Map.of(), null, now));
  }

  static Definition every(String cron, MissedPolicy policy, boolean overlaps, long jitterMs) {
    return DefinitionReader.read(
        CALENDAR,
        Map.of(
            "cron",
            cron,
            "missed_policy",
            policy.word(),
            "catchup_limit",
            100,
            "prohibit_overlap",
            !overlaps,
            "jitter_ms",
            jitterMs),
        0);
  }

  ScheduleInput perform(String id, ScheduleEffect effect) {
    return switch (effect) {
      case ScheduleEffect.Look(String dispatch, List<String> jobs, boolean asks) -> {
        Set<String> open = open(jobs);
        yield new ScheduleInput.Seen(dispatch, open, asks ? asking(open) : Map.of());
      }
      case ScheduleEffect.Foresee(long due, List<String> jobs) -> {
        foreseen.add(id + " " + due);
        yield new ScheduleInput.Foreseen(due, asking(open(jobs)));
      }
      case ScheduleEffect.Tell(RuntimeEvent news) -> {
        RuntimeEvent before =
            reported.computeIfAbsent(id, first -> new TreeMap<>()).put(news.id(), news);
        assertThat(before == null ? news : before).as("what has one id").isEqualTo(news);
        yield new ScheduleInput.EventDelivered(news.id());
      }
      case ScheduleEffect.Survey survey -> {
        Set<String> ended = new HashSet<>(survey.jobs());
        ended.removeIf(job -> ends.get(job) > clock.getAsLong());
        boolean had = survey.dispatchId() != null && ends.containsKey(job(survey.dispatchId()));
        yield new ScheduleInput.Surveyed(survey.dispatchId(), ended, had);
      }
      case ScheduleEffect.Close(String job) -> new ScheduleInput.Closed(job, true);
      case ScheduleEffect.Start start -> {
        String job = job(start.due().dispatchId());
        if (start.due().reason() == ScheduleWork.Reason.BACKFILL) {
          backfill(id, start.due(), job);
        }
        made.computeIfAbsent(id, first -> new TreeMap<>())
            .computeIfAbsent(start.due().at(), first -> new HashSet<>())
            .add(job);
        if (!ends.containsKey(job) && start.due().payload().get("events") instanceof List<?> all) {
          counted.merge(id, ((Number) start.due().payload().get("count")).longValue(), Long::sum);
          all.forEach(
              event ->
                  gathered
                      .computeIfAbsent(id, first -> new ArrayList<>())
                      .add(((Map<?, ?>) event).get("event_id")));
        }
        String manifest = String.valueOf(start.origin().fingerprint());
        assertThat(manifests.merge(job, manifest, ScheduleWorld::same))
            .as(id + " made again of another bundle")
            .isNotEqualTo(OTHER);
        long length = id.equals(ASKS) ? 10 * longest : random.nextLong(longest);
        ends.putIfAbsent(job, clock.getAsLong() + length);
        yield new ScheduleInput.Started(start.due().dispatchId(), job);
      }
    };
  }

  private Set<String> open(List<String> jobs) {
    Set<String> open = new HashSet<>(jobs);
    open.removeIf(job -> ends.get(job) <= clock.getAsLong());
    return open;
  }

  /** Every other job waits for a person for as long as it is open. */
  private static Map<String, String> asking(Set<String> open) {
    Map<String, String> asking = new HashMap<>();
    open.stream()
        .filter(job -> job.hashCode() % 2 == 0)
        .forEach(job -> asking.put(job, "waits for a person: Publish?"));
    return asking;
  }

  /** How often something was told of a schedule. */
  long reported(String id, String type) {
    return reported.getOrDefault(id, new TreeMap<>()).values().stream()
        .filter(event -> event.type().equals(type))
        .count();
  }

  /**
   * The same with what is about to be told, or not yet known to be, when the history is cut off.
   */
  private long reportedSoon(Schedule schedule, String type) {
    return eventsOf(schedule, type).size();
  }

  private List<RuntimeEvent> eventsOf(Schedule schedule, String type) {
    Map<String, RuntimeEvent> all =
        new TreeMap<>(reported.getOrDefault(schedule.id(), new TreeMap<>()));
    schedule.work().news().unreported().forEach(event -> all.put(event.id(), event));
    return all.values().stream().filter(event -> event.type().equals(type)).toList();
  }

  private long sum(Schedule schedule, String type, String member) {
    return eventsOf(schedule, type).stream()
        .mapToLong(event -> ((Number) event.payload().get(member)).longValue())
        .sum();
  }

  /** Whatever became of a time but its job was told, once. */
  private void checkReported(String which, Schedule schedule) {
    ScheduleCounters counted = schedule.counters();
    assertThat(reportedSoon(schedule, MissedTimeLog.BLOCKED))
        .as(which + " told of what was blocked")
        .isEqualTo(counted.blocked());
    assertThat(sum(schedule, MissedTimeLog.MISSED, "missed"))
        .as(which + " told of what was missed")
        .isEqualTo(counted.missed());
    assertThat(sum(schedule, MissedTimeLog.SKIPPED, "skipped"))
        .as(which + " told of what was skipped")
        .isEqualTo(counted.skipped());
    List<Object> ahead =
        eventsOf(schedule, MissedTimeLog.HELD_UP).stream()
            .map(event -> event.payload().get("scheduled_for"))
            .toList();
    assertThat(ahead).as(which + " told ahead").doesNotHaveDuplicates();
  }

  private static String job(String dispatchId) {
    return "job-" + DispatchIds.jobPart(dispatchId);
  }

  private void backfill(String id, ScheduleWork.Due due, String job) {
    boolean isOwn = !backfilled.computeIfAbsent(id, first -> new HashSet<>()).add(due.at());
    assertThat(isOwn || !ends.containsKey(job)).as(id + " had its job for " + due.at()).isTrue();
    if (!isOwn) {
      long open =
          backfilled.get(id).stream()
              .map(at -> job(DispatchIds.ofTime(id, at)))
              .filter(one -> ends.getOrDefault(one, 0L) > clock.getAsLong())
              .count();
      assertThat(open).as(id + " open").isLessThan(concurrency.get(id));
    }
  }

  /** Each time of a range has had its job. */
  void checkBackfilled(String which, Schedule schedule, long from, long to) {
    Definition definition = schedule.definition();
    Set<Long> all = made.getOrDefault(schedule.id(), new TreeMap<>()).keySet();
    OptionalLong next = CALENDAR.next(definition.crons(), definition.timezone(), from - 1);
    while (next.isPresent() && next.getAsLong() < to) {
      assertThat(all).as(which + " backfilled").contains(next.getAsLong());
      next = CALENDAR.next(definition.crons(), definition.timezone(), next.getAsLong());
    }
  }

  /** Each time that has come was dealt with once, in one way or another. */
  void check(String which, Schedule schedule, boolean nothingMissed) {
    List<Long> due = new ArrayList<>();
    long last = schedule.lastDue() == null ? 0 : schedule.lastDue();
    Definition definition = schedule.definition();
    OptionalLong next =
        CALENDAR.next(definition.crons(), definition.timezone(), schedule.made().at());
    while (next.isPresent() && next.getAsLong() <= last) {
      due.add(next.getAsLong());
      next = CALENDAR.next(definition.crons(), definition.timezone(), next.getAsLong());
    }
    TreeMap<Long, Set<String>> jobs = made.getOrDefault(schedule.id(), new TreeMap<>());
    jobs.forEach((at, names) -> assertThat(names).as(which + " made twice for " + at).hasSize(1));
    Set<Long> filled = backfilled.getOrDefault(schedule.id(), Set.of());
    Set<Long> own = new HashSet<>(jobs.keySet());
    own.removeAll(filled);
    assertThat(due).as(which + ": made for what was not due").containsAll(own);
    ScheduleCounters counted = schedule.counters();
    assertThat(counted.dispatched()).as(which + " dispatched").isEqualTo(jobs.size());
    assertThat(reportedSoon(schedule, "schedule_dispatched"))
        .as(which + " told")
        .isEqualTo(jobs.size());
    assertThat(reported(schedule.id(), "schedule_created")).as(which + " created").isEqualTo(1);
    assertThat(reported(schedule.id(), "schedule_dispatch_failed"))
        .as(which + " told of failures")
        .isEqualTo(counted.failed());
    long dealtWith =
        counted.dispatched()
            + counted.missed()
            + counted.blocked()
            + counted.failed()
            + schedule.waiting().size();
    assertThat(dealtWith).as(which + " dealt with").isEqualTo(due.size() + filled.size());
    checkReported(which, schedule);
    if (nothingMissed) {
      assertThat(counted.missed()).as(which + " missed").isZero();
    }
  }
}
