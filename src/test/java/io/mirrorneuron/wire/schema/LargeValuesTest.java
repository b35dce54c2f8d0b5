package io.mirrorneuron.wire.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.SchemaCheck;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.SchemaRepository;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values and schemas of strangers that would keep a validator busy for ever, or fill the heap. */
@Timeout(120)
@Proof.Limits
class LargeValuesTest {
  private static final List<Object> ROOT = List.of("body");

  private static JsonNode json(String text) {
    return Json.parseObject("{\"x\":" + text.replace('\'', '"') + "}", "a test").get("x");
  }

  private static List<Fault> faults(String schema, JsonNode value) {
    return SchemaCheck.of((ObjectNode) json(schema)).faults(value, ROOT);
  }

  private static JsonNode list(int size, IntFunction<JsonNode> item) {
    ArrayNode list = Json.MAPPER.createArrayNode();
    IntStream.range(0, size).mapToObj(item).forEach(list::add);
    return list;
  }

  private static JsonNode in(String member, JsonNode value) {
    return Json.object().set(member, value);
  }

  private static JsonNode objects(int size) {
    return list(size, _ -> Json.object());
  }

  // ---- faults

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'array','items':{'type':'string'}}",
        "{'$ref':'#/$defs/a','$defs':{'a':{'items':{'$ref':'#/$defs/b'}},'b':{'type':'string'}}}",
        "{'allOf':[{'minItems':1},{'items':{'allOf':[{'type':'string'}]}}]}",
        "{'prefixItems':[{'type':'string'}],'items':{'type':'string'}}",
      })
  void theFirstHundredFaultsAreToldAndThatThereAreMore(String schema) {
    List<Fault> faults = faults(schema, objects(100_000));
    assertThat(faults).hasSize(101);
    assertThat(faults.get(99))
        .isEqualTo(
            new Fault(
                "type_error",
                List.of("body", "99"),
                "Instance type object is invalid. Expected string",
                null));
    assertThat(faults.getLast())
        .isEqualTo(
            new Fault("too_many_faults", ROOT, "there are more faults than these 100", null));
  }

  @Test
  void smallValuesHaveNoMoreFaultsEither() {
    String schema = "{'items':{'type':'string'}}";
    assertThat(faults(schema, objects(100))).hasSize(100);
    assertThat(faults(schema, objects(101))).hasSize(101);
    assertThat(faults(schema, objects(1_000)).getLast().type()).isEqualTo("too_many_faults");
  }

  @Test
  void whatIsWrongFarBehindInALargeValueIsTold() {
    JsonNode rows = list(200_000, i -> Json.object().put("id", i).put("name", "n" + i));
    ((ObjectNode) rows.get(199_999)).remove("id");
    ((ObjectNode) rows.get(150_000)).put("name", 5).put("other", 1);
    String row =
        "{'type':'object','required':['id'],'properties':{'name':{'type':'string'},'id':{}},'additionalProperties':false}";
    assertThat(
            faults(
                "{'properties':{'rows':{'type':'array','maxItems':9,'items':" + row + "}}}",
                in("rows", rows)))
        .extracting(Fault::sentence)
        .containsExactlyInAnyOrder(
            "body.rows: Array has too many items ( + 200000 > 9)",
            "body.rows.150000.name: Instance type number is invalid. Expected string",
            "body.rows.150000.name: Property \"name\" does not match additional properties schema",
            "body.rows.150000.other: Property \"other\" does not match additional properties schema",
            "body.rows.199999: member \"id\" is required");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'items':false} | items",
        "{'items':{'enum':[1,2]}} | literal_error",
        "{'anyOf':[{'items':{'type':'string'}},{'items':{'type':'null'}}]} | value_error",
        "{'not':{}} | value_error",
        "{'contains':{'type':'string'}} | value_error",
        "{'unevaluatedItems':{'type':'string'}} | value_error",
        "{'unevaluatedItems':false} | value_error",
        "{'items':{'anyOf':[{'type':'string'},{'type':'null'}]}} | type_error",
        "{'items':{'required':['a','b']}} | missing",
      })
  void eachKeywordTellsOfALargeValue(String schema, String type) {
    assertThat(faults(schema, objects(100_000)).getFirst().type()).isEqualTo(type);
  }

  @Test
  void membersOfLargeObjectsAreCheckedOneByOne() {
    ObjectNode many = Json.object();
    IntStream.range(0, 100_000).forEach(i -> many.put("m" + i, i));
    assertThat(faults("{'additionalProperties':false}", many)).hasSize(101);
    assertThat(faults("{'propertyNames':{'maxLength':2}}", many))
        .extracting(Fault::type)
        .containsExactly("value_error");
    assertThat(faults("{'properties':{'m5':{'type':'string'}}}", many))
        .extracting(Fault::sentence)
        .containsExactly("body.m5: Instance type number is invalid. Expected string");
  }

  // ---- uniqueItems

  private static final String UNIQUE = "{'uniqueItems':true,'items':{'type':'integer'}}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'properties':{'a':%s}}",
        "{'$ref':'#/$defs/o','$defs':{'o':{'properties':{'a':{'$ref':'#/$defs/u'}}},'u':%s}}",
        "{'allOf':[{'properties':{'a':{'allOf':[%s]}}}]}",
        "{'properties':{'a':{'format':'email','allOf':[%s]}}}",
        "{'if':{'required':['a']},'then':{'additionalProperties':%s}}",
      })
  void manyItemsAreComparedInLittleTime(String outer) {
    String schema = outer.formatted(UNIQUE);
    JsonNode numbers = list(200_000, Json.MAPPER.getNodeFactory()::numberNode);
    assertThat(faults(schema, in("a", numbers))).isEmpty();
    ((ArrayNode) numbers).set(150_000, Json.MAPPER.getNodeFactory().numberNode(77));
    assertThat(faults(schema, in("a", numbers))).isNotEmpty();
    if (!outer.contains("if")) {
      assertThat(faults(schema, in("a", numbers)))
          .containsExactly(
              new Fault(
                  "uniqueItems",
                  List.of("body", "a"),
                  "Duplicate items at indexes 77 and 150000",
                  null));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[3,1,2,1,3] | 0 and 4",
        "[1,1.0] | 0 and 1",
        "[100,1e2] | 0 and 1",
        "[{'a':1,'b':[2]},0,{'b':[2.0],'a':1}] | 0 and 2",
        "[null,'x',null] | 0 and 2",
        "[[],[]] | 0 and 1",
        "['a',0,'a','a'] | 0 and 2",
      })
  void theFirstItemThatIsThereTwiceIsNamed(String value, String indexes) {
    assertThat(faults("{'uniqueItems':true}", json(value)))
        .containsExactly(
            new Fault("uniqueItems", ROOT, "Duplicate items at indexes " + indexes, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[1,'1',true,'true',null,'null']",
        "[[1],[[1]],[1,1]]",
        "[{'a':1},{'a':2},{'b':1}]",
        "[['a','b'],['ab'],['a\\',\\'b']]",
        "[0,false,'',[],{}]",
        "{'a':1}",
      })
  void whatIsNotEqualIsUnique(String value) {
    assertThat(faults("{'uniqueItems':true}", json(value.replace("\\'", "")))).isEmpty();
    assertThat(faults("{'uniqueItems':false}", json("[1,1]"))).isEmpty();
  }

  // ---- schemas that are never done

  @Test
  void aSchemaThatMultipliesItsWorkIsRefused() {
    ObjectNode schema = doubling("allOf", 14);
    schema.putObject("items").put("$ref", schema.remove("$ref").textValue());
    JsonNode numbers = list(1_000, IntNode::valueOf);
    assertThatThrownBy(() -> SchemaCheck.of(schema).faults(numbers, ROOT))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.error()).isEqualTo("unusable_schema"))
        .hasMessageContaining("checking this value with it takes too long");
  }

  @Test
  void aSchemaThatLooksAtTheSameValueWithoutEndIsRefused() {
    String name = "n".repeat(40_000);
    assertThatThrownBy(
            () ->
                faults(
                    "{'dependentSchemas':{'%s':{'$ref':'#'}}}".formatted(name),
                    Json.object().put(name, 1)))
        .hasMessageContaining("it refers to itself without end");
    ObjectNode schema = Json.object();
    ObjectNode all = schema.putObject("$defs");
    for (int i = 0; i < 1_000; i++) {
      all.putObject("s" + i).putArray("allOf").addObject().put("$ref", "#/$defs/s" + (i + 1));
    }
    all.putObject("s1000");
    assertThatThrownBy(() -> SchemaCheck.of(schema))
        .hasMessageContaining("it looks at the same value again and again");
    assertThat(faults("{'items':{'$ref':'#'},'type':'array'}", json("[[[]],[]]"))).isEmpty();
  }

  @Test
  void aSchemaThatLooksTooOftenIsRefusedBeforeAValueComes() {
    assertThatThrownBy(() -> SchemaCheck.of(doubling("anyOf", 29)))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.error()).isEqualTo("unusable_schema"))
        .hasMessageContaining("it looks at one value more than 1000000 times");
    assertThat(SchemaCheck.of(doubling("anyOf", 10)).faults(json("1"), ROOT)).isEmpty();
  }

  /** Each of its schemas refers to the next one twice. */
  private static ObjectNode doubling(String keyword, int times) {
    ObjectNode schema = Json.object().put("$ref", "#/$defs/s0");
    ObjectNode all = schema.putObject("$defs");
    for (int i = 0; i < times; i++) {
      ArrayNode either = all.putObject("s" + i).putArray(keyword);
      either.addObject().put("$ref", "#/$defs/s" + (i + 1));
      either.addObject().put("$ref", "#/$defs/s" + (i + 1));
    }
    all.putObject("s" + times).put("type", "integer");
    return schema;
  }

  @Test
  void manySchemasOfLargeValuesTakeBoundedMemory() {
    ObjectNode schema = Json.object();
    ObjectNode properties = schema.putObject("properties");
    ObjectNode value = Json.object();
    for (int i = 0; i < 20_000; i++) {
      properties.putObject("p" + i).putObject("items").put("type", "string");
      value.putArray("p" + i).add("x");
    }
    value.putArray("p19999").add(1);
    assertThat(SchemaCheck.of(schema).faults(value, ROOT)).isNotEmpty();
  }

  @Test
  void aLargeListOfObjectsToChooseFromEndsInTime() {
    ObjectNode schema = Json.object();
    ArrayNode choices = schema.putObject("items").putArray("enum");
    IntStream.range(0, 100_000).forEach(i -> choices.addObject().put("a", i));
    assertThatThrownBy(
            () ->
                SchemaCheck.of(schema).faults(list(100_000, i -> Json.object().put("a", i)), ROOT))
        .hasMessageContaining("takes too long");
    assertThat(SchemaCheck.of(schema).faults(objects(100_000), ROOT)).isNotEmpty();
  }

  @Test
  void aSchemaThatNeedsMuchMemoryIsRefused() {
    String longName = "n".repeat(40_000);
    ObjectNode schema = Json.object();
    ObjectNode inner = schema.putObject("properties").putObject(longName);
    IntStream.range(0, 10_000).forEach(i -> inner.putObject("x" + i));
    assertThatThrownBy(() -> SchemaCheck.of(schema))
        .hasMessageContaining("its names are too long together");
    assertThatThrownBy(() -> faults("{'anyOf':[" + "true,".repeat(60) + "true]}", Json.object()))
        .hasMessageContaining("its anyOf has more than 50 times true or false");
    assertThatThrownBy(() -> faults("{'uniqueItems':1}", Json.object()))
        .hasMessageContaining("its uniqueItems must be true or false");
  }

  // ---- schemas of the program

  @Test
  void theProgramsOwnSchemasAreCheckedInPartsToo() {
    JsonSchema schema =
        JsonSchema.of(
            new JsonObject(
                "{'type':'object','required':['ids'],'properties':{'ids':{'type':'array','maxItems':10,'uniqueItems':true,'items':{'type':'string'}}}}"
                    .replace('\'', '"')));
    SchemaCheck check =
        new SchemaCheck(
            SchemaRepository.create(Validators.options(OutputFormat.Flag)).dereference(schema),
            schema);
    JsonNode texts =
        list(400_000, i -> Json.MAPPER.getNodeFactory().textNode(String.valueOf(i % 399_999)));
    assertThat(check.faults(new JsonObject(Json.write(in("ids", texts))), ROOT, null))
        .extracting(Fault::type, Fault::msg)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                "too_long", "Array has too many items ( + 400000 > 10)"),
            org.assertj.core.groups.Tuple.tuple(
                "uniqueItems", "Duplicate items at indexes 0 and 399999"));
    assertThat(check.faults(new JsonObject(Json.write(in("ids", objects(400_000)))), ROOT, null))
        .hasSize(101);
  }
}
