package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.machine.MachineSimulation;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.event.Gathered;
import io.mirrorneuron.runtime.schedule.event.RuntimeEvent;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Events that make a job together, on two servers that crash between any two steps, lose answers
 * and lead both at once: each pair makes one job, each row of events one, however often they are
 * told.
 */
@Proof.Histories
class GatherSimulationTest {
  private static final long START = 1_000_000;
  private static final long HOUR = 3_600_000;
  private static final long MINUTE = 60_000;
  private static final Seeds SEEDS = Seeds.of(40);
  private static final int KEYS = 12;

  private ScheduleWorld world;
  private boolean prohibitsOverlap;
  private MachineSimulation<ScheduleState, ScheduleInput, ScheduleEffect> simulation;

  private void simulate(MistakenMachine.Mistake mistake, long seed, boolean clocksAreSet) {
    Random random = new Random(seed);
    world = new ScheduleWorld(random, () -> simulation.now(), MINUTE);
    simulation =
        new MachineSimulation<>(
            seed,
            new MistakenMachine(mistake),
            (id, effect) -> CompletableFuture.completedFuture(world.perform(id, effect)),
            seed % 4 * 0.02);
    if (clocksAreSet) {
      for (int i = 0; i < 4; i++) {
        long by = (random.nextBoolean() ? HOUR : -HOUR) / (1 + random.nextInt(60));
        simulation.setClocks(START + random.nextLong(HOUR), by);
      }
    }
  }

  private void create(String id, Map<String, Object> trigger) {
    Definition definition =
        DefinitionReader.read(
            ScheduleWorld.CALENDAR,
            Map.of("trigger", trigger, "prohibit_overlap", prohibitsOverlap),
            0);
    simulation.submit(
        START, id, new ScheduleInput.Create(ScheduleWorld.schedule(id, definition, START), "{}"));
  }

  private void tell(long at, String id, String eventId, String type, Map<String, Object> payload) {
    var event = new TriggerEvent(eventId, type, "test", payload, "then");
    var input = new ScheduleInput.Happened(DispatchIds.ofEvent(id, eventId), event);
    simulation.submit(at, id, input);
    simulation.submit(at + 5_000, id, input); // its teller got no answer
    simulation.submit(at + MINUTE, id, input);
  }

  /** Each key is paid and sent half a minute apart; every third is never sent. */
  private void pairs(Random random) {
    create(
        "pairs",
        Map.of(
            "correlate",
            Map.of(
                "key",
                "order",
                "within_ms",
                10 * MINUTE,
                "events",
                List.of(Map.of("event_type", "paid"), Map.of("event_type", "sent")))));
    for (int key = 0; key < KEYS; key++) {
      long at = START + 40_000 + key * 20_000L;
      boolean paidFirst = random.nextBoolean();
      Map<String, Object> payload = Map.of("order", key);
      tell(paidFirst ? at : at + 30_000, "pairs", "paid-" + key, "paid", payload);
      if (key % 3 > 0) {
        tell(paidFirst ? at + 30_000 : at, "pairs", "sent-" + key, "sent", payload);
      }
    }
  }

  private void pairsMakeOneJobEach(long seed, MistakenMachine.Mistake mistake) {
    simulate(mistake, seed, false);
    pairs(new Random(seed));
    simulation.run(START + HOUR / 2);
    Schedule stored = simulation.stored("pairs").orElseThrow().schedule();
    String which = "seed " + seed;
    assertThat(jobs("pairs")).as(which).isEqualTo(KEYS * 2 / 3);
    assertThat(stored.counters().dispatched()).as(which).isEqualTo(KEYS * 2 / 3);
    assertThat(stored.gathered()).as(which).isEqualTo(Gathered.NOTHING);
    assertThat(world.reported("pairs", "schedule_dispatched")).as(which).isEqualTo(KEYS * 2 / 3);
  }

  private long jobs(String id) {
    return world.made.getOrDefault(id, new TreeMap<>()).values().stream()
        .flatMap(Set::stream)
        .distinct()
        .count();
  }

  @Test
  void whateverCrashesEachPairMakesOneJob() {
    SEEDS.each(seed -> pairsMakeOneJobEach(seed, MistakenMachine.NONE));
  }

  @Test
  void pairsThatWaitForEarlierJobsHaveTheirsTooEachOnce() {
    prohibitsOverlap = true;
    SEEDS.each(seed -> pairsMakeOneJobEach(seed, MistakenMachine.NONE));
    SEEDS.each(seed -> rowsMakeOneJobEach(seed, MistakenMachine.NONE));
  }

