package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.StateReader;
import io.mirrorneuron.wire.Json;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What jobs with bodies of a megabyte write, keep, hand to programs and show. */
class LargeBodiesTest {
  private static final int MIB = 1024 * 1024;

  /** A text of one MiB that no other number gives. */
  private static String text(int number) {
    return (number + " ").repeat(MIB).substring(0, MIB);
  }

  private static JsonNode body(int number) {
    return Json.object().put("text", text(number));
  }

  private static Graph chain(int length) {
    Graph graph = new Graph();
    for (int i = 0; i < length; i++) {
      graph.program("a" + i);
      if (i > 0) {
        graph.edge("a" + (i - 1), "a" + i, "*");
      }
    }
    return graph;
  }

  private static Flow steps(int length) {
    Flow flow = new Flow();
    for (int i = 0; i < length; i++) {
      flow.step("a" + i);
      if (i > 0) {
        flow.edge("a" + (i - 1), "a" + i);
      }
    }
    return flow;
  }

  private static void succeed(Stage stage, int agent) {
    stage.succeed("a" + agent, text(agent), Json.object());
  }

  private static int blobs(Stage stage) {
    return stage.stored().blobs().size();
  }

  /** Nothing in the store that the state does not hold, and all that it holds. */
  private static void assertNoneLeftOver(Stage stage) {
    JobState state =
        StateReader.read(stage.stored(), stage.manifests.apply(stage.stored().manifest()), 1);
    assertThat(stage.stored().blobs().keySet()).isEqualTo(state.blobs());
  }

