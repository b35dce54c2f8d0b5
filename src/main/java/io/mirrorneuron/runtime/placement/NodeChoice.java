package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.placement.PlacementPlan.Placed;
import io.mirrorneuron.runtime.placement.PlacementPlan.Room;
import io.mirrorneuron.runtime.placement.PlacementPlan.Unplaced;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Scheduling.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where one run of a program goes. It stays with its job while that node has what it asks for,
 * unless its author wrote a strategy or prefers another node: then binpack takes the job's own node
 * while there is room, and the best other one when there is none; spread the emptiest. Where no
 * node has room it waits with its job, or where it can run at all. Pure.
 */
public final class NodeChoice {
  private static final Placement BEST = new BestNode();

  private NodeChoice() {}

  /**
   * @param node its name; null when none has what it asks for
   * @param reasons for people
   */
  public record Choice(String node, List<String> reasons) {
    /** For people. */
    public String sentence() {
      return String.join(", ", reasons);
    }
  }

  /**
   * @param own the node of the job
   * @param others all with different names
   */
  public static Choice of(Machine own, List<Machine> others, PlacementRequest asked) {
    List<Placed> alone = BEST.plan(List.of(own), List.of(asked)).placements();
    Scheduling scheduling = asked.wish().scheduling();
    String preferred = scheduling.preferredNode();
    boolean isPreferred = preferred == null || preferred.equals(own.name());
    if (!alone.isEmpty() && isPreferred && !scheduling.isChosen()) {
      return new Choice(own.name(), List.of("the node of its job"));
    }
    boolean isNow = !alone.isEmpty() && isNow(alone.getFirst());
    if (isNow && isPreferred && scheduling.strategy() == Strategy.BINPACK) {
      return new Choice(own.name(), List.of("the node of its job has room"));
    }
    return best(own, others, asked, !alone.isEmpty());
  }

  private static Choice best(
      Machine own, List<Machine> others, PlacementRequest asked, boolean fitsHere) {
    List<Machine> all = new ArrayList<>(others);
    all.add(own);
    PlacementPlan plan = BEST.plan(all, List.of(asked));
    if (plan.placements().isEmpty()) {
      String lacks =
          plan.refusals().stream().map(Unplaced::sentence).collect(Collectors.joining(". "));
      return new Choice(null, List.of("no living node has what it asks for: " + lacks));
    }
    Placed placed = plan.placements().getFirst();
    return isNow(placed) || !fitsHere
        ? new Choice(placed.node(), placed.reasons())
        : new Choice(own.name(), List.of("no node has room; it waits with its job"));
  }

  private static boolean isNow(Placed placed) {
    return placed.room() == Room.NOW;
  }
}
