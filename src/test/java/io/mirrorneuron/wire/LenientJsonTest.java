package io.mirrorneuron.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LenientJsonTest {
  private record Inner(String word, int number) {}

  private record Told(
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
      JsonNode tree) {}

  private static Told read(String text) {
    return LenientJson.read(Json.parseObject(text.replace('\'', '"'), "text"), Told.class);
  }

  private static final Told NOTHING =
      new Told(null, null, 0, 0, 0, false, null, null, null, null, null);

  @Test
  void whatFitsIsTold() {
    Told told =
        read(
            "{'word':'w','count':5,'number':6,'big':7,'ratio':1.5,'is_on':true,'other':[{}],"
                + "'inner':{'word':'i','number':1},'words':['a','b'],'inners':[{'number':2}],"
                + "'by_name':{'n':{'word':'x'}},'tree':{'a':[1.50]}}");

    assertThat(told.inner).isEqualTo(new Inner("i", 1));
    assertThat(told.words).containsExactly("a", "b");
    assertThat(told.inners).containsExactly(new Inner(null, 2));
    assertThat(told.byName).containsExactly(Map.entry("n", new Inner("x", 0)));
    assertThat(told.tree.toString()).isEqualTo("{\"a\":[1.5]}");
    assertThat(List.of(told.word, told.count, told.number, told.big, told.ratio, told.isOn))
        .containsExactly("w", 5L, 6, 7L, 1.5, true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'a':[1]}", "[[2],{}]", "[]", "'  '", "''", "'x'", "null"})
  void whatDoesNotFitIsNotTold(String value) {
    String names =
        "word count number big ratio is_on inner words inners by_name".replace(" ", "':V,'");

    Told told = read("{'" + (names + "':V").replace("V", value) + "}");

    if (value.startsWith("{")) { // fits a record and a map, but nothing in them does
      assertThat(told.inner).isEqualTo(new Inner(null, 0));
      assertThat(told.byName).containsOnlyKeys("a");
    } else if (value.equals("[]")) {
      assertThat(told.words).isEmpty();
      assertThat(told.inner).isNull();
    } else if (value.startsWith("[")) {
      assertThat(told.words).containsExactly(null, null);
      assertThat(told.inners).containsExactly(null, new Inner(null, 0));
    } else {
      assertThat(told.inner).isNull();
      assertThat(told.words).isNull();
      assertThat(told.inners).isNull();
      assertThat(told.byName).isNull();
    }
    assertThat(told.word).isEqualTo(value.equals("'x'") ? "x" : null);
    assertThat(told.count).isNull();
    assertThat(told.number).isZero();
    assertThat(told.isOn).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "true", "1.5"})
  void valuesThatDoNotFitAreNotToldEither(String value) {
    Told told = read("{'word':V,'inner':V,'words':V,'by_name':V}".replace("V", value));

    assertThat(told).isEqualTo(NOTHING);
  }

  @Test
  void numbersMayComeAsTexts() {
    Told told = read("{'number':'6','big':'7','ratio':'x','count':'8'}");

    assertThat(told.number).isEqualTo(6);
    assertThat(told.big).isEqualTo(7);
    assertThat(told.ratio).isZero();
    assertThat(told.count).isNull();
  }

  @Test
  void nothingIsToldWhereThereIsNoObject() {
    assertThat(LenientJson.read(MissingNode.getInstance(), Told.class)).isEqualTo(NOTHING);
  }
}
