package io.mirrorneuron.runtime.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.runtime.loop.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Agents whose programs fail, with the restart policy in charge; {@code runtime.md} 4.4. */
class RestartsTest {
  private static final String DAY = "86400000";

  /**
   * @param restart members of the restart policy
   * @param more further policies, each after a comma
   */
  private static Graph graph(String restart, String more) {
    return new Graph().with("policies", "{'restart':{%s}%s}".formatted(restart, more));
  }

  private static Graph service(String restart, String more) {
    return graph(restart, ",'job_type':'service'" + more);
  }

  /** The times, after each failure of the only program, until it runs again. */
  private static List<Long> waits(Stage stage, int failures) {
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < failures; i++) {
      stage.fail("work", 1);
      long wait = 0;
      while (stage.running().isEmpty() && stage.status().equals("running") && wait < 100) {
        stage.advance(1);
        wait++;
      }
      waits.add(wait);
    }
    return waits;
  }

  private static Stream<Long> numbers(String text) {
    return Stream.of(text.split(" ")).map(Long::valueOf);
  }

  private static ObjectNode again(ObjectNode letter) {
    ObjectNode message = letter.withObject("/message");
    message.withObject("/envelope").remove("message_id");
    return message;
  }

  @Test
  void theRowTellsThePoliciesAndWhatTheyHaveDone() {
    Stage stage =
        service("'attempts':2,'interval_ms':1000,'delay_ms':7,'delay_function':'constant'", "")
            .program("work")
            .start();

    assertThat(stage.row().path("restart_policy"))
        .isEqualTo(
            Stage.json(
                "{'attempts':2,'interval_ms':1000,'delay_ms':7,'delay_function':'constant',"
                    + "'max_delay_ms':30000,'mode':'delay'}"));
    assertThat(stage.row().at("/reschedule_policy/attempts").asInt()).isZero();
    assertThat(stage.row().at("/reschedule_policy/unlimited").isBoolean()).isTrue();
    assertThat(stage.row().at("/reliability/effective_recovery_policy").asText())
        .isEqualTo("local_restart");
    assertThat(stage.row().at("/reliability/degraded").asBoolean()).isFalse();
    assertThat(stage.row().at("/policy_state/agents").isEmpty()).isTrue();

    stage.fail("work", 1);
    JsonNode work = stage.row().at("/policy_state/agents/work");
    assertThat(work.path("restart_attempts").asInt()).isEqualTo(1);
    assertThat(work.path("restart_history")).hasSize(1);
    assertThat(work.path("next_action").asText()).isEqualTo("restart");
    assertThat(work.path("last_reason").asText()).isNotEmpty();
    assertThat(work.path("next_eligible_at").asText()).isNotEmpty();
  }

  @Test
  void theRowTellsMovesAndTheEndOfRestarts() {
    Stage stage =
        graph(
                "'attempts':1,'interval_ms':%s,'delay_ms':1".formatted(DAY),
                ",'recovery_mode':'cluster_recover','reschedule':{'attempts':1,'delay_ms':20}")
            .program("work")
            .start();
    assertThat(stage.row().path("policy_state")).hasToString("{\"agents\":{}}");
    stage.fail("work", 1);
    assertThat(work(stage).path("reschedule_history")).isEmpty();
    assertThat(work(stage).path("exhausted_reason").isNull()).isTrue();
    assertThat(work(stage).path("last_success_at").isNull()).isTrue();
    JsonNode restarted = stage.row().at("/policy_state/updated_at");
    assertThat(restarted).isEqualTo(work(stage).at("/restart_history/0"));

    stage.advance(1).fail("work", 1);
    assertThat(work(stage).path("restart_history")).isEmpty();
    assertThat(work(stage).path("reschedule_history")).hasSize(1);
    assertThat(work(stage).path("reschedule_attempts").asInt()).isEqualTo(1);
    assertThat(work(stage).path("next_action").asText()).isEqualTo("reschedule");
    assertThat(work(stage).path("exhausted_reason").asText())
        .startsWith("agent work restart attempts exhausted: ");
    assertThat(work(stage).path("requires_review").asBoolean()).isFalse();
    assertThat(stage.row().at("/policy_state/updated_at"))
        .isNotEqualTo(restarted)
        .isEqualTo(work(stage).at("/reschedule_history/0"));

    stage.crash().advance(20).fail("work", 1); // it is stored
    assertThat(work(stage).path("exhausted_reason").isNull()).as("it has a restart").isTrue();
    assertThat(work(stage).path("reschedule_history")).hasSize(1);
  }

  @Test
  void theRowTellsWhoMakesAServiceWaitForAPerson() {
    Stage stage =
        service("'attempts':0,'mode':'fail'", ",'reschedule':{'attempts':0}")
            .program("work")
            .start();
    stage.fail("work", 1);
    assertThat(stage.status()).isEqualTo("paused");
    assertThat(work(stage).path("requires_review").asBoolean()).isTrue();
    assertThat(work(stage).path("exhausted_reason").asText()).contains("exhausted");
    stage.resume().advance(1).succeed("work");
    assertThat(work(stage).path("requires_review").asBoolean()).isFalse();
  }

  @Test
  void theRowTellsTheLastSuccessAlsoAfterFailures() {
    Stage stage =
        graph(
                "'attempts':5,'interval_ms':%s,'delay_ms':1,'delay_function':'constant'"
                    .formatted(DAY),
                "")
            .router("in")
            .program("work")
            .edge("in", "work", "*")
            .inputs("in", "[{'n':1},{'n':2}]")
            .start();
    stage.fail("work", 1).advance(1).succeed("work");
    JsonNode success = work(stage).path("last_success_at");
    assertThat(success.asText()).isNotEmpty();
    stage.advance(1).fail("work", 1).advance(1).fail("work", 1);
    assertThat(work(stage).path("last_success_at")).isEqualTo(success);
    assertThat(stage.crash().advance(1).row().at("/policy_state/agents/work/last_success_at"))
        .isEqualTo(success);
  }

  private static JsonNode work(Stage stage) {
    return stage.row().at("/policy_state/agents/work");
  }

  @Test
  void aJobThatAsksForSeveralNodesIsDegradedOnOne() {
    Stage stage =
        graph("'attempts':2", ",'recovery_mode':'cluster_recover'").program("work").start();

    assertThat(stage.row().at("/reliability/degraded").asBoolean()).isTrue();
    assertThat(stage.row().at("/reliability/reason").asText()).contains("no second node");
  }

  @ParameterizedTest
  @CsvSource({
    "constant, 7, 60, 7 7 7 7 7 7",
    "exponential, 5, 60, 5 10 20 40 60 60",
    "fibonacci, 5, 60, 5 5 10 15 25 40",
    "exponential, 50, 1, 50 50 50 50 50 50",
  })
  void theDelayBeforeEachRestartFollowsItsFunction(
      String function, int delay, int most, String expected) {
    String restart =
        "'attempts':6,'interval_ms':%s,'delay_function':'%s','delay_ms':%d,'max_delay_ms':%d";
    Stage stage = graph(restart.formatted(DAY, function, delay, most), "").program("work").start();

    assertThat(waits(stage, 6)).containsExactlyElementsOf(numbers(expected).toList());
    assertThat(stage.events("agent_restart_scheduled"))
        .extracting(event -> event.path("delay_ms").asLong())
        .containsExactlyElementsOf(numbers(expected).toList());
    assertThat(stage.succeed("work").status()).isEqualTo("completed");
  }

  @Test
  void theJobFailsWhenTheWindowIsFull() {
    Stage stage = graph("'attempts':2,'interval_ms':1000,'delay_ms':1", "").program("work").start();
    assertThat(waits(stage, 2)).hasSize(2);

    stage.fail("work", 1);

    assertThat(stage.status()).isEqualTo("failed");
    assertThat(stage.result().at("/error/details/message").asText())
        .isEqualTo("agent work restart attempts exhausted: sh exited with code 1");
    assertThat(stage.result().at("/error/details/attempt").asInt()).isEqualTo(3);
    assertThat(stage.result().at("/error/details/max_attempts").asInt()).isEqualTo(3);
    assertThat(stage.result().at("/error/remediation").asText()).doesNotContain("max_attempts");
  }

  @Test
  void whatHasLeftTheWindowDoesNotCount() {
    Stage stage = graph("'attempts':2,'interval_ms':1000,'delay_ms':1", "").program("work").start();
    for (int i = 0; i < 10; i++) {
      stage.fail("work", 1).advance(501); // never three within a second
      assertThat(stage.running()).as("after failure %d", i).containsExactly("work");
    }

    stage.fail("work", 1).advance(100).fail("work", 1);

    assertThat(stage.status()).isEqualTo("failed");
  }

  @Test
  void theWindowIsRememberedAcrossACrash() {
    Stage stage = graph("'attempts':2,'interval_ms':1000,'delay_ms':1", "").program("work").start();
    waits(stage, 2);
    stage.crash();

    assertThat(stage.fail("work", 1).status()).isEqualTo("failed");
  }

  @Test
  void inModeDelayTheAgentWaitsUntilTheOldestRestartHasLeftTheWindow() {
    Stage stage =
        graph("'attempts':2,'interval_ms':1000,'delay_ms':1,'mode':'delay'", "")
            .program("work")
            .start();
    waits(stage, 2); // at 0 and 1 ms
    stage.fail("work", 1);
    assertThat(stage.status()).isEqualTo("running");
    assertThat(stage.event("agent_restart_deferred").path("exhausted_reason").asText())
        .startsWith("agent work restart attempts exhausted: ");

    assertThat(stage.advance(996).running()).isEmpty();
    assertThat(stage.advance(1).running()).containsExactly("work");
    assertThat(stage.succeed("work").status()).isEqualTo("completed");
  }

  @Test
  void aWaitForTheWindowGoesOnAfterACrash() {
    Stage stage =
        graph("'attempts':1,'interval_ms':1000,'delay_ms':1,'mode':'delay'", "")
            .program("work")
            .start();
    waits(stage, 1);
    stage.fail("work", 1).crash();

    assertThat(stage.running()).isEmpty();
    assertThat(stage.advance(1000).running()).containsExactly("work");
  }

  @Test
  void eachTryIsAnExecutionOfItsOwn() {
    Stage stage =
        graph("'attempts':1,'interval_ms':50,'delay_ms':1,'mode':'delay'", "")
            .program("work")
            .start();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ids.add(stage.execution("work").executionId());
      stage.fail("work", 1).advance(i % 2 == 0 ? 1 : 60); // a restart, then a wait for the window
    }

    assertThat(ids).doesNotHaveDuplicates();
  }

  @Test
  void anAgentWhoseRestartsAreUsedUpIsMovedAndCountsAnew() {
    Stage stage =
        graph(
                "'attempts':1,'interval_ms':%s,'delay_ms':1".formatted(DAY),
                ",'recovery_mode':'cluster_recover','reschedule':{'attempts':1,'delay_ms':20}")
            .program("work")
            .start();

    assertThat(waits(stage, 3)).containsExactly(1L, 20L, 1L);
    assertThat(stage.events("agent_reschedule_scheduled")).hasSize(1);
    assertThat(stage.fail("work", 1).status()).isEqualTo("failed");
  }

  @Test
  void withManualRecoveryNothingIsStartedAgain() {
    Stage stage =
        new Graph().with("policies", "{'recovery_mode':'manual_recover'}").program("work").start();

    assertThat(stage.fail("work", 1).status()).isEqualTo("failed");
    assertThat(stage.result().at("/error/details/message").asText()).doesNotContain("exhausted");
  }

  @Test
  void theExecutorsOwnTriesAreTheOnlyOnes() {
    Stage stage =
        graph("'attempts':5,'delay_ms':1", "")
            .program("work", "{'max_attempts':2,'retry_backoff_ms':1}")
            .start();
    assertThat(waits(stage, 1)).containsExactly(1L);

    assertThat(stage.fail("work", 1).status()).isEqualTo("failed");
    assertThat(stage.events("agent_restart_scheduled")).isEmpty();
  }

  @Test
  void whatAgentsShareIsThePolicyAndNotTheWindow() {
    Stage stage =
        graph("'attempts':1,'interval_ms':%s,'delay_ms':1".formatted(DAY), "")
            .router("in")
            .program("one")
            .program("two")
            .edge("in", "one", "*")
            .edge("in", "two", "*")
            .start();

    stage.fail("one", 1).fail("two", 1).advance(1);

    assertThat(stage.running()).containsExactly("one", "two");
    assertThat(stage.succeed("one").succeed("two").status()).isEqualTo("completed");
  }

  @Test
  void pauseHoldsARestartBack() {
    Stage stage = graph("'attempts':1,'delay_ms':10", "").program("work").start();
    stage.fail("work", 1).pause().advance(1000);
    assertThat(stage.running()).isEmpty();

    assertThat(stage.resume().running()).containsExactly("work");
  }

  // ---- services

  @Test
  void aServiceGoesOnWithoutAMessageThatNoRestartHelps() {
    Stage stage =
        service("'attempts':2,'interval_ms':%s,'delay_ms':1".formatted(DAY), "")
            .program("work")
            .inputs("work", "[{'n':1},{'n':2}]")
            .start();
    waits(stage, 2);
    stage.fail("work", 1);

    assertThat(stage.status()).isEqualTo("running");
    assertThat(stage.event("dead_letter").at("/message/body/n").asInt()).isEqualTo(1);
    assertThat(stage.event("dead_letter").path("agent_id").asText()).isEqualTo("work");
    assertThat(stage.execution("work").message().at("/body/n").asInt()).isEqualTo(2);
    assertThat(stage.execution("work").attempt()).isEqualTo(1);
  }

  @Test
  void theDeadLetterOfAServiceCanBeDeliveredAgain() {
    Stage stage =
        service("'attempts':1,'interval_ms':1000,'delay_ms':1", "").program("work").start();
    waits(stage, 1);
    stage.fail("work", 1);
    ObjectNode letter = (ObjectNode) stage.event("dead_letter");
    assertThat(stage.running()).isEmpty();
    stage.crash();

    stage.ask(engine -> engine.commands().deliver(Stage.JOB, "work", again(letter)));

    assertThat(stage.execution("work").message().path("body"))
        .isEqualTo(letter.at("/message/body"));
    stage.succeed("work");
    assertThat(stage.events("dead_letter")).hasSize(1);
    assertThat(stage.status()).isEqualTo("running");
  }

  @Test
  void aServiceWhoseWindowIsFullWaitsForAPersonInModeFail() {
    Stage stage =
        service("'attempts':2,'interval_ms':%s,'delay_ms':1,'mode':'fail'".formatted(DAY), "")
            .program("work")
            .inputs("work", "[{'n':1},{'n':2}]")
            .start();
    waits(stage, 2); // the first message uses the window up
    stage.fail("work", 1).fail("work", 1);

    assertThat(stage.status()).isEqualTo("paused");
    assertThat(stage.details().at("/job/recovery/reason").asText())
        .startsWith("agent work restart attempts exhausted: ");

    stage.crash();
    assertThat(stage.status()).isEqualTo("paused");
    assertThat(stage.resume().execution("work").message().at("/body/n").asInt()).isEqualTo(2);
    assertThat(waits(stage, 1)).as("the window is empty again").containsExactly(1L);
    stage.fail("work", 1);
    assertThat(stage.events("dead_letter"))
        .as("no message is tried more than three times")
        .extracting(event -> event.at("/message/body/n").asInt())
        .containsExactly(1, 2);
  }

  /** The node may be at fault: the message is given up when a second one did not help either. */
  @Test
  void aServiceThatMayMoveGivesAMessageUpAfterTheTriesOfTwoNodes() {
    Stage stage =
        service(
                "'attempts':1,'interval_ms':%s,'delay_ms':1".formatted(DAY),
                ",'recovery_mode':'cluster_recover','reschedule':{'attempts':5,'delay_ms':9}")
            .program("work")
            .inputs("work", "[{'n':1},{'n':2}]")
            .start();

    assertThat(waits(stage, 3)).containsExactly(1L, 9L, 1L);
    assertThat(stage.events("dead_letter")).isEmpty();
    stage.fail("work", 1);
    assertThat(stage.event("dead_letter").at("/message/body/n").asInt()).isEqualTo(1);
    assertThat(stage.status()).isEqualTo("running");
  }

  @Test
  void movesThatHaveLeftTheirWindowDoNotCount() {
    Stage stage =
        graph(
                "'attempts':0",
                ",'recovery_mode':'cluster_recover',"
                    + "'reschedule':{'attempts':1,'interval_ms':1000,'delay_ms':2}")
            .program("work")
            .start();
    for (int i = 0; i < 3; i++) {
      stage.fail("work", 1).advance(1001);
      assertThat(stage.running()).as("move %d", i).containsExactly("work");
    }
    stage.fail("work", 1).advance(10);
    assertThat(stage.fail("work", 1).status()).isEqualTo("failed");
  }

  @Test
  void aServiceWithoutRestartsWaitsForAPersonAtOnce() {
    Stage stage =
        new Graph()
            .with("policies", "{'job_type':'service','recovery_mode':'manual_recover'}")
            .program("work")
            .start();

    assertThat(stage.fail("work", 1).status()).isEqualTo("paused");
    assertThat(stage.resume().running()).containsExactly("work");
    assertThat(stage.succeed("work").status()).isEqualTo("running");
  }

  @Test
  void aServiceGivesAMessageUpThatItsOwnTriesDidNotHelp() {
    Stage stage =
        new Graph()
            .with("type", "'service'")
            .program("work", "{'max_attempts':2,'retry_backoff_ms':1}")
            .start();
    waits(stage, 1);

    assertThat(stage.fail("work", 1).status()).isEqualTo("running");
    assertThat(stage.events("dead_letter")).hasSize(1);
  }

  @Test
  void manyAttemptsComeToAnEndToo() {
    Stage stage =
        graph("'attempts':60,'delay_ms':1,'delay_function':'constant'", "").program("work").start();

    waits(stage, 60);
    assertThat(stage.status()).isEqualTo("running");

    assertThat(stage.fail("work", 1).status()).isEqualTo("failed");
  }
}
