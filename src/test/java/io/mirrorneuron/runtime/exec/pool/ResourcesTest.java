package io.mirrorneuron.runtime.exec.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import io.mirrorneuron.runtime.exec.pool.Pools.SlotRequest;
import io.mirrorneuron.runtime.exec.pool.Pools.WaitReason;
import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation.Device;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.ResourceRequest.DeviceDemand;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Port;
import io.mirrorneuron.runtime.workflow.Scheduling.QueueRank;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices, ports and shares of a node: given together with slots, to one program at a time. */
class ResourcesTest {
  private static final QueueRank NOW = new QueueRank(false, 0);

  private static final Amounts NODE = new Amounts(4000, 8000, 9000);

  private final Set<Integer> foreign = new HashSet<>();
  private final List<String> granted = new ArrayList<>();
  private NodeCapacity stock = new NodeCapacity("here", NODE, NODE, gpus(2), 2);
  private final Pools pools =
      new Pools(
          Map.of("default", 4, "other", 2),
          1000,
          () -> stock,
          new Ports(100, 103, 100, (number, udp) -> !foreign.contains(number)));

  /** A request that came before manifests were bound, or from another server. */
  @Test
  @Timeout(10)
  void manyPortsTakeNoTimeOfOthers() throws Exception {
    var wide =
        new Pools(Map.of("default", 4), 1000, () -> stock, new Ports(1, 65_000, 1, (_, _) -> true));
    List<Port> many =
        IntStream.range(0, 60_000).mapToObj(i -> new Port("p" + i, 0, "tcp")).toList();
    var request = new ResourceRequest(Amounts.NONE, List.of(), many, List.of(), null);
    SlotClaim claim =
        wide.claim("default", 1, new SlotRequest("many", "job", "many", request, NOW), () -> {});
    assertThat(claim.allocation().ports()).extracting(Port::number).doesNotHaveDuplicates();
  }

  // ---- devices

  @Test
  void aDeviceIsOneProgramsAtATime() throws Exception {
    SlotClaim first = claim("first", gpu(1));
    SlotClaim both = claim("both", gpu(2));
    SlotClaim second = claim("second", gpu(1));

    assertThat(granted).containsExactly("first", "second");
    assertThat(ids(first)).containsExactly("gpu-0");
    assertThat(ids(second)).containsExactly("gpu-1");
    assertThat(both.lack().orElseThrow())
        .isEqualTo(
            WaitReason.taken(
                "it asks for 2 devices of kind gpu; of the 2 devices of this node 2 are taken (by"
                    + " agent first of job job, agent second of job job)"));

    first.close();
    assertThat(granted).containsExactly("first", "second");
    second.close();
    assertThat(granted).containsExactly("first", "second", "both");
    assertThat(ids(both)).containsExactly("gpu-0", "gpu-1");
  }

  @Test
  void whoTakesAnyDeviceMakesRoomForWhoNeedsACertainOne() throws Exception {
    ResourceRequest picky = devices(demand(1, List.of()), demand(1, List.of("gpu-0")));

    assertThat(ids(claim("picky", picky))).containsExactlyInAnyOrder("gpu-0", "gpu-1");
  }

  @Test
  void slotsAreNotKeptForWhoWaitsForADevice() throws Exception {
    claim("gpus", gpu(2));
    claim("waits", gpu(1));
    for (int i = 0; i < 3 * Pools.OVERTAKES; i++) {
      claim("plain" + i, ResourceRequest.NONE).close();
      assertThat(granted).endsWith("plain" + i);
    }
  }

  @Test
  void whoWaitsForMuchIsOvertakenOnlySoOften() throws Exception {
    SlotClaim one = claim("one", gpu(1));
    SlotClaim two = claim("two", gpu(2));
    int overtakes = 0;
    while (true) {
      SlotClaim small = claim("small" + overtakes, gpu(1));
      if (!granted.contains("small" + overtakes)) {
        assertThat(small.lack().orElseThrow().sentence())
            .isEqualTo("what becomes free is kept for agent two of job job first");
        break;
      }
      small.close();
      overtakes++;
    }
    assertThat(overtakes).isEqualTo(Pools.OVERTAKES);

    one.close();
    assertThat(granted).contains("two").doesNotContain("small" + overtakes);
    two.close();
    assertThat(granted).contains("small" + overtakes);
  }

