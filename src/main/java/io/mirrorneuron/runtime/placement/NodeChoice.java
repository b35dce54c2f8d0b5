package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.placement.Placement.PlacementRequest;
import io.mirrorneuron.runtime.placement.PlacementPlan.Placed;
import io.mirrorneuron.runtime.placement.PlacementPlan.Room;
import io.mirrorneuron.runtime.placement.PlacementPlan.Unplaced;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Scheduling.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Chooses the node of one program run. It stays with its job while that node meets its requests,
 * unless its author wrote a strategy or prefers another node: then binpack takes the job's own node
 * while that has resources, otherwise the best other node; spread takes the emptiest. If no node
 * has resources now, the program goes to the one node it fits, or to the first of several that has
 * resources. Pure.
 */
public final class NodeChoice {
  private static final Placement BEST = new BestNode();

  private NodeChoice() {}

  /**
   * @param node its name; null when no node meets the requests
   * @param waits whether no node has resources now and several may be the first to have them; this
   *     node is the best at present
   * @param reasons for people
   */
  public record Choice(String node, boolean waits, List<String> reasons) {
    private static Choice of(String node, String reason) {
      return new Choice(node, false, List.of(reason));
    }

    /** For people. */
    public String sentence() {
      return String.join(", ", reasons);
    }
  }

  /**
   * Whether it stays with its job regardless of other nodes.
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
   * @param turn of a node, by name: the lowest of equally good nodes is taken
   */
  public static Choice of(
      Machine own, List<Machine> others, PlacementRequest asked, ToLongFunction<String> turn) {
    if (staysHome(own, asked)) {
      return Choice.of(own.name(), "the node of its job");
    }
    List<Placed> alone = alone(own, asked);
    Scheduling scheduling = asked.wish().scheduling();
    boolean isNow = !alone.isEmpty() && isNow(alone.getFirst());
    if (isNow && isPreferred(own, scheduling) && scheduling.strategy() == Strategy.BINPACK) {
      return Choice.of(own.name(), "the node of its job has room");
    }
    return best(own, others, asked, turn);
  }

  /**
   * The same for a program that is to leave nodes: it goes to another node that meets its requests.
   * If there is none, it stays with its job, or returns if the job's node cannot run it.
   *
   * @param left names of the nodes to leave, possibly including the job's node
   */
  public static Choice leaving(
      Set<String> left,
      Machine own,
      List<Machine> others,
      PlacementRequest asked,
      ToLongFunction<String> turn) {
    List<Machine> open = others.stream().filter(one -> !left.contains(one.name())).toList();
    if (!left.contains(own.name())) {
      Choice choice = of(own, open, asked, turn);
      return choice.node() == null ? of(own, others, asked, turn) : choice;
    }
    List<Placed> elsewhere = new BestNode(turn).plan(open, List.of(asked)).placements();
    if (!elsewhere.isEmpty()) {
      return new Choice(elsewhere.getFirst().node(), false, elsewhere.getFirst().reasons());
    }
    return alone(own, asked).isEmpty()
        ? of(own, others, asked, turn)
        : of(own, List.of(), asked, turn);
  }

  private static Choice best(
      Machine own, List<Machine> others, PlacementRequest asked, ToLongFunction<String> turn) {
    List<Machine> all = new ArrayList<>(others);
    all.add(own);
    PlacementPlan plan = new BestNode(turn).plan(all, List.of(asked));
    if (plan.placements().isEmpty()) {
      String lacks =
          plan.refusals().stream().map(Unplaced::sentence).collect(Collectors.joining(". "));
      return Choice.of(null, "no living node has what it asks for: " + lacks);
    }
    Placed placed = plan.placements().getFirst();
    if (isNow(placed)) {
      return new Choice(placed.node(), false, placed.reasons());
    }
    boolean isOnly = all.stream().filter(one -> !alone(one, asked).isEmpty()).count() == 1;
    return isOnly
        ? new Choice(placed.node(), false, placed.reasons())
        : new Choice(placed.node(), true, List.of("no node has room"));
  }

  private static boolean isNow(Placed placed) {
    return placed.room() == Room.NOW;
  }
}
