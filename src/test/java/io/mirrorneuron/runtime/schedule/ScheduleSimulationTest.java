package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.machine.MachineSimulation;
import io.mirrorneuron.runtime.schedule.BundleVersions.BundleVersion;
import io.mirrorneuron.runtime.schedule.Definition.MissedPolicy;
import io.mirrorneuron.runtime.schedule.event.MissedTimeLog;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Two servers with the real loop, which crash between any two steps, lose answers, lead both at
 * once, and whose clocks are set forth and back.
 */
@Proof.Histories
class ScheduleSimulationTest {
  private static final long START = 1_000_000;
  private static final long HOUR = 3_600_000;
  private static final Seeds SEEDS = Seeds.of(40);

  private ScheduleWorld world;
  private long heldUp;
  private MachineSimulation<ScheduleState, ScheduleInput, ScheduleEffect> simulation;

  /** Clocks are set once the schedules are made: before, a time would pass that none has. */
  private void simulate(long seed, boolean clocksAreSet) {
    simulate(seed, clocksAreSet, START + 60_000);
  }

  /**
   * @param set from when on clocks are set
   */
  private void simulate(long seed, boolean clocksAreSet, long set) {
    Random random = new Random(seed);
    world = new ScheduleWorld(random, () -> simulation.now(), 6 * 60_000);
    simulation =
        new MachineSimulation<>(
            seed,
            new ScheduleMachine(ScheduleWorld.CALENDAR),
            (id, effect) -> CompletableFuture.completedFuture(world.perform(id, effect)),
            seed % 4 * 0.02);
    if (clocksAreSet) {
      for (int i = 0; i < 6; i++) {
        long by = (random.nextBoolean() ? HOUR : -HOUR) / (1 + random.nextInt(60));
        simulation.setClocks(set + random.nextLong(START + HOUR - set), by);
      }
    }
  }

  private Map<String, Definition> schedules() {
    Map<String, Definition> all = new LinkedHashMap<>();
    all.put("skip", ScheduleWorld.every("*/3 * * * *", MissedPolicy.SKIP, true, 0));
    all.put("one", ScheduleWorld.every("*/2 * * * *", MissedPolicy.CATCHUP_ONE, true, 20_000));
    all.put("all", ScheduleWorld.every("*/4 * * * *", MissedPolicy.CATCHUP_ALL, true, 0));
    all.put("alone", ScheduleWorld.every("* * * * *", MissedPolicy.SKIP, false, 0));
    all.put(
        ScheduleWorld.ASKS,
        ScheduleWorld.every("*/10 * * * *", MissedPolicy.CATCHUP_ONE, false, 0));
    all.put("allAlone", ScheduleWorld.every("*/7 * * * *", MissedPolicy.CATCHUP_ALL, false, 5_000));
    all.forEach(
        (id, definition) ->
            simulation.submit(
                START + 10,
                id,
                new ScheduleInput.Create(ScheduleWorld.schedule(id, definition, START), "{}")));
    return all;
  }

  @Test
  void whateverCrashesEachTimeIsDealtWithOnce() {
    SEEDS.each(
        seed -> {
          boolean clocksAreSet = seed % 2 == 1;
          simulate(seed, clocksAreSet);
          Map<String, Definition> all = schedules();
          simulation.run(START + HOUR);

          for (String id : all.keySet()) {
            Schedule stored = simulation.stored(id).orElseThrow().schedule();
            boolean nothingMissed =
                !clocksAreSet || all.get(id).missedPolicy() == MissedPolicy.CATCHUP_ALL;
            world.check("seed " + seed + " " + id, stored, nothingMissed);
            assertThat(stored.counters().dispatched()).as(id).isPositive();
          }
          heldUp += world.reported(ScheduleWorld.ASKS, MissedTimeLog.HELD_UP);
          assertThat(world.reported("skip", MissedTimeLog.HELD_UP)).as("they may overlap").isZero();
        });
    assertThat(heldUp).as("some were told ahead what they would be blocked by").isPositive();
  }

  private static BundleVersion version(int number, String manifest) {
    return new BundleVersion(
        number, BundleVersion.fingerprint(manifest), null, "g", Map.of(), null, START);
  }

  /**
   * A bundle is replaced, and gone back to, while jobs are being made. Clocks are set once each has
   * been due: a change looks for the next time anew, and before the first one, on a clock that was
   * set back, that may be earlier than the schedule was made.
   */
  @Test
  void whateverCrashesEachJobIsMadeOfTheVersionThatIsTold() {
    SEEDS.each(
        seed -> {
          simulate(seed, seed % 2 == 1, START + HOUR / 6);
          Map<String, Definition> all = schedules();
          for (int i = 2; i <= 10; i++) {
            long at = START + i * HOUR / 11;
            String manifest = "{\"version\": %d}".formatted(i);
            ScheduleInput change =
                i % 4 == 0
                    ? new ScheduleInput.RollBack(
                        2, BundleVersion.fingerprint("{\"version\": 2}"), "{\"version\": 2}", "")
                    : new ScheduleInput.Replace(
                        version(1, "{}"), version(0, manifest), manifest, null, null, "");
            all.keySet().forEach(id -> simulation.submit(at, id, change));
          }
          simulation.run(START + HOUR);

          for (String id : all.keySet()) {
            Schedule stored = simulation.stored(id).orElseThrow().schedule();
            world.check("seed " + seed + " " + id, stored, false);
            world.checkVersions("seed " + seed + " " + id, stored);
            assertThat(stored.versions().kept()).as(id).hasSizeGreaterThan(2);
          }
        });
  }

  private static final String TIME = "2026-06-20T10:00:00.000Z";

  @Test
  void eventsAndCallsMakeAJobEachHoweverOftenTheyAreTold() {
    SEEDS.each(
        seed -> {
          simulate(seed, false);
          Definition onEvent =
              DefinitionReader.read(
                  ScheduleWorld.CALENDAR,
                  Map.of("trigger", Map.of("event_type", "x"), "prohibit_overlap", false),
                  0);
          simulation.submit(
              START,
              "e",
              new ScheduleInput.Create(ScheduleWorld.schedule("e", onEvent, START), "{}"));
          for (int i = 0; i < 5; i++) {
            String dispatch = DispatchIds.ofEvent("e", "event-" + i);
            simulation.submit(
                START + 30_000 + i,
                "e",
                new ScheduleInput.Happened(
                    dispatch, new TriggerEvent("event-" + i, "x", "test", Map.of(), TIME)));
          }
          simulation.run(START + 90_000);

          long jobs =
              world.made.get("e").values().stream().flatMap(all -> all.stream()).distinct().count();
          assertThat(jobs).as("seed " + seed).isEqualTo(5);
        });
  }
}
