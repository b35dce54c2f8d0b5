package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.placement.PlacementPlan.Placed;
import io.mirrorneuron.runtime.placement.PlacementPlan.Room;
import io.mirrorneuron.runtime.placement.PlacementPlan.Unplaced;
import io.mirrorneuron.runtime.placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.workflow.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Scheduling.Strategy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Gives each agent the best of the nodes that it fits: one with room now before one where it has to
 * wait, its preferred node, then by strategy, at last by name or whose turn it is. Binpack keeps a
 * job on the node of its first agent while there is room, else takes the fullest; spread takes the
 * emptiest, and so does binpack among nodes where the agents of the job have to take turns.
 */
public final class BestNode implements Placement {
  private static final Comparator<Machine> BY_NAME = Comparator.comparing(Machine::name);

  private final Comparator<Machine> equals;

  /** Of equally good nodes the first by name is taken. */
  public BestNode() {
    this(name -> 0);
  }

  /**
   * @param turn of a node: the lowest of equally good ones is taken
   */
  BestNode(ToLongFunction<String> turn) {
    this.equals =
        Comparator.<Machine>comparingLong(machine -> turn.applyAsLong(machine.name()))
            .thenComparing(BY_NAME);
  }

  @Override
  public PlacementPlan plan(List<Machine> nodes, List<PlacementRequest> requests) {
    Round round = new Round(nodes.stream().sorted(equals).toList());
    for (PlacementRequest request : requests) {
      round.place(request);
    }
    return new PlacementPlan(round.placed, round.refused);
  }

  @Override
  public PlacementPlan planEach(List<Machine> nodes, List<PlacementRequest> requests) {
    List<Placed> placed = new ArrayList<>();
    List<Unplaced> refused = new ArrayList<>();
    for (Machine node : nodes.stream().sorted(equals).toList()) {
      PlacementPlan copy = plan(List.of(node), requests);
      if (copy.refusals().isEmpty()) {
        copy.placements().forEach(one -> placed.add(copy(one)));
      }
      refused.addAll(copy.refusals());
    }
    return new PlacementPlan(placed, placed.isEmpty() ? together(refused) : List.of());
  }

  private static Placed copy(Placed one) {
    PlacementRequest asked = one.request();
    String suffix = "@" + one.node();
    boolean isCopy = asked.agentId().endsWith(suffix);
    int length = asked.agentId().length() - (isCopy ? suffix.length() : 0);
    String source = asked.agentId().substring(0, length);
    return new Placed(
        new PlacementRequest(source + suffix, asked.agentType(), asked.wish()),
        source,
        one.node(),
        one.amounts(),
        one.devices(),
        one.room(),
        one.score(),
        List.of("each node runs a copy", one.room().words()));
  }

  /** One refusal for each agent, with what each node lacks. */
  private static List<Unplaced> together(List<Unplaced> refused) {
    Map<String, Map<String, List<Missing>>> byAgent = new LinkedHashMap<>();
    for (Unplaced one : refused) {
      byAgent.computeIfAbsent(one.agentId(), _ -> new LinkedHashMap<>()).putAll(one.lacks());
    }
    return byAgent.entrySet().stream()
        .map(one -> new Unplaced(one.getKey(), one.getValue()))
        .toList();
  }

  /** Where agents with the same wish may go, and what the other nodes lack. */
  private record Fit(Map<Seat, Alone> seats, Map<String, List<Missing>> lacks) {}

  /** What an agent would find and get if it were the only one of its job. */
  private record Alone(Room room, List<NodeDevice> devices) {}

  /** What a node offers an agent. */
  private record Offer(Seat seat, Room room, double fullness, boolean isPreferred) {}

  private static final class Round {
    private final List<Seat> seats;
    private final Map<Wish, Fit> fits = new HashMap<>();
    private final List<Placed> placed = new ArrayList<>();
    private final List<Unplaced> refused = new ArrayList<>();
    private Seat home;

    /**
     * @param nodes of equally good ones the first is taken
     */
    Round(List<Machine> nodes) {
      seats = nodes.stream().map(Seat::new).toList();
    }

