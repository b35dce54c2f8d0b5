package io.mirrorneuron.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.loop.Flow;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.runtime.loop.Stage;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.wire.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the step ledger does with messages, endings and failures; {@code runtime.md} 2.7. */
class StepsTest {

  private static Flow chain() {
    return new Flow().step("a").step("b").step("c").edge("a", "b").edge("b", "c");
  }

  private static Flow forkJoin(String joinMembers) {
    Flow flow = new Flow().step("start");
    for (String id : List.of("one", "two", "three")) {
      flow.step(id, "{'control':{'failure_policy':'continue_partial'}}").edge("start", id);
    }
    flow.step("join", joinMembers);
    for (String id : List.of("one", "two", "three")) {
      flow.edge(id, "join");
    }
    return flow;
  }

  private static JsonNode step(Stage stage, String id) {
    return stage.details().at("/job/workflow_state/steps").path(id);
  }

  private static String status(Stage stage, String id) {
    return step(stage, id).path("status").asText();
  }

  // ---- order

  @Test
  void aChainEndsWithTheOutputOfItsSink() {
    Stage stage =
        chain().start().succeed("a").succeed("b").succeed("c", "{'complete_step':{'n':3}}");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.result().path("output")).isEqualTo(Stage.json("{'n':3}"));
    assertThat(stage.result().at("/workflow_state/steps/a/status").asText()).isEqualTo("completed");
    assertThat(stage.events("workflow_step_completed")).hasSize(3);
  }

  @Test
  void aProgramSeesItsAttemptAndTheOutputsOfItsParents() {
    Stage stage = chain().start().succeed("a", "{'complete_step':{'n':1}}");

    JsonNode workflow = stage.execution("b").workflow();
    assertThat(workflow.path("step_id").asText()).isEqualTo("b");
    assertThat(workflow.path("attempt_id").asText()).isEqualTo("b:attempt:1");
    assertThat(workflow.path("timeout_ms").asLong()).isEqualTo(300_000);
    assertThat(workflow.at("/inputs/a")).isEqualTo(Stage.json("{'n':1}"));
    JsonNode message = stage.execution("b").message();
    assertThat(message.at("/headers/mn.workflow.step_id").asText()).isEqualTo("b");
    assertThat(message.at("/body/agent_id").asText()).isEqualTo("a");
  }

  @Test
  void aJoinStartsOnceAfterItsLastParent() {
    Stage stage = forkJoin("{}").start().succeed("start").succeed("two").succeed("one");
    assertThat(stage.running()).containsExactly("three");
    assertThat(status(stage, "join")).isEqualTo("blocked");

    stage.succeed("three");
    assertThat(stage.running()).containsExactly("join");
    assertThat(stage.execution("join").message().at("/body/agent_id").asText()).isEqualTo("three");
    assertThat(stage.execution("join").workflow().path("inputs")).hasSize(3);

    stage.succeed("join");
    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.events("workflow_step_attempt_started")).isEmpty(); // no slots were given
    assertThat(stage.event("workflow_step_blocked").path("blocked_on")).hasSize(2);
  }

  @Test
  void theBodyOfAJoinIsThatOfTheLastParentInStepOrderThatSucceeded() {
    Stage stage = forkJoin("{'trigger_rule':'all_done'}").start().succeed("start");

    stage.fail("three", 1).succeed("two").succeed("one");

    assertThat(stage.execution("join").message().at("/body/agent_id").asText()).isEqualTo("two");
  }

  @Test
  void aMessageForAStepThatHasStartedIsIgnored() {
    Stage stage = chain().start();

    stage.ask(
        engine ->
            engine
                .commands()
                .deliver(Stage.JOB, "a", (ObjectNode) Stage.json("{'body':{'late':true}}")));

    assertThat(stage.event("workflow_step_duplicate_message_ignored").path("step_id").asText())
        .isEqualTo("a");
    assertThat(stage.running()).containsExactly("a");
  }

  // ---- trigger rules

  @ParameterizedTest
  @CsvSource({
    "all_success,            one=s two=s three=s, queued",
    "all_success,            one=f two=s,         skipped",
    "all_done,               one=f two=s three=f, queued",
    "one_success,            two=s,               queued",
    "one_success,            one=f two=f three=f, skipped",
    "one_done,               two=f,               queued",
    "one_failed,             one=s two=f,         queued",
    "one_failed,             one=s two=s three=s, skipped",
    "none_failed_min_one_success, one=s two=s three=s, queued",
    "none_failed_min_one_success, one=f,          skipped",
  })
  void aTriggerRuleDecides(String rule, String endings, String expected) {
    Stage stage = forkJoin("{'trigger_rule':'" + rule + "'}").start().succeed("start");

    for (String ending : endings.split(" ")) {
      String[] parts = ending.split("=");
      if (parts[1].equals("s")) {
        stage.succeed(parts[0]);
      } else {
        stage.fail(parts[0], 1);
      }
    }

    assertThat(status(stage, "join")).isEqualTo(expected);
  }

  @Test
  void aQuorumStartsBeforeTheSlowestAndNeverTwice() {
    Stage stage =
        forkJoin("{'join':{'mode':'min_success','min_success':2}}")
            .start()
            .succeed("start")
            .succeed("one")
            .succeed("three");
    assertThat(stage.running()).containsExactly("two", "join");

    stage.succeed("join").succeed("two");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.events("workflow_step_duplicate_message_ignored"))
        .extracting(event -> event.path("reason").asText())
        .containsExactly("another message starts the step", "the step is completed");
  }

  @Test
  void aStepThatMayStartOnlyAfterFailuresGetsAMessageFromTheLedger() {
    Stage stage = forkJoin("{'trigger_rule':'one_failed'}").start().succeed("start").fail("one", 1);

    JsonNode message = stage.execution("join").message();
    assertThat(message.at("/envelope/from").asText()).isEqualTo("workflow_ledger");
    assertThat(message.at("/envelope/type").asText()).isEqualTo("workflow_trigger");
    assertThat(message.at("/body/trigger_rule").asText()).isEqualTo("one_failed");
    assertThat(message.at("/body/parents/0/outcome").asText()).isEqualTo("failed");
  }

  @Test
  void aStepToWhichNoMessageCanComeGetsOneFromTheLedger() {
    Stage stage = new Flow().step("a").step("b").after("a", "b", "{}").start().succeed("a");

    assertThat(stage.execution("b").message().at("/envelope/type").asText())
        .isEqualTo("workflow_trigger");
  }

  @Test
  void aMessageThatIsOnItsWayIsWaitedFor() {
    Flow flow = new Flow().step("a").step("b").program("between", "{}").after("a", "b", "{}");
    Stage stage = flow.mail("a", "between").mail("between", "b").start().succeed("a");
    assertThat(stage.running()).containsExactly("between");

    stage.succeed("between");

    assertThat(stage.execution("b").message().at("/body/agent_id").asText()).isEqualTo("between");
  }

  @Test
  void aSkippedStepSkipsWhatFollowsAndTheWorkflowStillEnds() {
    Stage stage =
        new Flow()
            .step("a", "{'control':{'failure_policy':'skip'}}")
            .step("b")
            .step("c")
            .edge("a", "b")
            .edge("b", "c")
            .start()
            .fail("a", 1);

    assertThat(status(stage, "a")).isEqualTo("skipped");
    assertThat(step(stage, "a").path("terminal_outcome").asText()).isEqualTo("failed");
    assertThat(status(stage, "c")).isEqualTo("skipped");
    assertThat(stage.status()).isEqualTo("completed");
  }

  @Test
  void anEdgeThatIsNotRequiredHoldsNothingBack() {
    Flow flow = new Flow().step("a").step("b").step("c").step("d");
    flow.edge("a", "b").edge("a", "c").edge("b", "d").edge("c", "d", "{'required':false}");
    Stage stage = flow.start().succeed("a").succeed("b");

    assertThat(stage.running()).containsExactly("c", "d");
  }

  @ParameterizedTest
  @CsvSource({"5, queued", "1, skipped"})
  void theConditionOfAnEdgeLooksAtTheOutputOfItsParent(int n, String expected) {
    String condition = "{'condition':{'path':'message.body.n','op':'>','value':3}}";
    Flow flow = new Flow().step("a").step("b").edge("a", "b", condition);
    Stage stage = flow.start().succeed("a", "{'complete_step':{'n':%d}}".formatted(n));

    assertThat(status(stage, "b")).isEqualTo(expected);
  }

  // ---- limits

  @Test
  void serialStepsRunOneAfterAnother() {
    Stage stage = forkJoin("{}").with("execution", "'serial'").start().succeed("start");
    assertThat(stage.running()).containsExactly("one");

    stage.succeed("one");
    assertThat(stage.running()).containsExactly("two");
    stage.succeed("two").succeed("three").succeed("join");
    assertThat(stage.status()).isEqualTo("completed");
  }

  @Test
  void noMoreStepsRunAtOnceThanAllowed() {
    Stage stage =
        forkJoin("{}")
            .with("execution", "{'strategy':'parallel','max_parallel_steps':2}")
            .start()
            .succeed("start");

    assertThat(stage.running()).containsExactly("one", "two");
    assertThat(stage.fail("one", 1).running()).containsExactly("two", "three");
  }

  @Test
  void anAgentThatServesTwoStepsHandlesOneAtATime() {
    Flow flow = new Flow().step("start").program("worker", "{}");
    flow.stepOf("worker", "left", "{}").stepOf("worker", "right", "{}").step("end");
    flow.after("start", "left", "{}").after("start", "right", "{}").mail("start", "worker");
    flow.after("left", "end", "{}").after("right", "end", "{}").mail("worker", "end");
    Stage stage = flow.start().succeed("start");
    assertThat(stage.execution("worker").workflow().path("step_id").asText()).isEqualTo("left");

    stage.succeed("worker");
    assertThat(stage.execution("worker").workflow().path("step_id").asText()).isEqualTo("right");
    stage.succeed("worker").succeed("end");
    assertThat(stage.status()).isEqualTo("completed");
  }

  // ---- failures

  @Test
  void aFailedStepFailsTheJob() {
    Stage stage = chain().start().succeed("a").fail("b", 3);

    assertThat(stage.status()).isEqualTo("failed");
    assertThat(stage.result().path("step_id").asText()).isEqualTo("b");
    assertThat(stage.result().at("/error/code").asText()).isEqualTo("runtime.job.failed");
    assertThat(stage.result().at("/error/details/step_id").asText()).isEqualTo("b");
  }

  @Test
  void aStepIsTriedAgainAfterItsBackoff() {
    String control = "{'control':{'retry':{'max_attempts':3},'retry_backoff_ms':1000}}";
    Stage stage = new Flow().step("a", control).start().fail("a", 1);
    assertThat(status(stage, "a")).isEqualTo("retry_wait");
    assertThat(stage.advance(999).running()).isEmpty();

    stage.advance(1).fail("a", 1).advance(1999);
    assertThat(stage.running()).isEmpty();
    stage.advance(1);
    assertThat(stage.execution("a").workflow().path("attempt_id").asText())
        .isEqualTo("a:attempt:3");

    stage.succeed("a");
    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.events("workflow_step_attempt_retry_scheduled")).hasSize(2);
    assertThat(step(stage, "a").path("attempts")).hasSize(3);
  }

  @Test
  void theExecutorsOwnTriesDoNotMultiplyThoseOfTheStep() {
    Stage stage = new Flow().step("a", "{}", "{'max_attempts':3}").start();
    for (int i = 0; i < 3; i++) {
      stage.fail("a", 1).advance(60_000);
    }

    assertThat(stage.status()).isEqualTo("failed");
    assertThat(stage.result().at("/error/code").asText())
        .isEqualTo("workflow.step.retry_exhausted");
    assertThat(stage.events("sandbox_job_failed")).hasSize(3);
  }

  @Test
  void aTimeoutIsToldAsSuch() {
    Stage stage =
        chain().start().end("a", Ending.TIMED_OUT, "the step's limit of 300 s has passed");

    assertThat(stage.result().at("/error/code").asText()).isEqualTo("workflow.step.timeout");
    assertThat(stage.events("workflow_step_attempt_timed_out")).hasSize(1);
  }

  @Test
  void anExecutorThatNeverStartsIsNotTriedAgain() {
    String control = "{'control':{'retry':{'max_attempts':3}}}";
    Stage stage =
        new Flow().step("a", control).start().end("a", Ending.NOT_STARTED, "no such program");

    assertThat(stage.status()).isEqualTo("failed");
  }

  @Test
  void aProgramMayReportThatItsStepFailed() {
    Stage stage =
        chain()
            .start()
            .succeed(
                "a",
                "{'events':[{'type':'workflow_step_failed',"
                    + "'payload':{'reason':'the numbers do not add up'}}]}");

    assertThat(stage.status()).isEqualTo("failed");
    assertThat(stage.result().path("reason").asText()).contains("the numbers do not add up");
  }

  @Test
  void aFailedOptionalStepIsPartialAndTheFlowGoesOn() {
    Flow flow = new Flow().step("a", "{'control':{'required':false}}");
    Stage stage = flow.step("b", "{'trigger_rule':'all_done'}").edge("a", "b").start().fail("a", 1);

    assertThat(status(stage, "a")).isEqualTo("partial");
    assertThat(stage.succeed("b").status()).isEqualTo("completed");
  }

  // ---- what programs ask for

  @Test
  void aBranchSkipsTheOthers() {
    Stage stage =
        forkJoin("{'trigger_rule':'one_success'}")
            .start()
            .succeed(
                "start",
                "{'events':[{'type':'workflow_step_branch','payload':{'branches':['two']}}]}");

    assertThat(stage.running()).containsExactly("two");
    assertThat(status(stage, "one")).isEqualTo("skipped");
    stage.succeed("two").succeed("join");
    assertThat(stage.status()).isEqualTo("completed");
  }

  @Test
  void whatFollowsCanBeSkipped() {
    Stage stage =
        chain()
            .start()
            .succeed(
                "a",
                "{'events':[{'type':'workflow_step_completed','payload':{'skip_downstream':true}}]}");

    assertThat(status(stage, "c")).isEqualTo("skipped");
    assertThat(stage.status()).isEqualTo("completed");
  }

  private static Flow mapReduce() {
    return new Flow()
        .step("split")
        .step("map")
        .step("reduce")
        .edge("split", "map")
        .edge("map", "reduce");
  }

  private static String scatter(String items) {
    return "{'events':[{'type':'workflow_step_scatter','payload':{'target':'map','items':%s}}]}"
        .formatted(items);
  }

  @Test
  void scatterMakesAnInstanceForEachItemAndTheJoinWaitsForAll() {
    Stage stage = mapReduce().start().succeed("split", scatter("[10,20,30]"));
    assertThat(stage.running()).containsExactly("map[0]", "map[1]", "map[2]");
    assertThat(stage.execution("map[1]").message().path("body"))
        .isEqualTo(Stage.json("{'item':20,'map_index':1}"));

    stage.succeed("map[2]", "{'complete_step':3}").succeed("map[0]", "{'complete_step':1}");
    assertThat(stage.running()).doesNotContain("reduce");
    stage.crash();
    stage.succeed("map[1]", "{'complete_step':2}");

    assertThat(stage.running()).containsExactly("reduce");
    assertThat(stage.execution("reduce").workflow().path("inputs"))
        .isEqualTo(Stage.json("{'map[0]':1,'map[1]':2,'map[2]':3}"));
    assertThat(status(stage, "map")).isEqualTo("skipped");
    assertThat(step(stage, "map").path("terminal_outcome").asText()).isEqualTo("mapped");
    assertThat(stage.succeed("reduce").status()).isEqualTo("completed");
  }

  @Test
  void scatterOfNothingGoesOnWithNothing() {
    Stage stage = mapReduce().start().succeed("split", scatter("[]"));

    assertThat(stage.running()).containsExactly("reduce");
    assertThat(stage.execution("reduce").workflow().path("inputs")).isEmpty();
  }

  @Test
  void scatterThatCannotBeIsAFailure() {
    Stage stage = mapReduce().start().succeed("split", scatter("'none'"));

    assertThat(stage.status()).isEqualTo("failed");
    assertThat(stage.events("workflow_step_scatter_rejected")).hasSize(1);
  }

  // ---- completion

  @Test
  void theSinkMayCompleteTheRun() {
    Stage stage =
        chain().start().succeed("a").succeed("b").succeed("c", "{'complete_run':{'n':1}}");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.result().path("agent_id").asText()).isEqualTo("c");
    assertThat(stage.result().path("output")).isEqualTo(Stage.json("{'n':1}"));
  }

  @Test
  void anEarlierStepMayNot() {
    Stage stage = chain().start().succeed("a", "{'complete_run':{'n':1}}");

    assertThat(stage.status()).isEqualTo("failed");
    assertThat(stage.events("workflow_run_completion_rejected")).hasSize(1);
  }

  @Test
  void aCompletionWaitsForOpenSteps() {
    Flow flow = new Flow().step("a").step("slow").step("b");
    flow.edge("a", "slow").edge("a", "b");
    flow.agent(
        "done",
        "aggregator",
        "{'complete_on_message':true,'terminal_sink':true,'complete_run':true}");
    flow.mail("b", "done");
    Stage stage = flow.start().succeed("a").succeed("b");
    assertThat(stage.status()).isEqualTo("running");
    assertThat(stage.events("workflow_completion_deferred")).hasSize(1);

    stage.crash();
    stage.succeed("slow");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.result().path("agent_id").asText()).isEqualTo("done");
    assertThat(stage.events("workflow_completion_resumed")).hasSize(1);
  }

  @Test
  void aWorkflowThatCannotGoOnSaysWhichStepsAreOpen() {
    Flow flow = new Flow().step("a");
    flow.agent("count", "aggregator", "{'complete_after':2,'output_message_type':'all'}");
    flow.stepOf("count", "count", "{}").edge("a", "count");
    Stage stage = flow.start().succeed("a");

    assertThat(stage.status()).isEqualTo("failed");
    assertThat(stage.result().at("/error/code").asText()).isEqualTo("workflow.stalled");
    assertThat(stage.result().path("reason").asText()).contains("count (running)");
  }

  // ---- agents without programs

  @Test
  void anAggregatorOfAStepGetsEveryMessageOfItsParents() {
    Flow flow = new Flow().step("start").step("one").step("two");
    flow.edge("start", "one").edge("start", "two");
    flow.agent("join", "aggregator", "{'complete_after':2,'output_message_type':'all'}");
    flow.stepOf("join", "join", "{}").edge("one", "join").edge("two", "join");
    Stage stage = flow.start().succeed("start").succeed("one").succeed("two");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.result().at("/output/count").asInt()).isEqualTo(2);
  }

  // ---- crashes and pauses

  @Test
  void aCrashDoesNotUseUpAnAttempt() {
    Stage stage = chain().start().succeed("a").crash();
    JsonNode workflow = stage.execution("b").workflow();
    assertThat(workflow.path("attempt").asInt()).isEqualTo(1);

    stage.succeed("b").crash();
    stage.succeed("c");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.events("workflow_step_completed")).hasSize(3);
  }

  @Test
  void aStepThatIsMarkedUnsafeWaitsForAPersonAfterACrash() {
    Stage stage = new Flow().step("a", "{'control':{'requires_approval':true}}").start().crash();
    assertThat(stage.status()).isEqualTo("paused");

    stage.resume();

    assertThat(stage.succeed("a").status()).isEqualTo("completed");
  }

  @Test
  void aDrainingPauseLetsProgramsEnd() {
    Stage stage = chain().start();
    stage.ask(engine -> engine.commands().pause(Stage.JOB, true, null));
    assertThat(stage.status()).isEqualTo("pausing");
    assertThat(stage.isStopped("a")).isFalse();

    stage.succeed("a");
    assertThat(stage.status()).isEqualTo("paused");
    assertThat(stage.running()).isEmpty();

    stage.resume();
    assertThat(stage.running()).containsExactly("b");
  }

  @Test
  void theLedgerSaysThatThereIsNoneForAGraphOfAgents() {
    Stage stage = new Graph().program("work").start();

    assertThat(stage.details().at("/job/workflow_state"))
        .isEqualTo(Json.object().put("schema_version", 1).put("enabled", false));
  }
}
