package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Why;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps and agents that ask people. */
class HumanStepsTest {
  private static final String HOUR = "'timeout_seconds':3600";

  /** {@code draft}, then {@code review} asks people, then {@code send} and {@code rewrite}. */
  private static Stage reviewed(String human) {
    Stage stage =
        new Flow()
            .step("draft")
            .stepOf("review", "review", "{'kind':'human','human':" + human + "}")
            .step("send")
            .step("rewrite")
            .step("end", "{'trigger_rule':'all_done'}")
            .edge("draft", "review")
            .edge("review", "send")
            .edge("review", "rewrite")
            .edge("send", "end")
            .edge("rewrite", "end")
            .start();
    return stage.succeed("draft", "{'complete_step':{'total':7,'text':'Dear all'}}");
  }

  private static final String ASK = "{'prompt':'Send ${inputs.draft.total} letters?'}";

  private static final String BRANCHING =
      """
      {'prompt':'Send it?','decisions':{'approve':{'branch':'send'},'again':{'branch':['rewrite']},'stop':'fail'}}
      """;

  private static JsonNode step(Stage stage, String id) {
    return stage.details().at("/job/workflow_state/steps/" + id);
  }

  private static ObjectNode done(CompletionStage<ObjectNode> answer) {
    return answer.toCompletableFuture().join();
  }