    void place(PlacementRequest asked) {
      Wish wish = asked.wish();
      Fit fit = fits.computeIfAbsent(wish, this::fit);
      if (fit.seats.isEmpty()) {
        refused.add(new Unplaced(asked.agentId(), fit.lacks));
        return;
      }
      Strategy strategy = wish.scheduling().strategy();
      Offer best = null;
      for (Map.Entry<Seat, Alone> seat : fit.seats.entrySet()) {
        Offer offer = offer(seat.getKey(), seat.getValue().room, wish);
        if (best == null || order(strategy, offer, best) < 0) {
          best = offer;
        }
      }
      take(asked, best, fit);
    }

    private Fit fit(Wish wish) {
      Map<Seat, Alone> able = new LinkedHashMap<>();
      Map<String, List<Missing>> lacks = new LinkedHashMap<>();
      for (Seat seat : seats) {
        List<Missing> lacking = Lacks.of(seat.machine(), seat.attributes(), wish);
        if (lacking.isEmpty()) {
          able.put(seat, new Alone(seat.alone(wish), seat.whole(wish.request())));
        } else {
          lacks.put(seat.machine().name(), lacking);
        }
      }
      return new Fit(able, lacks);
    }

    private static Offer offer(Seat seat, Room alone, Wish wish) {
      ResourceRequest request = wish.request();
      boolean takesTurns = alone == Room.NOW && !seat.hasRoom(wish);
      return new Offer(
          seat,
          takesTurns ? Room.TURNS : alone,
          seat.fullness(request),
          seat.machine().name().equals(wish.scheduling().preferredNode()));
    }

    private int order(Strategy strategy, Offer one, Offer other) {
      int order = group(one.room).compareTo(group(other.room));
      order = order != 0 ? order : Boolean.compare(other.isPreferred, one.isPreferred);
      order = order != 0 ? order : one.room.compareTo(other.room);
      return order != 0 ? order : byStrategy(strategy, one, other);
    }

    /** The first of equals is kept. */
    private int byStrategy(Strategy strategy, Offer one, Offer other) {
      if (strategy == Strategy.SPREAD || one.room != Room.NOW) {
        return Double.compare(one.fullness, other.fullness);
      }
      int byHome = Boolean.compare(other.seat == home, one.seat == home);
      return byHome != 0 ? byHome : Double.compare(other.fullness, one.fullness);
    }

    /** Taking turns with oneself is no waiting for others. */
    private static Room group(Room room) {
      return room == Room.TURNS ? Room.NOW : room;
    }

    private void take(PlacementRequest asked, Offer best, Fit fit) {
      ResourceRequest request = asked.wish().request();
      Scheduling scheduling = asked.wish().scheduling();
      List<String> reasons = reasons(best, scheduling.strategy(), fit);
      home = home == null ? best.seat : home;
      placed.add(
          new Placed(
              asked,
              null,
              best.seat.machine().name(),
              request.amounts(),
              best.seat.promise(asked.wish(), best.room, fit.seats.get(best.seat).devices),
              best.room,
              score(scheduling.strategy(), best.fullness),
              reasons));
    }

    private List<String> reasons(Offer best, Strategy strategy, Fit fit) {
      List<String> reasons = new ArrayList<>();
      reasons.add(best.room.words());
      if (best.isPreferred) {
        reasons.add("the preferred node");
      }
      if (best.seat == home) {
        reasons.add("the node of the job's first agent");
      }
      if (seats.size() == 1) {
        reasons.add("the only node");
      } else if (fit.seats.size() == 1) {
        reasons.add("the only node that has what it asks for");
      } else {
        reasons.add(strategy == Strategy.SPREAD ? "spread" : "binpack");
      }
      return reasons;
    }

    private static double score(Strategy strategy, double fullness) {
      double full = fullness <= 1 ? fullness : 1 / fullness;
      double empty = Math.max(0, 1 - fullness);
      return Math.round((strategy == Strategy.SPREAD ? empty : full) * 1000) / 1000.0;
    }
  }
}
