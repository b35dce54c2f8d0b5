package io.mirrorneuron.human;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormErrorTextTest {
  private static ObjectNode json(String text) {
    return Json.parseObject(text.replace('\'', '"'), "test");
  }

  private static SchemaForm form(String schema) {
    return new SchemaForm(json(schema));
  }

  private static List<Fault> faults(SchemaForm form, String values) {
    return FormErrorText.plain(form, form.faults(json(values)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'type':'integer'}                  | 'x'     | must be a whole number",
        "{'type':['number','null']}          | 'x'     | must be a number or nothing",
        "{'type':'boolean'}                  | 'x'     | must be yes or no (true or false)",
        "{'type':'string'}                   | 7       | must be a text",
        "{'minimum':100}                     | 50      | must be at least 100",
        "{'maximum':100}                     | 500     | must be at most 100",
        "{'exclusiveMinimum':100}            | 100     | must be more than 100",
        "{'exclusiveMaximum':100}            | 100     | must be less than 100",
        "{'multipleOf':5}                    | 7       | must be a multiple of 5",
        "{'enum':['travel','food']}          | 200     | must be one of: travel, food",
        "{'const':4}                         | 5       | must be 4",
        "{'minLength':3}                     | 'x'     | must have at least 3 characters",
        "{'maxLength':1}                     | 'xy'    | must have at most 1 character",
        "{'minItems':2}                      | [1]     | must have at least 2 elements",
        "{'maxItems':1}                      | [1,2]   | must have at most 1 element",
        "{'uniqueItems':true}                | [1,1]   | must not have the same element twice",
        "{'pattern':'^a'}                    | 'b'     | must fit the pattern of the form",
        "{'format':'date'}                   | 'b'     | must be a text of the form date",
        "{'anyOf':[{'type':'integer'},{'type':'null'}]} | 'b' | must be a whole number or nothing",
        "{'$ref':'#/$defs/money'}            | 2       | must be at least 3",
      })
  void whatIsWrongWithAValueIsSaidInPlainWords(String field, String value, String words) {
    SchemaForm form =
        form(
            "{'required':['other'],'properties':{'f':"
                + field
                + "},'$defs':{'money':{'minimum':3}}}");

    assertThat(FormErrorText.plain(form, form.faults("f", json("{'f':" + value + "}").get("f"))))
        .extracting(Fault::msg)
        .containsExactly(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'properties':{'cost_centre':{'type':'integer'},'note':{}}}",
        "{'properties':{'cost_centre':{'type':'integer'},'note':{}},'additionalProperties':false}",
      })
  void aMisspeltFieldIsReported(String schema) {
    assertThat(faults(form(schema), "{'cost_center':1,'x':2,'cost_centre':'much'}"))
        .extracting(Fault::sentence)
        .containsExactlyInAnyOrder(
            "body.cost_centre: must be a whole number",
            "body.cost_center: is no field of the form; did you mean cost_centre?",
            "body.x: is no field of the form; it has cost_centre, note");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'required':['n']}",
        "{'properties':{'n':{}},'additionalProperties':true}",
        "{'properties':{'n':{}},'additionalProperties':{'type':'integer'}}",
        "{'properties':{'n':{}},'patternProperties':{'^x':{}}}",
        "{'properties':{'n':{}},'allOf':[{'properties':{'extra':{}}}]}",
      })
  void aFormThatSpeaksOfOtherFieldsTakesThem(String schema) {
    assertThat(faults(form(schema), "{'n':1,'extra':2}")).isEmpty();
  }

  @Test
  void eachMissingFieldHasItsPlace() {
    assertThat(faults(form("{'required':['a','b'],'properties':{'a':{},'b':{}}}"), "{}"))
        .extracting(Fault::sentence)
        .containsExactly("body.a: is needed", "body.b: is needed");
  }
}
