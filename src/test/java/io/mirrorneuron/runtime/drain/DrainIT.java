package io.mirrorneuron.runtime.drain;

import static io.mirrorneuron.testing.Eventually.eventually;
import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.client.Clients;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.node.DrainState.DrainAction;
import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMaintenance.DrainOrder;
import io.mirrorneuron.port.node.NodeMaintenance.DrainReport;
import io.mirrorneuron.port.node.NodeMaintenance.Reconciliation;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Work leaves a node: the orders over gRPC at one of them. */
@Whole
class DrainIT {
  private static final String ONE = "mirror_neuron@test";
  private static final String TWO = "mirror_neuron@two";

  @TempDir Path folder;
  private RuntimeFixture one;
  private RuntimeFixture two;
  private GrpcRuntime endpoint;
  private GrpcRuntime endpointOfTwo;
  private Clients clients;

  private NodeMaintenance alone() {
    one = new RuntimeFixture(folder.resolve("one"));
    endpoint = GrpcRuntime.before(one);
    clients = endpoint.connect();
    return clients.cluster().upkeep();
  }

  private NodeMaintenance pair() {
    NodeMaintenance upkeep = alone();
    two = RuntimeFixture.beside(one, folder.resolve("two"), Map.of("MN_NODE_NAME", TWO));
    endpointOfTwo = GrpcRuntime.before(two);
    eventually(
        "the nodes know each other",
        () -> one.runtime().hasNeighbours() && two.runtime().hasNeighbours());
    return upkeep;
  }

  @AfterEach
  void stop() {
    clients.close();
    endpoint.close();
    if (two != null) {
      endpointOfTwo.close();
      two.close();
    }
    one.close();
  }

  private static DrainOrder order(String node, long deadlineMs, boolean dryRun) {
    return new DrainOrder(node, null, deadlineMs, dryRun, true);
  }

  /** A job whose program notes that it ran, and ends when it may. */
  private String submit(String type, String name) {
    Path may = folder.resolve(name + ".may");
    ObjectNode manifest = Json.object().put("manifest_version", "1.0").put("graph_id", name);
    manifest.putArray("entrypoints").add("work");
    manifest.putObject("policies").put("job_type", type);
    manifest.put("job_type", type);
    ObjectNode work = manifest.putArray("nodes").addObject().put("node_id", "work");
    work.put("agent_type", "executor");
    work.putObject("config")
        .put("runner_module", "MirrorNeuron.Runner.HostLocal")
        .put(
            "command",
            "echo ran >> %s; while [ ! -e %s ]; do sleep 0.1; done; echo '{}'"
                .formatted(ran(name), may));
    return one.jobs().submit(Submission.of(Json.write(manifest))).jobId();
  }

  private Path ran(String name) {
    return folder.resolve(name + ".ran");
  }

  private void awaitRuns(String name, int times) {
    eventually(name + " runs " + times + " times", () -> runs(name) == times);
  }

