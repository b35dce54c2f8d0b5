package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import io.mirrorneuron.runtime.machine.MachineSimulation;
import io.mirrorneuron.runtime.schedule.Definition.MissedPolicy;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made up for gets its jobs oldest first, and the time that has come just now the last. */
@Proof.Histories
class CatchUpOrderTest {
  private static final long MINUTE = 60_000;
  private static final long START = 1_000_000;
  private static final Seeds SEEDS = Seeds.of(40);

  private final ScheduleMachine machine = new ScheduleMachine(ScheduleWorld.CALENDAR);
  private final List<DispatchRecord> reported = new ArrayList<>();
  private MachineSimulation<ScheduleState, ScheduleInput, ScheduleEffect> simulation;
  private ScheduleState state;

  private static Definition everyMinute(boolean overlaps) {
    return ScheduleWorld.every("* * * * *", MissedPolicy.CATCHUP_ALL, overlaps, 0);
  }

  private void begin(boolean overlaps) {
    begin(everyMinute(overlaps));
  }

  private void begin(Definition definition) {
    Schedule schedule = ScheduleWorld.schedule("s", definition, 0);
    state = machine.decide(Optional.empty(), new ScheduleInput.Create(schedule, "{}"), 0).get();
  }

  private void input(ScheduleInput input, long now) {
    state = machine.decide(Optional.of(state), input, now).get();
    reported.addAll(state.news());
    state = machine.read(machine.write(state)); // as the next server has it
  }

  /** The minutes whose jobs are being made. */
  private List<Long> starting() {
    return machine.pending(state).stream()
        .filter(ScheduleEffect.Start.class::isInstance)
        .map(effect -> ((ScheduleEffect.Start) effect).due().at() / MINUTE)
        .toList();
  }

  private void started(long minute, long now) {
    String dispatch = DispatchIds.ofTime("s", minute * MINUTE);
    input(new ScheduleInput.Started(dispatch, "job-" + minute), now);
  }

  @Test
  void oneIsMadeAfterTheOther() {
    begin(true);
    input(machine.wake(), 5 * MINUTE + 10);
    for (long minute = 1; minute <= 5; minute++) {
      assertThat(starting()).containsExactly(minute);
      started(minute, 5 * MINUTE + 10 + minute);
    }
    assertThat(starting()).isEmpty();
    assertThat(reported).extracting(DispatchRecord::statusReason).containsOnlyOnce((String) null);
    assertThat(reported.getLast().statusReason()).as("it was not missed").isNull();
    assertThat(state.schedule().counters().dispatched()).isEqualTo(5);
  }

  @Test
  void aTimeThatComesMeanwhileStandsBehindThem() {
    begin(true);
    input(machine.wake(), 3 * MINUTE + 10);
    assertThat(starting()).containsExactly(1L);
    input(machine.wake(), 4 * MINUTE);
    assertThat(starting()).containsExactly(1L);
    assertThat(state.schedule().waiting())
        .extracting(Due::at)
        .containsExactly(MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE);
  }

  /** Who is spread over a time does not hold up what comes after. */
  @Test
  void aTimeThatIsToHaveItsJobLaterHoldsUpNobody() {
    begin(ScheduleWorld.every("* * * * *", MissedPolicy.CATCHUP_ALL, true, 30 * MINUTE));
    input(machine.wake(), 2 * MINUTE + 10);
    started(1, 2 * MINUTE + 20);
    assertThat(starting()).isEmpty();
    long[] ends = new long[4];
    for (long minute = 2; minute <= 5; minute++) {
      input(machine.wake(), minute * MINUTE + 10);
      ends[(int) minute - 2] =
          minute * MINUTE
              + DispatchIds.spread(DispatchIds.ofTime("s", minute * MINUTE), 30 * MINUTE);
    }
    long first = Arrays.stream(ends).min().orElseThrow();
    assertThat(machine.wakeAt(state).orElseThrow()).isLessThanOrEqualTo(first);
    assertThat(state.schedule().waiting()).extracting(Due::notBefore).contains(first);
  }

