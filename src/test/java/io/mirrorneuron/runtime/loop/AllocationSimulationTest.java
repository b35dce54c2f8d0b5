package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation.Device;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.ResourceRequest.DeviceDemand;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Port;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Jobs whose programs want devices, ports, slots and shares of two nodes, while servers die, stand
 * still and lose the store, jobs are cancelled and limits are lowered and raised: nothing is given
 * twice, and nothing is left given.
 */
@Proof.Histories
class AllocationSimulationTest {
  private static final Seeds SEEDS = Seeds.of(40);
  private static final int TROUBLE_MS = 200_000;
  private static final int LONGEST_MS = 40_000;
  private static final int LONGEST_LIFE_MS = 3_000_000;
  private static final Amounts ALL = new Amounts(4000, 4000, 4000);

  private int given;
  private int waited;
  private int narrow;
  private int reported;

  @Test
  void nothingIsGivenTwiceAndNothingIsLeft() {
    SEEDS.each(
        seed -> {
          TwoOwners pair = check(seed);
          given += pair.given;
          waited += pair.waited;
          narrow += pair.narrow;
          reported += pair.reported;
        });
    if (SEEDS.atLeast(40)) {
      int count = SEEDS.count();
      assertThat(given).as("programs that were given something").isGreaterThan(count);
      assertThat(narrow).as("programs that had slots of a pool with few").isGreaterThan(count);
      assertThat(reported).as("what the ledger said of programs that ran").isGreaterThan(count);
      assertThat(waited).as("programs that had to wait for it").isGreaterThan(count / 4);
    }
  }

  private static TwoOwners check(long seed) {
    Random random = new Random(seed * 31);
    Workflow workflow = wanting(RandomSteps.workflow(new Random(seed)), random);
    TwoOwners pair = new TwoOwners(seed, workflow);
    pair.nodes.forEach(node -> node.has(stock(2, ALL)));
    List<String> jobs = IntStream.range(0, 4).mapToObj(i -> "job-" + i).toList();
    jobs.forEach(
        job -> {
          TwoOwners.Node node = pair.nodes.get(random.nextInt(2));
          node.engine()
              .creation()
              .submit(
                  new NewJob(job, node.owner, "{}", null, null, null),
                  workflow,
                  null,
                  Simulation.SUBMITTER,
                  null,
                  List.of());
        });
    for (int i = 0; i < 10; i++) {
      trouble(pair, random, jobs);
    }
    pair.later(TROUBLE_MS, () -> pair.nodes.forEach(node -> node.has(stock(2, ALL))));
    for (int at = 1000; at < LONGEST_LIFE_MS; at += 5000) { // they may be in doubt after a crash
      int begin = at;
      pair.later(
          begin,
          () ->
              pair.nodes.forEach(
                  node -> jobs.forEach(job -> node.engine().commands().resume(job, null))));
    }
    for (int at = 1000; at < TROUBLE_MS; at += 1000) {
      pair.later(at, pair::checkLedger);
    }
    pair.run(jobs, LONGEST_LIFE_MS);

    assertThat(pair.programs()).as("programs left").isZero();
    assertThat(pair.disk.allocations().toCompletableFuture().join()).as("ledger").isEmpty();
    return pair;
  }

  private static void trouble(TwoOwners pair, Random random, List<String> jobs) {
    TwoOwners.Node node = pair.nodes.get(random.nextInt(2));
    int at = 1000 + random.nextInt(TROUBLE_MS - 2000);
    int length = random.nextInt(LONGEST_MS);
    switch (random.nextInt(8)) {
      case 0 -> pair.later(at, () -> node.cut(length));
      case 1 -> pair.later(at, () -> node.standStill(length));
      case 2, 3 -> pair.later(at, node::die);
      case 4 -> {
        String job = jobs.get(random.nextInt(jobs.size()));
        pair.later(
            at, () -> pair.nodes.forEach(one -> one.engine().commands().cancel(job, null, null)));
      }
      default -> {
        NodeCapacity less =
            stock(random.nextInt(3), new Amounts(1000 * (1 + random.nextInt(4)), 2000, 4000));
        pair.later(at, () -> node.has(less));
      }
    }
  }

  private static NodeCapacity stock(int usableDevices, Amounts usable) {
    List<NodeDevice> devices =
        IntStream.range(0, 2)
            .mapToObj(
                i ->
                    new NodeDevice(
                        new Device("gpu-" + i, i, "gpu", "nvidia", "cuda"), null, List.of(), 8, 8))
            .toList();
    return new NodeCapacity("node", ALL, usable, devices, usableDevices);
  }

  /** The same workflow, of which most programs want something. */
  private static Workflow wanting(Workflow plain, Random random) {
    Map<String, Agent> agents = new LinkedHashMap<>();
    plain.agents().forEach((id, agent) -> agents.put(id, wanting(agent, random)));
    return new Workflow(
        plain.source(),
        plain.graphId(),
        plain.manifestVersion(),
        plain.jobName(),
        plain.type(),
        plain.jobType(),
        plain.runId(),
        plain.entrypoints(),
        plain.initialInputs(),
        agents,
        plain.edges(),
        plain.steps(),
        plain.recoveryMode(),
        plain.policies(),
        plain.warnings());
  }

  private static Agent wanting(Agent agent, Random random) {
    return new Agent(
        agent.id(),
        agent.type(),
        agent.template(),
        agent.role(),
        agent.type() == AgentType.EXECUTOR ? pooled(agent.config(), random) : agent.config(),
        agent.settings(),
        agent.unsafe(),
        agent.policies(),
        agent.resources(),
        request(random),
        agent.outgoing());
  }

  /** Some want slots of a pool that has four. */
  private static ObjectNode pooled(ObjectNode config, Random random) {
    return random.nextBoolean()
        ? config
        : config.deepCopy().put("pool", TwoOwners.NARROW).put("pool_slots", 1 + random.nextInt(3));
  }

  private static ResourceRequest request(Random random) {
    DeviceDemand gpu =
        new DeviceDemand(
            "gpu", 1 + random.nextInt(2), null, null, List.of(), List.of(), null, ">=", null, ">=");
    List<Port> ports =
        List.of(new Port("own", random.nextBoolean() ? 0 : 100 + random.nextInt(3), "tcp"));
    return switch (random.nextInt(5)) {
      case 0 -> ResourceRequest.NONE;
      case 1 -> new ResourceRequest(Amounts.NONE, List.of(gpu), ports, List.of(), null);
      case 2 -> new ResourceRequest(Amounts.NONE, List.of(), ports, List.of(), null);
      default ->
          new ResourceRequest(
              new Amounts(1000 * (1 + random.nextInt(4)), 1000, 0),
              random.nextBoolean() ? List.of(gpu) : List.of(),
              List.of(),
              List.of(),
              null);
    };
  }
}
