package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterSummary.ClusterNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.node.NodeMembers.Member;
import io.mirrorneuron.port.node.NodeMembers.NewNode;
import io.mirrorneuron.port.node.NodeReport;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.testing.FreePort;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two whole servers that know nothing of each other become one cluster, and two again. */
@Timeout(240)
@Proof.Cluster
class JoinIT {
  private static final String MAIN = "mirror_neuron@127.0.0.1";
  private static final String WORKER = "mirror_neuron@worker";
  private static final String TOKEN = "token-of-the-worker";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;
  private WholeServer main;
  private WholeServer worker;

  @BeforeEach
  void start() {
    main =
        WholeServer.start(
            folder.resolve("main"),
            Map.of(
                "network.expose", "true",
                "network.advertise_host", "127.0.0.1",
                "network.redis_port", Integer.toString(FreePort.at("127.0.0.1"))));
    worker = worker(Map.of());
  }

  private WholeServer worker(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("node.name", WORKER);
    settings.put("network.join_token", TOKEN);
    return WholeServer.start(folder.resolve("worker"), settings);
  }

  @AfterEach
  void stop() {
    worker.close();
    main.close();
  }

  private Member add(String name, String token) {
    return main.cluster().members().add(new NewNode(name, token, worker.grpc().toString()));
  }

  private MnException refused(String name, String token) {
    return assertThatExceptionOfType(MnException.class).isThrownBy(() -> add(name, token)).actual();
  }

  /** Of those that live; empty while the server is started anew. */
  private static List<String> names(WholeServer server) {
    try {
      return server.cluster().overview().nodes().stream()
          .filter(node -> !node.status().equals("offline"))
          .map(ClusterNode::name)
          .sorted()
          .toList();
    } catch (MnException between) {
      return List.of();
    }
  }

  private static String ended(WholeServer at, String manifest) {
    String job = at.jobs().submit(Submission.of(manifest)).jobId();
    eventually(
        "the job is over",
        PATIENCE,
        () -> at.jobs().get(job).facts().status().matches("completed|failed|cancelled"));
    return job;
  }

  @Test
  void aServerJoinsWorksThereAndGoesBackToItsOwnData() {
    String own = ended(worker, SampleManifests.program("own", "true"));
    assertThat(add(WORKER, TOKEN)).isEqualTo(new Member(WORKER, "connected"));
    assertThat(names(main)).as("at once").containsExactly(MAIN, WORKER);
    assertThat(main.cluster().upkeep().status(WORKER).status()).isEqualTo(NodeCondition.HEALTHY);
    eventually("each knows both", PATIENCE, () -> names(worker).equals(List.of(MAIN, WORKER)));
    assertThat(add(WORKER, TOKEN)).as("again").isEqualTo(new Member(WORKER, "connected"));
    String shared = ended(main, SampleManifests.program("shared", "true"));
    assertThat(worker.jobs().get(shared).facts().status()).isEqualTo("completed");
    assertThat(main.cluster().members().remove(WORKER))
        .isEqualTo(new Member(WORKER, "disconnected"));
    eventually(
        "the worker is alone, with what it had",
        PATIENCE,
        () -> names(worker).equals(List.of(WORKER)) && isThere(worker, own));
    assertThat(isThere(worker, shared)).isFalse();
    eventually("so is the other one", PATIENCE, () -> names(main).equals(List.of(MAIN)));
    assertThat(main.cluster().members().remove(WORKER).status()).isEqualTo("disconnected");
  }

  private static boolean isThere(WholeServer at, String job) {
    try {
      at.jobs().get(job);
      return true;
    } catch (MnException e) {
      return false;
    }
  }

  @Test
  void whatARefusalSaysHelpsAndChangesNothing() {
    assertThat(refused(WORKER, "wrong").code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refused("mirror_neuron@other", TOKEN))
        .hasMessage("the node there is called mirror_neuron@worker, not mirror_neuron@other");
    assertThat(refused("nonsense", TOKEN))
        .hasMessage("invalid node name \"nonsense\": it must look like mirror_neuron@host");
    assertThat(refused(MAIN, TOKEN)).hasMessageContaining("is the one that was asked");
    String open =
        worker.jobs().submit(Submission.of(SampleManifests.program("open", "sleep", "60"))).jobId();
    assertThat(refused(WORKER, TOKEN))
        .hasMessageContaining("has 1 open job of its own")
        .hasMessageNotContaining(TOKEN);
    worker.jobs().cancel(open, null, null);
    assertThat(Files.exists(folder.resolve("worker/cluster.json"))).isFalse();
    assertThatExceptionOfType(MnException.class)
        .isThrownBy(
            () -> worker.cluster().members().add(new NewNode(MAIN, "x", main.grpc().toString())))
        .withMessageContaining("network.expose");
    assertThatExceptionOfType(MnException.class)
        .isThrownBy(
            () -> main.cluster().members().add(new NewNode("mirror_neuron@127.0.0.9", "x", "")))
        .withMessageContaining("failed to connect to mirror_neuron@127.0.0.9");
  }

