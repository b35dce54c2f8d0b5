package io.mirrorneuron.runtime.documents;

import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.loop.Flow;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.runtime.loop.Stage;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.QueuePlace;
import io.mirrorneuron.wire.Json;
import org.junit.jupiter.api.Test;

/** Each answer must be true of the record that it names. */
class JobExplainerTest {
  private static final String ALL_DONE = "{'trigger_rule':'all_done'}";

  private static JsonNode why(Stage stage) {
    return tree(stage.engine().views().why(stage.stored(), stage.row()));
  }

  /** The only explanation of the subject. */
  private static JsonNode of(Stage stage, String id) {
    var found =
        Json.elements(why(stage).path("explanations"))
            .filter(one -> one.at("/subject/id").asText().equals(id))
            .toList();
    assertThat(found).as("explanations of " + id).hasSize(1);
    return found.getFirst();
  }

  private static void assertWhy(Stage stage, String id, String cause, String text) {
    JsonNode one = of(stage, id);
    assertThat(one.path("text").asText()).isEqualTo(text);
    assertThat(one.path("cause").asText()).isEqualTo(cause);
  }

  private static Flow join() {
    Flow flow = new Flow().step("a").step("b").step("c").step("d", ALL_DONE);
    return flow.edge("a", "b").edge("a", "c").edge("b", "d").edge("c", "d");
  }

  @Test
  void aJoinWaitsForItsOpenParents() {
    Stage stage = join().start().succeed("a").succeed("b");

    assertWhy(stage, "d", "parents", "step d waits for c (rule all_done); its message is there");
    assertThat(of(stage, "d").path("waiting_for"))
        .containsExactly(Json.MAPPER.getNodeFactory().textNode("c"));
    assertThat(of(stage, "d").path("record").asText()).isEqualTo("job.workflow_state.steps.d");
  }

  @Test
  void aCompletedJobNamesWhatItLacks() {
    Stage stage =
        new Flow()
            .step("s")
            .step("a", "{'control':{'failure_policy':'continue_partial'}}")
            .step("b")
            .step("c", "{'control':{'failure_policy':'skip'}}")
            .edge("s", "a")
            .edge("s", "c")
            .edge("a", "b")
            .start()
            .succeed("s")
            .fail("a", 1)
            .fail("c", 1);

    assertThat(why(stage).path("summary").asText()).isEqualTo("the job is completed");
    assertThat(of(stage, "a").path("text").asText())
        .startsWith("step a did a part of its work: step a failed: ");
    assertWhy(stage, "b", "skipped", "step b was skipped: its trigger rule cannot hold any more");
    assertThat(of(stage, "c").path("text").asText())
        .startsWith("step c failed, and the job went on without it: step c failed: ");
  }

  @Test
  void aStepWhoseOutputIsNearlyJsonIsNamedWhateverTheJobDoes() {
    Stage stage =
        join()
            .start()
            .succeed(
                "a",
                "{'events':[{'type':'program_output_warning','payload':{'message':'its output is text'}}]}");

    assertWhy(stage, "a", "output", "step a is done; its output is text");
    stage.succeed("b").succeed("c").succeed("d");
    assertThat(why(stage).path("summary").asText()).isEqualTo("the job is completed");
    assertWhy(stage, "a", "output", "step a is done; its output is text");
  }

  @Test
  void aProgramWaitsForSlotsAtItsPlaceInTheQueue() {
    Stage stage = join().start();
    assertWhy(stage, "a", "pool", "step a waits for slots of pool default");

    stage.programs.places.put("a", new QueuePlace("default", 2, 7, 4, 4));
    assertWhy(
        stage,
        "a",
        "pool",
        "step a is number 2 of 7 that wait for pool default (4 of 4 slots in use)");
  }

  @Test
  void aProgramRuns() {
    Stage stage = join().start().lease("a");

    assertWhy(stage, "a", "running", "step a runs its program, attempt 1");
    assertThat(of(stage, "a").path("until").asText()).isEqualTo("1970-01-01T00:21:40.000Z");
  }

  @Test
  void aRetryIsDue() {
    String control = "{'control':{'retry':{'max_attempts':2}}}";
    Stage stage = new Flow().step("a", control).start().fail("a", 1);

    assertThat(of(stage, "a").path("cause").asText()).isEqualTo("retry");
    assertThat(of(stage, "a").path("until").asText()).isEqualTo("1970-01-01T00:16:41.000Z");
    assertThat(of(stage, "a").path("text").asText())
        .startsWith("step a waits for its next attempt; attempt 1 failed: step a failed: ");
  }

  private static Stage triedAgain() {
    String restart = "{'restart':{'attempts':2,'delay_ms':5000}}";
    return new Graph().program("work").policies(restart).start().fail("work", 7);
  }

  @Test
  void anAgentWhoseTryIsDueWhileItsJobIsPausedBeginsWithIt() {
    Stage stage = triedAgain().pause().letStop().advance(6_000);

    assertWhy(stage, "work", "paused", "agent work takes its next message on resume");
  }

  @Test
  void anAgentThatIsTriedAgainSaysWhenAndWhatItFailedOf() {
    Stage stage = triedAgain();

    assertThat(of(stage, "work").path("cause").asText()).isEqualTo("retry");
    assertThat(of(stage, "work").path("text").asText())
        .startsWith("agent work waits for try 2: ")
        .contains("exited with code 7");
    assertThat(of(stage, "work").path("until").asText()).isEqualTo("1970-01-01T00:16:45.000Z");
  }

