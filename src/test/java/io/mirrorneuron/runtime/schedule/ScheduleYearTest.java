package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.runtime.machine.StateMachine;
import io.mirrorneuron.runtime.schedule.Definition.MissedPolicy;
import io.mirrorneuron.testing.Whole;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A year of fifty schedules; deciders that are wrong are found out. */
@Whole
class ScheduleYearTest {
  private static final long START = Instant.parse("2026-01-01T00:00:30Z").toEpochMilli();
  private static final long DAY = 86_400_000;
  private static final List<String> CRONS =
      List.of(
          "0 * * * *", "30 2 * * *", "0 9 * * 1-5", "15 */6 * * *", "0 0 1 * *", "59 23 29 2 *");
  private static final List<String> ZONES =
      List.of("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata");

  private final Map<String, ScheduleState> disk = new HashMap<>();
  private final Map<String, ScheduleState> stale = new HashMap<>();
  private final Map<String, Long> wakes = new HashMap<>();
  private long now = START;
  private long skew;

  private long clock() {
    return now + skew;
  }

  /** Runs all, and checks them at the end. */
  private void live(StateMachine<ScheduleState, ScheduleInput, ScheduleEffect> machine, long days) {
    Random random = new Random(7);
    ScheduleWorld world = new ScheduleWorld(random, () -> now, 90 * 60_000);
    for (int i = 0; i < 50; i++) {
      String id = "s" + i;
      Definition definition = DefinitionReader.read(ScheduleWorld.CALENDAR, definition(i), START);
      Schedule schedule = ScheduleWorld.schedule(id, definition, START);
      decide(machine, id, null, new ScheduleInput.Create(schedule, "{}"));
    }
    while (now < START + days * DAY) {
      step(machine, world, random);
    }
    skew = 2 * DAY; // later than all that clocks have ever said
    for (int i = 0; i < 200_000 && wakesNext().at() <= clock(); i++) {
      step(machine, world, new Random(i));
    }
    for (String id : disk.keySet()) {
      Schedule schedule = disk.get(id).schedule();
      boolean all = schedule.definition().missedPolicy() == MissedPolicy.CATCHUP_ALL;
      world.check(id, schedule, all);
    }
  }

  private static Map<String, Object> definition(int i) {
    MissedPolicy policy = MissedPolicy.values()[i % 3];
    Map<String, Object> written = new HashMap<>();
    written.put("cron", CRONS.get(i % CRONS.size()));
    written.put("timezone", ZONES.get(i % ZONES.size()));
    written.put("missed_policy", policy.word());
    written.put("catchup_limit", 100);
    written.put("prohibit_overlap", i % 4 == 0);
    if (policy != MissedPolicy.SKIP) {
      written.put("catchup_within", "30d"); // clocks are days apart
    }
    return written;
  }

  private record Wake(String id, long at) {}

  private Wake wakesNext() {
    Wake first = new Wake("", Long.MAX_VALUE);
    for (var wake : wakes.entrySet()) {
      if (wake.getValue() < first.at()) {
        first = new Wake(wake.getKey(), wake.getValue());
      }
    }
    return first;
  }

  private void step(
      StateMachine<ScheduleState, ScheduleInput, ScheduleEffect> machine,
      ScheduleWorld world,
      Random random) {
    if (random.nextInt(2_000) == 0) {
      now += random.nextLong(6 * 3_600_000); // nobody leads
    }
    Wake next = wakesNext();
    now = Math.max(now, next.at() - skew) + random.nextInt(3_000);
    input(machine, next.id(), machine.wake(), random);
    effects(machine, world, next.id(), random);
  }

