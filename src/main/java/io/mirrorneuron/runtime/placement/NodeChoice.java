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
   * Whether it stays with its job whatever other nodes have.
   *
   * @param own the node of the job
   */
  public static boolean staysHome(Machine own, PlacementRequest asked) {
    Scheduling scheduling = asked.wish().scheduling();
    return isPreferred(own, scheduling) && !scheduling.isChosen() && !alone(own, asked).isEmpty();
  }

  private static boolean isPreferred(Machine own, Scheduling scheduling) {
    String preferred = scheduling.preferredNode();
    return preferred == null || preferred.equals(own.name());
  }

  private static List<Placed> alone(Machine own, PlacementRequest asked) {
    return BEST.plan(List.of(own), List.of(asked)).placements();
  }

  /**
   * @param own the node of the job
   * @param others all with different names
   */
  public static Choice of(Machine own, List<Machine> others, PlacementRequest asked) {
    if (staysHome(own, asked)) {
      return new Choice(own.name(), List.of("the node of its job"));
    }
    List<Placed> alone = alone(own, asked);
    Scheduling scheduling = asked.wish().scheduling();
    boolean isNow = !alone.isEmpty() && isNow(alone.getFirst());
    if (isNow && isPreferred(own, scheduling) && scheduling.strategy() == Strategy.BINPACK) {
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