  @Test
  void noMoreStepsMayRun() {
    Stage stage = join().with("execution", "'serial'").start().succeed("a");

    assertWhy(stage, "c", "max_parallel", "step c waits until fewer than 1 steps are at work");
  }

  @Test
  void aMessageIsStillOnItsWay() {
    Flow flow = new Flow().step("a").step("b").program("between", "{}").after("a", "b", "{}");
    Stage stage = flow.mail("a", "between").mail("between", "b").start().succeed("a");

    assertWhy(stage, "b", "message", "step b may start; its message is still with agent between");
    assertWhy(stage, "between", "pool", "agent between waits for slots of pool default");
  }

  @Test
  void aPauseSaysWho() {
    Stage stage = join().start().lease("a").pause().letStop();

    assertWhy(stage, Stage.JOB, "paused", "an operator paused the job; resume it");
    assertWhy(
        stage, "a", "paused", "step a had its program ended by the pause; it runs again on resume");
  }

  @Test
  void aPauseEndsNoProgramThatWaitedForItsSlots() {
    Stage stage = join().start().pause().letStop();

    assertWhy(
        stage,
        "a",
        "paused",
        "step a waited for its program to begin when the job was paused, and does so again on"
            + " resume");
  }

  @Test
  void aReviewSaysWhy() {
    Stage stage = new Flow().step("a", "{'control':{'unsafe':true}}").start().crash();

    assertThat(of(stage, Stage.JOB).path("cause").asText()).isEqualTo("review");
    assertThat(why(stage).path("summary").asText()).contains("may not simply run again");
  }

  @Test
  void aReviewSaysThatProgramsEndedWithTheirServer() {
    Flow unsafe = new Flow().step("a", "{'control':{'unsafe':true}}");
    Stage ran = unsafe.start().lease("a").crash();
    assertWhy(
        ran,
        "a",
        "paused",
        "step a was running its program when the server was restarted; it runs again on resume");

    ran.crash();
    assertThat(why(ran).toString()).contains("when the server was restarted");
    ran.resume().pause().letStop();
    assertThat(why(ran).toString()).doesNotContain("restarted");
  }

  @Test
  void aSenderIsHeldBack() {
    String slow = "{'backpressure':{'max_queue_depth':2,'high_watermark':2,'low_watermark':1}}";
    Graph graph = new Graph().router("door").program("slow", slow).edge("door", "slow", "*");
    Stage stage = graph.inputs("door", "[1,2,3,4,5]").start();

    assertWhy(
        stage,
        "door",
        "backpressure",
        "agent door is held back: 2 messages wait for agent slow, at most 2 may");
  }

  @Test
  void aJoinOfAgentsCounts() {
    Graph graph = new Graph().router("door").program("work").edge("door", "work", "*");
    graph.agent("all", "aggregator", "{'complete_after':2}");
    Stage stage = graph.edge("door", "all", "*").edge("work", "all", "executor_result").start();

    assertWhy(stage, "all", "collecting", "agent all has 1 messages and waits for 2");
  }

  @Test
  void anEndedJobSaysHow() {
    Stage stage = join().start().succeed("a").fail("b", 1);

    assertThat(why(stage).path("summary").asText()).startsWith("the job failed: step b failed");
    assertThat(why(stage).path("explanations")).hasSize(1);
  }

  @Test
  void aProgramThatWaitsForRoomSaysSoAndWhereThatIsTold() {
    Stage stage = join().start();
    stage.programs.holds.put(
        "a", new Hold(Hold.Cause.ROOM, "the disk with the home folder is full"));

    assertWhy(
        stage,
        "a",
        "storage_full",
        "step a starts its program when there is room: the disk with the home folder is full");
    assertThat(of(stage, "a").path("record").asText()).isEqualTo("GET /health/ready");
    assertThat(of(stage, "a").path("state").asText()).isEqualTo("queued");

    stage.programs.holds.clear();
    assertWhy(stage, "a", "pool", "step a waits for slots of pool default");
  }

  @Test
  void aProgramWhoseFilesAreElsewhereSaysForWhatItIsBlocked() {
    Stage stage = join().start();
    stage.programs.holds.put("a", new Hold(Hold.Cause.PAYLOADS, "files 4711 are on node b alone"));

    assertWhy(
        stage,
        "a",
        "blocked",
        "step a is blocked until its files are within reach: files 4711 are on node b alone");
    stage.programs.holds.clear();
    assertWhy(stage, "a", "pool", "step a waits for slots of pool default");
  }

  @Test
  void aJobThatCannotBeStoredSaysSoFirst() {
    Stage stage = join().start();
    stage.nextCommit = Stage.Loss.FULL;
    stage.succeed("a");

    assertWhy(
        stage, Stage.JOB, "storage_full", "nothing of the job can be stored now: the disk is full");
    assertThat(why(stage).path("summary").asText())
        .isEqualTo("nothing of the job can be stored now: the disk is full");
    assertThat(of(stage, Stage.JOB).path("record").asText()).isEqualTo("GET /health/ready");

    stage.advance(1000);
    assertThat(why(stage).path("explanations").findValuesAsText("cause"))
        .doesNotContain("storage_full");
  }

  @Test
  void aStoreThatIsAwaySaysSoToo() {
    Stage stage = join().start();
    stage.nextCommit = Stage.Loss.REQUEST;
    stage.succeed("a");

    assertThat(of(stage, Stage.JOB).path("cause").asText()).isEqualTo("store_away");
  }
}
