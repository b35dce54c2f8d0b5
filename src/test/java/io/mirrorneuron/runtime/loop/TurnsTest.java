package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** Steps that wait for their turn, and steps that several agents work for. */
class TurnsTest {
  private static final String RETRIED =
      "{'control':{'retry':{'max_attempts':2},'retry_backoff_ms':10}}";

  /** A step of two programs, of which the first hands its work on to the second. */
  private static Flow pair(String more) {
    Flow flow = new Flow().step("start").program("first", "{}").program("second", "{}");
    flow.mail("start", "first").mail("first", "second").binding("pair", "first", "second");
    return flow.stepOf("pair", "both", more).after("start", "both", "{}");
  }

  private static JsonNode step(Stage stage, String id) {
    return stage.details().at("/job/workflow_state/steps").path(id);
  }

  private static void runOut(Stage stage) {
    for (int i = 0; i < 20 && stage.status().equals("running"); i++) {
      assertThat(stage.running()).as("after %s", stage.types()).isNotEmpty();
      stage.succeed(stage.running().getFirst());
    }
  }

  @Test
  void aStepThatNeedsNoProgramPassesItsTurnOn() {
    Flow flow = new Flow().with("execution", "'serial'").step("start").step("one");
    flow.agent("mid", "router", "{}").stepOf("mid", "mid", "{}").step("three").step("end");
    for (String step : new String[] {"one", "mid", "three"}) {
      flow.edge("start", step).after(step, "end", "{}");
    }
    Stage stage = flow.start();
    runOut(stage);

    assertThat(stage.status()).isEqualTo("completed");
  }

  @Test
  void aStepOfTwoAgentsEndsWithTheLastOfThem() {
    Stage stage = pair("{}").start().succeed("start").succeed("first");
    assertThat(stage.running()).containsExactly("second");
    assertThat(stage.execution("second").workflow().path("step_id").asText()).isEqualTo("both");

    assertThat(stage.succeed("second", "{'complete_step':{'n':2}}").status())
        .isEqualTo("completed");
    assertThat(stage.result().path("output")).isEqualTo(Stage.json("{'n':2}"));
  }

  @Test
  void anAttemptOfTwoAgentsBeginsAgainWithItsFirst() {
    Stage stage = pair(RETRIED).start().succeed("start").succeed("first").fail("second", 1);
    assertThat(stage.running()).isEmpty();
    stage.crash();

    assertThat(stage.advance(10).running()).containsExactly("first");
    assertThat(stage.succeed("first").succeed("second").status()).isEqualTo("completed");
    assertThat(step(stage, "both").path("attempts")).hasSize(2);
  }

  @Test
  void anAttemptThatBeganWithAnotherAgentBeginsAgainWithThatOne() {
    Flow flow = new Flow().step("start").program("first", "{}").program("second", "{}");
    flow.mail("start", "second").mail("second", "first").binding("pair", "first", "second");
    Stage stage = flow.stepOf("pair", "both", RETRIED).after("start", "both", "{}").start();
    stage.succeed("start").succeed("second").fail("first", 1);

    assertThat(stage.advance(10).running()).containsExactly("second");
    assertThat(stage.succeed("second").succeed("first").status()).isEqualTo("completed");
  }

  @Test
  void anAgentThatIsFreeGoesToAStepThatIsStillOpen() {
    String goesOn = "{'control':{'failure_policy':'continue_partial'}}";
    Flow flow = new Flow().step("start").step("mid").program("shared", "{}").program("own", "{}");
    flow.binding("pair", "own", "shared");
    flow.stepOf("shared", "one", "{}")
        .stepOf("pair", "two", goesOn)
        .stepOf("shared", "three", "{}");
    for (String step : new String[] {"one", "two", "mid"}) {
      flow.after("start", step, "{}");
    }
    flow.after("mid", "three", "{}");
    flow.step("end", "{'trigger_rule':'all_done'}");
    for (String step : new String[] {"one", "two", "three"}) {
      flow.after(step, "end", "{}");
    }
    flow.mail("start", "shared").mail("start", "own").mail("own", "shared").mail("own", "own");
    Stage stage = flow.start().succeed("start");
    assertThat(stage.execution("shared").workflow().path("step_id").asText()).isEqualTo("one");

    // Its own agent asks the shared one, and itself, and fails before the shared one is free.
    stage.succeed("own").fail("own", 1);
    stage.succeed("mid").succeed("shared");

    assertThat(stage.running()).containsExactly("shared");
    assertThat(stage.execution("shared").workflow().path("step_id").asText()).isEqualTo("three");
  }

  @Test
  void everyAgentOfACollectingStepGetsWhatCameBeforeItStarted() {
    Flow flow = new Flow().step("start").step("one").step("two");
    flow.edge("start", "one").edge("start", "two");
    flow.agent("join", "aggregator", "{'complete_after':2,'output_message_type':'all'}");
    flow.program("help", "{}").mail("help", "join").binding("pair", "join", "help");
    flow.stepOf("pair", "both", "{}").mail("one", "join").after("one", "both", "{}");
    Stage stage = flow.after("two", "both", "{}").mail("two", "help").start();
    stage.succeed("start").succeed("one").succeed("two");
    assertThat(stage.running()).containsExactly("help");

    assertThat(stage.succeed("help").status()).isEqualTo("completed");
  }

  @Test
  void aPauseLongerThanTheTimeLimitDoesNotEndAnAttemptOfTwoAgents() {
    Stage stage = pair("{}").start().succeed("start").lease("first").succeed("first");
    stage.pause().letStop().advance(1_000_000).resume().advance(1);

    assertThat(stage.running()).containsExactly("second");
    assertThat(stage.succeed("second").status()).isEqualTo("completed");
  }

  @Test
  void anAttemptOfTwoAgentsMayWaitForItsTurnInBetween() {
    Flow flow = pair("{}").with("execution", "'serial'").step("long").edge("start", "long");
    Stage stage = flow.step("end").after("both", "end", "{}").edge("long", "end").start();
    stage.succeed("start").lease("first").succeed("first");
    assertThat(stage.running()).containsExactly("long");

    stage.crash().advance(1_000_000).succeed("long");

    assertThat(stage.running()).containsExactly("second");
    assertThat(stage.succeed("second").succeed("end").status()).isEqualTo("completed");
  }
}
