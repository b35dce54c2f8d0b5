package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.placement.PlacementPlan.Placed;
import io.mirrorneuron.runtime.placement.PlacementPlan.Room;
import io.mirrorneuron.runtime.workflow.Scheduling.Strategy;
import java.util.ArrayList;
import java.util.List;

/**
 * Where one run of a program goes, when several nodes live. With binpack to the node of its job
 * while there is room, else to the best that has some; where none has, it waits with its job, or
 * where it can run at all. Pure.
 */
public final class NodeChoice {
  private static final Placement BEST = new BestNode();

  private NodeChoice() {}

  /**
   * @param node its name
   * @param reasons for people
   */
  public record Choice(String node, List<String> reasons) {}

  /**
   * @param own the node of the job
   * @param others all with different names
   */
  public static Choice of(Machine own, List<Machine> others, PlacementRequest asked) {
    List<Placed> alone = BEST.plan(List.of(own), List.of(asked)).placements();
    String preferred = asked.wish().scheduling().preferredNode();
    boolean isPreferred = preferred == null || preferred.equals(own.name());
    boolean isSpread = asked.wish().scheduling().strategy() == Strategy.SPREAD;
    if (!alone.isEmpty() && isNow(alone.getFirst()) && isPreferred && !isSpread) {
      return new Choice(own.name(), List.of("the node of its job has room"));
    }
    List<Machine> all = new ArrayList<>(others);
    all.add(own);
    List<Placed> best = BEST.plan(all, List.of(asked)).placements();
    if (best.isEmpty()) {
      return new Choice(own.name(), List.of("no living node has what it asks for"));
    }
    Placed placed = best.getFirst();
    return isNow(placed) || alone.isEmpty()
        ? new Choice(placed.node(), placed.reasons())
        : new Choice(own.name(), List.of("no node has room; it waits with its job"));
  }

  private static boolean isNow(Placed placed) {
    return placed.room() == Room.NOW;
  }
}