  @Test
  void whereJobsMayNotOverlapNoLaterTimeComesBetween() {
    begin(false);
    long now = 3 * MINUTE + 10;
    input(machine.wake(), now);
    started(1, now);
    input(new ScheduleInput.Seen(DispatchIds.ofTime("s", 2 * MINUTE), Set.of("job-1")), now);
    assertThat(machine.wakeAt(state)).hasValue(now + DispatchTurn.AGAIN_MS);

    long next = 4 * MINUTE;
    Schedule waits = state.schedule();
    for (Due due : waits.waiting()) { // they are looked at again only after the next time
      waits = waits.changing(due.dispatchId(), one -> one.later(next + 1_000));
    }
    state = ScheduleState.of(waits);
    input(machine.wake(), next);
    input(new ScheduleInput.Seen(DispatchIds.ofTime("s", next), Set.of()), next);
    assertThat(reported.getLast().status()).isEqualTo("blocked");
    assertThat(reported.getLast().statusReason()).isEqualTo("times before it are caught up first");
    input(machine.wake(), next + 1_000);
    assertThat(starting()).containsExactly(2L);
  }

  /** As after a disk that was full: nothing was stored from when the second one was looked at. */
  @Test
  void theOldestIsNotBlockedByTimesAfterIt() {
    begin(false);
    input(machine.wake(), MINUTE);
    started(1, MINUTE + 10);
    input(machine.wake(), 2 * MINUTE);
    long later = 5 * MINUTE;
    input(machine.wake(), later);
    input(new ScheduleInput.Seen(DispatchIds.ofTime("s", 2 * MINUTE), Set.of()), later);

    assertThat(starting()).containsExactly(2L);
    assertThat(state.schedule().waiting())
        .extracting(Due::at)
        .containsExactly(2 * MINUTE, 3 * MINUTE, 4 * MINUTE, 5 * MINUTE);
  }

  /** A job that came late, as its start was refused, blocks no time that came before it. */
  @Test
  void whatIsRefusedBeyondItsGraceStandsFirstInTheLine() {
    begin(false);
    input(machine.wake(), MINUTE);
    input(machine.wake(), 2 * MINUTE);
    long later = 2 * MINUTE + 30_000;
    input(new ScheduleInput.NotStarted(DispatchIds.ofTime("s", MINUTE), "full", true), later);
    assertThat(starting()).isEmpty();

    input(machine.wake(), later + DispatchTurn.AGAIN_MS);
    assertThat(starting()).containsExactly(1L);
    started(1, later + DispatchTurn.AGAIN_MS);
    input(new ScheduleInput.Seen(DispatchIds.ofTime("s", 2 * MINUTE), Set.of("job-1")), later);
    assertThat(state.schedule().waiting()).extracting(Due::at).containsExactly(2 * MINUTE);
    assertThat(state.schedule().counters().blocked()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whateverCrashesTheyAreMadeInOrder(boolean overlaps) {
    SEEDS.each(
        seed -> {
          Random random = new Random(seed);
          List<Long> made = new ArrayList<>();
          ScheduleWorld world = new ScheduleWorld(random, () -> simulation.now(), 8_000);
          simulation =
              new MachineSimulation<>(
                  seed,
                  machine,
                  (id, effect) -> {
                    if (effect instanceof ScheduleEffect.Start start
                        && !made.contains(start.due().at())) {
                      made.add(start.due().at());
                    }
                    return CompletableFuture.completedFuture(world.perform(id, effect));
                  },
                  seed % 4 * 0.02);
          simulation.submit(
              START,
              "s",
              new ScheduleInput.Create(
                  ScheduleWorld.schedule("s", everyMinute(overlaps), START), "{}"));
          simulation.setClocks(START + 5_000, 10 * MINUTE);
          simulation.run(START + 300_000); // calls are lost again and again

          assertThat(made).as("seed " + seed).hasSizeGreaterThanOrEqualTo(10).isSorted();
        });
  }
}
