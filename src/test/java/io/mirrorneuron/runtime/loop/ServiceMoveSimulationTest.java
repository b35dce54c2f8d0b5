package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A service that two nodes give to each other again and again, with its program going on at the one
 * until the other offers it. Without trouble it is found at every moment, and its program runs
 * where it is found. Nodes that are cut off from the store, stand still and die between any two
 * steps of it leave no program behind and no two at one node.
 */
@Proof.Histories
class ServiceMoveSimulationTest {
  private static final Seeds SEEDS = Seeds.of(40);
  private static final int TROUBLE_MS = 150_000;
  private static final int LONGEST_MS = 40_000;
  private static final int BEGUN_MS = 5_000;
  private static final int LOOK_MS = 50;
  private static final String JOB = SimulationTest.JOB;

  private int moves;
  private int looks;

  private static Workflow workflow() {
    ObjectNode manifest = Json.parseObject(SampleManifests.program("offers", "serve"), "manifest");
    manifest.put("job_type", "service").putObject("policies").put("job_type", "service");
    ObjectNode work = (ObjectNode) manifest.get("nodes").get(0);
    ((ObjectNode) work.get("config")).put(TwoOwners.ENDLESS, true);
    work.putArray("services").addObject().put("name", TwoOwners.SERVICE);
    return new Manifests(DefaultRunner.HOST_LOCAL).parse(manifest.toString());
  }

  @Test
  void aServiceThatIsGivenToAndFroIsFoundAllTheTime() {
    SEEDS.each(this::check);
    if (SEEDS.atLeast(100)) {
      assertThat(moves).as("moves").isGreaterThan(SEEDS.count());
      assertThat(looks).as("look-ups").isGreaterThan(100 * SEEDS.count());
    }
  }

  private void check(long seed) {
    TwoOwners pair = new TwoOwners(seed, workflow());
    Random random = new Random(seed * 31);
    TwoOwners.Node first = pair.nodes.getFirst();
    first
        .engine()
        .creation()
        .submit(
            new NewJob(JOB, first.owner, "{}", null, null, null),
            pair.workflow(),
            null,
            Simulation.SUBMITTER,
            null,
            List.of());
    for (int i = 0; i < 12; i++) {
      int at = BEGUN_MS + random.nextInt(TROUBLE_MS);
      pair.later(at, () -> pair.nodes.forEach(node -> give(pair, node)));
    }
    boolean isCalm = seed % 2 == 0;
    for (int i = 0; i < 5 && !isCalm; i++) {
      TwoOwners.Node node = pair.nodes.get(random.nextInt(2));
      int at = 1000 + random.nextInt(TROUBLE_MS);
      int length = random.nextInt(LONGEST_MS);
      switch (random.nextInt(4)) {
        case 0 -> pair.later(at, () -> node.cut(length));
        case 1 -> pair.later(at, () -> node.standStill(length));
        default -> pair.later(at, () -> dieUnlessCut(node));
      }
    }
    int settled = TROUBLE_MS + 3 * LONGEST_MS;
    for (int at = BEGUN_MS; at < settled; at += LOOK_MS) {
      if (isCalm || at > settled - 1000) {
        pair.later(at, () -> look(pair));
      }
    }
    pair.run(JOB, settled);
    assertThat(pair.programs()).as("programs of a service").isEqualTo(1);
    assertThat(pair.services.size()).as("records").isEqualTo(1);

    for (int at = 0; at < 60_000; at += 5000) { // an answer may be lost
      pair.later(
          at, () -> pair.nodes.forEach(node -> node.engine().commands().cancel(JOB, null, null)));
    }
    pair.run(JOB, 120_000);
    assertThat(pair.programs()).as("programs left").isZero();
    assertThat(pair.found()).as("services found").isEmpty();
  }

  /** One that comes back with its jobs while others take them is a matter of its own. */
  private static void dieUnlessCut(TwoOwners.Node node) {
    if (!node.isCut()) {
      node.die();
    }
  }

  private void look(TwoOwners pair) {
    looks++;
    List<TwoOwners.Node> found = pair.found();
    assertThat(found).as("where it is found").hasSize(1);
    assertThat(pair.serves(found.getFirst())).as("its program runs there").isTrue();
  }

  private void give(TwoOwners pair, TwoOwners.Node node) {
    TwoOwners.Node other = pair.nodes.get(node == pair.nodes.getFirst() ? 1 : 0);
    node.handOvers()
        .give(JOB, other.owner, new JobMoves.Leaving(true, 60_000))
        .thenAccept(isGiven -> moves += isGiven ? 1 : 0);
  }
}
