package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.machine.MachineSimulation;
import io.mirrorneuron.runtime.schedule.event.ChainPace;
import io.mirrorneuron.runtime.schedule.event.RuntimeEvent;
import io.mirrorneuron.runtime.schedule.event.RuntimeEventSource;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Schedules that wait for the ends of each other's jobs, so that each end makes two jobs, on two
 * servers that crash between any two steps: there are no more of them than the brake lets through.
 */
@Proof.Histories
class CircleSimulationTest {
  private static final long START = 1_000_000;
  private static final long SECOND = 1_000;
  private static final long MINUTE = 60_000;
  private static final Seeds SEEDS = Seeds.of(4);
  private static final int LONGEST = 10;
  private static final List<String> CIRCLE = List.of("a", "b");
  private static final String TIME = "2026-06-20T10:00:00.000Z";

  /** Enough to see that there is no brake. */
  private static final int ENOUGH = 260;

  private Random random;
  private ScheduleWorld world;
  private MachineSimulation<ScheduleState, ScheduleInput, ScheduleEffect> simulation;

  /** By schedule, the jobs that followed from events which followed from events. */
  private final Map<String, Set<String>> chained = new HashMap<>();

  private final Set<String> ended = new HashSet<>();

  private void simulate(MistakenMachine.Mistake mistake, long seed) {
    random = new Random(seed);
    chained.clear();
    ended.clear();
    world = new ScheduleWorld(random, () -> simulation.now(), 3 * SECOND);
    simulation =
        new MachineSimulation<>(
            seed,
            new MistakenMachine(mistake),
            (id, effect) -> CompletableFuture.completedFuture(perform(id, effect)),
            seed % 4 * 0.01);
    for (String id : CIRCLE) {
      simulation.submit(
          START, id, new ScheduleInput.Create(ScheduleWorld.schedule(id, circle(), START), "{}"));
    }
    tell(START + 5 * SECOND, new TriggerEvent("begin-1", "begin", "test", Map.of(), TIME));
  }

  private static Definition circle() {
    return DefinitionReader.read(
        ScheduleWorld.CALENDAR,
        Map.of(
            "trigger",
            Map.of("event_type", List.of("begin", "job_completed")),
            "prohibit_overlap",
            false),
        0);
  }

  private ScheduleInput perform(String id, ScheduleEffect effect) {
    ScheduleInput done = world.perform(id, effect);
    if (effect instanceof ScheduleEffect.Start start
        && done instanceof ScheduleInput.Started(String dispatch, String job)) {
      int chain = RuntimeEvent.chainAfter(start.due().event(), start.due().payload());
      if (chain > 1) {
        chained.computeIfAbsent(id, first -> new HashSet<>()).add(job);
      }
      if (chain < LONGEST && ended.size() < ENOUGH && ended.add(job)) {
        tell(
            simulation.now() + SECOND + random.nextLong(8 * SECOND),
            new TriggerEvent(
                "end-" + job,
                "job_completed",
                RuntimeEventSource.TELLER,
                chain == 0 ? Map.of() : Map.of("chain", chain),
                TIME));
      }
    }
    return done;
  }

  private void tell(long at, TriggerEvent event) {
    for (String id : CIRCLE) {
      var input = new ScheduleInput.Happened(DispatchIds.ofEvent(id, event.eventId()), event);
      simulation.submit(at, id, input);
    }
  }

  private void theCircleIsBraked(long seed, MistakenMachine.Mistake mistake) {
    int most = 2 * ChainPace.MOST; // ten rows of nine seconds at most
    simulate(mistake, seed);
    simulation.run(START + MINUTE);
    for (String id : CIRCLE) {
      String which = "seed " + seed + " " + id;
      Schedule stored = simulation.stored(id).orElseThrow().schedule();
      assertThat(chained.get(id)).as(which).hasSizeBetween(ChainPace.MOST, most);
      assertThat(stored.counters().blocked()).as(which).isPositive();
      assertThat(stored.reported().lastBlocked()).contains("60 times within a minute");
      assertThat(stored.waiting()).as(which).isEmpty();
      assertThat(stored.counters().dispatched()).as(which).isEqualTo(jobs(id));
    }
  }

  private long jobs(String id) {
    return world.made.getOrDefault(id, new TreeMap<>()).values().stream()
        .flatMap(Set::stream)
        .distinct()
        .count();
  }

  @Test
  void whateverCrashesACircleIsBraked() {
    SEEDS.each(seed -> theCircleIsBraked(seed, MistakenMachine.NONE));
  }

  @Test
  void whatIsTooMuchIsBlockedAndWhySaysSoAndOtherEventsAreNot() {
    ScheduleMachine machine = new ScheduleMachine(ScheduleWorld.CALENDAR);
    ScheduleState state = ScheduleState.of(ScheduleWorld.schedule("a", circle(), START));
    for (int i = 0; i <= ChainPace.MOST; i++) {
      assertThat(why(state).contains("circle")).isEqualTo(i == ChainPace.MOST);
      state = reported(machine, state, RuntimeEventSource.TELLER, i);
    }
    assertThat(state.schedule().waiting()).hasSize(ChainPace.MOST);
    assertThat(state.schedule().counters().blocked()).isEqualTo(1);
    assertThat(state.news().getLast().status()).isEqualTo("blocked");
    assertThat(state.news().getLast().statusReason()).contains("60 times within a minute");
    assertThat(why(state)).contains("circle of schedules", "until 1970-01-01T00:17:40.000Z");

    state = reported(machine, state, "shop", 100);
    assertThat(state.schedule().waiting()).hasSize(ChainPace.MOST + 1);
    state = reported(machine, machine.read(machine.write(state)), RuntimeEventSource.TELLER, 101);
    assertThat(state.schedule().counters().blocked()).as("also after a restart").isEqualTo(2);
  }

  private static ScheduleState reported(
      ScheduleMachine machine, ScheduleState state, String source, int number) {
    Map<String, Object> payload = Map.of("chain", 1);
    var event = new TriggerEvent("e" + number, "job_completed", source, payload, TIME);
    var input = new ScheduleInput.Happened(DispatchIds.ofEvent("a", event.eventId()), event);
    return machine.decide(Optional.of(state), input, START).orElseThrow();
  }

  /** As if nothing waited for its turn. */
  private static String why(ScheduleState state) {
    Schedule quiet = state.schedule().waiting(List.of());
    return ScheduleViews.full(quiet, null, List.of(), Set.of(), Map.of()).why();
  }

  @Test
  void aDeciderThatForgetsHowOftenItWasDueIsFound() throws Exception {
    Seeds.find(
        4,
        seed ->
            theCircleIsBraked(
                seed,
                (before, input, after, now) ->
                    input instanceof ScheduleInput.Outcome ? after.pacing(ChainPace.NONE) : after));
  }

  @Test
  void aDeciderThatCountsOnlyTheLastIsFound() throws Exception {
    Seeds.find(
        4,
        seed ->
            theCircleIsBraked(
                seed,
                (before, input, after, now) -> {
                  List<Long> times = after.pace().times();
                  return times.isEmpty()
                      ? after
                      : after.pacing(new ChainPace(List.of(times.getLast())));
                }));
  }
}
