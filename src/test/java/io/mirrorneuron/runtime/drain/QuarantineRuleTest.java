package io.mirrorneuron.runtime.drain;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.NodeSettings.QuarantineLimits;
import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.port.node.NodeState.NodeFault;
import io.mirrorneuron.port.node.NodeState.NodeFault.Kind;
import io.mirrorneuron.runtime.drain.QuarantineRule.Verdict;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QuarantineRuleTest {
  private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
  private static final QuarantineRule RULE =
      new QuarantineRule(
          new QuarantineLimits(3, 2, Duration.ofMinutes(5), Duration.ofMinutes(10)),
          Lifetime.DEFAULT);
  private static final Set<String> THREE = Set.of("a@h", "b@h", "c@h");

  private final Map<String, NodeState> states = new HashMap<>();

  private static NodeFault fault(Kind kind, int secondsAgo, String about) {
    return new NodeFault(Json.timestamp(NOW.minusSeconds(secondsAgo)), kind, about, "why");
  }

  private static List<NodeFault> notBegun(int count, int jobs) {
    List<NodeFault> faults = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      faults.add(fault(Kind.NOT_BEGUN, 60 - i, "job-" + i % jobs));
    }
    return faults;
  }

  private void has(String node, List<NodeFault> faults) {
    NodeState before = states.getOrDefault(node, NodeState.of(node));
    states.put(node, before.with(before.health().and(faults)));
  }

  private Optional<Verdict> next(Set<String> living) {
    return RULE.next(states, living, NOW);
  }

  /** Carries out what is due, as the leader does. */
  private NodeState decided(Set<String> living, Instant at) {
    Verdict verdict = RULE.next(states, living, at).orElseThrow();
    NodeState seen = states.get(verdict.node());
    NodeState after = verdict.on(seen, seen, Json.timestamp(at)).after(seen, Json.timestamp(at));
    states.put(verdict.node(), after);
    return after;
  }

  @Test
  void aNodeOnWhichProgramsOfSeveralJobsCannotBeginIsKeptFromWork() {
    has("b@h", notBegun(3, 2));
    NodeState after = decided(THREE, NOW);

    assertThat(after.status()).isEqualTo(NodeCondition.QUARANTINED);
    assertThat(after.schedulingEligible()).isFalse();
    assertThat(after.reason())
        .isEqualTo("3 programs of 2 jobs could not begin within 300 s; the last: why");
    assertThat(after.health().quarantine().since()).isEqualTo("2026-05-01T12:00:00.000Z");
    assertThat(after.health().quarantine().untilAt()).isEqualTo("2026-05-01T12:10:00.000Z");
    assertThat(after.health().faults()).isEmpty();
    assertThat(next(THREE)).as("once").isEmpty();
  }

  @Test
  void whatIsOfOneJobOrOldOrTooLittleIsNoReason() {
    has("a@h", notBegun(10, 1));
    has("b@h", notBegun(2, 2));
    has("c@h", List.of(fault(Kind.RETURNED, 400, "x"), fault(Kind.RETURNED, 10, "y")));

    assertThat(next(THREE)).isEmpty();
  }

  @Test
  void aNodeThatWasGoneAndCameBackSeveralTimesIsKeptFromWork() {
    has("c@h", List.of(fault(Kind.RETURNED, 200, "x"), fault(Kind.RETURNED, 10, "y")));

    assertThat(decided(THREE, NOW).reason())
        .isEqualTo("it was gone and came back 2 times within 300 s; the last: why");
  }

  @Test
  void oneThatIsNotReachedIsKeptFromWorkWhenItIsNotMerelyDying() {
    has("a@h", List.of(0, 5, 10).stream().map(s -> fault(Kind.UNREACHED, 15 - s, "b")).toList());
    assertThat(next(THREE)).isEmpty();

    has("a@h", List.of(fault(Kind.UNREACHED, 0, "b")));
    states.put("a@h", NodeState.of("a@h"));
    has("a@h", List.of(0, 20, 40).stream().map(s -> fault(Kind.UNREACHED, 50 - s, "b")).toList());
    assertThat(decided(THREE, NOW).reason()).startsWith("other nodes did not reach it 3 times");
  }

  @Test
  void whatMostNodesHaveIsNotOfOneOfThem() {
    has("a@h", notBegun(3, 2));
    has("b@h", notBegun(3, 2));

    assertThat(next(THREE)).isEmpty();
    assertThat(next(Set.of("a@h", "b@h", "c@h", "d@h"))).as("half of them").isPresent();
  }

  @Test
  void halfOfTheNodesWorkInAnyCaseAndOneAtLeast() {
    has("a@h", notBegun(3, 2));
    assertThat(next(Set.of("a@h"))).as("alone").isEmpty();
    decided(THREE, NOW);
    has("b@h", notBegun(3, 2));
    assertThat(next(THREE)).as("a second one of three").isEmpty();

    states.put("d@h", NodeState.of("d@h").with(NodeCondition.MAINTENANCE, false, "a new disk"));
    states.put("c@h", NodeState.of("c@h").with(NodeCondition.MAINTENANCE, false, "a new disk"));
    assertThat(next(Set.of("a@h", "b@h", "c@h", "d@h"))).as("the last that works").isEmpty();
  }

  @Test
  void whenNobodyElseWorksItWorksAgain() {
    has("a@h", notBegun(3, 2));
    decided(THREE, NOW);
    assertThat(next(Set.of("a@h", "b@h"))).isEmpty();

    assertThat(decided(Set.of("a@h"), NOW).status()).isEqualTo(NodeCondition.HEALTHY);
  }

  @Test
  void itEndsByItselfOnceTheTimeIsOverAndNothingHappensAnyMore() {
    has("a@h", notBegun(3, 2));
    decided(THREE, NOW);
    Instant over = NOW.plus(Duration.ofMinutes(10));
    assertThat(RULE.next(states, THREE, over.minusMillis(1))).isEmpty();
    has("a@h", List.of(fault(Kind.RETURNED, -590, "x")));
    assertThat(RULE.next(states, THREE, over)).as("a new fault").isEmpty();

    Instant quiet = over.plus(Duration.ofMinutes(5));
    NodeState after = decided(THREE, quiet);
    assertThat(after.status()).isEqualTo(NodeCondition.HEALTHY);
    assertThat(after.schedulingEligible()).isTrue();
    assertThat(after.reason()).isNull();
    assertThat(after.health().quarantine().endedAt()).isEqualTo(Json.timestamp(quiet));
  }

  @Test
  void theNextOneTakesTwiceAsLongUnlessSomebodyHasEndedIt() {
    has("a@h", notBegun(3, 2));
    decided(THREE, NOW);
    Instant over = NOW.plus(Duration.ofMinutes(10));
    decided(THREE, over);
    has("a@h", List.of(fault(Kind.RETURNED, -601, "x"), fault(Kind.RETURNED, -602, "y")));
    NodeState again = decided(THREE, over.plusSeconds(3));
    assertThat(again.health().quarantine().times()).isEqualTo(2);
    assertThat(again.health().quarantine().untilAt())
        .isEqualTo(Json.timestamp(over.plusSeconds(3).plus(Duration.ofMinutes(20))));

    NodeState ended =
        again.with(NodeCondition.HEALTHY, true, "a new disk").after(again, Json.timestamp(over));
    assertThat(ended.health().quarantine().times()).isZero();
    assertThat(ended.health().quarantine().endedAt()).isEqualTo(Json.timestamp(over));
  }

  @Test
  void itLastsUntilSomebodyEndsItWhereNoTimeIsSet() {
    var endless =
        new QuarantineRule(
            new QuarantineLimits(3, 2, Duration.ofMinutes(5), Duration.ZERO), Lifetime.DEFAULT);
    has("a@h", notBegun(3, 2));
    Verdict verdict = endless.next(states, THREE, NOW).orElseThrow();
    assertThat(verdict.begins().untilAt()).isNull();
    NodeState kept = verdict.on(states.get("a@h"), states.get("a@h"), "t");
    states.put("a@h", kept);

    assertThat(endless.next(states, THREE, NOW.plus(Duration.ofDays(100)))).isEmpty();
  }

  @Test
  void whatSomebodyDecidedMeanwhileStands() {
    has("a@h", notBegun(3, 2));
    NodeState seen = states.get("a@h");
    NodeState drained = seen.with(NodeCondition.DRAINING, false, "a new kernel");

    assertThat(next(THREE).orElseThrow().on(drained, seen, "t")).isSameAs(drained);
  }

  @Test
  void zeroIsNever() {
    var never =
        new QuarantineRule(
            new QuarantineLimits(0, 0, Duration.ofMinutes(5), Duration.ofMinutes(10)),
            Lifetime.DEFAULT);
    has("a@h", notBegun(20, 5));
    has("b@h", List.of(fault(Kind.RETURNED, 20, "x"), fault(Kind.RETURNED, 10, "y")));

    assertThat(never.next(states, THREE, NOW)).isEmpty();
  }
}
