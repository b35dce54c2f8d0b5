package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Why.Explanation;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.port.JobStatus;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Jobs of which each node runs a copy; the stage has them. */
class SystemJobsTest {
  private static final String WORK = "work@" + Stage.OWNER;

  private static final String SECOND = "work@n@2";

  private static Stage start(String type) {
    return new Graph().with("policies", "{'job_type':'" + type + "'}").program("work").start();
  }

  @Test
  void agentsAreNamedAfterTheirNode() {
    Stage stage = start("sysbatch");

    assertThat(stage.running()).containsExactly(WORK);
    assertThat(stage.details().at("/agents/0/agent_id").asText()).isEqualTo(WORK);
    assertThat(stage.row().at("/scheduler/system_targets/0").asText()).isEqualTo(Stage.OWNER);
  }

  @Test
  void aSysbatchEndsWithTheResultOfEachTarget() {
    Stage stage = start("sysbatch").crash().succeed(WORK, "{'complete_run':{'n':1}}");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.result().path("completed_targets").get(0).asText()).isEqualTo(Stage.OWNER);
    assertThat(stage.result().path("target_results").path(Stage.OWNER))
        .isEqualTo(Stage.json("{'agent_id':'%s','output':{'n':1}}".formatted(WORK)));
    assertThat(stage.events("sysbatch_target_completed")).hasSize(1);
  }

  @Test
  void aSystemJobBeginsAgain() {
    Stage stage = start("system").succeed(WORK, "{'complete_run':true}");

    assertThat(stage.status()).isEqualTo("running");
    assertThat(stage.event("system_target_completed").path("system_target").asText())
        .isEqualTo(Stage.OWNER);
    assertThat(stage.advance(1000).running()).containsExactly(WORK);
  }

  @Test
  void aCopyWhoseProgramEndsWellBeginsAgainWhateverTheOthersDo() {
    Stage stage = start("system").spread("n@2").succeed(SECOND);

    assertThat(stage.status()).isEqualTo("running");
    assertThat(stage.running()).containsExactly(WORK);
    JsonNode done = stage.event("system_target_completed");
    assertThat(done.path("system_target").asText()).isEqualTo("n@2");
    assertThat(done.at("/result/completed_by").asText()).isEqualTo("quiescence");
    assertThat(done.at("/result/output").has(SECOND)).isTrue();
    Explanation why =
        stage.why().explanations().stream()
            .filter(one -> one.cause().equals("next_round"))
            .findFirst()
            .orElseThrow();
    assertThat(why.text()).isEqualTo("the copy of node n@2 is done, and begins again");
    assertThat(why.until()).isNotNull();

    stage.crash().advance(1000);
    assertThat(stage.running()).containsExactlyInAnyOrder(WORK, SECOND);
  }

  @Test
  void aProgramThatEndsAtOnceBeginsAgainLessAndLessOften() {
    Stage stage = start("system").succeed(WORK);
    for (int delay : List.of(1000, 2000, 4000)) {
      assertThat(stage.advance(delay - 1).running()).as("delay %d", delay).isEmpty();
      stage.advance(1).succeed(WORK);
    }
    // Three restarts within ten minutes: the next one waits until the first has left the window.
    assertThat(stage.advance(600_000 - 7_001).running()).isEmpty();
    assertThat(stage.crash().advance(1).running()).containsExactly(WORK);
    assertThat(stage.events("system_target_completed")).hasSize(4);
  }

  @Test
  void aCopyThatMayNotBeginAgainSaysSo() {
    String policies = "{'job_type':'system','restart':{'attempts':0}}";
    Stage stage = new Graph().with("policies", policies).program("work").start().succeed(WORK);

    assertThat(stage.advance(10_000_000).running()).isEmpty();
    assertThat(stage.why().summary()).contains("does not begin again, as policies.restart has no");
  }

  @Test
  void aCopyThatCollectsMessagesBeginsAgainWhenItHasThem() {
    Stage stage =
        new Graph()
            .with("policies", "{'job_type':'system'}")
            .program("work")
            .agent("all", "aggregator", "{'complete_after':2,'collect_all':true}")
            .edge("work", "all", "*")
            .start()
            .succeed(WORK);
    assertThat(stage.advance(1_000_000).running()).isEmpty();
    assertThat(stage.why().summary()).contains("has 1 messages and waits for 2");

    deliver(stage, WORK);
    stage.succeed(WORK).advance(1000);
    assertThat(stage.running()).containsExactly(WORK);
  }

  @Test
  void aCopyWhoseSensorWaitsForMessagesIsNotDone() {
    Stage stage =
        new Graph()
            .with("policies", "{'job_type':'system'}")
            .agent("ear", "sensor", "{'complete_after':2}")
            .program("work")
            .edge("ear", "work", "sensor_ready")
            .start();

    assertThat(stage.advance(1_000_000).events("agents_restarted")).isEmpty();
    assertThat(stage.why().summary()).contains("has 1 messages and waits for 2");
    deliver(stage, "ear@" + Stage.OWNER);
    assertThat(stage.settle().running()).containsExactly(WORK);
  }

  @Test
  void itsAgentsAreReachedByTheNameInTheManifestToo() {
    Stage stage = start("system");

    stage.ask(
        one -> one.commands().deliver(Stage.JOB, "work", (ObjectNode) Stage.json("{'body':{}}")));

    assertThat(stage.details().at("/agents/0/mailbox_depth").asInt()).isEqualTo(2);
  }

  @Test
  void aNodeThatComesGetsACopyOnce() {
    Stage stage = start("sysbatch").spread("n@2").spread("n@2");

    assertThat(stage.running()).containsExactlyInAnyOrder(WORK, SECOND);
    assertThat(stage.events("system_target_added")).hasSize(1);
    assertThat(stage.row().at("/scheduler/system_targets")).hasSize(2);
    assertThat(stage.execution(SECOND).placing().target()).isEqualTo("n@2");
    assertThat(stage.crash().running()).containsExactlyInAnyOrder(WORK, SECOND);
  }

  @Test
  void aSysbatchIsDoneWithItsLastCopy() {
    Stage stage = start("sysbatch").spread("n@2").succeed(WORK, "{'complete_run':{'n':1}}");
    assertThat(stage.status()).isEqualTo("running");
    assertThat(stage.crash().spread("n@2").running()).containsExactly(SECOND);
    assertThat(deliver(stage, WORK).toCompletableFuture()).isCompletedExceptionally();

    stage.succeed(SECOND, "{'complete_run':{'n':2}}");
    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.result().at("/target_results/n@2/output/n").asInt()).isEqualTo(2);
    assertThat(stage.result().path("target_results").path(Stage.OWNER).at("/output/n").asInt())
        .isEqualTo(1);
    assertThat(stage.result().path("completed_targets")).hasSize(2);
  }

  private static CompletionStage<JobStatus> deliver(Stage stage, String agent) {
    return stage.ask(
        one -> one.commands().deliver(Stage.JOB, agent, (ObjectNode) Stage.json("{'body':{}}")));
  }

  @Test
  void onlyTheCopyThatIsDoneBeginsAgain() {
    Stage stage = start("system").spread("n@2").succeed(SECOND, "{'complete_run':true}");
    assertThat(stage.running()).containsExactly(WORK);
    String first = stage.execution(WORK).executionId();

    stage.crash().advance(1000);
    assertThat(stage.running()).containsExactlyInAnyOrder(WORK, SECOND);
    assertThat(stage.events("agents_restarted"))
        .singleElement()
        .extracting(event -> event.path("system_target").asText())
        .isEqualTo("n@2");
    assertThat(stage.execution(WORK).executionId()).startsWith(first.replaceFirst("[0-9]+$", ""));
  }

  @Test
  void aNodeThatIsLeftLosesItsCopyAndMayComeBack() {
    Stage stage = start("system").spread("n@2").spread(left("it is drained"));
    assertThat(stage.isStopped(SECOND)).isTrue();
    assertThat(stage.isStopped(WORK)).isFalse();
    assertThat(stage.letStop().running()).containsExactly(WORK);
    assertThat(stage.event("system_target_left").path("reason").asText())
        .isEqualTo("it is drained");
    assertThat(stage.row().at("/scheduler/system_targets")).hasSize(1);

    assertThat(stage.crash().spread("n@2").running()).containsExactlyInAnyOrder(WORK, SECOND);
  }

  @Test
  void aSysbatchEndsWhenTheOnlyNodeThatIsNotDoneIsLeftOrGoneForGood() {
    Stage left = start("sysbatch").spread("n@2").succeed(WORK, "{'complete_run':{'n':1}}");
    assertThat(left.spread(left("it is drained")).status()).isEqualTo("completed");
    assertThat(left.result().path("completed_targets")).hasSize(1);

    Stage gone = start("sysbatch").spread("n@2").succeed(WORK, "{'complete_run':{'n':1}}");
    gone.spread(new Input.Spread(List.of(), Map.of(), Set.of(Stage.OWNER)));
    assertThat(gone.status()).isEqualTo("completed");
  }

  @Test
  void whatIsPausedHearsOfNodesWhenItGoesOn() {
    Stage stage = start("system").pause().spread("n@2");
    assertThat(stage.row().at("/scheduler/system_targets")).hasSize(1);
    assertThat(stage.resume().spread("n@2").running()).containsExactlyInAnyOrder(WORK, SECOND);
  }

  private static Input.Spread left(String reason) {
    return new Input.Spread(List.of(Stage.OWNER), Map.of("n@2", reason), Set.of());
  }
}
