package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.machine.MachineSimulation;
import io.mirrorneuron.runtime.machine.StateMachine;
import io.mirrorneuron.runtime.schedule.Definition.MissedPolicy;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Backfills of schedules that go on meanwhile, on two servers that crash between any two steps;
 * deciders that are wrong are found out.
 */
@Proof.Histories
class BackfillSimulationTest {
  private static final long START = 1_000_000;
  private static final long MINUTE = 60_000;
  private static final long END = START + 90 * MINUTE;
  private static final Seeds SEEDS = Seeds.of(16);

  /** Until it is found. */
  private static final int MOST_SEEDS = 200;

  private static final List<String> SCHEDULES = List.of("own", "often", "cancelled");

  private ScheduleWorld world;
  private MachineSimulation<ScheduleState, ScheduleInput, ScheduleEffect> simulation;

  private void simulate(
      long seed, StateMachine<ScheduleState, ScheduleInput, ScheduleEffect> machine) {
    Random random = new Random(seed);
    world = new ScheduleWorld(random, () -> simulation.now(), 100_000);
    simulation =
        new MachineSimulation<>(
            seed,
            machine,
            (id, effect) -> CompletableFuture.completedFuture(world.perform(id, effect)),
            seed % 4 * 0.02);
    if (seed % 2 == 1) {
      for (int i = 0; i < 4; i++) {
        long by = (random.nextBoolean() ? 1 : -1) * random.nextLong(60 * MINUTE);
        simulation.setClocks(START + random.nextLong(60 * MINUTE), by);
      }
    }
    create("own", "*/2 * * * *", false, 1);
    create("often", "* * * * *", true, 3);
    create("cancelled", "*/3 * * * *", false, 2);
    SCHEDULES.forEach(id -> fill(START + MINUTE, id, 0, START));
    simulation.submit(
        START + 3 * MINUTE + random.nextLong(MINUTE),
        "cancelled",
        new ScheduleInput.CancelBackfill());
    for (String id : SCHEDULES) {
      fill(START + 35 * MINUTE, id, 5 * MINUTE, START + 30 * MINUTE); // also its own times
      fill(START + 80 * MINUTE, id, 0, START + 30 * MINUTE); // all of it again
    }
    simulation.run(END);
  }

  private void create(String id, String cron, boolean overlaps, int concurrency) {
    Definition definition = ScheduleWorld.every(cron, MissedPolicy.CATCHUP_ONE, overlaps, 0);
    world.concurrency.put(id, concurrency);
    Schedule schedule = ScheduleWorld.schedule(id, definition, START);
    simulation.submit(START, id, new ScheduleInput.Create(schedule, "{}"));
  }

  private void fill(long at, String id, long from, long to) {
    var range = new Backfill.Range(from, to, world.concurrency.get(id));
    simulation.submit(at, id, new ScheduleInput.BeginBackfill(range, 0));
  }

  private void check(long seed) {
    for (String id : SCHEDULES) {
      String which = "seed " + seed + " " + id;
      Schedule schedule = simulation.stored(id).orElseThrow().schedule();
      world.check(which, schedule, false);
      Backfill backfill = schedule.work().backfill();
      assertThat(backfill.status()).as(which).isEqualTo(Backfill.Status.COMPLETED);
      assertThat(backfill.open()).as(which).isEmpty();
      world.checkBackfilled(which, schedule, 0, START + 30 * MINUTE);
    }
  }

  @Test
  void whateverCrashesEachTimeOfThePastGetsOneJob() {
    SEEDS.each(
        seed -> {
          simulate(seed, new ScheduleMachine(ScheduleWorld.CALENDAR));
          check(seed);
          assertThat(world.backfilled.get("own")).hasSizeGreaterThan(8);
        });
  }

  private void isFound(MistakenMachine.Mistake mistake) throws Exception {
    isFound(1, mistake);
  }

  private void isFound(long from, MistakenMachine.Mistake mistake) throws Exception {
    Seeds.find(
        from,
        MOST_SEEDS,
        seed -> {
          simulate(seed, new MistakenMachine(mistake));
          check(seed);
        });
  }

  private static Schedule filling(Schedule schedule, Backfill backfill) {
    return schedule.doing(schedule.work().filling(backfill));
  }

  @Test
  void aDeciderThatDoesNotAskWhetherATimeHadItsJobIsFound() throws Exception {
    isFound(
        (before, input, after, now) -> {
          Backfill next = after.work().backfill();
          boolean looks = next != null && next.isBusy() && next.next().phase() == Phase.LOOKS;
          Schedule forgetful =
              after.doing(
                  new ScheduleWork(
                      after.waiting(),
                      after.work().recent(),
                      after.children(),
                      after.work().gathered(),
                      after.work().news(),
                      next,
                      null));
          return looks ? filling(forgetful, next.at(next.next().in(Phase.STARTS))) : forgetful;
        });
  }

  @Test
  void aDeciderThatCancelsWhatItHasDecidedToMakeIsFound() throws Exception {
    isFound(
        126,
        (before, input, after, now) ->
            input instanceof ScheduleInput.CancelBackfill
                ? filling(after, after.work().backfill().at(null))
                : after);
  }

  @Test
  void aDeciderThatPassesOverATimeIsFound() throws Exception {
    isFound(
        (before, input, after, now) -> {
          Backfill was = before.work().backfill();
          Backfill is = after.work().backfill();
          boolean passes =
              input instanceof ScheduleInput.Surveyed
                  && was != null
                  && was.isBusy()
                  && is.isBusy()
                  && was.next().phase() == Phase.LOOKS
                  && is.next().phase() == Phase.STARTS
                  && was.next().at() == 6 * MINUTE;
          if (!passes) {
            return after;
          }
          var due = is.next();
          long later = due.at() + 6 * MINUTE;
          return filling(
              after,
              is.at(
                  new ScheduleWork.Due(
                      DispatchIds.ofTime(after.id(), later),
                      later,
                      due.reason(),
                      null,
                      false,
                      null,
                      null,
                      Phase.WAITS,
                      now,
                      false,
                      null)));
        });
  }

  @Test
  void aDeciderThatBelievesAllItsJobsHaveEndedIsFound() throws Exception {
    isFound(
        (before, input, after, now) ->
            input instanceof ScheduleInput.Surveyed
                ? filling(after, after.work().backfill().open(List.of()))
                : after);
  }
}