  @Test
  void aServerThatIsStartedAgainIsInTheClusterAndLeavesByItself() {
    add(WORKER, TOKEN);
    worker.close();
    worker = worker(Map.of());
    eventually("it is back", PATIENCE, () -> names(worker).equals(List.of(MAIN, WORKER)));
    assertThat(worker.cluster().members().remove(WORKER).status()).isEqualTo("disconnected");
    eventually("it is alone", PATIENCE, () -> names(worker).equals(List.of(WORKER)));
    eventually("the other one too", PATIENCE, () -> names(main).equals(List.of(MAIN)));
    NodeReport left = main.cluster().upkeep().status(WORKER);
    assertThat(left.status()).isEqualTo(NodeCondition.DISCONNECTED);
    assertThat(left.nodeState().reason()).isEqualTo("operator requested disconnect");
    assertThat(main.cluster().overview().nodes()).as("as one that was taken out").hasSize(1);
    assertThat(main.jobs().lastEvents("__cluster__", 100).events().toString())
        .contains("node_state_changed", "\"to\":\"disconnected\"");
    assertThatExceptionOfType(MnException.class)
        .isThrownBy(() -> worker.cluster().members().remove(WORKER))
        .withMessageContaining("has joined no cluster");
  }

  @Test
  void whoHasTheNameOfAnotherServerIsToldSoInsteadOfTakenForIt() {
    add(WORKER, TOKEN);
    Map<String, String> same = Map.of("node.name", WORKER, "network.join_token", TOKEN);
    Map<String, String> likeMain = Map.of("node.name", MAIN, "network.join_token", TOKEN);
    try (WholeServer third = WholeServer.start(folder.resolve("third"), same);
        WholeServer fourth = WholeServer.start(folder.resolve("fourth"), likeMain)) {
      for (Map.Entry<String, WholeServer> one : Map.of(WORKER, third, MAIN, fourth).entrySet()) {
        String address = one.getValue().grpc().toString();
        MnException refused =
            assertThatExceptionOfType(MnException.class)
                .isThrownBy(
                    () -> main.cluster().members().add(new NewNode(one.getKey(), TOKEN, address)))
                .actual();
        assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(refused)
            .hasMessageContaining("another server of this cluster is called " + one.getKey())
            .hasMessageContaining("give the one at " + address + " another name (MN_NODE_NAME");
      }
      assertThat(Files.exists(folder.resolve("third/cluster.json"))).isFalse();
    }
    assertThat(add(WORKER, TOKEN)).isEqualTo(new Member(WORKER, "connected"));
    assertThat(refused("mirror_neuron@other", TOKEN).getMessage())
        .isEqualTo("the node there is called mirror_neuron@worker, not mirror_neuron@other");
  }

  @Test
  void aServerThatTakesSilentOnesForDeadAfterAnotherTimeIsRefused() {
    worker.close();
    worker = worker(Map.of("cluster.silence_ms", "20000"));

    MnException refused = refused(WORKER, TOKEN);
    assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT);
    assertThat(refused)
        .hasMessageContaining("is 20000 at " + WORKER + " and 15000, the default, at")
        .hasMessageContaining("(" + MAIN + ")");
    assertThat(Files.exists(folder.resolve("worker/cluster.json"))).isFalse();
  }

  @Test
  void twoThatAddEachOtherAtTheSameMomentBecomeOneCluster() throws Exception {
    worker.close();
    worker =
        worker(
            Map.of(
                "network.expose", "true",
                "network.advertise_host", "127.0.0.2",
                "network.redis_port", Integer.toString(FreePort.at("127.0.0.2"))));
    String token = Files.readString(folder.resolve("main/network.token")).strip();
    NewNode first = new NewNode(MAIN, token, main.grpc().toString());
    CompletableFuture<Object> other =
        CompletableFuture.supplyAsync(() -> worker.cluster().members().add(first))
            .handle((added, refused) -> refused == null ? added : refused);
    Object one;
    try {
      one = add(WORKER, TOKEN);
    } catch (MnException refused) {
      one = refused;
    }
    assertThat(List.of(one, other.get(30, TimeUnit.SECONDS))).anyMatch(Member.class::isInstance);
    eventually("each knows both", PATIENCE, () -> names(main).equals(List.of(MAIN, WORKER)));
    eventually("each knows both", PATIENCE, () -> names(worker).equals(List.of(MAIN, WORKER)));
    boolean isMain = Files.exists(folder.resolve("worker/cluster.json"));
    assertThat(Files.exists(folder.resolve("main/cluster.json"))).isNotEqualTo(isMain);
  }

  @Test
  void whoHasNotJoinedIsNotTakenOut() {
    add(WORKER, TOKEN);
    eventually("each knows both", PATIENCE, () -> names(worker).equals(List.of(MAIN, WORKER)));
    assertThatExceptionOfType(MnException.class)
        .isThrownBy(() -> worker.cluster().members().remove(MAIN))
        .withMessageContaining("has joined no cluster, and was not taken out")
        .withMessageContaining("mn node maintenance");
    assertThat(main.cluster().upkeep().status(MAIN).status()).isEqualTo(NodeCondition.HEALTHY);
  }
}