  @Test
  void nothingIsKeptForWhoWaitsForSomethingElse() throws Exception {
    stock = new NodeCapacity("here", NODE, NODE, gpus(2), 1);
    foreign.add(102);
    SlotClaim many = claim("many", gpu(2));
    List<Port> port = List.of(new Port("api", 102, "tcp"));
    claim("blocked", new ResourceRequest(Amounts.NONE, gpu(1).devices(), port, List.of(), null));

    for (int i = 0; i < 3 * Pools.OVERTAKES; i++) {
      claim("small" + i, gpu(1)).close();
      assertThat(granted).endsWith("small" + i);
    }
    assertThat(many.lack().orElseThrow().byLimits()).isTrue();
  }

  // ---- shares and limits

  @Test
  void sharesAreNeverMoreThanMayBeUsed() throws Exception {
    SlotClaim most = claim("most", cores(3500));
    SlotClaim late = claim("late", cores(600));
    claim("little", cores(500));

    assertThat(granted).containsExactly("most", "little");
    assertThat(late.lack().orElseThrow().sentence())
        .isEqualTo(
            "it asks for 600 thousandths of a core; of the 4000 that programs may use here 4000"
                + " are taken (by agent most of job job, agent little of job job)");
    most.close();
    assertThat(granted).containsExactly("most", "little", "late");
  }

  @Test
  void limitsHoldBackWhatIsAskedForLaterAndStopNothing() throws Exception {
    SlotClaim runs = claim("runs", cores(3000));
    limit(2000);
    SlotClaim waits = claim("waits", cores(2500));

    assertThat(granted).containsExactly("runs");
    assertThat(waits.lack().orElseThrow())
        .isEqualTo(
            WaitReason.limited(
                "it asks for 2500 thousandths of a core; programs may use 2000 of the 4000 that"
                    + " this node has"));
    runs.close();
    assertThat(granted).containsExactly("runs");

    limit(4000);
    assertThat(granted).containsExactly("runs", "waits");
  }

  @Test
  void devicesAreLimitedInNumber() throws Exception {
    stock = new NodeCapacity("here", NODE, NODE, gpus(2), 1);
    claim("one", gpu(1));
    SlotClaim second = claim("second", gpu(1));
    SlotClaim both = claim("both", gpu(2));

    assertThat(granted).containsExactly("one");
    assertThat(second.lack().orElseThrow().byLimits()).isFalse();
    assertThat(both.lack().orElseThrow())
        .isEqualTo(
            WaitReason.limited(
                "it asks for 2 devices of kind gpu; programs may use 1 of the 2 devices of this"
                    + " node"));
  }

  // ---- ports

  @Test
  void aPortHasOneOwnerAndOneThatIsListenedOnHasNone() throws Exception {
    foreign.add(8081);
    SlotClaim first = claim("first", ports(new Port("api", 8080, "http")));
    claim("udp", ports(new Port("api", 8080, "udp")));
    SlotClaim second = claim("second", ports(new Port("api", 8080, "tcp")));
    SlotClaim other = claim("other", ports(new Port("api", 8081, "tcp")));

    assertThat(granted).containsExactly("first", "udp");
    assertThat(second.lack().orElseThrow().sentence())
        .isEqualTo("port 8080 is taken by agent first of job job");
    assertThat(other.lack().orElseThrow().sentence())
        .isEqualTo("port 8081 is in use by another program");

    first.close();
    foreign.clear();
    pools.reconsider();
    assertThat(granted).containsExactly("first", "udp", "second", "other");
  }

  @Test
  void portsBeginSomewhereAndGoRound() throws Exception {
    var pools =
        new Pools(Map.of("default", 4), 1000, () -> stock, new Ports(7, 9, 8, (_, _) -> true));
    List<Integer> given = new ArrayList<>();
    for (String owner : List.of("a", "b", "c")) {
      var want = new SlotRequest(owner, "job", owner, ports(new Port("api", 0, "tcp")), NOW);
      SlotClaim claim = pools.claim("default", 1, want, () -> {});
      given.add(claim.allocation().ports().getFirst().number());
    }
    assertThat(given).containsExactly(8, 9, 7);
    assertThat(Ports.ofMachine(7, 9, -1).begin()).isEqualTo(9);
  }

  @Test
  void aLabelWithoutANumberGetsAFreePortAndNotTheOneGivenLast() throws Exception {
    foreign.add(101);
    Port any = new Port("api", 0, "tcp");
    SlotClaim first = claim("first", ports(any, new Port("fixed", 102, "tcp")));
    assertThat(numbers(first)).containsExactly(100, 102);
    first.close();
    SlotClaim second = claim("second", ports(any));
    assertThat(numbers(second)).containsExactly(102);
    claim("third", ports(any, any));
    SlotClaim none = claim("none", ports(any));

    assertThat(none.lack().orElseThrow().sentence())
        .isEqualTo("all ports from 100 to 103 are taken or in use");
    second.close();
    assertThat(granted).endsWith("none");
  }

