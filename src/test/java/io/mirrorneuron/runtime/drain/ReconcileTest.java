package io.mirrorneuron.runtime.drain;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMaintenance.Reconciliation;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStoreContract;
import io.mirrorneuron.testing.InMemoryJobStore;
import io.mirrorneuron.testing.InMemoryNodeRegistry;
import io.mirrorneuron.testing.UpkeepFixture;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What is told of the jobs of a node that somebody takes for dead. */
class ReconcileTest {
  private static final String NODE = "mirror_neuron@two";

  private final InMemoryJobStore jobs = new InMemoryJobStore();
  private final InMemoryNodeRegistry nodes = new InMemoryNodeRegistry();

  private void job(String id, String owner) {
    jobs.create(
        new NewJob(id, owner, "{}", null, null, null),
        JobStoreContract.turn(id, 1, 1, 1, 1, "running"));
  }

  private Reconciliation reconciled() {
    nodes.beat("mirror_neuron@one#1");
    NodeMaintenance upkeep = UpkeepFixture.of("mirror_neuron@one", Instant.EPOCH, nodes, jobs);
    return upkeep.reconcile(NODE, "", true);
  }

  @Test
  void jobsOfAServerThatLivesStayAndThoseOfADeadOneOfThatNameAreTakenOver() {
    nodes.beat(NODE + "#new");
    job("here", NODE + "#new");
    job("left", NODE + "#old");
    job("elsewhere", "mirror_neuron@one#1");

    Reconciliation reported = reconciled();

    assertThat(reported.jobs())
        .extracting(job -> job.jobId() + " " + job.action())
        .containsExactlyInAnyOrder("here skipped", "left recovered");
    assertThat(reported.message())
        .isEqualTo(
            NODE
                + " was last heard of 0 s ago; it is taken for dead after 15 s without a"
                + " heartbeat: if it is gone, say this again then");
  }

  @Test
  void ofADeadServerNothingIsToldOfHeartbeats() {
    nodes.beat(NODE + "#1");
    nodes.leave(NODE + "#1");
    job("left", NODE + "#1");

    Reconciliation reported = reconciled();

    assertThat(reported.recovered()).isOne();
    assertThat(reported.message()).isNull();
  }
}
