package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each type of agent does with a message. */
class AgentsTest {
  private static final String COLLECT_ALL = "{'complete_after':2,'complete_run':true}";

  @ParameterizedTest
  @ValueSource(strings = {"7", "'text'", "null", "[1,2]", "true", "{'a':{'b':[]}}"})
  void aRouterPassesAnyBodyOnUnchanged(String body) {
    Stage stage =
        new Graph()
            .router("in")
            .agent("end", "aggregator", "{'complete_on_message':true}")
            .edge("in", "end", "init")
            .inputs("in", "[" + body + "]")
            .start();

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.result().at("/output/messages/0")).isEqualTo(Stage.json(body));
    assertThat(stage.result().at("/output/last_message")).isEqualTo(Stage.json(body));
    assertThat(stage.result().at("/output/count").asInt()).isEqualTo(1);
  }

  @Test
  void aRouterGivesTheTypeItIsConfiguredWith() {
    Stage stage =
        new Graph()
            .agent("in", "router", "{'emit_type':'order'}")
            .router("end")
            .edge("in", "end", "order")
            .start();

    assertThat(stage.events("agent_message_received").getLast().at("/payload/type").asText())
        .isEqualTo("order");
  }

  @Test
  void aRouterKeepsWhatSaysHowToReadTheBody() {
    Stage stage =
        new Graph()
            .router("in")
            .program("work")
            .edge("in", "work", "*")
            .inputs(
                "in",
                "[{'envelope':{'type':'chunk','class':'stream','content_type':'text/plain'},"
                    + "'headers':{'own':1,'mn.a':2},'body':'x','stream':{'seq':3,'eof':true}}]")
            .start();

    JsonNode message = stage.execution("work").message();
    assertThat(message.at("/envelope/class").asText()).isEqualTo("stream");
    assertThat(message.at("/envelope/content_type").asText()).isEqualTo("text/plain");
    assertThat(message.at("/stream/eof").asBoolean()).isTrue();
    assertThat(message.at("/headers/own").asInt()).isEqualTo(1);
  }

  @Test
  void aSensorReportsAfterAsManyMessagesAsItIsToldTo() {
    Stage stage =
        new Graph()
            .agent("meter", "sensor", "{'complete_after':2,'output_message_type':'full'}")
            .agent("end", "aggregator", "{'complete_on_message':true}")
            .edge("meter", "end", "full")
            .inputs("meter", "[{'n':1},{'n':2},{'n':3}]")
            .start();

    assertThat(stage.events("sensor_observed").getFirst().at("/payload/count").asInt())
        .isEqualTo(1);
    JsonNode report = stage.result().at("/output/messages/0");
    assertThat(report.path("agent_id").asText()).isEqualTo("meter");
    assertThat(report.path("count").asInt()).isEqualTo(2);
    assertThat(report.at("/last_message/n").asInt()).isEqualTo(2);
  }

  @Test
  void aSensorReportsEachMessageByDefault() {
    Stage stage =
        new Graph()
            .agent("meter", "sensor", "{}")
            .agent("end", "aggregator", "{'complete_on_message':true}")
            .edge("meter", "end", "sensor_ready")
            .start();

    assertThat(stage.status()).isEqualTo("completed");
  }

  @Test
  void anAggregatorAcceptsOneBodyOfEachAgent() {
    Stage stage =
        new Graph()
            .router("in")
            .agent("end", "aggregator", COLLECT_ALL)
            .edge("in", "end", "*")
            .inputs("in", "[{'agent_id':'a','n':1},{'agent_id':'a','n':2},{'agent_id':'b','n':3}]")
            .start();

    assertThat(stage.event("aggregator_duplicate_ignored").at("/payload/agent_id").asText())
        .isEqualTo("a");
    assertThat(stage.result().at("/output/messages").findValuesAsText("n"))
        .containsExactly("1", "3");
  }

  @Test
  void bodiesWithoutASenderAreNoDuplicates() {
    Stage stage =
        new Graph()
            .router("in")
            .agent("end", "aggregator", COLLECT_ALL)
            .edge("in", "end", "*")
            .inputs("in", "[{'agent_id':null},{'agent_id':null}]")
            .start();

    assertThat(stage.types()).doesNotContain("aggregator_duplicate_ignored");
    assertThat(stage.result().at("/output/count").asInt()).isEqualTo(2);
  }

  @Test
  void anAggregatorFiresOnceAndNotesWhatComesLater() {
    Stage stage =
        new Graph()
            .router("in")
            .agent("join", "aggregator", "{'complete_after':2,'output_message_type':'all'}")
            .router("end")
            .edge("in", "join", "*")
            .edge("join", "end", "all")
            .inputs("in", "[{'n':1},{'n':2},{'n':3}]")
            .start();

    assertThat(stage.events("aggregator_received")).hasSize(2);
    assertThat(stage.events("aggregator_late_message")).hasSize(1);
    assertThat(stage.result().at("/output/end/count").asInt()).isEqualTo(2);
    assertThat(stage.result().path("completed_by").asText()).isEqualTo("quiescence");
  }

  @Test
  void whatWasCollectedSurvivesTheServer() {
    Stage stage =
        new Graph()
            .router("in")
            .program("slow")
            .agent("a:1", "aggregator", COLLECT_ALL)
            .edge("in", "slow", "*")
            .edge("in", "a:1", "*")
            .edge("slow", "a:1", "*")
            .inputs("in", "[{'n':1}]")
            .start();

    stage.crash().succeed("slow");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.result().at("/output/count").asInt()).isEqualTo(2);
  }

  @Test
  void anExecutorHandsOnItsPayloadAndTheTraceOfTheMessage() {
    Stage stage =
        new Graph()
            .program("first", "{'output_message_type':'done'}")
            .program("second")
            .edge("first", "second", "done")
            .inputs(
                "first",
                "[{'envelope':{'correlation_id':'c-1'},'body':{'q':1},"
                    + "'headers':{'traceparent':'t-1','mn.workflow.run_id':'r','private':1}}]")
            .start();
    String handled = stage.execution("first").message().at("/envelope/message_id").asText();

    stage.succeed("first");

    JsonNode message = stage.execution("second").message();
    assertThat(message.at("/envelope/type").asText()).isEqualTo("done");
    assertThat(message.at("/envelope/class").asText()).isEqualTo("event");
    assertThat(message.at("/envelope/correlation_id").asText()).isEqualTo("c-1");
    assertThat(message.at("/envelope/causation_id").asText()).isEqualTo(handled);
    assertThat(message.at("/headers/schema_ref").asText())
        .isEqualTo("com.mirrorneuron.executor.result");
    assertThat(message.at("/headers/traceparent").asText()).isEqualTo("t-1");
    assertThat(message.at("/headers/mn.workflow.run_id").asText()).isEqualTo("r");
    assertThat(message.path("headers").has("private")).isFalse();
    assertThat(message.at("/body/agent_id").asText()).isEqualTo("first");
    assertThat(message.at("/body/sandbox/stdout").asText()).isEqualTo("printed by first");
    assertThat(message.at("/body/sandbox/attempts").asInt()).isEqualTo(1);
    assertThat(message.at("/body/input/q").asInt()).isEqualTo(1);
  }

  @Test
  void aStructuredEmitStatesItsOwnPartsAndKeepsTheTrace() {
    Stage stage =
        new Graph()
            .program("first", "{'output_message_type':null}")
            .program("second")
            .edge("first", "second", "chunk")
            .inputs("first", "[{'envelope':{},'headers':{'mn.a':'kept'},'body':{}}]")
            .start();

    stage.succeed(
        "first",
        "{'emit_messages':[{'type':'chunk','body_base64':'AAEC','headers':{'own':1},"
            + "'class':'stream','content_type':'application/octet-stream',"
            + "'content_encoding':'gzip','stream':{'seq':1}}]}");

    JsonNode message = stage.execution("second").message();
    assertThat(message.path("body").asText()).isEqualTo("AAEC");
    assertThat(message.path("body_encoding").asText()).isEqualTo("base64");
    assertThat(message.at("/envelope/content_encoding").asText()).isEqualTo("gzip");
    assertThat(message.at("/stream/seq").asInt()).isEqualTo(1);
    assertThat(message.at("/headers/own").asInt()).isEqualTo(1);
    assertThat(message.at("/headers/mn.a").asText()).isEqualTo("kept");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                            | executor_result",
        "{'output_message_type':'x'}   | x",
        "{'output_message_type':null}  | ",
      })
  void theDefaultOutputHasTheConfiguredTypeOrIsNotSent(String config, String type) {
    Stage stage =
        new Graph().program("first", config).router("end").edge("first", "end", "*").start();

    stage.succeed("first");

    var received = stage.events("agent_message_received");
    assertThat(received).hasSize(type == null ? 1 : 2);
    if (type != null) {
      assertThat(received.getLast().at("/payload/type").asText()).isEqualTo(type);
    }
  }

  @Test
  void whatAProgramRemembersIsThereAtItsNextRun() {
    Stage stage = new Graph().program("work").inputs("work", "[{'n':1},{'n':2}]").start();

    stage.succeed("work", "{'next_state':{'seen':1}}");

    assertThat(stage.execution("work").agentState().path("seen").asInt()).isEqualTo(1);
    stage.crash();
    assertThat(stage.execution("work").agentState().path("seen").asInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'complete_run':{'answer':42}}  | /output/answer | 42",
        "{'complete_run':true}           | /output/sandbox/stdout | printed by work",
        "{'complete_run':'text'}         | /output | text",
      })
  void aProgramMayEndTheJobWithItsOutput(String answer, String pointer, String value) {
    Stage stage = new Graph().program("work").inputs("work", "[1,2,3]").start();

    stage.succeed("work", answer);

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.result().path("agent_id").asText()).isEqualTo("work");
    assertThat(stage.result().at(pointer).asText()).isEqualTo(value);
    assertThat(stage.result().has("completed_by")).isFalse();
    assertThat(stage.running()).as("what was queued is dropped").isEmpty();
    assertThat(stage.event("job_completed").path("result")).isEqualTo(stage.result());
  }

  @Test
  void aServiceGoesOnWhenAnAgentSaysThatItIsDone() {
    Stage stage =
        new Graph().with("type", "'service'").program("work").inputs("work", "[1,2]").start();

    stage.succeed("work", "{'complete_run':true}").succeed("work");

    assertThat(stage.events("service_agent_completed")).hasSize(1);
    assertThat(stage.status()).isEqualTo("running");
  }
}
