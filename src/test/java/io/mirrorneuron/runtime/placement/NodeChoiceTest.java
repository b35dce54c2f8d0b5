package io.mirrorneuron.runtime.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.placement.Placement.PlacementRequest;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Scheduling.Constraint;
import io.mirrorneuron.runtime.workflow.Scheduling.Strategy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

class NodeChoiceTest {
  private static final Scheduling PACKED = new Scheduling(Strategy.BINPACK, true, null, List.of());
  private static final Scheduling SPREAD = new Scheduling(Strategy.SPREAD, true, null, List.of());

  private static Machine node(String name, int slotsTaken) {
    Amounts totals = new Amounts(8000, 16_000, 100_000);
    return new Machine(
        name,
        "healthy",
        true,
        Map.of(),
        totals,
        totals,
        new Amounts(slotsTaken * 1000L, 0, 0),
        List.of(),
        Set.of(),
        0,
        List.of(),
        Set.of(),
        Set.of(),
        List.of("host_local"),
        Map.of("default", 4),
        Map.of("default", slotsTaken),
        Set.of(),
        Set.of());
  }

  private static String choice(
      Machine own, Machine other, Scheduling scheduling, ResourceRequest request) {
    Wish wish = new Wish(request, scheduling, "default", 1);
    return choice(own, List.of(other), wish, _ -> 0).node();
  }

  private static NodeChoice.Choice choice(
      Machine own, List<Machine> others, Wish wish, ToLongFunction<String> turn) {
    return NodeChoice.of(own, others, new PlacementRequest("work", "executor", wish), turn);
  }

  private static String choice(Machine own, Machine other, Scheduling scheduling) {
    return choice(own, other, scheduling, ResourceRequest.NONE);
  }

  private static String leaving(Set<String> left, Machine own, Machine... others) {
    Wish wish = new Wish(ResourceRequest.NONE, Scheduling.ANY, "default", 1);
    PlacementRequest asked = new PlacementRequest("work", "executor", wish);
    return NodeChoice.leaving(left, own, List.of(others), asked, _ -> 0).node();
  }

  @Test
  void aProgramLeavesNodesForAnotherWhileThereIsOne() {
    Machine a = node("a", 0);
    Machine b = node("b", 0);
    Machine c = node("c", 4); // has no room
    assertThat(leaving(Set.of(), a, b)).isEqualTo("a");
    assertThat(leaving(Set.of("a"), a, b)).isEqualTo("b");
    assertThat(leaving(Set.of("a", "b"), a, b, c)).as("though it waits there").isEqualTo("c");
    assertThat(leaving(Set.of("b"), a, b)).isEqualTo("a");
    assertThat(leaving(Set.of("a", "b"), a, b)).as("there is no other").isEqualTo("a");
  }

  @Test
  void aProgramGoesBackToTheOnlyNodeThatCanRunIt() {
    Constraint named = new Constraint("name", Constraint.Operator.EQUAL, List.of("b"));
    Scheduling there = new Scheduling(Strategy.BINPACK, false, null, List.of(named));
    Wish wish = new Wish(ResourceRequest.NONE, there, "default", 1);
    PlacementRequest asked = new PlacementRequest("work", "executor", wish);
    List<Machine> others = List.of(node("b", 0));
    assertThat(NodeChoice.leaving(Set.of("b"), node("a", 0), others, asked, _ -> 0).node())
        .isEqualTo("b");
  }

  @Test
  void aProgramWhoseAuthorSaysNothingStaysWithItsJobEvenIfItHasToWait() {
    assertThat(choice(node("a", 4), node("b", 0), Scheduling.ANY)).isEqualTo("a");
  }

  @Test
  void binpackFillsTheNodeOfTheJobFirst() {
    assertThat(choice(node("b", 3), node("a", 3), PACKED)).isEqualTo("b");
    assertThat(choice(node("b", 4), node("a", 3), PACKED)).isEqualTo("a");
  }

  @Test
  void whereNoNodeHasRoomTheFirstThatHasWillTakeItUnlessOnlyOneEverCan() {
    Wish wish = new Wish(ResourceRequest.NONE, SPREAD, "default", 1);
    assertThat(choice(node("b", 4), List.of(node("a", 4)), wish, _ -> 0).waits()).isTrue();
    assertThat(choice(node("b", 4), List.of(node("a", 3)), wish, _ -> 0).waits()).isFalse();
    assertThat(choice(node("b", 4), List.of(), wish, _ -> 0))
        .matches(choice -> choice.node().equals("b") && !choice.waits());
  }

  @Test
  void ofEquallyEmptyNodesItIsTheTurnOfOne() {
    Wish wish = new Wish(ResourceRequest.NONE, SPREAD, "default", 1);
    Map<String, Long> turns = Map.of("a", 7L, "b", 3L, "c", 5L);
    List<Machine> others = List.of(node("a", 0), node("c", 0));
    assertThat(choice(node("b", 0), others, wish, turns::get).node()).isEqualTo("b");
    assertThat(choice(node("b", 1), others, wish, turns::get).node()).isEqualTo("c");
  }

  @Test
  void spreadTakesTheEmptiest() {
    assertThat(choice(node("a", 1), node("b", 0), SPREAD)).isEqualTo("b");
    assertThat(choice(node("a", 0), node("b", 1), SPREAD)).isEqualTo("a");
  }

  @Test
  void aPreferredNodeIsTakenWhileItHasRoom() {
    Scheduling preferred = new Scheduling(Strategy.BINPACK, false, "b", List.of());
    assertThat(choice(node("a", 0), node("b", 0), preferred)).isEqualTo("b");
    assertThat(choice(node("a", 0), node("b", 4), preferred)).isEqualTo("a");
  }

  @Test
  void whatOneNodeWillNeverHaveAnotherOneGives() {
    ResourceRequest large =
        new ResourceRequest(new Amounts(0, 20_000, 0), List.of(), List.of(), List.of(), null);
    assertThat(choice(node("a", 0), node("b", 0), Scheduling.ANY, large)).isNull();
  }
}
