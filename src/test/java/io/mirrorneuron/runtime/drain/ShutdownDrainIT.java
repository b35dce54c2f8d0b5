package io.mirrorneuron.runtime.drain;

import static io.mirrorneuron.testing.Eventually.eventually;
import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.NodeMaintenance.DrainOrder;
import io.mirrorneuron.port.node.NodeReport;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.WaitingPrograms;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server is told to end: what it does while it still serves. */
@Whole
class ShutdownDrainIT {
  private static final String ONE = "mirror_neuron@test";
  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir Path folder;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private WaitingPrograms programs;
  private RuntimeFixture one;

  @BeforeEach
  void start() {
    programs = new WaitingPrograms(folder);
    one = new RuntimeFixture(folder.resolve("one"));
    open.push(one);
    open.push(GrpcRuntime.before(one));
  }

  private RuntimeFixture beside(String name, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("MN_NODE_NAME", "mirror_neuron@" + name);
    RuntimeFixture other = RuntimeFixture.beside(one, folder.resolve(name), all);
    open.push(other);
    open.push(GrpcRuntime.before(other));
    eventually(
        "the nodes know each other",
        () -> one.runtime().hasNeighbours() && other.runtime().hasNeighbours());
    return other;
  }

  @AfterEach
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private static CompletableFuture<Void> depart(RuntimeFixture node, Duration patience) {
    return node.runtime().upkeep().departure().go(patience).toCompletableFuture();
  }

  private static String submit(RuntimeFixture node, ObjectNode manifest) {
    return node.jobs().submit(Submission.of(Json.write(manifest))).jobId();
  }

  private static NodeReport status(RuntimeFixture asked, String node) {
    return asked.runtime().upkeep().status(node);
  }

  private static String owner(RuntimeFixture asked, String job) {
    return tree(asked.jobs().get(job)).at("/job/lease/owner_id").asText();
  }

  @Test
  void aServerThatIsAloneEndsAtOnce() {
    String job = submit(one, programs.manifest("batch", "slow"));
    programs.awaitRuns("slow", 1);

    assertThat(depart(one, LONG)).isCompleted();
    assertThat(one.runtime().upkeep().departure().isUnderWay()).isFalse();
    assertThat(status(one, ONE).status()).isEqualTo(NodeCondition.HEALTHY);
    programs.let("slow");
    one.awaitEnd(job);
  }

  @Test
  void itsJobsGoOnElsewhereAndItIsAsBeforeWhenItIsBack() {
    RuntimeFixture two = beside("two", Map.of());
    String service = submit(one, programs.manifest("service", "web"));
    String batch = submit(one, programs.manifest("batch", "slow"));
    programs.awaitRuns("web", 1);
    programs.awaitRuns("slow", 1);

    CompletableFuture<Void> departure = depart(one, LONG);
    programs.awaitRuns("web", 2);
    eventually(
        "the other has it", () -> two.runtime().endpoint().owner().equals(owner(two, service)));
    assertThat(departure).as("while a program runs").isNotDone();
    NodeReport leaving = status(two, ONE);
    assertThat(leaving.status()).isEqualTo(NodeCondition.DRAINING);
    assertThat(leaving.schedulingEligible()).isFalse();
    assertThat(leaving.drain().reason()).isEqualTo(ShutdownDrain.REASON);
    assertThatThrownBy(() -> submit(one, programs.manifest("batch", "late")))
        .isInstanceOfSatisfying(
            MnException.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE);
              assertThat(refused.retryAfterMs()).isPositive();
              assertThat(refused).hasMessageContaining("ask another one");
            });

    programs.let("slow");
    departure.join();
    assertThat(two.awaitEnd(batch).at("/job/status").asText()).isEqualTo("completed");
    assertThat(programs.runs("slow")).isEqualTo(1);
    one.leave();
    assertThat(status(two, ONE).drain().status()).isEqualTo(DrainState.COMPLETE);

    one.startAgain();
    eventually("it takes work again", () -> status(two, ONE).status() == NodeCondition.HEALTHY);
    assertThat(status(two, ONE).schedulingEligible()).isTrue();
    two.jobs().cancel(service);
  }

  @Test
  void whatHasNotEndedInTimeIsBegunAgainByOthers() {
    RuntimeFixture two = beside("two", Map.of());
    String batch = submit(one, programs.manifest("batch", "slow"));
    programs.awaitRuns("slow", 1);

    depart(one, Duration.ofMillis(700)).join();
    assertThat(status(two, ONE).drain().status()).isEqualTo(DrainState.CANCELLED);
    assertThat(status(two, ONE).schedulingEligible()).isFalse();
    one.leave();
    programs.awaitRuns("slow", 2);
    programs.let("slow");
    assertThat(two.awaitEnd(batch).toString())
        .contains("\"status\":\"completed\"", "\"attempts\":1");
    one.startAgain();
  }

  @Test
  void programsForJobsOfOthersMayEndAndServicesBeginElsewhere() {
    RuntimeFixture two = beside("two", Map.of("MN_NODE_LABELS", "rack=b"));
    String batch = submit(one, programs.manifest("batch", "slow", "b"));
    String service = submit(one, programs.manifest("service", "web", "b"));
    programs.awaitRuns("slow", 1);
    programs.awaitRuns("web", 1);
    beside("three", Map.of("MN_NODE_LABELS", "rack=b"));
    var order = new DrainOrder("mirror_neuron@two", null, 60_000, true, true);
    eventually(
        "a drain would look after both",
        () ->
            one.runtime()
                .upkeep()
                .drain(order)
                .counters()
                .toString()
                .equals("{checked=2, waiting=1, would_migrate=1}"));

    CompletableFuture<Void> departure = depart(two, LONG);
    programs.awaitRuns("web", 2);
    assertThat(departure).as("while a program runs").isNotDone();
    programs.let("slow");
    departure.join();
    two.leave();

    assertThat(one.awaitEnd(batch).at("/job/status").asText()).isEqualTo("completed");
    assertThat(programs.runs("slow")).isEqualTo(1);
    assertThat(tree(one.jobs().get(service)).toString()).contains("mirror_neuron@three");
    one.jobs().cancel(service);
    two.startAgain();
  }

  @Test
  void whatAnOperatorDecidedStays() {
    RuntimeFixture two = beside("two", Map.of());
    two.runtime().upkeep().drain(new DrainOrder(ONE, "a new disk", 60_000, false, true));
    eventually(
        "the drain is complete", () -> status(two, ONE).status() == NodeCondition.MAINTENANCE);

    depart(one, LONG).join();
    one.leave();
    one.startAgain();
    eventually("it is back", () -> !status(two, ONE).drain().isOpen());
    assertThat(status(two, ONE).status()).isEqualTo(NodeCondition.MAINTENANCE);
    assertThat(status(two, ONE).schedulingEligible()).isFalse();
  }
}
