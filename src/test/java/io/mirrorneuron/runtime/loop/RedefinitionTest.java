package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.decide.Redefinitions;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.ProgramStop;
import io.mirrorneuron.runtime.state.Redefinition;
import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Agents of a running job become others, each between two of its messages. */
class RedefinitionTest {
  private static final String SERVICE = "{'job_type':'service'}";

  private static String manifest(int a, int b) {
    return new Graph()
        .router("start")
        .with("policies", SERVICE)
        .program("a", "{'v':%d}".formatted(a))
        .program("b", "{'v':%d}".formatted(b))
        .edge("start", "a", "*")
        .edge("start", "b", "*")
        .toString();
  }

  private static Stage started() {
    return new Stage().submitText(manifest(1, 1));
  }

  private static CompletionStage<JobStatus> order(
      Stage stage, int number, String manifest, String bundle, String... agents) {
    return order(stage, number, manifest, bundle, ProgramStop.NONE, agents);
  }

  private static CompletionStage<JobStatus> order(
      Stage stage, int number, String manifest, String bundle, ProgramStop stop, String... agents) {
    var by = new DeployedBy("dep_k_" + number, "k", "" + number, "primary", null);
    Redefinition order =
        new Redefinition(
            number, manifest, stage.manifests.apply(manifest), bundle, List.of(agents), by, stop);
    return stage.ask(engine -> engine.definitions().redefine(Stage.JOB, order));
  }

  private static JobDefinitions.Running look(Stage stage) {
    return stage.engine().definitions().look(Stage.JOB).toCompletableFuture().join();
  }

  private static void deliver(Stage stage, String agent, String id) {
    String letter = "{'envelope':{'message_id':'%s'}}".formatted(id);
    stage.ask(
        engine -> engine.commands().deliver(Stage.JOB, agent, (ObjectNode) Stage.json(letter)));
  }

  private static int version(Stage stage, String agent) {
    return stage.execution(agent).config().path("v").asInt();
  }

  @Test
  void aProgramThatRunsEndsAsWhatItBeganAs() {
    Stage stage = started();
    deliver(stage, "a", "second");
    order(stage, 1, manifest(2, 1), null, "a");

    assertThat(stage.types()).contains(Redefinitions.STARTED);
    assertThat(stage.types()).doesNotContain(Redefinitions.COMPLETED);
    assertThat(version(stage, "a")).isEqualTo(1);
    assertThat(look(stage).definition().pending().agents()).containsExactly("a");

    stage.succeed("a");
    assertThat(version(stage, "a")).as("of the second message").isEqualTo(2);
    JsonNode completed = stage.event(Redefinitions.COMPLETED);
    assertThat(completed.path("affected_agents")).isEqualTo(Stage.json("['a']"));
    assertThat(completed.path("deployment_id").asText()).isEqualTo("dep_k_1");
    assertThat(completed.path("deployment_role").asText()).isEqualTo("primary");
    assertThat(look(stage).manifest()).isEqualTo(manifest(2, 1));
    assertThat(look(stage).definition().pending()).isNull();
  }

  @Test
  void aProgramThatServesIsStoppedWhenItHasNotEndedForLongEnough() {
    Stage stage = started();
    order(stage, 1, manifest(2, 2), null, new ProgramStop(List.of("a"), 30_000, 0), "a", "b");
    stage.advance(29_999);
    assertThat(stage.isStopped("a")).isFalse();
    stage.advance(1);
    assertThat(stage.isStopped("a")).isTrue();
    assertThat(stage.isStopped("b")).as("one that is waited for").isFalse();

    stage.letStop();
    assertThat(stage.running()).as("it waits for its batch").containsExactly("b");
    stage.succeed("b");
    assertThat(stage.running()).containsExactly("a");
    assertThat(version(stage, "a")).as("of the message that the other had in hand").isEqualTo(2);
    assertThat(stage.events("executor_lease_requested")).hasSize(3);
    stage.succeed("a");
    assertThat(look(stage).agents().get("a").restartedAt()).as("it has not failed").isZero();
  }

  @Test
  void whatIsStoppedAfterACrashOrAPauseBeginsAsTheNewOne() {
    for (boolean crashes : List.of(true, false)) {
      Stage stage = started().succeed("b");
      order(stage, 1, manifest(2, 1), null, new ProgramStop(List.of("a"), 30_000, 0), "a");
      stage.advance(10_000);
      if (crashes) {
        stage.crash();
      }
      stage.advance(20_000);
      assertThat(stage.isStopped("a")).isTrue();
      if (!crashes) {
        stage.pause();
      }
      stage.letStop();
      if (!crashes) {
        assertThat(stage.running()).isEmpty();
        stage.resume();
      }
      assertThat(version(stage, "a")).isEqualTo(2);
      assertThat(stage.events(Redefinitions.COMPLETED)).hasSize(1);
    }
  }

