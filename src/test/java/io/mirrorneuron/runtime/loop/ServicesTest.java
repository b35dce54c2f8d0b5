package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Jobs that go on until somebody ends them, and the rounds that they make; runtime.md 4.1, 2.8. */
class ServicesTest {
  private static final String DAILY = "'attempts':3,'interval_ms':86400000,'delay_ms':10";

  private static String policies(String restart) {
    return "{'job_type':'service','restart':{%s}}".formatted(restart);
  }

  /** Two programs one after the other, and an aggregator that says when both are done. */
  private static Graph service(String restart) {
    return new Graph()
        .with("policies", policies(restart))
        .program("work")
        .program("more")
        .agent("end", "aggregator", "{'complete_after':2,'complete_run':true}")
        .edge("work", "more", "*")
        .edge("work", "end", "*")
        .edge("more", "end", "*");
  }

  private static Stage round(Stage stage) {
    return stage.succeed("work").succeed("more");
  }

  private static Flow chain() {
    return new Flow().root("policies", policies(DAILY)).step("a").step("b").edge("a", "b");
  }

  @Test
  void aCompletionBeginsAnotherRoundAfterTheDelay() {
    Stage stage = round(service(DAILY).start());
    assertThat(stage.event("service_agent_completed").path("agent_id").asText()).isEqualTo("end");
    assertThat(stage.advance(9).running()).isEmpty();

    assertThat(stage.advance(1).running()).containsExactly("work");
    assertThat(stage.event("agents_restarted").path("round").asInt()).isEqualTo(1);
    assertThat(stage.status()).isEqualTo("running");
  }

  @Test
  void roundsComeLessOftenThanTheirPolicyAllows() {
    Stage stage = round(service(DAILY).start());
    for (int delay : List.of(10, 20, 40)) {
      assertThat(stage.advance(delay - 1).running()).as("delay %d", delay).isEmpty();
      round(stage.advance(1));
    }
    // Three restarts within a day: the next one waits until the first has left the window.
    assertThat(stage.advance(86_400_000 - 100).running()).isEmpty();
    assertThat(stage.advance(100).running()).containsExactly("work");
  }

  @Test
  void aRoundThatIsDueIsBegunByTheNextServerAndKnowsNothingOfTheLast() {
    Stage stage = round(service(DAILY).start()).crash();
    assertThat(stage.advance(9).running()).isEmpty();
    stage.advance(1).crash();
    assertThat(stage.running()).containsExactly("work");

    stage.succeed("work").crash();
    stage.succeed("more");

    assertThat(stage.events("service_agent_completed"))
        .extracting(event -> event.at("/result/output/count").asInt())
        .containsExactly(2, 2);
    assertThat(stage.events("aggregator_late_message")).isEmpty();
  }

  @Test
  void withoutRestartsWhatHasEndedStaysSo() {
    Stage stage = round(service("'attempts':0").start()).advance(1_000_000_000);

    assertThat(stage.running()).isEmpty();
    assertThat(stage.status()).isEqualTo("running");
    assertThat(stage.cancel().status()).isEqualTo("cancelled");
  }

  @Test
  void cancelEndsAServiceBetweenTwoRounds() {
    Stage stage = round(service(DAILY).start()).cancel();

    assertThat(stage.status()).isEqualTo("cancelled");
    assertThat(stage.advance(1000).running()).isEmpty();
  }

  @Test
  void aRoundThatCameDueDuringAPauseBeginsAfterIt() {
    Stage stage = round(service(DAILY).start()).pause().advance(1000);
    assertThat(stage.running()).isEmpty();

    assertThat(stage.resume().advance(0).running()).containsExactly("work");
  }

  @Test
  void whatComesFromOutsideBetweenTwoRoundsIsHandled() {
    Stage stage = round(service(DAILY).start());

    stage.ask(
        engine ->
            engine
                .commands()
                .deliver(Stage.JOB, "work", (ObjectNode) Stage.json("{'body':{'n':9}}")));

    assertThat(stage.execution("work").message().at("/body/n").asInt()).isEqualTo(9);
  }

  // ---- steps

  @Test
  void aServiceOfStepsBeginsAnewWhenAllHaveEnded() {
    Stage stage = chain().start().succeed("a").succeed("b");
    assertThat(stage.status()).isEqualTo("running");

    stage.advance(10);
    assertThat(stage.running()).containsExactly("a");
    assertThat(stage.execution("a").workflow().path("attempt").asInt()).isEqualTo(1);
    stage.succeed("a", "{'complete_step':{'round':2}}").succeed("b");
    stage.advance(20);

    assertThat(stage.running()).containsExactly("a");
    assertThat(stage.events("workflow_step_completed")).hasSize(4);
    assertThat(stage.events("agents_restarted")).hasSize(2);
  }

  @Test
  void eachRoundIsAWorkflowRunOfItsOwn() {
    Stage stage = chain().start();
    String first = stage.execution("a").workflow().path("run_id").asText();
    stage.succeed("a").succeed("b").advance(10);

    assertThat(stage.execution("a").workflow().path("run_id").asText()).isNotEqualTo(first);
  }

  @Test
  void aStepThatHasBegunInTheNewRoundIsKnownToTheNextServer() {
    Stage stage = chain().start().succeed("a").succeed("b").advance(10).crash();
    assertThat(stage.running()).containsExactly("a");

    stage.succeed("a", "{'complete_step':{'n':2}}").crash();
    assertThat(stage.execution("b").workflow().at("/inputs/a/n").asInt()).isEqualTo(2);
    stage.succeed("b");

    assertThat(stage.events("workflow_step_completed")).hasSize(4);
  }

  @Test
  void aServiceWhoseSinkCompletesTheRunEndsOnceEveryStepHas() {
    Flow flow = chain().step("slow").edge("a", "slow");
    flow.agent(
        "done",
        "aggregator",
        "{'complete_on_message':true,'terminal_sink':true,'complete_run':true}");
    Stage stage = flow.mail("b", "done").start().succeed("a").succeed("b");
    assertThat(stage.status()).isEqualTo("running");

    stage.crash();
    stage.succeed("slow");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.result().path("agent_id").asText()).isEqualTo("done");
  }

  @Test
  void aFailedStepFailsAServiceOfSteps() {
    assertThat(chain().start().fail("a", 1).status()).isEqualTo("failed");
  }
}
