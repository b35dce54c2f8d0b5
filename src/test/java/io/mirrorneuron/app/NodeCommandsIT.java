package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.RedisNodeRegistry;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Whole;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code mn node} tells a person of two servers on one Redis. */
@Whole
class NodeCommandsIT {
  private static final String TWO = "mirror_neuron@two";
  private static final String THERE_ARE = "there are mirror_neuron@test, " + TWO;

  @TempDir static Path folder;
  private static RuntimeFixture one;
  private static RuntimeFixture two;
  private static GrpcRuntime endpoint;

  @BeforeAll
  static void start() {
    one = new RuntimeFixture(folder.resolve("one"));
    two = RuntimeFixture.beside(one, folder.resolve("two"), Map.of("MN_NODE_NAME", TWO));
    endpoint = GrpcRuntime.before(one);
    Eventually.eventually(
        "the other node lives",
        () -> one.runtime().upkeep().status(TWO).status() == NodeCondition.HEALTHY);
  }

  @AfterAll
  static void stop() {
    endpoint.close();
    two.close();
    one.close();
  }

  private static Shell.Ended node(String... words) {
    String[] command = new String[words.length + 1];
    command[0] = "node";
    System.arraycopy(words, 0, command, 1, words.length);
    return run(command);
  }

  private static Shell.Ended run(String... command) {
    return new Shell(Main::commandLine, folder)
        .set("MN_GRPC_TARGET", "127.0.0.1:" + endpoint.server.port())
        .set("MN_GRPC_AUTH_TOKEN", GrpcRuntime.AUTH.value())
        .set("NO_COLOR", "1")
        .atTerminal()
        .run(command);
  }

  @Test
  void aNameThatNoNodeHasIsNotFoundAndThoseThatThereAreAreTold() {
    for (String command : new String[] {"status", "leave"}) {
      Shell.Ended reported = node(command, "mirror_neuron@nobody");

      assertThat(reported.exitCode()).as(command).isEqualTo(5);
      assertThat(reported.out()).as(command).isEmpty();
      assertThat(reported.err()).contains("there is no node mirror_neuron@nobody; " + THERE_ARE);
    }
    assertThat(node("status", TWO).exitCode()).isZero();
  }

  @Test
  void undrainingTellsThatThereWasNoDrainAndWhatKeepsTheNodeFromWorkStill() {
    assertThat(node("undrain", TWO).out())
        .contains("Status: healthy", "Scheduling eligible: yes", "Note: no drain was under way");
    node("maintenance", TWO);

    assertThat(node("undrain", TWO).out())
        .contains(
            "Status: maintenance",
            "Scheduling eligible: no",
            "no drain was under way; node " + TWO + " is in maintenance",
            "(mn node maintenance " + TWO + " --disable)");
    node("maintenance", TWO, "--disable");
    assertThat(one.runtime().upkeep().status(TWO).status()).isEqualTo(NodeCondition.HEALTHY);
  }

  @Test
  void whatCannotBeAskedForNamesWhatIsWrong() {
    for (String time : new String[] {"8761h", "99999999999h", "9".repeat(40) + "ms"}) {
      Shell.Ended late = node("drain", TWO, "--deadline", time);
      assertThat(late.exitCode()).as(time).isEqualTo(2);
      assertThat(late.err()).contains("--deadline must be at most 8760h, a year, not " + time);
    }
    Shell.Ended negative = node("drain", TWO, "--deadline=-5s", "--dry-run");
    assertThat(negative.exitCode()).isEqualTo(2);
    assertThat(negative.err())
        .contains("--deadline must be a time such as 30s, 10m or 1h, or milliseconds, not -5s");
    Shell.Ended nobody = node("add", "127.0.0.1", "--grpc-port", "1", "--token", "any");
    assertThat(nobody.exitCode()).isNotZero();
    assertThat(nobody.err())
        .contains("no server answers by gRPC at 127.0.0.1:1", "--grpc-port")
        .doesNotContain("--target");
  }

  @Test
  void aDrainThatPausedAJobForAPersonSaysSo() {
    String job =
        two.jobs().submit(Submission.of(SampleManifests.program("slow", "sleep", "60"))).jobId();
    Eventually.eventually(
        "its program runs", () -> two.jobs().why(job).summary().contains("runs its program"));

    Shell.Ended drained = node("drain", TWO, "--deadline", "1s", "--wait");

    String waits =
        "Paused: 1 of these jobs waits for a person: mn job unfinished lists them, mn job resume";
    assertThat(drained.exitCode()).as(drained.err()).isZero();
    assertThat(drained.out()).contains("Drain: complete", "  paused_for_review: 1", waits);
    assertThat(node("status", TWO).out()).contains("  paused_for_review: 1", waits);
    Eventually.eventually("the job has come and can be cancelled", () -> isCancelled(job));
    node("undrain", TWO, "--mark-eligible");
  }

  private static boolean isCancelled(String job) {
    try {
      one.jobs().cancel(job);
      return true;
    } catch (MnException notYet) { // the server that gave it away has no door here
      assertThat(notYet.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      return false;
    }
  }

  /** A heartbeat that no other one follows is what is left of a server that was killed. */
  @Test
  void ofAServerThatWasKilledAMomentAgoItIsToldSinceWhenNobodyHeardOfIt() {
    String killed = "mirror_neuron@killed";
    NodeRegistry registry = registry();
    registry.beat(killed + "#1").toCompletableFuture().join();

    assertThat(node("reconcile", killed).out())
        .contains("0 checked")
        .containsPattern(
            killed
                + " was last heard of \\d+ s ago; it is taken for dead after 15 s without a"
                + " heartbeat: if it is gone, say this again then");

    registry.leave(killed + "#1").toCompletableFuture().join();
    assertThat(node("reconcile", "mirror_neuron@test").out()).doesNotContain("heard of");
  }

  @Test
  void eventsOfTheClusterNameTheNodeAndTheReason() {
    node("undrain", TWO, "--mark-eligible"); // another test may have drained it
    node("maintenance", TWO, "--reason", "a new disk");
    node("maintenance", TWO, "--disable");
    node("reconcile", TWO, "--reason", "it burns");

    Shell.Ended events = run("job", "events", "__cluster__");

    assertThat(events.out())
        .contains(
            "Z  " + TWO + " node_joined\n",
            "Z  " + TWO + " node_maintenance_enabled  reason=a new disk\n",
            "Z  " + TWO + " node_state_changed  from=healthy to=maintenance reason=a new disk\n",
            "Z  " + TWO + " node_reconciled  recovered=0 failed=0 reason=it burns\n")
        .doesNotContain("  job ");
  }

  private static NodeRegistry registry() {
    return new RedisNodeRegistry(
        one.pipelines(),
        new Keys(RuntimeFixture.config(folder).redis().namespace()),
        Lifetime.DEFAULT);
  }
}
