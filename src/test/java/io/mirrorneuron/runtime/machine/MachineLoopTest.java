package io.mirrorneuron.runtime.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Crashes between any two steps lose no deed and store none twice. */
@Proof.Histories
class MachineLoopTest {
  private static final long START = 1_000_000;
  private static final Seeds SEEDS = Seeds.of(400);
  private static final Seeds FEWER = Seeds.of(100);
  private static final Set<String> NAMES = Set.of("ann", "bob", "cid", "dan", "eve");

  /** What the outside has seen: by alarm and ring, when it came first. */
  private final Map<String, TreeMap<Integer, Long>> heard = new HashMap<>();

  private MachineSimulation<Alarm, Alarm.Input, Alarm.Ring> simulation;

  private CompletableFuture<Alarm.Input> ring(String id, Alarm.Ring ring) {
    heard
        .computeIfAbsent(id, first -> new TreeMap<>())
        .putIfAbsent(ring.number(), simulation.now());
    return CompletableFuture.completedFuture(new Alarm.Input.Heard(ring.number()));
  }

  private void simulate(long seed, double trouble) {
    heard.clear();
    simulation = new MachineSimulation<>(seed, new Alarm.Machine(), this::ring, trouble);
  }

  @Test
  void whateverCrashesEachAlarmRingsAsOftenAsItShouldAndNotBeforeItsTime() {
    SEEDS.each(
        seed -> {
          simulate(seed, seed % 4 * 0.03);
          Map<String, Alarm.Input.Set> alarms = new LinkedHashMap<>();
          for (int i = 1; i <= 4; i++) {
            var alarm = new Alarm.Input.Set(START + i * 3_333L, i);
            alarms.put("alarm-" + i, alarm);
            simulation.submit(START + 10L * i, "alarm-" + i, alarm);
          }
          simulation.run(START + 60_000);

          for (var alarm : alarms.entrySet()) {
            int times = alarm.getValue().times();
            String which = "seed " + seed + " " + alarm.getKey();
            TreeMap<Integer, Long> rings = heard.get(alarm.getKey());
            assertThat(rings).as(which).isNotNull();
            assertThat(rings.keySet()).as(which).isEqualTo(numbers(times));
            assertThat(simulation.stored(alarm.getKey())).as(which).isEmpty();
            rings.forEach(
                (number, at) ->
                    assertThat(at)
                        .as(which + " ring " + number)
                        .isGreaterThanOrEqualTo(
                            alarm.getValue().at() + (times - number) * Alarm.EVERY_MS));
          }
        });
  }

  private static Set<Integer> numbers(int times) {
    Set<Integer> numbers = new TreeSet<>();
    for (int i = 1; i <= times; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  @Test
  void ofInputsThatComeTogetherNoneIsLost() {
    FEWER.each(
        seed -> {
          simulate(seed, seed % 4 * 0.03);
          simulation.submit(START, "a", new Alarm.Input.Set(START + 900_000, 1));
          for (String name : NAMES) {
            simulation.submit(START + 20_000, "a", new Alarm.Input.Note(name));
          }
          simulation.run(START + 60_000);

          assertThat(simulation.stored("a").orElseThrow().notes())
              .as("seed " + seed)
              .isEqualTo(NAMES);
        });
  }

  @Test
  void anAlarmThatIsCancelledRingsNoMore() {
    simulate(1, 0);
    simulation.submit(START, "a", new Alarm.Input.Set(START + 10_000, 3));
    simulation.submit(START + 12_000, "a", new Alarm.Input.Cancel());
    simulation.run(START + 60_000);

    assertThat(heard.get("a").keySet()).containsExactly(3);
    assertThat(simulation.stored("a")).isEmpty();
  }

  @Test
  void anInputThatIsRefusedChangesNothing() {
    simulate(1, 0);
    simulation.submit(START, "a", new Alarm.Input.Set(START + 500_000, 3));
    simulation.submit(START + 1_000, "a", new Alarm.Input.Set(START + 10_000, 1));
    simulation.run(START + 60_000);

    assertThat(simulation.stored("a")).contains(new Alarm(START + 500_000, 3, 0, new TreeSet<>()));
    assertThat(heard).isEmpty();
  }
}