  @Test
  void aDeciderThatDropsSetsWhileAnEarlierJobRunsIsFound() throws Exception {
    prohibitsOverlap = true;
    isFound(
        (before, input, after, now) ->
            input instanceof ScheduleInput.Seen(String id, var open, var asking) && !open.isEmpty()
                ? after.changing(id, due -> null)
                : after);
  }

  /** Rows of events a few seconds apart, with two minutes of quiet between them. */
  private void rows() {
    create("rows", Map.of("event_type", "changed", "debounce", Map.of("wait_ms", MINUTE)));
    for (int row = 0; row < 5; row++) {
      for (int i = 0; i < 6; i++) {
        long at = START + 40_000 + row * 200_000L + i * 5_000L;
        tell(at, "rows", "row-%d-%d".formatted(row, i), "changed", Map.of("i", i));
      }
    }
  }

  private void rowsMakeOneJobEach(long seed, MistakenMachine.Mistake mistake) {
    simulate(mistake, seed, false);
    rows();
    simulation.run(START + HOUR / 2);
    Schedule stored = simulation.stored("rows").orElseThrow().schedule();
    assertThat(jobs("rows")).as("seed " + seed).isEqualTo(5);
    assertThat(stored.counters().dispatched()).as("seed " + seed).isEqualTo(5);
    assertThat(stored.gathered().isEmpty()).isTrue();
  }

  @Test
  void whateverCrashesEachRowMakesOneJob() {
    SEEDS.each(seed -> rowsMakeOneJobEach(seed, MistakenMachine.NONE));
  }

  /** A clock that is set may end a time early or late: then too no event makes two jobs. */
  @Test
  void whenClocksAreSetNoEventIsInTwoJobs() {
    SEEDS.each(
        seed -> {
          simulate(MistakenMachine.NONE, seed, true);
          pairs(new Random(seed));
          rows();
          simulation.run(START + HOUR);
          world.gathered.values().forEach(ids -> assertThat(ids).doesNotHaveDuplicates());
          assertThat(world.counted.get("rows")).as("seed %d: none is lost", seed).isEqualTo(30);
          Schedule stored = simulation.stored("rows").orElseThrow().schedule();
          assertThat(stored.counters().dispatched()).isEqualTo(jobs("rows"));
        });
  }

  private void isFound(MistakenMachine.Mistake mistake) throws Exception {
    Seeds.find(
        40,
        seed -> {
          pairsMakeOneJobEach(seed, mistake);
          rowsMakeOneJobEach(seed, mistake);
        });
  }

  @Test
  void aDeciderThatForgetsWhichEventsItTookInIsFound() throws Exception {
    isFound(
        (before, input, after, now) ->
            input instanceof ScheduleInput.Happened(String id, var event)
                    && after.work().recent().contains(id)
                    && !after.gathered().holds(event.eventId())
                ? new ForgetfulSchedule(after).withoutRecent()
                : after);
  }

  @Test
  void aDeciderThatTellsOnlyWhatHasJustHappenedIsFound() throws Exception {
    isFound(
        (before, input, after, now) -> {
          Schedule next = after;
          for (RuntimeEvent news : before.work().news().unreported()) {
            next = next.reported(news.id());
          }
          return next;
        });
  }

  @Test
  void aDeciderThatDropsWhatWaitsWhenASetIsCompleteIsFound() throws Exception {
    isFound(
        (before, input, after, now) ->
            after.waiting().size() > before.waiting().size()
                ? after.gathering(Gathered.NOTHING)
                : after);
  }

  @Test
  void aDeciderThatNamesJobsOfSetsAfterItsClockIsFound() throws Exception {
    isFound(
        (before, input, after, now) ->
            input instanceof ScheduleInput.NotStarted || after.waiting().isEmpty()
                ? after
                : after.waiting(
                    after.waiting().stream().map(due -> renamed(after, due, now)).toList()));
  }

  private static Due renamed(Schedule schedule, Due due, long now) {
    return new Due(
        DispatchIds.ofTime(schedule.id(), now),
        due.at(),
        due.reason(),
        null,
        false,
        due.payload(),
        due.event(),
        due.phase(),
        due.notBefore(),
        due.onTime(),
        null);
  }

  /** A schedule without its memory of events. */
  private record ForgetfulSchedule(Schedule schedule) {
    Schedule withoutRecent() {
      return new Schedule(
          schedule.id(),
          schedule.definition(),
          schedule.status(),
          schedule.when(),
          new ScheduleWork(
              schedule.waiting(),
              List.of(),
              schedule.children(),
              schedule.gathered(),
              schedule.work().news(),
              schedule.work().backfill(),
              schedule.work().times()),
          schedule.counters(),
          schedule.reported(),
          schedule.made(),
          schedule.updatedAt());
    }
  }
}