  @Test
  void whoIsDoneWaitsForTheOthersOfItsBatch() {
    Stage stage = started();
    deliver(stage, "a", "second");
    order(stage, 1, manifest(2, 2), null, "a", "b");
    stage.succeed("a");
    assertThat(stage.running()).containsExactly("b");
    stage.succeed("b");
    assertThat(stage.running()).containsExactly("a");
    assertThat(version(stage, "a")).isEqualTo(2);
  }

  @Test
  void agentsThatDoNothingChangeAtOnce() {
    Stage stage = started().succeed("a").succeed("b");
    order(stage, 1, manifest(2, 2), null, "a", "b");
    assertThat(stage.types().subList(stage.types().size() - 2, stage.types().size()))
        .containsExactly(Redefinitions.STARTED, Redefinitions.COMPLETED);
    deliver(stage, "b", "second");
    assertThat(version(stage, "b")).isEqualTo(2);
  }

  @Test
  void aServerThatDiesInBetweenForgetsNothing() {
    Stage stage = started();
    deliver(stage, "a", "second");
    order(stage, 1, manifest(2, 1), null, "a");
    stage.crash();
    assertThat(version(stage, "a")).as("of the message that was in hand").isEqualTo(1);
    stage.succeed("a");
    assertThat(version(stage, "a")).isEqualTo(2);
    stage.crash();
    assertThat(version(stage, "a")).isEqualTo(2);
    assertThat(stage.events(Redefinitions.STARTED)).hasSize(1);
    assertThat(stage.events(Redefinitions.COMPLETED)).hasSize(1);
  }

  @Test
  void theWayBackIsTheSame() {
    Stage stage = started().succeed("a").succeed("b");
    order(stage, 1, manifest(2, 1), null, "a");
    order(stage, 2, manifest(1, 1), null, "a");
    deliver(stage, "a", "second");
    assertThat(version(stage, "a")).isEqualTo(1);
    assertThat(look(stage).manifest()).isEqualTo(manifest(1, 1));
    assertThat(look(stage).definition().number()).isEqualTo(2);
  }

  @Test
  void anOrderThatIsRepeatedOrLateChangesNothing() {
    Stage stage = started().succeed("a").succeed("b");
    order(stage, 1, manifest(2, 1), null, "a");
    order(stage, 2, manifest(1, 1), null, "a");
    int events = stage.events().size();
    assertThat(order(stage, 2, manifest(1, 1), null, "a").toCompletableFuture().join())
        .isEqualTo(JobStatus.RUNNING);
    assertThatThrownBy(
            () -> order(stage, 1, manifest(2, 1), null, "a").toCompletableFuture().join())
        .hasMessageContaining("job job-1 has definition 2 by now, and this one would follow 0");
    assertThat(stage.events()).hasSize(events);
  }

  @Test
  void whatIsNotOfTheNamedAgentsIsRefused() {
    Stage stage = started();
    assertThatThrownBy(
            () -> order(stage, 1, manifest(2, 2), null, "a").toCompletableFuture().join())
        .hasMessageContaining("agents that are not named differ, too: b");
    String other = manifest(2, 1).replace("\"message_type\":\"*\"", "\"message_type\":\"other\"");
    assertThatThrownBy(() -> order(stage, 1, other, null, "a").toCompletableFuture().join())
        .hasMessageContaining("it lacks edge start to a for *");
    assertThat(look(stage).definition().number()).isZero();
    stage.cancel().letStop();
    assertThatThrownBy(
            () -> order(stage, 1, manifest(2, 1), null, "a").toCompletableFuture().join())
        .hasMessageContaining("job job-1 is in the terminal state cancelled");
  }

  @Test
  void whatWasStoppedByAPauseBeginsAnewAsTheOther() {
    Stage stage = started();
    stage.pause().letStop();
    assertThat(stage.status()).isEqualTo("paused");
    order(stage, 1, manifest(2, 1), null, "a");
    assertThat(stage.event(Redefinitions.COMPLETED)).isNotNull();
    stage.resume();
    assertThat(version(stage, "a")).isEqualTo(2);
    assertThat(version(stage, "b")).isEqualTo(1);
  }

  @Test
  void agentsBringTheirPayloadFilesAndInTheEndTheJobHasThem() {
    Stage stage = started().succeed("a").succeed("b");
    order(stage, 1, manifest(2, 1), "files-2", "a");
    assertThat(look(stage).bundle()).isNull();
    assertThat(look(stage).definition().bundles())
        .containsExactly(java.util.Map.entry("a", "files-2"));
    assertThat(stage.engine().definitions().bundles().toCompletableFuture().join())
        .containsExactly("files-2");
    stage.crash();
    order(stage, 2, manifest(2, 2), "files-2", "b");
    assertThat(look(stage).bundle()).isEqualTo("files-2");
    assertThat(look(stage).definition().bundles()).isEmpty();
  }

  @Test
  void aJobThatEndsForgetsWhatWasPending() {
    Stage stage = started();
    order(stage, 1, manifest(2, 1), null, "a");
    stage.cancel().letStop();
    assertThat(stage.status()).isEqualTo("cancelled");
    assertThat(look(stage).definition().pending()).isNull();
    assertThat(look(stage).manifest()).isEqualTo(manifest(1, 1));
  }
}
