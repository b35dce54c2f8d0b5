package io.mirrorneuron.runtime.exec.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.runtime.port.Executions.Completion;
import io.mirrorneuron.runtime.port.Executions.Event;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.wire.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StdoutProtocolTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   \n",
        "hello",
        "[1,2]",
        "{'other':1}",
        "{'events':[]",
        "{'events':[]} trailing",
        "{'next_state':1}\nlog line after it",
        "12"
      })
  void plainOutputAsksForNothing(String output) throws Exception {
    assertThat(parse(output)).isEqualTo(Structured.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'next_state':{'n':1}}",
        "\n  {'next_state':\n {'n':1}}  \n",
        "a log line\n{'next_state':{'n':1}}\n\n",
        "{'events':[]}\n{'next_state':{'n':1}}"
      })
  void theWholeOutputOrItsLastLineIsTheAnswer(String output) throws Exception {
    assertThat(parse(output).nextState()).isEqualTo(Json.parse("{\"n\":1}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'complete_step':true} | true  | null",
        "{'complete_step':{'a':1}} | true | {'a':1}",
        "{'complete_step':0} | true | 0",
        "{'complete_step':''} | true | ''",
        "{'complete_step':false} | false | null",
        "{'complete_step':null} | false | null",
      })
  void completionsHaveAnOutputOrStandForThePayload(String output, boolean present, String value)
      throws Exception {
    Completion completion = parse(output).completeStep();

    assertThat(completion != null).isEqualTo(present);
    if (present && !value.equals("null")) {
      assertThat(completion.output()).isEqualTo(Json.parse(value.replace('\'', '"')));
    } else if (present) {
      assertThat(completion.output()).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"complete_run", "complete_job", "complete_job?"})
  void everyGenerationCanCompleteTheRun(String member) throws Exception {
    assertThat(parse("{'" + member + "':[1]}").completeRun())
        .isEqualTo(new Completion(Json.parse("[1]")));
  }

  @Test
  void emitsKeepWhatWasPrinted() throws Exception {
    Structured answer = parse("{'emit_messages':[{'type':'t','body_base64':'AA==','x':1}]}");

    assertThat(answer.emits()).hasSize(1);
    assertThat(answer.emits().getFirst().path("body_base64").asText()).isEqualTo("AA==");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'emit_messages':'x'}", "{'emit_messages':[1]}"})
  void emitsThatCannotBeSentAreAnError(String output) {
    assertThatThrownBy(() -> parse(output))
        .hasMessage("structured output is malformed: emit_messages must be a list of objects");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'content_encoding':'br'    | content_encoding must be identity or gzip, not br",
        "'content_encoding':1       | content_encoding must be a string",
        "'body_base64':'?'          | body_base64 is not base64",
        "'body_base64':[]           | body_base64 must be a string",
        "'headers':[]               | headers must be an object",
        "'artifacts':{}             | artifacts must be a list",
        "'stream':'s'               | stream must be an object",
        "'stream':{'seq':'1'}       | stream.seq must be a number",
        "'stream':{'eof':'yes'}     | stream.eof must be true or false",
        "'stream':{'stream_id':1}   | stream.stream_id must be a string",
        "'to':['x']                 | to must be a string",
      })
  void messagesThatNobodyCouldReadAreAnError(String member, String error) {
    assertThatThrownBy(() -> parse("{'emit_messages':[{},{'type':'t'," + member + "}]}"))
        .hasMessage("structured output is malformed: emit_messages[1]." + error);
    assertThatThrownBy(() -> parse("{'emit_messages':{" + member + "}}"))
        .hasMessage("structured output is malformed: emit_messages[0]." + error);
  }

  @Test
  void membersThatAreNullAreAbsent() throws Exception {
    String nulls = "'content_encoding':null,'body_base64':null,'headers':null,'stream':null";
    assertThat(parse("{'emit_messages':[{'type':'t'," + nulls + "}]}").emits()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"x\"",
        "{\"a\": {\"type\": \"t\"}}",
        "[1]",
        "[{\"payload\": {}}]",
        "[{\"source\": \"s\"}]"
      })
  void whatHasNoTypesIsData(String events) throws Exception {
    assertThat(StdoutProtocol.parse("{\"events\": " + events + "}").events()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [{"type": "t"}, 1]           | events[1] must be an object
          [{"payload": {}}, {"type": "t"}] | events[0].type must be a name
          [{"type": "t"}, {"type": 5}] | events[1].type must be a name
          [{"type": " "}]              | events[0].type must be a name
          [{"type": "t", "payload": "s"}] | events[0].payload must be an object
          [{"type": "t", "payload": []}] | events[0].payload must be an object
          """)
  void brokenEventsAreAnError(String events, String error) {
    assertThatThrownBy(() -> StdoutProtocol.parse("{\"events\": " + events + "}"))
        .hasMessage("structured output is malformed: " + error);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "NaN            | NaN is no value of JSON: text stands in quotes, \"…\"",
        "[-Infinity]    | -Infinity is no value of JSON: text stands in quotes, \"…\"",
        "1{1000 digits} | a number has more than 1000 digits",
        "{1100 levels}  | it is nested deeper than 1000 levels",
        "{long name}    | a name has more than 50000 characters",
        "'a\tb'         | it has a control character (code 9)",
        "[1,]           | ] follows a comma or colon after which something must stand",
      })
  void anAnswerThatIsNoJsonOrBeyondALimitIsAnError(String value, String error) {
    String broken =
        value
            .replace("{1000 digits}", "0".repeat(1_000))
            .replace("{1100 levels}", "[".repeat(1_100) + "]".repeat(1_100))
            .replace("{long name}", "{'" + "n".repeat(60_000) + "':1}");
    for (String answer :
        new String[] {
          "{'events':[{'type':'workflow_step_failed','payload':{'n':" + broken + "}}]}",
          "{'complete_step':" + broken + "}",
          "working\n{'n':" + broken + ",'emit_messages':[]}",
        }) {
      assertThatThrownBy(() -> parse(answer))
          .isInstanceOf(StdoutProtocol.Malformed.class)
          .hasMessage("structured output is malformed: " + error);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'n':NaN,'of':{'complete_step':1}}",
        "{'n':NaN,'events':[{'temperature':20}]}",
        "{'n':NaN,'complete_step':null}",
        "{'n':NaN,'complete_step':",
        "{'n':NaN,'complete_step':1} of {1}",
      })
  void dataThatIsNoJsonIsText(String output) throws Exception {
    assertThat(parse(output)).isEqualTo(Structured.NONE);
  }

  @Test
  void namesOfEventsHave128Characters() throws Exception {
    String most = "x".repeat(128);
    assertThat(parse("{'events':[{'type':'" + most + "'}]}").events())
        .containsExactly(new Event(most, Json.object()));
    assertThatThrownBy(() -> parse("{'events':[{'type':'" + most + "x'}]}"))
        .hasMessageEndingWith("events[0].type must have 128 characters at most");
  }

  @Test
  void ofBrokenEventsOfAFailedProgramTheOthersAreKept() {
    String events =
        """
        {"events": [1, {"type": 5}, {"type": "a", "payload": []}, {"type": "n", "payload":
          {"n": 1e999}}, {"type": "b"}, {"type": "c", "payload": {"n": 1}}]}""";

    assertThat(StdoutProtocol.parseAfterFailure(events).events())
        .containsExactly(new Event("b", Json.object()), new Event("c", Json.object().put("n", 1)));
    assertThat(StdoutProtocol.parseAfterFailure("{\"events\": {\"a\": {}}}").events()).isEmpty();
  }

  @Test
  void afterAFailureOnlyEventsCount() {
    Structured answer =
        StdoutProtocol.parseAfterFailure(
            "{\"events\":[{\"type\":\"seen\"}],\"next_state\":1,\"complete_run\":true,"
                + "\"emit_messages\":[{}]}");

    assertThat(answer.events()).hasSize(1);
    assertThat(answer.emits()).isEmpty();
    assertThat(answer.nextState()).isNull();
    assertThat(answer.completeRun()).isNull();
  }

  private static Structured parse(String output) throws StdoutProtocol.Malformed {
    return StdoutProtocol.parse(output.replace('\'', '"'));
  }

  @Test
  void anAnswerWithTooManyMessagesIsRefusedAsAWhole() throws Exception {
    String emit = "{\"type\":\"t\"}";
    String most = "{\"emit_messages\":[" + (emit + ",").repeat(9_999) + emit + "]}";
    assertThat(parse(most).emits()).hasSize(10_000);

    assertThatThrownBy(() -> parse(most.replace("[", "[" + emit + ",")))
        .hasMessageContaining("emit_messages has 10001 entries; at most 10000 are allowed");
  }
}
