package io.mirrorneuron.wire.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.SchemaCheck;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Patterns of strangers' schemas mean what they should, and no search takes for ever. */
@Timeout(60)
class SchemaPatternsTest {
  private static JsonNode json(String text) {
    return Json.parseObject("{\"it\":" + text.replace('\'', '"') + "}", "test").get("it");
  }

  private static List<Fault> faults(String schema, String value) {
    return SchemaCheck.of((ObjectNode) json(schema)).faults(json(value), List.of());
  }

  @ParameterizedTest(name = "{0} of {1}: {2}")
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '"',
      value = {
        "{'pattern':'b+'} ~ 'abc' ~ true",
        "{'pattern':'^b'} ~ 'abc' ~ false",
        "{'pattern':'B'} ~ 'abc' ~ false",
        "{'pattern':'^b'} ~ 7 ~ true",
        "{'pattern':'^b','format':'date'} ~ '2026-01-01' ~ false",
        "{'pattern':'^2','format':'date'} ~ '2026-01-01' ~ true",
        "{'pattern':'^2','format':'date'} ~ '2026' ~ false",
        "{'pattern':'^2','format':'date','allOf':[{'maxLength':9}]} ~ '2026-01-01' ~ false",
        "{'properties':{'pattern':{'pattern':'^a$'}}} ~ {'pattern':'a'} ~ true",
        "{'properties':{'pattern':{'pattern':'^a$'}}} ~ {'pattern':'b'} ~ false",
        "{'const':{'pattern':'(?=a)'}} ~ {'pattern':'(?=a)'} ~ true",
        "{'default':{'pattern':'(?=a)'}} ~ 'b' ~ true",
        "{'anyOf':[{'pattern':'^a'},{'pattern':'^b'}]} ~ 'b' ~ true",
        "{'anyOf':[{'pattern':'^a'},{'pattern':'^b'}]} ~ 'c' ~ false",
        "{'not':{'pattern':'^a'}} ~ 'a' ~ false",
        "{'if':{'pattern':'^a'},'then':{'maxLength':1}} ~ 'ab' ~ false",
        "{'items':{'pattern':'^a'}} ~ ['a','b'] ~ false",
        "{'prefixItems':[{'pattern':'^a'}]} ~ ['b'] ~ false",
        "{'propertyNames':{'pattern':'^a'}} ~ {'a':1,'b':2} ~ false",
        "{'$ref':'#/$defs/x','$defs':{'x':{'pattern':'^a'}}} ~ 'b' ~ false",
        "{'$ref':'#/x-own/y','x-own':{'y':{'pattern':'^a'}}} ~ 'b' ~ false",
        "{'dependencies':{'a':{'properties':{'b':{'pattern':'^x'}}}}} ~ {'a':1,'b':'y'} ~ false",
        "{'patternProperties':{'^n_':{'type':'number'}}} ~ {'n_a':1,'b':'x'} ~ true",
        "{'patternProperties':{'^n_':{'type':'number'}}} ~ {'n_a':'x'} ~ false",
        "{'patternProperties':{'^n':{},'m$':{}},'additionalProperties':false} ~ {'na':1,'am':2} ~ true",
        "{'patternProperties':{'^n':{},'m$':{}},'additionalProperties':false} ~ {'na':1,'a':2} ~ false",
        "{'patternProperties':{'^n':{}},'unevaluatedProperties':false} ~ {'na':1,'a':2} ~ false",
        "{'patternProperties':{'^n':{'patternProperties':{'^m':{'pattern':'^x'}}}}} ~ {'n':{'m':'y'}} ~ false",
        "{'patternProperties':{'^a':{},'^b':{'type':'null'}}} ~ {'a':1,'b':1} ~ false",
        "{'pattern':'^[\\\\w-.]+$'} ~ 'a-b.c' ~ true",
        "{'pattern':'^\\\\d+$'} ~ '٤٢' ~ false",
        "{'pattern':'^\\\\w+$'} ~ 'é' ~ false",
        "{'pattern':'^\\\\W\\\\D\\\\S$'} ~ 'ééé' ~ true",
        "{'pattern':'^[^\\\\W\\\\d]+$'} ~ 'ab' ~ true",
        "{'pattern':'^[\\\\S]$'} ~ ' ' ~ false",
        "{'pattern':'^\\\\s$'} ~ '\u00a0' ~ true",
        "{'pattern':'^\\\\p{Lu}$'} ~ 'É' ~ true",
        "{'pattern':'^\\\\p{Script=Greek}$'} ~ 'λ' ~ true",
        "{'pattern':'^a$'} ~ 'a\\n' ~ false",
        "{'pattern':'^.$'} ~ '\\r' ~ false",
        "{'pattern':'^[^]$'} ~ '\\n' ~ true",
        "{'pattern':'^\\\\/\\\\u0041\\\\u{42}\\\\cJ$'} ~ '/AB\\n' ~ true",
        "{'pattern':'^(?<year>\\\\d{4})$'} ~ '2026' ~ true",
        "{'pattern':'^a{,2}$'} ~ 'a{,2}' ~ true",
        "{'pattern':'(?i)^porto$'} ~ 'Porto' ~ true",
      })
  void patternsMeanWhatJsonSchemaSays(String schema, String value, boolean fits) {
    assertThat(faults(schema, value).isEmpty()).isEqualTo(fits);
  }

  @Test
  void whatDoesNotFitIsToldInWordsOfTheAuthor() {
    assertThat(faults("{'properties':{'a':{'pattern':'^x','format':'date'}}}", "{'a':'y'}"))
        .extracting(Fault::type, Fault::loc, Fault::msg, Fault::input)
        .contains(
            org.assertj.core.groups.Tuple.tuple(
                "pattern_mismatch", List.of("a"), "String does not match pattern", "y"));
    assertThat(faults("{'patternProperties':{'^secret':false}}", "{'secrets':1,'other':2}"))
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.loc()).containsExactly("secrets");
              assertThat(fault.msg()).contains("matches pattern \"^secret\"");
            });
  }

  @Test
  void noSearchTakesForEver() {
    String evil = "'" + "a".repeat(10_000) + "b'";
    assertThat(faults("{'pattern':'^(a+)+$'}", evil)).hasSize(1);
    assertThat(faults("{'propertyNames':{'pattern':'^(a+)+$'}}", "{" + evil + ":1}")).isNotEmpty();
    String sets = "(?i)^[\\\\D\\\\W\\\\S][^\\\\D]\\\\D\\\\W\\\\S.[^]\\\\p{Cyrillic}$";
    assertThat(faults("{'pattern':'" + sets + "'}", "'a1a-bcdД'")).isEmpty();
    assertThat(faults("{'patternProperties':{'^(a|a)*$':false}}", "{" + evil + ":1}")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'pattern':'^(a+)+\\\\1b$'}",
        "{'pattern':'^(?<x>a)\\\\k<x>$'}",
        "{'patternProperties':{'^(a+)+\\\\1b$':{}}}",
        "{'anyOf':[{'items':{'pattern':'(?=a)b'}}]}",
        "{'patternProperties':{'^a':{'not':{'pattern':'(?<!a)b'}}}}",
        "{'dependencies':{'a':{'pattern':'(?!a)b'}}}",
        "{'x-own':{'y':{'pattern':'(?>a)'}}}",
        "{'pattern':'['}",
        "{'pattern':'(a{1000}){1000}'}",
        "{'$ref':'#/dependencies','dependencies':{'pattern':'^(a+)+$'}}",
        "{'$ref':'#/dependencies','dependencies':{'allOf':[{'pattern':'^(a+)+$'}]}}",
        "{'$ref':'#/dependencies','dependencies':{'properties':{'enum':{'pattern':'^(a+)+$'}}}}",
      })
  void aPatternThatCannotBeRunMakesTheSchemaUnusable(String schema) {
    assertThatThrownBy(() -> SchemaCheck.of((ObjectNode) json(schema)))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.error()).isEqualTo("unusable_schema"))
        .hasMessageMatching("the JSON Schema cannot be used: its (pattern|dependencies).*");
  }

  /** Neither do other places of a schema lead the validator to a pattern. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'$ref':'#/properties','properties':{'patternProperties':{'^(a|a)*\\\\1$':{}}}}",
        "{'$ref':'#/const','const':{'pattern':'^(a+)+\\\\1$'}}",
        "{'$ref':'#/x/0','x':[{'pattern':'^(a+)+\\\\1$'}]}",
        "{'$ref':'#/patternProperties/^a','patternProperties':{'^a':{}}}",
      })
  void whatIsNoSchemaIsNotReferredTo(String schema) {
    String evil = "{'" + "a".repeat(100) + "b':1}";
    assertThatThrownBy(() -> faults(schema, evil))
        .isInstanceOf(MnException.class)
        .hasMessageContaining("Unresolved $ref");
  }

  @Test
  void largeValuesAreCheckedUpToALimit() {
    ObjectNode many = Json.object();
    IntStream.range(0, 5000).forEach(i -> many.put("entry_" + i, "value"));
    SchemaCheck check =
        SchemaCheck.of(
            (ObjectNode)
                json(
                    "{'patternProperties':{'^entry_':{'pattern':'^v'}},'additionalProperties':false}"));
    assertThat(check.faults(many, List.of())).isEmpty();

    String text = "'" + "a".repeat(100_000) + "'";
    assertThatThrownBy(() -> faults("{'pattern':'^(a{1000}){10}b'}", text))
        .isInstanceOf(MnException.class)
        .hasMessageContaining("its patterns and the value are too long together");
  }
}
