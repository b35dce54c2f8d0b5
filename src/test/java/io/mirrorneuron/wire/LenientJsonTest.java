package io.mirrorneuron.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LenientJsonTest {
  private record Inner(String word, int number) {}

  private record Fields(
      String word,
      Long count,
      int number,
      long big,
      double ratio,
      boolean isOn,
      Inner inner,
      List<String> words,
      List<Inner> inners,
      Map<String, Inner> byName,
      @JsonProperty("Tree") JsonNode tree) {}

  private static final String NAMES =
      "word count number big ratio is_on inner words inners by_name Tree";

  private static final Fields NOTHING =
      new Fields(null, null, 0, 0, 0, false, null, List.of(), List.of(), Map.of(), null);

  private static ObjectNode json(String text) {
    return Json.parseObject(text.replace('\'', '"'), "text");
  }

  private static Fields read(String text) {
    return LenientJson.read(json(text), Fields.class);
  }

  /** With one value for each member. */
  private static Fields all(String value) {
    return read("{'" + NAMES.replace(" ", "':" + value + ",'") + "':" + value + "}");
  }

  @Test
  void whatFitsIsReported() {
    ObjectNode json =
        json(
            "{'word':'w','count':5,'number':6,'big':7,'ratio':1.5,'is_on':true,'other':[{}],"
                + "'inner':{'word':'i','number':1},'words':['a','b'],'inners':[{'number':2}],"
                + "'by_name':{'n':{'word':'x'}},'Tree':{'a':[1.50]}}");

    Fields reported = LenientJson.read(json, Fields.class);

    assertThat(reported)
        .isEqualTo(
            new Fields(
                "w",
                5L,
                6,
                7,
                1.5,
                true,
                new Inner("i", 1),
                List.of("a", "b"),
                List.of(new Inner(null, 2)),
                Map.of("n", new Inner("x", 0)),
                json.get("Tree")));
    assertThat(reported.tree).isSameAs(json.get("Tree"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "''", "'  '", "[]", "{}"})
  void emptyValuesTellNothing(String value) {
    Fields reported = all(value);

    assertThat(reported)
        .usingRecursiveComparison()
        .ignoringFields("tree", "inner")
        .isEqualTo(NOTHING);
    assertThat(reported.inner).isEqualTo(value.equals("{}") ? new Inner(null, 0) : null);
  }

  @Test
  void membersOfAnotherTypeAreNotTold() {
    assertThat(all("'x'"))
        .usingRecursiveComparison()
        .ignoringFields("tree", "word")
        .isEqualTo(NOTHING);
    assertThat(all("[[2],'a',{}]"))
        .usingRecursiveComparison()
        .ignoringFields("tree")
        .isEqualTo(
            new Fields(
                null,
                null,
                0,
                0,
                0,
                false,
                null,
                List.of("a"),
                List.of(new Inner(null, 0)),
                Map.of(),
                null));
  }

  @Test
  void numbersMayComeAsTexts() {
    Fields reported = read("{'number':'6','big':'7','ratio':'x','count':'8'}");

    assertThat(reported.number).isEqualTo(6);
    assertThat(reported.big).isEqualTo(7);
    assertThat(reported.ratio).isZero();
    assertThat(reported.count).isNull();
  }

  @Test
  void nothingIsToldWhereThereIsNoObject() {
    assertThat(LenientJson.read(MissingNode.getInstance(), Fields.class)).isEqualTo(NOTHING);
  }
}