  private int runs(String name) {
    try {
      return Files.exists(ran(name)) ? Files.readAllLines(ran(name)).size() : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitLedger(NodeMaintenance upkeep, String node, String status) {
    eventually(
        "it is known what runs at " + node,
        () -> status.equals(upkeep.drain(order(node, 0, true)).wouldStatus()));
  }

  private void let(String name) throws Exception {
    Files.createFile(folder.resolve(name + ".may"));
  }

  private String owner(String job) {
    return tree(one.jobs().get(job)).at("/job/lease/owner_id").asText();
  }

  @Test
  void programsOfABatchJobMayEndAndThenTheNodeIsInMaintenance() throws Exception {
    NodeMaintenance upkeep = pair();
    String job = submit("batch", "slow");
    awaitRuns("slow", 1);
    awaitLedger(upkeep, ONE, "draining");

    DrainReport dry = upkeep.drain(order(ONE, 60_000, true));
    assertThat(dry.status()).isEqualTo("dry_run");
    assertThat(upkeep.status(ONE).status()).isEqualTo(NodeCondition.HEALTHY);

    DrainReport real = upkeep.drain(order(ONE, 60_000, false));
    assertThat(real.status()).isEqualTo(dry.wouldStatus());
    assertThat(real.counters()).isEqualTo(dry.counters());
    assertThat(real.actions()).isEqualTo(dry.actions());
    assertThat(real.reason()).isEqualTo("operator requested node drain");
    assertThat(real.nodeStatus()).isEqualTo(NodeCondition.DRAINING);
    assertThat(real.schedulingEligible()).isFalse();

    let("slow");
    assertThat(one.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
    eventually(
        "the drain is complete", () -> upkeep.status(ONE).status() == NodeCondition.MAINTENANCE);
    assertThat(upkeep.status(ONE).drain().status()).isEqualTo("complete");
    assertThat(runs("slow")).isEqualTo(1);
  }

  @Test
  void aServiceGoesOnOnAnotherNodeAndComesBackByADrainOfThatOne() throws Exception {
    NodeMaintenance upkeep = pair();
    String job = submit("service", "web");
    awaitRuns("web", 1);

    DrainReport report = upkeep.drain(order(ONE, 60_000, false));

    assertThat(report.actions()).extracting(DrainAction::status).containsExactly("migrated");
    assertThat(report.status()).isEqualTo("complete");
    awaitRuns("web", 2);
    eventually("the other node has it", () -> two.runtime().endpoint().owner().equals(owner(job)));
    assertThat(one.jobs().lastEvents(job, 100).events().toString())
        .contains("job_scheduler_replanned")
        .contains("the node that had the job is drained or stopping, and gave it to this one")
        .doesNotContain("the node that had the job is gone");
    assertThat(one.jobs().cancel(job)).isEqualTo("cancelled"); // at the node that had it
    assertThat(upkeep.undrain(ONE, null, true).schedulingEligible()).isTrue();
    assertThat(upkeep.status(ONE).status()).isEqualTo(NodeCondition.HEALTHY);
  }

  @Test
  void onANodeThatIsAloneServicesGoOnAndBatchJobsWaitForAPersonAfterTheDeadline() throws Exception {
    NodeMaintenance upkeep = alone();
    String service = submit("service", "web");
    String batch = submit("batch", "slow");
    awaitRuns("web", 1);
    awaitRuns("slow", 1);

    DrainReport report = upkeep.drain(order(ONE, 1, false));
    assertThat(report.status()).isEqualTo("blocked_no_placement");
    eventually(
        "the batch job waits for a person",
        () -> tree(one.jobs().get(batch)).at("/job/status").asText().equals("paused"));
    assertThat(tree(one.jobs().get(batch)).at("/job/recovery_status").asText())
        .isEqualTo("paused_for_review");
    assertThat(tree(one.jobs().get(service)).at("/job/status").asText()).isEqualTo("running");
    assertThat(upkeep.status(ONE).status()).isEqualTo(NodeCondition.DRAINING);

    assertThat(upkeep.undrain(ONE, "not today", false).nodeState().status())
        .isEqualTo(NodeCondition.MAINTENANCE);
    assertThat(upkeep.status(ONE).drain().status()).isEqualTo("cancelled");
    let("slow");
    one.jobs().resume(batch);
    assertThat(one.awaitEnd(batch).at("/job/status").asText()).isEqualTo("completed");
    one.jobs().cancel(service);
  }

  @Test
  void whatIsPausedAtTheDeadlineLeavesTooBeforeTheDrainSaysThatItIsOver() throws Exception {
    NodeMaintenance upkeep = pair();
    String job = submit("batch", "slow");
    awaitRuns("slow", 1);

    Set<String> reported = new TreeSet<>();
    reported.add(upkeep.drain(order(ONE, 1, false)).status());
    eventually(
        "the drain is over",
        () -> {
          reported.add(upkeep.status(ONE).drain().status());
          return !reported.equals(Set.of("draining"));
        });

    assertThat(reported).contains("complete").isSubsetOf("complete", "draining");
    assertThat(upkeep.status(ONE).drain().counters())
        .isEqualTo(Map.of("checked", 1, "paused_for_review", 1));
    eventually("the other node has it", () -> two.runtime().endpoint().owner().equals(owner(job)));
    assertThat(tree(two.jobs().get(job)).at("/job/recovery_status").asText())
        .isEqualTo("paused_for_review");
    eventually(
        "the last event has the same",
        () ->
            one.jobs().lastEvents("__cluster__", 100).events().stream()
                .map(Object::toString)
                .anyMatch(
                    event ->
                        event.contains("node_drain_completed")
                            && event.contains("\"paused_for_review\":1")));
    let("slow");
    two.jobs().resume(job);
    two.awaitEnd(job);
  }

  @Test
  void anAnswerCountsTheActionsThatItNames() throws Exception {
    NodeMaintenance upkeep = pair();
    String web = submit("service", "web");
    String slow = submit("batch", "slow");
    awaitRuns("web", 1);
    awaitRuns("slow", 1);
    awaitLedger(upkeep, ONE, "draining");
    upkeep.drain(order(ONE, 60_000, false));
    eventually("the other node has it", () -> two.runtime().endpoint().owner().equals(owner(web)));
    awaitRuns("web", 2);

    DrainReport again = upkeep.drain(order(ONE, 60_000, false));

    assertThat(again.actions()).extracting(DrainAction::jobId).containsExactly(slow);
    assertThat(again.counters()).isEqualTo(Map.of("checked", 1, "waiting", 1));
    assertThat(upkeep.status(ONE).drain().counters()).containsEntry("migrated", 1);
    two.jobs().cancel(web);
    let("slow");
    one.awaitEnd(slow);
  }

  @Test
  void aJobOfWhichNothingRunsWaitsForANodeThatTakesWorkAndForNoPerson() throws Exception {
    NodeMaintenance upkeep = pair();
    upkeep.drain(order(TWO, 1, false));
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"later","entrypoints":["work"],
         "nodes":[{"node_id":"work","agent_type":"executor",
           "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":["true"],
             "startup_delay_ms":600000}}]}
        """;
    String job = one.jobs().submit(Submission.of(manifest)).jobId();

    upkeep.drain(order(ONE, 1, false));
    eventually(
        "the deadline is over",
        () -> "blocked_no_placement".equals(upkeep.status(ONE).drain().status()));
    assertThat(upkeep.status(ONE).drain().counters()).isEqualTo(Map.of("blocked", 1, "checked", 1));
    assertThat(tree(one.jobs().get(job)).at("/job/status").asText()).isEqualTo("running");

    upkeep.undrain(TWO, null, true);
    eventually("all has left", () -> "complete".equals(upkeep.status(ONE).drain().status()));
    eventually("the other node has it", () -> two.runtime().endpoint().owner().equals(owner(job)));
    assertThat(tree(two.jobs().get(job)).at("/job/status").asText()).isEqualTo("running");
    two.jobs().cancel(job);
  }

  @Test
  void aNodeThatLivesIsNotReconciled() throws Exception {
    NodeMaintenance upkeep = pair();
    String job = submit("batch", "slow");
    awaitRuns("slow", 1);

    Reconciliation done = upkeep.reconcile(ONE, "why not", false);

    assertThat(done.checked()).isEqualTo(1);
    assertThat(done.skipped()).isEqualTo(1);
    assertThat(done.status()).isEqualTo("reconciled");
    assertThat(upkeep.reconcile(TWO, "", true).checked()).isZero();
    let("slow");
    one.awaitEnd(job);
  }
}