  private static void assertRefused(String error, CompletionStage<ObjectNode> answer) {
    assertThatThrownBy(() -> answer.toCompletableFuture().join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(MnException.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  @Test
  void nothingRunsWhileAStepWaitsForAPerson() {
    Stage stage = reviewed(ASK);

    assertThat(stage.running()).isEmpty();
    assertThat(stage.status()).isEqualTo("running");
    assertThat(step(stage, "review").path("status").asText()).isEqualTo("running");
    JsonNode asked = stage.event("human_input_requested").path("payload");
    assertThat(asked.path("prompt").asText()).isEqualTo("Send 7 letters?");
    assertThat(asked.path("allowed_decisions")).isEqualTo(Stage.json("['approve','reject']"));
    assertThat(asked.path("request_id").asText()).isEqualTo(stage.asked()).startsWith("review-");
    stage.advance(3_600_000);
    assertThat(stage.status()).isEqualTo("running");
  }

  @Test
  void theAnswerIsTheOutputOfTheStep() {
    Stage stage = reviewed(ASK);
    String id = stage.asked();

    ObjectNode record =
        done(stage.decide("respond", id, "{'decision':'approve','comment':'Go','n':1}", "ada"));

    assertThat(record.path("type").asText()).isEqualTo("human_input_received");
    assertThat(record.path("channel").asText()).isEqualTo("human");
    JsonNode output = step(stage, "review").path("output");
    assertThat(output.path("decision").asText()).isEqualTo("approve");
    assertThat(output.path("by").asText()).isEqualTo("ada");
    assertThat(output.path("by_verified").asBoolean()).isTrue();
    assertThat(output.path("comment").asText()).isEqualTo("Go");
    assertThat(output.path("data")).isEqualTo(Stage.json("{'n':1}"));
    assertThat(output.path("submitted_at").asText()).isNotEmpty();
    assertThat(stage.running()).containsExactlyInAnyOrder("send", "rewrite");
    assertThat(stage.execution("send").workflow().at("/inputs/review/decision").asText())
        .isEqualTo("approve");
    assertThat(stage.execution("send").message().at("/body/decision").asText())
        .isEqualTo("approve");
  }

  @Test
  void aDecisionBranches() {
    Stage stage = reviewed(BRANCHING);

    done(stage.decide("respond", stage.asked(), "{'decision':'again'}", null));

    assertThat(stage.running()).containsExactly("rewrite");
    assertThat(step(stage, "send").path("status").asText()).isEqualTo("skipped");
  }

  @Test
  void aDecisionFails() {
    Stage stage = reviewed(BRANCHING);

    done(stage.decide("respond", stage.asked(), "{'decision':'stop','comment':'No money'}", "ada"));

    assertThat(stage.status()).isEqualTo("failed");
    assertThat(stage.result().at("/error/desc").asText()).contains("ada decided stop: No money");
  }

  @Test
  void theSameAnswerAgainChangesNothingAndAnotherIsRefused() {
    Stage stage = reviewed(ASK);
    String id = stage.asked();
    ObjectNode first = done(stage.decide("respond", id, "{'decision':'approve'}", "ada"));

    assertThat(done(stage.decide("respond", id, "{'decision':'approve'}", "ada"))).isEqualTo(first);
    assertRefused("already_answered", stage.decide("respond", id, "{'decision':'reject'}", "ada"));
    assertRefused("already_answered", stage.decide("respond", id, "{'decision':'approve'}", "bob"));
    assertThat(stage.events("human_input_received")).hasSize(1);

    stage.cancel().letStop();
    assertThat(stage.status()).isEqualTo("cancelled");
    assertThat(done(stage.decide("respond", id, "{'decision':'approve'}", "ada"))).isEqualTo(first);
    assertRefused("already_answered", stage.decide("respond", id, "{'decision':'reject'}", "bob"));
  }

  @Test
  void whatIsNotAllowedIsRefusedAndChangesNothing() {
    Stage stage =
        reviewed(
            """
            {'prompt':'Send it?','assignees':['ada','bob'],
             'form':{'type':'object','required':['amount'],'properties':{'amount':{'type':'integer'}}}}
            """);
    String id = stage.asked();
    String sound = "{'decision':'approve','amount':3}";
    assertRefused(
        "invalid_request", stage.decide("respond", id, "{'decision':'yes','amount':3}", "ada"));
    assertRefused("invalid_request", stage.decide("respond", id, "{'decision':'approve'}", "ada"));
    assertRefused("not_assigned", stage.decide("respond", id, sound, "eve"));
    assertRefused("not_assigned", stage.decide("claim", id, "{}", "eve"));
    assertRefused("request_not_found", stage.decide("respond", "review-0", sound, "ada"));
    done(stage.decide("claim", id, "{}", "bob"));
    assertRefused("request_claimed", stage.decide("respond", id, sound, "ada"));
    assertThat(stage.events("human_input_received")).isEmpty();

    done(stage.decide("release", id, "{}", "bob"));
    done(stage.decide("respond", id, sound, "ada"));
    assertThat(step(stage, "review").at("/output/data/amount").asInt()).isEqualTo(3);
  }

  @Test
  void severalMustApproveAndNobodyTwice() {
    Stage stage = reviewed("{'prompt':'Pay?','four_eyes':true}");
    String id = stage.asked();
    String approve = "{'decision':'approve','approved':false}"; // what it is, the manifest says

    ObjectNode first = done(stage.decide("respond", id, approve, "ada"));
    assertThat(first.path("type").asText()).isEqualTo("human_approval_recorded");
    stage.crash();
    assertThat(done(stage.decide("respond", id, approve, "ada"))).isEqualTo(first);
    assertRefused(
        "already_approved", stage.decide("respond", id, "{'decision':'approve','x':1}", "ada"));
    assertRefused(
        "unproven_name", stage.decide("respond", id, "{'decision':'approve','by':'bob'}", null));
    assertThat(stage.running()).isEmpty();

    done(stage.decide("respond", id, "{'decision':'approve'}", "bob"));
    assertThat(step(stage, "review").at("/output/approved_by"))
        .isEqualTo(Stage.json("['ada','bob']"));
  }

  @Test
  void theSecondPersonApprovesWhatTheFirstOneHas() {
    Stage stage =
        reviewed(
            "{'prompt':'Pay?','four_eyes':true,'form':{'type':'object','required':['n'],'properties':{'n':{'type':'integer'}}}}");
    String id = stage.asked();
    done(stage.decide("respond", id, "{'decision':'approve','n':200}", "ada"));
    stage.crash();

    assertRefused(
        "other_values", stage.decide("respond", id, "{'decision':'approve','n':300}", "eve"));
    assertThat(stage.running()).isEmpty();
    ObjectNode last = done(stage.decide("respond", id, "{'decision':'approve'}", "eve"));

    assertThat(step(stage, "review").at("/output/data")).isEqualTo(Stage.json("{'n':200}"));
    assertThat(step(stage, "review").at("/output/approved_by"))
        .isEqualTo(Stage.json("['ada','eve']"));
    assertThat(done(stage.decide("respond", id, "{'decision':'approve'}", "eve"))).isEqualTo(last);
  }

  @Test
  void anAssigneeIsKnownHoweverTheNameIsWritten() {
    Stage stage = reviewed("{'prompt':'Pay?','assignees':['éva']}");

    assertRefused(
        "not_assigned",
        stage.decide("respond", stage.asked(), "{'decision':'approve','by':'eva'}", null));
    done(stage.decide("respond", stage.asked(), "{'decision':'approve','by':'ÉVA'}", null));
    assertThat(step(stage, "review").at("/output/by").asText()).isEqualTo("ÉVA");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theDefaultCountsWhenTimeIsOver(boolean crashes) {
    Stage stage = reviewed("{'prompt':'Send it?','default':'approve'," + HOUR + "}");
    String id = stage.asked();
    stage.advance(3_599_000);
    if (crashes) {
      stage.crash();
    }
    assertThat(stage.running()).isEmpty();

    stage.advance(1_000);

    assertThat(stage.running()).containsExactlyInAnyOrder("send", "rewrite");
    assertThat(step(stage, "review").at("/output/by").asText()).isEqualTo("default");
    assertThat(step(stage, "review").at("/output/timed_out").asBoolean()).isTrue();
    assertThat(stage.events("human_input_timeout")).hasSize(1);
    assertRefused("already_answered", stage.decide("respond", id, "{'decision':'reject'}", "ada"));
  }

  @Test
  void withoutADefaultTheStepFailsInTime() {
    Stage stage = reviewed("{'prompt':'Send it?'," + HOUR + "}").advance(3_600_000);

    assertThat(stage.status()).isEqualTo("failed");
    assertThat(stage.result().at("/error/code").asText()).isEqualTo("workflow.step.timeout");
    assertThat(stage.result().at("/error/desc").asText()).contains("nobody answered");
  }

  @Test
  void othersMayAnswerWhenTimeIsOver() {
    Stage stage =
        reviewed(
            "{'prompt':'Send it?','assignees':['ada'],'escalate_to':['eve'],'default':'reject',"
                + HOUR
                + "}");
    String id = stage.asked();
    assertRefused("not_assigned", stage.decide("respond", id, "{'decision':'approve'}", "eve"));
    stage.advance(3_600_000);
    assertThat(stage.event("human_request_escalated").at("/payload/assignees"))
        .isEqualTo(Stage.json("['eve']"));
    assertRefused("not_assigned", stage.decide("respond", id, "{'decision':'approve'}", "ada"));

    stage.crash().advance(3_599_000);
    assertThat(stage.status()).isEqualTo("running");
    done(stage.decide("respond", id, "{'decision':'approve'}", "eve"));
    assertThat(step(stage, "review").at("/output/by").asText()).isEqualTo("eve");
  }

  @Test
  void aPausedJobCanBeAnsweredAndGoesOnWhenItIsResumed() {
    Stage stage = reviewed(ASK);
    String id = stage.asked();
    stage.pause();
    assertThat(stage.status()).isEqualTo("paused");

    done(stage.decide("respond", id, "{'decision':'approve'}", "ada"));
    assertThat(stage.status()).isEqualTo("paused");
    assertThat(stage.running()).isEmpty();
    stage.crash().resume();

    assertThat(stage.running()).containsExactlyInAnyOrder("send", "rewrite");
  }

  @Test
  void aPauseDoesNotStopTheClock() {
    Stage stage = reviewed("{'prompt':'Send it?','default':'approve'," + HOUR + "}");
    stage.pause().advance(7_200_000);
    assertThat(stage.status()).isEqualTo("paused");
    stage.resume();
    assertThat(step(stage, "review").at("/output/by").asText()).isEqualTo("default");
  }

  @Test
  void whyNamesThePersonThatIsWaitedFor() {
    Stage stage = reviewed("{'prompt':'Send it?'," + HOUR + "}");

    Why.Explanation one =
        stage.why().explanations().stream()
            .filter(reported -> reported.subject().id().equals("review"))
            .findFirst()
            .orElseThrow();
    assertThat(one.cause()).isEqualTo("person");
    assertThat(one.text()).isEqualTo("step review waits for a person: Send it?");
    assertThat(one.until().text()).isEqualTo("1970-01-01T01:16:40.000Z");
  }

  @Test
  void aForkAsksAgain() {
    Stage stage = reviewed(ASK);
    String before = stage.asked();
    done(stage.decide("respond", before, "{'decision':'approve'}", "ada"));

    stage.forkAtStep("review", Map.of());

    assertThat(step(stage, "review").path("status").asText()).isEqualTo("running");
    done(stage.decide("respond", stage.asked(), "{'decision':'reject'}", "ada"));
    assertThat(stage.look("job-2").status()).isEqualTo("failed");
  }

  @Test
  void valuesThatAreMissingAreShownAndTold() {
    Stage stage = reviewed("{'prompt':'Send ${payload.nothing} of ${inputs.draft.text}, $${x}?'}");

    JsonNode asked = stage.event("human_input_requested").path("payload");
    assertThat(asked.path("prompt").asText())
        .isEqualTo("Send (no payload.nothing) of Dear all, ${x}?");
    assertThat(asked.path("missing_values")).isEqualTo(Stage.json("['payload.nothing']"));
  }

  @Test
  void anAgentAsksAboutOneMessageAfterTheOther() {
    Stage stage =
        new Graph()
            .agent(
                "ask",
                "human",
                "{'prompt':'Keep ${payload.n}?','decisions':{'yes':'complete','no':'complete'}}")
            .agent("end", "aggregator", "{'complete_after':2}")
            .edge("ask", "end", "human_answer")
            .inputs("ask", "[{'n':1},{'n':2}]")
            .start();
    assertThat(stage.events("human_input_requested")).hasSize(1);
    done(stage.decide("respond", stage.asked(), "{'decision':'yes'}", null));
    assertThat(stage.events("human_input_requested").getLast().at("/payload/prompt").asText())
        .isEqualTo("Keep 2?");
    done(stage.decide("respond", stage.asked(), "{'decision':'no','by':'bob'}", null));

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.result().at("/output/messages/1/decision").asText()).isEqualTo("no");
  }

  @Test
  void whatFailsWithoutAStepFailsTheJob() {
    Stage stage = new Graph().agent("ask", "human", "{'prompt':'Go on?'}").start();
    done(stage.decide("respond", stage.asked(), "{'decision':'reject','by':'bob'}", null));

    assertThat(stage.status()).isEqualTo("failed");
    assertThat(stage.result().at("/error/desc").asText()).contains("bob decided reject");
  }

  @Test
  void aLostCommitLosesNoAnswer() {
    Stage stage = reviewed(ASK);
    String id = stage.asked();
    stage.nextCommit = Stage.Loss.ANSWER;
    CompletionStage<ObjectNode> lost = stage.decide("respond", id, "{'decision':'approve'}", "ada");
    assertThatThrownBy(() -> lost.toCompletableFuture().join())
        .cause()
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.error()).isEqualTo("may_have_happened"));
    stage.advance(60_000);

    done(stage.decide("respond", id, "{'decision':'approve'}", "ada"));
    assertThat(stage.events("human_input_received")).hasSize(1);
    assertThat(stage.running()).containsExactlyInAnyOrder("send", "rewrite");
  }
}