  // ---- all together

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void nothingIsGivenTwiceAndNothingIsLeft(long seed) throws Exception {
    Random random = new Random(seed);
    List<SlotClaim> open = new ArrayList<>();
    for (int i = 0; i < 1500; i++) {
      if (open.isEmpty() || random.nextInt(5) < 3 && open.size() < 40) {
        String pool = random.nextBoolean() ? "default" : "other";
        String name = "p" + i;
        open.add(
            pools.claim(
                pool, 1 + random.nextInt(2), want(name, any(random)), () -> granted.add(name)));
      } else if (random.nextInt(6) == 0) {
        limit(1000 + random.nextInt(4) * 1000);
      } else {
        open.remove(random.nextInt(open.size())).close();
      }
      check();
    }
    limit(4000);
    while (!open.isEmpty()) {
      SlotClaim served = open.stream().filter(one -> one.place() == null).findFirst().orElseThrow();
      open.remove(served);
      served.close();
      check();
    }
    assertThat(pools.given()).isEmpty();
    assertThat(pools.usage()).allMatch(usage -> usage.inUse() == 0 && usage.queued() == 0);
  }

  private void check() {
    List<Allocation> given = pools.given();
    List<String> devices =
        given.stream().flatMap(one -> one.devices().stream()).map(Device::id).toList();
    assertThat(devices).doesNotHaveDuplicates();
    List<Integer> numbers =
        given.stream().flatMap(one -> one.ports().stream()).map(Port::number).toList();
    assertThat(numbers).doesNotHaveDuplicates();
    Amounts sum = given.stream().map(Allocation::amounts).reduce(Amounts.NONE, Amounts::plus);
    assertThat(sum.fitsIn(NODE)).isTrue();
  }

  private static ResourceRequest any(Random random) {
    List<Port> ports =
        switch (random.nextInt(4)) {
          case 0 -> List.of(new Port("a", 0, "tcp"));
          case 1 -> List.of(new Port("a", 100 + random.nextInt(6), "tcp"));
          default -> List.of();
        };
    return new ResourceRequest(
        new Amounts(random.nextInt(3) * 500, random.nextInt(2) * 2500, 0),
        random.nextInt(3) == 0 ? gpu(1 + random.nextInt(2)).devices() : List.of(),
        ports,
        List.of(),
        null);
  }

  // ---- what is asked for, and who has it

  private SlotClaim claim(String name, ResourceRequest request) throws Exception {
    return pools.claim("default", 1, want(name, request), () -> granted.add(name));
  }

  private static SlotRequest want(String name, ResourceRequest request) {
    return new SlotRequest("job." + name, "job", name, request, NOW);
  }

  private void limit(long cpuMillis) {
    stock =
        new NodeCapacity(
            "here",
            NODE,
            new Amounts(cpuMillis, NODE.memoryMb(), NODE.diskMb()),
            stock.devices(),
            stock.usableDevices());
    pools.reconsider();
  }

  private static List<String> ids(SlotClaim claim) {
    return claim.allocation().devices().stream().map(Device::id).toList();
  }

  private static List<Integer> numbers(SlotClaim claim) {
    return claim.allocation().ports().stream().map(Port::number).toList();
  }

  private static ResourceRequest cores(long millis) {
    return new ResourceRequest(new Amounts(millis, 0, 0), List.of(), List.of(), List.of(), null);
  }

  private static ResourceRequest gpu(int count) {
    return devices(demand(count, List.of()));
  }

  private static ResourceRequest devices(DeviceDemand... demands) {
    return new ResourceRequest(Amounts.NONE, List.of(demands), List.of(), List.of(), null);
  }

  private static DeviceDemand demand(int count, List<String> ids) {
    return new DeviceDemand("gpu", count, null, null, List.of(), ids, null, ">=", null, ">=");
  }

  private static ResourceRequest ports(Port... ports) {
    return new ResourceRequest(Amounts.NONE, List.of(), List.of(ports), List.of(), null);
  }

  private static List<NodeDevice> gpus(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new NodeDevice(
                    new Device("gpu-" + i, i, "gpu", "nvidia", "cuda"),
                    "12.4",
                    List.of("cuda"),
                    8000,
                    8000))
        .toList();
  }
}
