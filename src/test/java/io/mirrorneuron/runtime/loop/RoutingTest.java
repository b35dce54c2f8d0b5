package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which agents a message reaches, and what becomes of one that reaches none. */
class RoutingTest {
  private static final String BIG = "'conditions':{'path':'message.body.n','op':'>','value':10}";

  private static List<String> reached(Stage stage) {
    return StreamSupport.stream(stage.details().path("agents").spliterator(), false)
        .filter(agent -> agent.path("processed_messages").asInt() > 0)
        .map(agent -> agent.path("agent_id").asText())
        .filter(id -> !id.equals("in"))
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "broadcast   | broadcast   | 50 | a b",
        "broadcast   | broadcast   |  5 | b",
        "all_match   | all_match   | 50 | a b",
        "first_match | first_match | 50 | a",
        "first_match | first_match |  5 | b",
        "first_match | broadcast   | 50 | a b",
      })
  void theModeOfTheEdgesDecidesWhoGetsAMessage(
      String first, String second, int n, String receivers) {
    Stage stage =
        new Graph()
            .router("in")
            .router("a")
            .router("b")
            .edge("in", "a", "init", "{'routing_mode':'%s',%s}".formatted(first, BIG))
            .edge("in", "b", "*", "{'routing_mode':'%s'}".formatted(second))
            .inputs("in", "[{'n':%d}]".formatted(n))
            .start();

    assertThat(String.join(" ", reached(stage))).isEqualTo(receivers);
    assertThat(stage.status()).isEqualTo("completed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {"7", "'text'", "null", "[1]", "{}", "{'n':null}", "{'n':'50'}", "{'n':[50]}"})
  void aConditionOnABodyOfAnotherShapeIsFalseAndNoFault(String body) {
    Stage stage =
        new Graph()
            .router("in")
            .router("a")
            .edge("in", "a", "*", "{" + BIG + "}")
            .inputs("in", "[" + body + "]")
            .start();

    assertThat(reached(stage)).isEmpty();
    assertThat(stage.event("route_not_matched").at("/payload/candidate_count").asInt())
        .isEqualTo(1);
    assertThat(stage.result().at("/error/code").asText()).isEqualTo("workflow.stalled");
  }

  @Test
  void aConditionalRouteIsToldInTheHistory() {
    Stage stage =
        new Graph()
            .router("in")
            .router("a")
            .edge("in", "a", "*", "{" + BIG + "}")
            .inputs("in", "[{'n':11}]")
            .start();

    JsonNode selected = stage.event("route_selected").path("payload");
    assertThat(selected.path("from").asText()).isEqualTo("in");
    assertThat(selected.path("to").asText()).isEqualTo("a");
    assertThat(selected.path("message_type").asText()).isEqualTo("*");
    assertThat(selected.path("routing_mode").asText()).isEqualTo("broadcast");
    assertThat(stage.event("route_evaluated").at("/payload/matched").asBoolean()).isTrue();
  }

  @Test
  void aConditionSeesWhatTheSenderRemembers() {
    Stage stage =
        new Graph()
            .program("in", "{'output_message_type':'done'}")
            .router("a")
            .edge("in", "a", "done", "{'conditions':{'path':'state.ok','op':'==','value':true}}")
            .start();

    stage.succeed("in", "{'next_state':{'ok':true}}");

    assertThat(reached(stage)).containsExactly("a");
  }

  @Test
  void aTypeThatNoEdgeCarriesIsADeadLetterAndStallsTheJob() {
    Stage stage = new Graph().router("in").router("a").edge("in", "a", "other").start();

    JsonNode unrouted = stage.event("message_unrouted");
    assertThat(unrouted.path("agent_id").asText()).isEqualTo("in");
    assertThat(unrouted.at("/payload/type").asText()).isEqualTo("init");
    assertThat(unrouted.at("/payload/candidates/0").asText()).isEqualTo("other");
    JsonNode letter = stage.event("dead_letter");
    assertThat(letter.path("reason").asText()).isEqualTo(letter.at("/payload/reason").asText());
    assertThat(letter.at("/message/envelope/message_id"))
        .isEqualTo(letter.at("/payload/message_id"));
    assertThat(letter.at("/payload/message_id").asText()).isNotEmpty();
    assertThat(stage.result().at("/error/code").asText()).isEqualTo("workflow.stalled");
    assertThat(stage.result().path("status_reason").asText()).contains("init");
    assertThat(stage.row().at("/failure/code").asText()).isEqualTo("workflow.stalled");
  }

  @Test
  void anOutputWithoutAnEdgeDoesNotUndoTheWorkOfTheLeaves() {
    Stage stage = new Graph().program("in").program("end").edge("in", "end", "typed").start();

    stage.succeed("in", "{'emit_messages':[{'type':'typed','body':{}}]}").succeed("end");

    assertThat(stage.types()).contains("message_unrouted", "dead_letter");
    assertThat(stage.status()).isEqualTo("completed");
  }

  @Test
  void aLeafDropsItsDefaultOutputInSilenceAndNothingElse() {
    Stage stage = new Graph().program("in").start();

    stage.succeed("in", "{'emit_messages':[{'type':'note','body':{}}]}");

    assertThat(stage.event("message_unrouted").at("/payload/type").asText()).isEqualTo("note");
    assertThat(stage.types()).doesNotContain("dead_letter");
    assertThat(stage.status()).isEqualTo("completed");
  }

  @Test
  void anEmitToAnAgentGoesPastTheEdges() {
    Stage stage =
        new Graph()
            .program("in", "{'output_message_type':null}")
            .router("aside")
            .router("in2")
            .edge("in", "in2", "x")
            .start();

    stage.succeed("in", "{'emit_messages':[{'to':'aside','type':'hello','body':1}]}");

    assertThat(reached(stage)).containsExactly("aside");
  }

  @Test
  void anEmitToNobodyIsADeadLetterWithItsReceiverAndCannotBeReplayed() {
    Stage stage =
        new Graph()
            .program("in", "{'output_message_type':null}")
            .program("end")
            .edge("in", "end", "x")
            .start();

    stage.succeed("in", "{'emit_messages':[{'to':'nobody','type':'x','body':1},{'type':'x'}]}");

    JsonNode letter = stage.event("dead_letter");
    assertThat(letter.path("reason").asText()).isEqualTo("unknown target agent nobody");
    assertThat(letter.at("/message/envelope/to").asText()).isEqualTo("nobody");
    assertThat(letter.at("/payload/message_id").asText()).isNotEmpty();
    assertThatThrownBy(
            () ->
                stage
                    .ask(
                        engine ->
                            engine
                                .commands()
                                .deliver(Stage.JOB, "nobody", (ObjectNode) letter.path("message")))
                    .toCompletableFuture()
                    .get())
        .hasMessageContaining("no agent nobody");
    assertThat(stage.status()).isEqualTo("running");
  }

  @Test
  void aMessageFromOutsideIsQueuedWhileTheJobIsPausedAndHandledAfterwards() {
    Stage stage = new Graph().program("in").router("end").edge("in", "end", "*").start();
    stage.pause().letStop();

    ObjectNode message =
        (ObjectNode) Stage.json("{'envelope':{'type':'again','from':'x'},'body':{'n':1}}");
    stage.ask(engine -> engine.commands().deliver(Stage.JOB, "end", message));
    assertThat(reached(stage)).isEmpty();
    stage.resume();

    assertThat(reached(stage)).containsExactly("end");
  }

  @Test
  void messageIdsAreTheSameInEveryHistoryOfTheSameJob() {
    Graph graph =
        new Graph().router("in").program("a").edge("in", "a", "*").inputs("in", "[1,2,3]");

    List<String> calm = ids(graph.start().succeed("a").succeed("a").succeed("a"));
    List<String> stormy = ids(graph.start().succeed("a").crash().succeed("a").crash().succeed("a"));

    assertThat(calm).doesNotHaveDuplicates().hasSize(6).isEqualTo(stormy);
  }

  private static List<String> ids(Stage stage) {
    return stage.events("agent_message_received").stream()
        .map(event -> event.at("/payload/message_id").asText())
        .toList();
  }
}
