package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A job that begins where another one was; both are looked at on one stage. */
class ForkTest {
  private static final Map<String, JsonNode> SAME = Map.of();

  private static Flow diamond() {
    Flow flow = new Flow().step("a").step("b").step("c").step("d");
    return flow.edge("a", "b").edge("a", "c").edge("b", "d").edge("c", "d");
  }

  private static Stage ended() {
    Stage stage = diamond().start();
    for (String step : new String[] {"a", "b", "c", "d"}) {
      stage.succeed(step, "{'complete_step':'%s of the first'}".formatted(step));
    }
    assertThat(stage.status()).isEqualTo("completed");
    return stage;
  }

  @Test
  void onlyTheStepAndWhatFollowsItIsDoneAgain() {
    Stage stage = ended().forkAtStep("c", SAME);
    assertThat(stage.running()).containsExactly("c");
    assertThat(stage.execution("c").message().at("/body/agent_id").asText()).isEqualTo("a");

    stage.succeed("c", "{'complete_step':'c of the second'}");
    assertThat(stage.running()).containsExactly("d");
    assertThat(stage.execution("d").workflow().path("inputs"))
        .isEqualTo(Stage.json("{'b':'b of the first','c':'c of the second'}"));
    stage.succeed("d", "{'complete_step':'new'}");

    assertThat(stage.look("job-2").status()).isEqualTo("completed");
    assertThat(stage.result().path("output").asText()).isEqualTo("new");
  }

  @Test
  void bothRememberTheOther() {
    Stage stage = ended().forkAtStep("c", SAME);
    assertThat(stage.details().at("/job/forked_from"))
        .isEqualTo(Stage.json("{'job_id':'job-1','at':'c'}"));
    assertThat(stage.event("job_forked_from").path("source_job_id").asText()).isEqualTo("job-1");

    stage.look("job-1");
    assertThat(stage.details().at("/job/forks")).isEqualTo(Stage.json("['job-2']"));
    assertThat(stage.event("job_forked").path("new_job_id").asText()).isEqualTo("job-2");
    assertThat(stage.status()).isEqualTo("completed");
  }

  @Test
  void theStepCanBeGivenAnotherInput() {
    Stage stage = ended().forkAtStep("c", Map.of("c", Stage.json("{'n':2}")));

    assertThat(stage.execution("c").message().path("body")).isEqualTo(Stage.json("{'n':2}"));
  }

  @Test
  void anEventNumberIsAPointInTime() {
    Stage stage = ended();
    long afterB = stage.events("workflow_step_completed").get(1).path("seq").asLong();

    stage.forkAtEvent(afterB, SAME);

    assertThat(stage.running()).containsExactly("c");
  }

  @Test
  void theBeginningIsEventZero() {
    Stage stage = ended().forkAtEvent(0, Map.of("a", Stage.json("{'n':9}")));

    assertThat(stage.running()).containsExactly("a");
    assertThat(stage.execution("a").message().path("body")).isEqualTo(Stage.json("{'n':9}"));
  }

  @Test
  void aGraphOfAgentsCanBeForkedAtItsBeginning() {
    Stage stage = new Graph().program("work").start().succeed("work");

    assertThatThrownBy(() -> stage.forkAtEvent(3, SAME)).hasMessageContaining("has no steps");
    stage.forkAtEvent(0, SAME);
    assertThat(stage.running()).containsExactly("work");
  }

  @Test
  void aStepThatFailedCanBeDoneAgain() {
    Stage stage = diamond().start().succeed("a").succeed("b").fail("c", 1);
    assertThat(stage.status()).isEqualTo("failed");

    stage.forkAtStep("c", SAME).succeed("c").succeed("d");

    assertThat(stage.look("job-2").status()).isEqualTo("completed");
  }

  @Test
  void whatHadNotEndedIsDoneAgainToo() {
    Stage stage = diamond().start().succeed("a").fail("b", 1).letStop();

    stage.forkAtStep("b", SAME);

    assertThat(stage.running()).containsExactly("b", "c");
  }

  @Test
  void aStepThatWasNotReachedCannotBeForkedAt() {
    Stage stage = diamond().start().succeed("a").fail("b", 1);

    assertThatThrownBy(() -> stage.forkAtStep("d", SAME))
        .hasMessageContaining("step d was not reached: c had not ended");
    assertThatThrownBy(() -> stage.forkAtStep("x", SAME)).hasMessageContaining("no step x");
    assertThatThrownBy(() -> stage.forkAtStep("b", Map.of("d", Stage.json("1"))))
        .hasMessageContaining("step d does not start anew here");
  }

  @Test
  void whatFollowsAFailedStepWasNotReached() {
    Flow chain = new Flow().step("a").step("b").step("c").edge("a", "b").edge("b", "c");
    Stage stage = chain.start().succeed("a").fail("b", 9);

    assertThatThrownBy(() -> stage.forkAtStep("c", SAME))
        .hasMessage("step c was not reached: b had failed");
    stage.forkAtStep("b", SAME).succeed("b").succeed("c");
    assertThat(stage.look("job-2").status()).isEqualTo("completed");
  }

  @Test
  void aStepThatFailedBesideTheOneIsDoneAgainToo() {
    Stage stage = diamond().start().succeed("a").succeed("b").fail("c", 9);

    stage.forkAtStep("b", SAME);

    assertThat(stage.running()).containsExactly("b", "c");
  }

  @Test
  void oneInstanceOfAScatteredStepCanBeDoneAgain() {
    Flow flow = new Flow().step("split").step("map").step("reduce");
    Stage stage = flow.edge("split", "map").edge("map", "reduce").start();
    stage.succeed(
        "split",
        "{'events':[{'type':'workflow_step_scatter','payload':{'target':'map','items':[1,2]}}]}");
    stage.succeed("map[0]", "{'complete_step':1}").succeed("map[1]", "{'complete_step':2}");
    stage.succeed("reduce").forkAtStep("map[1]", SAME);
    assertThat(stage.running()).containsExactly("map[1]");

    stage.succeed("map[1]", "{'complete_step':22}");

    assertThat(stage.execution("reduce").workflow().path("inputs"))
        .isEqualTo(Stage.json("{'map[0]':1,'map[1]':22}"));
  }

  @Test
  void aForkSurvivesACrashAndCanBeForked() {
    Stage stage = ended().forkAtStep("c", SAME).crash();
    stage.succeed("c").succeed("d").look("job-2");
    assertThat(stage.status()).isEqualTo("completed");

    stage.forkAtStep("b", SAME);
    assertThat(stage.running()).containsExactly("b");
    assertThat(stage.execution("b").message().at("/envelope/job_id").asText()).isEqualTo("job-3");
  }

  @Test
  void aSinkAgentForgetsOnlyWhatIsDoneAgain() {
    Flow flow = diamond();
    flow.agent(
        "sink", "aggregator", "{'complete_after':2,'terminal_sink':true,'complete_run':true}");
    flow.mail("b", "sink").mail("c", "sink");
    Stage stage = flow.start().succeed("a").succeed("b").succeed("c").succeed("d");
    assertThat(stage.status()).isEqualTo("completed");

    stage.forkAtStep("c", SAME).succeed("c").succeed("d").look("job-2");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.result().path("agent_id").asText()).isEqualTo("sink");
    assertThat(stage.result().at("/output/count").asInt()).isEqualTo(2);
  }
}
