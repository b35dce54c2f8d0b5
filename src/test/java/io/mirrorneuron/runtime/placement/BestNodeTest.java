package io.mirrorneuron.runtime.placement;

import static io.mirrorneuron.runtime.placement.Machines.TOTALS;
import static io.mirrorneuron.runtime.placement.Machines.agent;
import static io.mirrorneuron.runtime.placement.Machines.asks;
import static io.mirrorneuron.runtime.placement.Machines.by;
import static io.mirrorneuron.runtime.placement.Machines.giving;
import static io.mirrorneuron.runtime.placement.Machines.gpus;
import static io.mirrorneuron.runtime.placement.Machines.of;
import static io.mirrorneuron.runtime.placement.Machines.withStatus;
import static io.mirrorneuron.runtime.placement.Machines.working;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.mirrorneuron.runtime.placement.Placement.PlacementRequest;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.placement.PlacementPlan.Placed;
import io.mirrorneuron.runtime.placement.PlacementPlan.Room;
import io.mirrorneuron.runtime.workflow.NodeAttributes;
import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Port;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Volume;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Scheduling.Constraint;
import io.mirrorneuron.runtime.workflow.Scheduling.Constraint.Operator;
import io.mirrorneuron.runtime.workflow.Scheduling.Strategy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BestNodeTest {
  private static final Scheduling BINPACK = Scheduling.ANY;
  private static final Scheduling SPREAD = by(Strategy.SPREAD, null);

  private final Placement placement = new BestNode();

  @Test
  void binpackKeepsAJobTogetherWhileThereIsRoom() {
    List<Machine> nodes = List.of(of("b", 0), of("a", 0), busy("c", 4000));
    PlacementPlan plan = placement.plan(nodes, agents(4, asks(2000, 0), BINPACK));
    // c is the fullest; two agents fit beside what is given there, then the next fullest.
    assertThat(nodesOf(plan)).containsExactly("c", "c", "a", "a");
    assertThat(plan.placements()).extracting(Placed::room).containsOnly(Room.NOW);
    assertThat(plan.placements().getFirst().score()).isEqualTo(0.75);
    assertThat(plan.placements().get(1).reasons())
        .containsExactly("fits now", "the node of the job's first agent", "binpack");
  }

  @Test
  void spreadTakesTheEmptiest() {
    List<Machine> nodes = List.of(of("b", 0), of("a", 0), busy("c", 4000));
    assertThat(nodesOf(placement.plan(nodes, agents(5, asks(2000, 0), SPREAD))))
        .containsExactly("a", "b", "a", "b", "a");
    assertThat(nodesOf(placement.plan(nodes, agents(4, ResourceRequest.NONE, SPREAD))))
        .as("agents that ask for nothing are spread, too")
        .containsExactly("a", "b", "a", "b");
  }

  @Test
  void agentsOfAJobTakeTurnsSoThatTheirSumRefusesNothing() {
    PlacementPlan plan =
        placement.plan(List.of(of("a", 0)), agents(50, asks(8000, 16_384), BINPACK));
    assertThat(plan.refusals()).isEmpty();
    assertThat(plan.placements().getFirst().room()).isEqualTo(Room.NOW);
    assertThat(plan.placements().subList(1, 50)).extracting(Placed::room).containsOnly(Room.TURNS);
    assertThat(plan.placements().get(1).reasons().getFirst())
        .isEqualTo("takes turns with other agents of the job");
  }

  @Test
  void turnsAreSharedOutEvenly() {
    PlacementPlan plan =
        placement.plan(List.of(of("a", 0), of("b", 0)), agents(6, asks(8000, 0), BINPACK));
    assertThat(nodesOf(plan)).containsExactly("a", "b", "a", "b", "a", "b");
  }

  @Test
  void whatIsGivenOrLimitedIsWaitedFor() {
    Amounts half = new Amounts(4000, 8192, 50_000);
    Machine limited = of("a", TOTALS, half, Amounts.NONE, 0);
    assertThat(rooms(limited, asks(4000, 0))).containsExactly(Room.NOW);
    assertThat(rooms(limited, asks(4001, 0))).containsExactly(Room.LIMITED);
    assertThat(rooms(busy("a", 6000), asks(2000, 0))).containsExactly(Room.NOW);
    assertThat(rooms(busy("a", 6000), asks(2001, 0))).containsExactly(Room.LATER);
    assertThat(
            nodesOf(placement.plan(List.of(limited, busy("b", 6000)), one(asks(4001, 0), BINPACK))))
        .as("what others give back comes before limits")
        .containsExactly("b");
  }

  @Test
  void devicesArePromisedOnce() {
    Machine node = of("a", 2);
    PlacementPlan plan =
        placement.plan(List.of(node), agents(3, asks(0, 0, gpus(1, null, null)), BINPACK));
    assertThat(plan.placements())
        .extracting(one -> one.devices().getFirst().device().id(), Placed::room)
        .containsExactly(tuple("a-0", Room.NOW), tuple("a-1", Room.NOW), tuple("a-0", Room.TURNS));
    Machine given = giving(node, Set.of("a-0"), 2);
    assertThat(rooms(given, asks(0, 0, gpus(1, null, null)))).containsExactly(Room.NOW);
    assertThat(rooms(given, asks(0, 0, gpus(2, null, null)))).containsExactly(Room.LATER);
    assertThat(rooms(given, asks(0, 0, gpus(1, null, null, "0")))).containsExactly(Room.LATER);
    Machine limited = giving(node, Set.of(), 1);
    assertThat(rooms(limited, asks(0, 0, gpus(2, null, null)))).containsExactly(Room.LIMITED);
  }

  @Test
  void memoryOfDevicesThatIsInUseNowIsWaitedFor() {
    assertThat(rooms(of("a", 1), asks(0, 0, gpus(1, null, 20_000.0)))).containsExactly(Room.NOW);
    assertThat(rooms(of("a", 1), asks(0, 0, gpus(1, null, 20_001.0)))).containsExactly(Room.LATER);
    assertThat(refusal(of("a", 1), asks(0, 0, gpus(1, null, 24_001.0))))
        .isEqualTo("agent x asks for a device of kind gpu, free MB >= 24001, and there is none");
  }

  @Test
  void aDemandTakesNoDeviceThatOnlyAnotherOneCanUse() {
    Machine node = of("a", 2);
    PlacementPlan plan =
        placement.plan(
            List.of(node),
            one(asks(0, 0, gpus(1, null, null), gpus(1, "nvidia", null, "a-0")), BINPACK));
    assertThat(plan.placements().getFirst().devices())
        .extracting(one -> one.device().id())
        .containsExactly("a-0", "a-1");
    assertThat(refusal(node, asks(0, 0, gpus(1, null, null, "a-0"), gpus(1, null, null, "a-0"))))
        .isEqualTo(
            "agent x asks for a device of kind gpu, id a-0 and a device of kind gpu, id a-0 at once,"
                + " and there are 2 devices in all");
  }

  @Test
  void portsThatAreTakenAreWaitedFor() {
    Machine node = giving(of("a", 0), Set.of(), 0, "tcp/8080");
    assertThat(rooms(node, asks(new Port("web", 8080, "http"), null, null)))
        .containsExactly(Room.PORT);
    assertThat(rooms(node, asks(new Port("dns", 8080, "udp"), null, null)))
        .containsExactly(Room.NOW);
    assertThat(rooms(node, asks(new Port("any", 0, "tcp"), null, null))).containsExactly(Room.NOW);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "8001 | 0     | 8.001 CPU cores, and there are 8 in all",
        "0    | 16385 | 16385 MB of memory, and there are 16384 in all",
        "9000 | 20000 | 9 CPU cores, and there are 8 in all; for 20000 MB of memory, and there are"
            + " 16384 in all",
      })
  void moreThanThereIsInAllIsRefused(long millis, long memory, String lack) {
    assertThat(refusal(of("a", 0), asks(millis, memory))).isEqualTo("agent x asks for " + lack);
  }

  @Test
  void whatIsNotThereIsNamed() {
    Machine node = of("a", 1);
    assertThat(refusal(node, asks(0, 0, gpus(2, null, null))))
        .isEqualTo("agent x asks for 2 devices of kind gpu, and there are 1 in all");
    assertThat(refusal(node, asks(null, new Volume("d", "/nope", "/d", "rw"), null)))
        .isEqualTo("agent x asks for the folder /nope, which is not there or is no folder");
    assertThat(rooms(node, asks(null, new Volume("d", "/srv/data", "/d", "rw"), null)))
        .containsExactly(Room.NOW);
    assertThat(refusal(node, asks(null, null, "docker")))
        .isEqualTo(
            "agent x asks for the runtime driver docker; the drivers of this node are host_local");
    assertThat(rooms(node, asks(null, null, "HOST_LOCAL"))).containsExactly(Room.NOW);
    Wish pool = new Wish(ResourceRequest.NONE, BINPACK, "wide", 1);
    assertThat(refusal(List.of(node), new PlacementRequest("x", "executor", pool)))
        .isEqualTo(
            "agent x asks for the pool wide; the pools of this node are default"
                + " (executor.pool_capacities)");
    Wish slots = new Wish(ResourceRequest.NONE, BINPACK, "default", 5);
    assertThat(refusal(List.of(node), new PlacementRequest("x", "executor", slots)))
        .isEqualTo("agent x asks for 5 slots of the pool default, which has 4 here");
  }

  @Test
  void eachNodeSaysWhatItLacks() {
    List<Machine> nodes =
        List.of(
            of("b", 0),
            of("a", new Amounts(16_000, 1024, 0), TOTALS, Amounts.NONE, 0),
            withStatus(of("c", 0), "draining", true),
            withStatus(of("d", 0), "healthy", false));
    assertThat(refusal(nodes, agent("x", asks(9000, 2048), BINPACK)))
        .isEqualTo(
            "agent x fits none of 4 nodes. a: 2048 MB of memory, and there are 1024 in all"
                + " | b: 9 CPU cores, and there are 8 in all"
                + " | c: a node that takes new work, and this one is draining; 9 CPU cores, and"
                + " there are 8 in all"
                + " | d: a node that takes new work, and this one is not eligible; 9 CPU cores,"
                + " and there are 8 in all");
    assertThat(refusal(List.of(), agent("x", asks(1, 1), BINPACK)))
        .isEqualTo("agent x finds no node");
  }

  @Test
  void thePreferredNodeIsTakenWhenItHasRoom() {
    List<Machine> nodes = List.of(busy("a", 6000), of("b", 0), of("c", 0));
    Scheduling prefers = by(Strategy.BINPACK, "c");
    PlacementPlan plan = placement.plan(nodes, one(asks(1000, 0), prefers));
    assertThat(nodesOf(plan)).containsExactly("c");
    assertThat(plan.placements().getFirst().reasons()).contains("the preferred node");
    assertThat(nodesOf(placement.plan(nodes, one(asks(4000, 0), by(Strategy.BINPACK, "a")))))
        .as("others have it now")
        .containsExactly("b");
    assertThat(nodesOf(placement.plan(nodes, one(asks(1, 0), by(Strategy.BINPACK, "nowhere")))))
        .containsExactly("a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "os          | EQUAL     | linux      | true",
        "os          | EQUAL     | Linux      | true",
        "os          | EQUAL     | windows    | false",
        "os          | EQUAL     | darwin;linux | true",
        "os          | NOT_EQUAL | windows    | true",
        "os          | NOT_EQUAL | linux      | false",
        "nothing     | NOT_EQUAL | linux      | true",
        "nothing     | EQUAL     | linux      | false",
        "cpu_cores   | EQUAL     | 8.0        | true",
        "cpu_cores   | AT_LEAST  | 8          | true",
        "cpu_cores   | MORE      | 8          | false",
        "cpu_cores   | MORE      | 7.5        | true",
        "cpu         | AT_MOST   | 8000       | true",
        "memory_gb   | LESS      | 16         | false",
        "memory_gb   | AT_MOST   | 16         | true",
        "memory_mb   | AT_LEAST  | 16384      | true",
        "disk_gb     | MORE      | 97         | true",
        "gpu_count   | AT_LEAST  | 1          | true",
        "os          | MORE      | 1          | false",
        "capabilities | CONTAINS | gpu        | true",
        "capabilities | CONTAINS | CUDA;gpu   | true",
        "capabilities | CONTAINS | cuda;rocm  | false",
        "capabilities | CONTAINS | cud        | false",
        "capabilities | CONTAINS | host_local | true",
        "capabilities | CONTAINS | linux      | true",
        "vendors     | CONTAINS  | nvidia     | true",
        "pools       | CONTAINS  | default    | true",
        "meta.rack   | CONTAINS  | r          | true",
        "meta.rack   | MATCHES   | ^r[0-9]$   | true",
        "meta.rack   | MATCHES   | ^s         | false",
        "meta.rack   | EXISTS    |            | true",
        "meta.row    | EXISTS    |            | false",
        "meta.row    | ABSENT    |            | true",
        "name        | EQUAL     | a          | true",
        "status      | EQUAL     | healthy    | true",
        "eligible    | EQUAL     | true       | true",
      })
  void constraints(String attribute, Operator operator, String values, boolean holds) {
    List<String> wanted = values == null ? List.of() : List.of(values.split(";"));
    Constraint constraint = new Constraint(attribute, operator, wanted);
    PlacementPlan plan =
        placement.plan(
            List.of(of("a", 1)), one(ResourceRequest.NONE, by(Strategy.BINPACK, null, constraint)));
    assertThat(plan.refusals().isEmpty()).isEqualTo(holds);
    if (!holds) {
      assertThat(plan.refusals().getFirst().sentence())
          .startsWith("agent x asks for a node with " + constraint.words() + ", and here ");
    }
  }

  /** This one would try 2 to the power of its length. */
  @Test
  void patternsOfStrangersTakeNoTime() {
    Constraint slow = new Constraint("name", Operator.MATCHES, List.of("^(.|.|.)*!$"));
    Machine node = of("a".repeat(60), 0);
    assertThat(
            refusal(
                List.of(node), agent("x", ResourceRequest.NONE, by(Strategy.BINPACK, null, slow))))
        .contains("and here it is aaa");
  }

  @Test
  void eachNodeRunsACopyOfASystemJob() {
    List<Machine> nodes =
        List.of(of("b", 1), of("a", 1), of("small", 0), withStatus(of("d", 1), "draining", true));
    List<PlacementRequest> two =
        List.of(
            agent("x", asks(0, 0, gpus(1, null, null)), BINPACK),
            agent("y", ResourceRequest.NONE, BINPACK));
    assertThat(placement.planEach(nodes, two).placements())
        .extracting(one -> one.request().agentId() + " of " + one.source() + " on " + one.node())
        .containsExactly("x@a of x on a", "y@a of y on a", "x@b of x on b", "y@b of y on b");
    PlacementPlan none = placement.planEach(List.of(of("n", 0), of("m", 0)), two);
    assertThat(none.refusals()).hasSize(1);
    assertThat(none.refusals().getFirst().lacks().keySet()).containsExactly("m", "n");
    PlacementPlan again =
        placement.planEach(
            List.of(of("a", 1)), List.of(agent("x@a", ResourceRequest.NONE, BINPACK)));
    assertThat(again.placements().getFirst().request().agentId()).isEqualTo("x@a");
    assertThat(again.placements().getFirst().source()).isEqualTo("x");
  }

  /** Whatever comes: nobody is placed where it can never fit, and equal questions agree. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void plansKeepTheirPromises(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 40; round++) {
      List<Machine> nodes = new ArrayList<>(randomNodes(random));
      List<PlacementRequest> agents = randomAgents(random);
      PlacementPlan plan = placement.plan(nodes, agents);
      Collections.shuffle(nodes, random);
      assertThat(placement.plan(nodes, agents)).isEqualTo(plan);
      check(nodes, agents, plan);
    }
  }

  private static void check(
      List<Machine> nodes, List<PlacementRequest> agents, PlacementPlan plan) {
    Map<String, Machine> byName = nodes.stream().collect(Collectors.toMap(Machine::name, n -> n));
    assertThat(plan.placements().size() + plan.refusals().size()).isEqualTo(agents.size());
    Map<String, Set<String>> promised = new HashMap<>();
    Map<String, Amounts> sums = new HashMap<>();
    for (Placed one : plan.placements()) {
      Machine node = byName.get(one.node());
      ResourceRequest request = one.request().wish().request();
      assertThat(node.takesWork()).isTrue();
      assertThat(request.amounts().fitsIn(node.totals())).isTrue();
      assertThat(one.score()).isBetween(0.0, 1.0);
      assertThat(new HashSet<>(one.devices())).hasSameSizeAs(one.devices());
      assertThat(one.devices())
          .hasSize(request.devices().stream().mapToInt(demand -> demand.minCount()).sum());
      if (one.room() == Room.NOW) {
        Amounts sum =
            sums.merge(
                one.node(),
                node.given().plus(request.amounts()),
                (a, b) -> a.plus(request.amounts()));
        assertThat(sum.fitsIn(node.usable())).as("what fits now fits together").isTrue();
        for (NodeDevice device : one.devices()) {
          assertThat(
                  promised
                      .computeIfAbsent(one.node(), _ -> new HashSet<>())
                      .add(device.device().id()))
              .as("a device is promised once")
              .isTrue();
        }
      }
    }
    plan.refusals()
        .forEach(
            one -> {
              assertThat(one.lacks().keySet()).isEqualTo(byName.keySet());
              assertThat(one.lacks().values()).noneMatch(List::isEmpty);
            });
  }

  private static List<Machine> randomNodes(Random random) {
    return IntStream.range(0, random.nextInt(5))
        .mapToObj(
            i -> {
              Amounts totals = new Amounts(random.nextInt(9) * 1000L, random.nextInt(9) * 1024L, 0);
              Amounts usable = new Amounts(totals.cpuMillis() / 2, totals.memoryMb() / 2, 0);
              Amounts given = new Amounts(random.nextInt(3) * 500L, 0, 0);
              boolean isLimited = random.nextBoolean();
              Machine node =
                  of("n" + i, totals, isLimited ? usable : totals, given, random.nextInt(4));
              return withStatus(node, random.nextInt(6) == 0 ? "draining" : "healthy", true);
            })
        .toList();
  }

  private static List<PlacementRequest> randomAgents(Random random) {
    return IntStream.range(0, random.nextInt(30))
        .mapToObj(
            i -> {
              ResourceRequest request =
                  random.nextInt(3) == 0
                      ? asks(0, 0, gpus(1 + random.nextInt(3), null, null))
                      : asks(random.nextInt(10) * 1000L, random.nextInt(10) * 1024L);
              Strategy strategy = random.nextBoolean() ? Strategy.BINPACK : Strategy.SPREAD;
              String preferred = random.nextInt(4) == 0 ? "n" + random.nextInt(5) : null;
              return agent("agent-" + i, request, by(strategy, preferred));
            })
        .toList();
  }

  @Test
  void allThatNodesTellHasAKnownName() {
    assertThat(Attributes.of(of("a", 1)).names()).allMatch(name -> NodeAttributes.isKnown(name));
  }

  @Test
  void aLabelWithoutItsPrefixIsRecognised() {
    Constraint rack = new Constraint("rack", Operator.EQUAL, List.of("r1"));
    PlacementRequest agent = agent("x", ResourceRequest.NONE, by(Strategy.BINPACK, null, rack));
    assertThat(refusal(List.of(of("a", 0)), agent))
        .isEqualTo(
            "agent x asks for a node with rack = r1, and here there is none; did you mean"
                + " meta.rack?");
  }

  @Test
  void slotsThatOthersHaveAreWaitedFor() {
    Machine busy = working(of("a", 0), "default", 3);
    assertThat(rooms(busy, slots(1))).containsExactly(Room.NOW);
    assertThat(rooms(busy, slots(2))).containsExactly(Room.LATER);
    assertThat(placement.plan(List.of(busy), List.of(slots(1), slots(1))).placements())
        .extracting(Placed::room)
        .containsExactly(Room.NOW, Room.TURNS);
    assertThat(placement.plan(List.of(busy, of("b", 0)), List.of(slots(2))).placements())
        .extracting(Placed::node)
        .containsExactly("b");
  }

  private List<Room> rooms(Machine node, PlacementRequest agent) {
    return placement.plan(List.of(node), List.of(agent)).placements().stream()
        .map(Placed::room)
        .toList();
  }

  private static PlacementRequest slots(int count) {
    Wish wish = new Wish(ResourceRequest.NONE, BINPACK, "default", count);
    return new PlacementRequest("s", "executor", wish);
  }

  private static Machine busy(String name, long givenMillis) {
    return of(name, TOTALS, TOTALS, new Amounts(givenMillis, 0, 0), 0);
  }

  private static List<PlacementRequest> agents(
      int count, ResourceRequest request, Scheduling scheduling) {
    return IntStream.range(0, count).mapToObj(i -> agent("x" + i, request, scheduling)).toList();
  }

  private static List<PlacementRequest> one(ResourceRequest request, Scheduling scheduling) {
    return List.of(agent("x", request, scheduling));
  }

  private List<Room> rooms(Machine node, ResourceRequest request) {
    return placement.plan(List.of(node), one(request, BINPACK)).placements().stream()
        .map(Placed::room)
        .toList();
  }

  private String refusal(Machine node, ResourceRequest request) {
    return refusal(List.of(node), agent("x", request, BINPACK));
  }

  private String refusal(List<Machine> nodes, PlacementRequest agent) {
    PlacementPlan plan = placement.plan(nodes, List.of(agent));
    assertThat(plan.placements()).isEmpty();
    return plan.refusals().getFirst().sentence();
  }

  private static List<String> nodesOf(PlacementPlan plan) {
    return plan.placements().stream().map(Placed::node).toList();
  }
}
