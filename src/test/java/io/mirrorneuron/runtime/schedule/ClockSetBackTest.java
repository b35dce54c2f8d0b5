package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.machine.MachineSimulation;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The clocks of all servers go back by an hour while schedules wait for seconds. */
@Proof.Histories
class ClockSetBackTest {
  private static final long START = 1_000_000;
  private static final long HOUR = 3_600_000;
  private static final Seeds SEEDS = Seeds.of(20);
  private static final String TIME = "1970-01-01T00:16:40.000Z";

  private ScheduleWorld world;
  private MachineSimulation<ScheduleState, ScheduleInput, ScheduleEffect> simulation;

  /**
   * @param longest that a job takes
   */
  private void begin(long seed, long longest, Map<String, Object> members) {
    world = new ScheduleWorld(new Random(seed), () -> simulation.now(), longest);
    simulation =
        new MachineSimulation<>(
            seed,
            new ScheduleMachine(ScheduleWorld.CALENDAR),
            (id, effect) -> CompletableFuture.completedFuture(world.perform(id, effect)),
            seed % 4 * 0.02);
    Definition definition = DefinitionReader.read(ScheduleWorld.CALENDAR, members, 0);
    // An event that comes before its schedule is there makes no job, so that is there first.
    simulation.prepare(
        "s", new ScheduleInput.Create(ScheduleWorld.schedule("s", definition, START), "{}"));
  }

  private void tell(long at, String id) {
    simulation.submit(at, "s", event(id));
  }

  private Schedule stored() {
    return simulation.stored("s").orElseThrow().schedule();
  }

  private static Map<String, Object> onQuiet(Map<String, Object> more) {
    Map<String, Object> members = new HashMap<>(more);
    members.put(
        "trigger", Map.of("event_type", "x", "debounce", Map.of("wait_ms", 3_000, "key", "n")));
    return members;
  }

  @Test
  void eventsWaitForQuietAndForEarlierJobsNoLongerThanElse() {
    SEEDS.each(this::checkQuiet);
  }

  private void checkQuiet(long seed) {
    begin(seed, 10_000, onQuiet(Map.of()));
    tell(START + 5_000, "a");
    tell(START + 5_500, "b");
    tell(START + 9_000, "c");
    simulation.setClocks(START + 9_000 + seed % 20 * 500, -HOUR);
    simulation.run(START + 40_000);

    assertThat(stored().counters().dispatched())
        .as("seed %d: %s".formatted(seed, stored().work()))
        .isEqualTo(3);
    assertThat(stored().waiting()).isEmpty();
  }

  private static ScheduleInput.Happened event(String id) {
    TriggerEvent event = new TriggerEvent(id, "x", "test", Map.of("n", id), TIME);
    return new ScheduleInput.Happened(DispatchIds.ofEvent("s", id), event);
  }

  /**
   * What owes something is not woken, and when that was done its times lie too far ahead for
   * anybody to look: so whatever is decided on brings them near.
   */
  @Test
  void whatWaitsBehindSomethingThatIsDoneThenWaitsNoLongerThanElse() {
    ScheduleMachine machine = new ScheduleMachine(ScheduleWorld.CALENDAR);
    Definition definition = DefinitionReader.read(ScheduleWorld.CALENDAR, onQuiet(Map.of()), 0);
    Schedule made = ScheduleWorld.schedule("s", definition, START);
    Optional<ScheduleState> begun =
        machine.decide(Optional.empty(), new ScheduleInput.Create(made, "{}"), START);
    for (ScheduleInput input : List.of(event("a"), event("b"))) {
      begun = machine.decide(begun, input, START);
    }
    begun = machine.decide(begun, machine.wake(), START + 3_000);
    Due first = begun.orElseThrow().schedule().waiting().getFirst();
    assertThat(first.phase()).isEqualTo(Phase.STARTS);
    long news = begun.orElseThrow().schedule().work().news().last();

    long back = START - HOUR;
    for (ScheduleInput done :
        List.of(
            new ScheduleInput.Started(first.dispatchId(), "job-1"),
            new ScheduleInput.EventDelivered("event_s-" + news))) {
      Schedule next = machine.decide(begun, done, back).orElseThrow().schedule();
      assertThat(next.waiting().getLast().notBefore())
          .as("after %s", done)
          .isLessThanOrEqualTo(back + DispatchTurn.AGAIN_MS);
    }
  }

  @Test
  void windowsCloseInTime() {
    SEEDS.each(this::checkWindow);
  }

  private void checkWindow(long seed) {
    begin(
        seed,
        10 * HOUR,
        onQuiet(Map.of("window", Map.of("duration_ms", 20_000), "prohibit_overlap", false)));
    tell(START + 5_000, "a");
    simulation.setClocks(START + 20_000, -HOUR);
    simulation.run(START + 40_000);

    assertThat(stored().counters().dispatched()).as("seed " + seed).isEqualTo(1);
    assertThat(stored().children()).as("seed " + seed).isEmpty();
  }

  /** The leader is no longer the leader when it hears what it was to look at. */
  @Test
  void whatALeaderLosesWithItsLeadIsLookedAtAgain() {
    checkQuiet(335_002_566);
    checkWindow(335_001_414);
  }

  @Test
  void timesOfACalendarStay() {
    begin(1, 10_000, Map.of("cron", "*/5 * * * *"));
    simulation.setClocks(START + 20_000, -HOUR);
    simulation.run(START + 40_000);

    assertThat(stored().nextDue()).isEqualTo(1_200_000);
    assertThat(stored().counters().dispatched()).isZero();
  }

  private static long from(String text, long now, Long dealtWith) {
    return Firings.from(text, "UTC", now, dealtWith);
  }

  @Test
  void whatWasDealtWithIsNotToldAsStillToCome() {
    assertThat(from(null, 60_000, null)).isEqualTo(60_000);
    assertThat(from(null, 60_000, 30_000L)).isEqualTo(60_000);
    assertThat(from(null, 60_000, HOUR)).isEqualTo(HOUR);
    assertThat(from("1970-01-01T00:30:00", 60_000, HOUR)).isEqualTo(HOUR);
    assertThat(from("1970-01-01T02:00:00", 60_000, HOUR)).isEqualTo(2 * HOUR);
    assertThat(from("1970-01-01T00:00:00", 60_000, HOUR)).as("asks for the past").isZero();
  }
}
