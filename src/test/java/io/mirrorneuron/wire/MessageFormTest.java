package io.mirrorneuron.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageFormTest {
  private static ObjectNode json(String text) {
    return Json.parseObject(text, "test");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                      | {"envelope":{},"body":{}}
          {"a":1,"b":[2]}                         | {"envelope":{},"body":{"a":1,"b":[2]}}
          {"body":7,"a":1}                        | {"envelope":{},"body":7}
          {"payload":{"x":1},"a":1}               | {"envelope":{},"body":{"x":1}}
          {"body":"b","payload":"p"}              | {"envelope":{},"body":"b"}
          {"body":null}                           | {"envelope":{},"body":null}
          {"type":"go","class":"event","n":1}     | {"envelope":{"type":"go","class":"event"},"body":{"n":1}}
          {"type":null,"n":1}                     | {"envelope":{},"body":{"n":1}}
          {"priority":5,"ttl_ms":9,"body":{}}     | {"envelope":{"priority":5,"ttl_ms":9},"body":{}}
          {"headers":{"h":1},"n":1}               | {"envelope":{},"headers":{"h":1},"body":{"n":1}}
          {"headers":null,"stream":null,"n":1}    | {"envelope":{},"body":{"n":1}}
          {"artifacts":[{"id":1}],"body":1}       | {"envelope":{},"artifacts":[{"id":1}],"body":1}
          {"body":"AA==","body_encoding":"base64"}| {"envelope":{},"body_encoding":"base64","body":"AA=="}
          {"envelope":{"type":"go"},"body":1}     | {"envelope":{"type":"go"},"body":1}
          {"envelope":{"type":"go"},"payload":2}  | {"envelope":{"type":"go"},"body":2}
          {"envelope":{"type":"go"},"stray":3}    | {"envelope":{"type":"go"},"body":{}}
          {"envelope":{"type":"go","to":null}}    | {"envelope":{"type":"go"},"body":{}}
          {"envelope":{"type":"go"},"type":"no"}  | {"envelope":{"type":"go"},"body":{}}
          {"envelope":"a letter","n":1}           | {"envelope":{},"body":{"envelope":"a letter","n":1}}
          """)
  void eitherFormBecomesTheFullOne(String written, String full) {
    ObjectNode message = json(written);

    assertThat(MessageForm.full(message)).isEqualTo(json(full));
    assertThat(message).as("the argument").isEqualTo(json(written));
    assertThat(MessageForm.full(MessageForm.full(message))).as("again").isEqualTo(json(full));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"type\":\"go\"}", "{\"envelope\":{}}", "{\"n\":1,\"correlation_id\":\"c\"}"})
  void aMessageIsKnownByItsEnvelope(String payload) {
    assertThat(MessageForm.isMessage(json(payload))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"n\":1}", "{\"envelope\":\"a letter\"}", "{\"headers\":{}}"})
  void whatHasNoneIsABody(String payload) {
    assertThat(MessageForm.isMessage(json(payload))).isFalse();
  }

  @Test
  void onlyAnObjectCanBeAMessage() {
    assertThat(MessageForm.isMessage(Json.MAPPER.createArrayNode().add("type"))).isFalse();
  }
}
