package io.mirrorneuron.bench;

import io.mirrorneuron.bench.Figure.Unit;
import io.mirrorneuron.runtime.placement.BestNode;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.placement.PlacementPlan;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Scheduling.Constraint;
import io.mirrorneuron.runtime.workflow.Scheduling.Constraint.Operator;
import io.mirrorneuron.runtime.workflow.Scheduling.Strategy;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** How long it takes to say where the agents of a large job run; in the JVM of the benchmark. */
final class Placements implements Measurement {
  private static final int AGENTS = 10_000;

  /** So many different things are asked for at most. */
  private static final int WISHES = 1000;

  @Override
  public String name() {
    return "placement";
  }

  @Override
  public List<Figure> run(Plan plan) {
    return List.of(figure(plan, 1, 10), figure(plan, 1, WISHES), figure(plan, 20, WISHES));
  }

  private static Figure figure(Plan plan, int nodes, int wishes) {
    List<Machine> machines = IntStream.range(0, nodes).mapToObj(Placements::node).toList();
    List<PlacementRequest> agents =
        IntStream.range(0, AGENTS).mapToObj(i -> agent(i, wishes)).toList();
    double first = millis(machines, agents);
    for (int i = 0; i < 10 * plan.warmUps(); i++) {
      millis(machines, agents);
    }
    double[] times = new double[plan.rounds()];
    for (int i = 0; i < times.length; i++) {
      times[i] = millis(machines, agents);
    }
    String what =
        "plan of %d agents with %d different wishes over %d nodes".formatted(AGENTS, wishes, nodes);
    double median = new Series(times).median();
    plan.progress("%s: %.1f ms, the first %.1f ms".formatted(what, median, first));
    return new Figure(what, Unit.MILLISECONDS, median, null).with("first_cpu_ms", first);
  }

  /** Of processor time: it needs nothing else, and others may have the processors meanwhile. */
  private static double millis(List<Machine> machines, List<PlacementRequest> agents) {
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    long begun = clock.getCurrentThreadCpuTime();
    PlacementPlan made = new BestNode().plan(machines, agents);
    double millis = (clock.getCurrentThreadCpuTime() - begun) / 1e6;
    if (made.placements().size() != AGENTS) {
      throw new IllegalStateException("not all have a place");
    }
    return millis;
  }

  private static PlacementRequest agent(int index, int wishes) {
    int kind = index % wishes;
    ResourceRequest request =
        new ResourceRequest(
            new Amounts(100 + kind, 64 + kind, 0), List.of(), List.of(), List.of(), null);
    Strategy strategy = kind % 2 == 0 ? Strategy.BINPACK : Strategy.SPREAD;
    List<Constraint> constraints =
        List.of(
            new Constraint("os", Operator.EQUAL, List.of("linux")),
            new Constraint("memory_mb", Operator.AT_LEAST, List.of("1000")));
    Scheduling scheduling = new Scheduling(strategy, true, null, constraints);
    return new PlacementRequest(
        "agent-" + index, "executor", new Wish(request, scheduling, "default", 1));
  }

  private static Machine node(int index) {
    Amounts totals = new Amounts(64_000, 262_144, 1_000_000);
    return new Machine(
        "node-" + index,
        "healthy",
        true,
        Map.of("os", List.of("linux"), "arch", List.of("amd64")),
        totals,
        totals,
        Amounts.NONE,
        List.of(),
        Set.of(),
        0,
        List.of(),
        Set.of(),
        Set.of(),
        List.of("host_local"),
        Map.of("default", 16),
        Map.of(),
        Set.of(),
        Set.of());
  }
}