  private static void assertLinear(Supplier<Stage> start) {
    Stage stage = start.get();
    long before = stage.written;
    for (int i = 0; i < 49; i++) {
      succeed(stage, i);
      long now = stage.written;
      assertThat(now - before).as("step " + i).isBetween((long) MIB, MIB + 50_000L);
      before = now;
    }
    succeed(stage, 49);
    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.written).as("with the result, whole").isLessThan(70L * MIB);
  }

  @Test
  void aChainOfFiftyAgentsWritesEachOutputOnce() {
    assertLinear(() -> chain(50).start());
  }

  @Test
  void aChainOfFiftyStepsWritesEachOutputOnce() {
    assertLinear(() -> steps(50).start());
  }

  @Test
  void aBodyThatGoesToAThousandAgentsIsWrittenOnce() {
    Graph graph = new Graph().router("in");
    for (int i = 0; i < 1000; i++) {
      graph.program("b" + i).edge("in", "b" + i, "*");
    }
    ObjectNode parts = Json.object();
    for (int i = 0; i < 20_000; i++) {
      parts.put("member " + i, "a value of some fifty characters, each of them small");
    }
    graph.inputs("in", "[" + Json.write(parts) + "]");
    Stage stage = graph.start();

    while (stage.running().size() < 1000) {
      stage.advance(1);
    }

    assertThat(blobs(stage)).isEqualTo(1);
    assertThat(stage.written).as("with all events").isLessThan(5L * MIB);
    assertThat(stage.crash().execution("b999").message().path("body")).isEqualTo(parts);
    assertThat(stage.execution("b1").message().path("body"))
        .isSameAs(stage.execution("b2").message().path("body"));
  }

  @Test
  void programsGetTheSameBeforeAndAfterACrash() {
    Stage stage = steps(4).start();
    for (int i = 0; i < 3; i++) {
      succeed(stage, i);
    }
    String message = Json.write(stage.execution("a3").message());
    String context = Json.write(stage.execution("a3").workflow());

    stage.crash();

    assertThat(Json.write(stage.execution("a3").message())).isEqualTo(message);
    assertThat(Json.write(stage.execution("a3").workflow())).isEqualTo(context);
    assertThat(message).contains(text(2), text(1));
    succeed(stage, 3);
    assertThat(stage.result().at("/output/sandbox/stdout").asText()).isEqualTo(text(3));
  }

  @Test
  void whatIsSharedIsWrittenOnceAlsoAfterACrash() {
    Stage stage = chain(10).start();
    for (int i = 0; i < 9; i++) {
      succeed(stage.crash(), i);
      assertNoneLeftOver(stage);
    }

    assertThat(stage.written).isLessThan(10L * MIB);
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUEST", "ANSWER"})
  void aLostCommitLosesNoneAndLeavesNone(Stage.Loss loss) {
    Stage stage = chain(4).start();
    succeed(stage, 0);
    stage.nextCommit = loss;
    succeed(stage, 1);
    stage.advance(1000);
    succeed(stage, 2);

    assertThat(stage.execution("a3").message().at("/body/input/sandbox/stdout").asText())
        .isEqualTo(text(1));
    assertNoneLeftOver(stage);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anAgentThatLoopsForEverDoesNotGrow(boolean crashes) {
    Stage stage = new Graph().program("a0").edge("a0", "a0", "*").start();
    for (int i = 0; i < 30; i++) {
      stage.succeed("a0", text(i), Json.object().set("next_state", body(1000 + i)));
      if (crashes) {
        stage.crash();
      }
      assertThat(blobs(stage)).as("the levels of one message, and its memory").isLessThan(6);
      assertNoneLeftOver(stage);
    }
    assertThat(stage.execution("a0").agentState()).isEqualTo(body(1029));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aServiceOfManyRoundsDoesNotGrow(boolean crashes) {
    Stage stage = steps(2).root("type", "'service'").start();
    for (int round = 0; round < 6; round++) {
      succeed(stage, 0);
      if (crashes) {
        stage.crash();
      }
      succeed(stage, 1);
      assertThat(blobs(stage)).isLessThan(3);
      assertNoneLeftOver(stage);
      for (int i = 0; i < 100 && stage.running().isEmpty(); i++) {
        stage.advance(60_000);
      }
    }
    assertThat(stage.row().path("status").asText()).isEqualTo("running");
    assertThat(stage.details().at("/job/workflow_state/steps/a0/status").asText())
        .isEqualTo("queued");
  }

  @Test
  void whatAnAggregatorCollectsIsKeptOnce() {
    Graph graph = new Graph().router("in").agent("all", "aggregator", "{'complete_after':4}");
    for (int i = 0; i < 4; i++) {
      graph.program("a" + i).edge("in", "a" + i, "*").edge("a" + i, "all", "*");
    }
    Stage stage = graph.start();
    for (int i = 0; i < 3; i++) {
      succeed(stage.crash(), i);
    }
    assertThat(blobs(stage)).isEqualTo(3);
    assertThat(stage.written).isLessThan(4L * MIB);

    succeed(stage.crash(), 3);

    assertThat(stage.result().at("/output/messages")).hasSize(4);
    assertThat(stage.result().at("/output/messages/1/sandbox/stdout").asText()).isEqualTo(text(1));
  }

  @Test
  void detailsShowReferencesAndTheResultWhole() {
    Stage stage = steps(2).start();
    succeed(stage, 0);

    JsonNode shown = stage.details().at("/job/workflow_state/steps/a0/output/sandbox/stdout");

    assertThat(shown.path("type").asText()).isEqualTo("blob_ref");
    assertThat(shown.path("scope").asText()).isEqualTo("job");
    assertThat(shown.path("media_type").asText()).isEqualTo("application/json");
    assertThat(shown.path("size_bytes").asLong()).isBetween((long) MIB, MIB + 100L);
    assertThat(stage.stored().blobs()).containsKey(shown.path("sha256").asText());
    assertThat(Json.write(stage.details()).length()).isLessThan(20_000);

    succeed(stage, 1);
    assertThat(stage.result().at("/output/sandbox/stdout").asText()).isEqualTo(text(1));
    assertThat(stage.event("job_completed").at("/result/output/sandbox/stdout").asText())
        .isEqualTo(text(1));
  }

  @Test
  void aCompletionThatWaitsForOpenStepsIsKeptApart() {
    Stage stage = new Flow().step("a0").step("a1").edge("a0", "a1").start();
    long before = stage.written;
    succeed(stage, 0);
    assertThat(stage.written - before).isLessThan(2L * MIB);
    stage.crash().succeed("a1", text(1), Json.object().set("complete_run", body(9)));

    assertThat(stage.result().path("output")).isEqualTo(body(9));
  }

  @Test
  void aForkHasItsOwn() {
    Stage stage = steps(4).start();
    for (int i = 0; i < 4; i++) {
      succeed(stage, i);
    }

    stage.forkAtStep("a2", Map.of());

    assertThat(stage.stored().blobs()).as("of steps a0 and a1").hasSize(2);
    assertNoneLeftOver(stage);
    assertThat(stage.execution("a2").message().at("/body/sandbox/stdout").asText())
        .isEqualTo(text(1));
    assertThat(stage.crash().execution("a2").message().at("/body/sandbox/stdout").asText())
        .isEqualTo(text(1));
  }

  @Test
  void aJobKeepsItsLargeResultWhenAnotherBeginsFromIt() {
    Stage stage = steps(2).start();
    succeed(stage, 0);
    stage.succeed("a1", "", Json.object().set("complete_run", body(9)));

    stage.forkAtStep("a1", Map.of()).look(Stage.JOB);

    assertThat(stage.details().at("/job/forks")).hasSize(1);
    assertThat(stage.details().at("/job/result/output")).isEqualTo(body(9));
  }

  @Test
  void aLimitThatIsChangedBetweenStartsDoesNoHarm() {
    Stage stage = chain(5).start();
    succeed(stage, 0);
    for (int i = 1; i < 4; i++) {
      stage.inlineLimit = i % 2 == 1 ? 2 * MIB : 10;
      succeed(stage.crash(), i);
      assertNoneLeftOver(stage);
    }
    assertThat(stage.execution("a4").message().at("/body/input/sandbox/stdout").asText())
        .isEqualTo(text(2));
  }
}