  private void effects(
      StateMachine<ScheduleState, ScheduleInput, ScheduleEffect> machine,
      ScheduleWorld world,
      String id,
      Random random) {
    List<ScheduleEffect> pending = machine.pending(disk.get(id));
    while (!pending.isEmpty()) {
      for (ScheduleEffect effect : new ArrayList<>(pending)) {
        ScheduleInput result = world.perform(id, effect);
        if (random.nextInt(10) == 0) {
          result = world.perform(id, effect); // a second leader does it as well
        }
        if (random.nextInt(10) > 0) { // else the server died before it could tell
          input(machine, id, result, random);
        }
        if (random.nextInt(10) == 0) {
          input(machine, id, result, random); // told twice
        }
      }
      pending = machine.pending(disk.get(id));
    }
  }

  /** Stores what is decided on; a server that is late decides on what it read long ago. */
  private void input(
      StateMachine<ScheduleState, ScheduleInput, ScheduleEffect> machine,
      String id,
      ScheduleInput input,
      Random random) {
    if (random.nextInt(400) == 0) {
      skew = (random.nextInt(5) - 2) * 3_600_000L; // a clock is set
    }
    if (random.nextInt(20) == 0) {
      ScheduleState old = stale.get(id);
      if (old != null && old.equals(disk.get(id))) {
        decide(machine, id, old, input);
      } // else the store refuses its revision
      stale.put(id, machine.read(machine.write(disk.get(id))));
      return; // and the input is lost with it; it comes again
    }
    decide(machine, id, disk.get(id), input);
  }

  private void decide(
      StateMachine<ScheduleState, ScheduleInput, ScheduleEffect> machine,
      String id,
      ScheduleState stored,
      ScheduleInput input) {
    Schedule next =
        machine.decide(Optional.ofNullable(stored), input, clock()).orElseThrow().schedule();
    ScheduleState kept = ScheduleState.of(next);
    disk.put(id, kept);
    boolean owes = !machine.pending(kept).isEmpty(); // what a crash has left undone is due
    wakes.put(id, owes ? clock() : machine.wakeAt(kept).orElse(Long.MAX_VALUE));
  }

  @Test
  void nothingIsMadeTwiceAndNothingIsLost() {
    ScheduleMachine machine = new ScheduleMachine(ScheduleWorld.CALENDAR);
    live(machine, 365);
    long dispatched =
        disk.values().stream().mapToLong(text -> text.schedule().counters().dispatched()).sum();
    assertThat(dispatched).isGreaterThan(50_000);
  }

  private void isFound(MistakenMachine.Mistake mistake) {
    MistakenMachine machine = new MistakenMachine(mistake);
    assertThatThrownBy(() -> live(machine, 60)).isInstanceOf(AssertionError.class);
  }

  @Test
  void aDeciderThatAimsFromItsClockAloneIsFound() {
    isFound(
        (before, input, after, now) ->
            input instanceof ScheduleInput.Started && after.nextDue() != null
                ? after.due(
                    ComingTimes.next(after.definition(), ScheduleWorld.CALENDAR, now),
                    after.lastDue())
                : after);
  }

  @Test
  void aDeciderThatNamesDispatchesAfterItsClockIsFound() {
    isFound(
        (before, input, after, now) ->
            after.waiting(
                after.waiting().stream()
                    .map(
                        due ->
                            before.awaits(due.dispatchId())
                                ? due
                                : new ScheduleWork.Due(
                                    DispatchIds.ofTime(after.id(), now),
                                    now,
                                    due.reason(),
                                    null,
                                    due.catchUp(),
                                    Map.of(),
                                    Map.of(),
                                    due.phase(),
                                    due.notBefore(),
                                    due.onTime(),
                                    null))
                    .toList()));
  }

  @Test
  void aDeciderThatForgetsWhatWaitsWhenAnotherIsDueIsFound() {
    isFound(
        (before, input, after, now) ->
            after.waiting().size() > 1 ? after.waiting(after.waiting().subList(0, 1)) : after);
  }

  @Test
  void aDeciderThatGivesUpOnWhatItCannotMakeAtOnceIsFound() {
    isFound(
        (before, input, after, now) ->
            input instanceof ScheduleInput.Seen ? after.waiting(List.of()) : after);
  }
}
