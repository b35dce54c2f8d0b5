package io.mirrorneuron.runtime.manifest.reading;

import static io.mirrorneuron.runtime.manifest.ManifestTexts.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.workflow.StepGraph.Condition;
import io.mirrorneuron.runtime.workflow.StepGraph.Condition.Context;
import io.mirrorneuron.wire.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionsTest {
  private static final Context CONTEXT =
      new Context(
          json("{\"type\":\"order\",\"class\":\"event\",\"from\":\"shop\",\"to\":\"bank\"}"),
          json("{\"mn.workflow.attempt\":2,\"trace\":{\"id\":\"t\"}}"),
          json(
              "{\"n\":5,\"x\":1.0,\"s\":\"hello\",\"list\":[1,\"two\",{\"k\":[2.0]}],\"no\":null,"
                  + "\"big\":9007199254740993,\"o\":{\"a\":1},\"t\":true}"),
          json("{\"seen\":3}"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "${message.body.n} == 5 | true",
        "${payload.n}==5.0 | true",
        "${payload.x} == 1 | true",
        "${payload.n} != 5 | false",
        "${payload.n} > 4.9 | true",
        "${payload.n} >= 5 | true",
        "${payload.n}<5 | false",
        "${payload.n} <= 5e0 | true",
        "${payload.n} < 1e999 | true",
        "${payload.n}>-1 | true",
        "${payload.big} > 9007199254740992 | true",
        "${payload.s} == \"hello\" | true",
        "${payload.s} == 'hello' | true",
        "${payload.s} > 'a' | false",
        "${payload.s} < 'z' | false",
        "${payload.s} contains 'ell' | true",
        "${payload.s} contains 1 | false",
        "${payload.s} in [\"hello\", 3] | true",
        "${payload.s} in 'say hello' | true",
        "${payload.n} in [5.0] | true",
        "${payload.list} contains 1.0 | true",
        "${payload.list} contains {\"k\":[2]} | true",
        "${payload.list.2.k.0} == 2 | true",
        "${payload.list.3} exists | false",
        "${payload.list.x} exists | false",
        "${payload.list.-1} exists | false",
        "${payload.o} contains 'a' | true",
        "${payload.o} == {\"a\":1.0} | true",
        "${payload.t} == true | true",
        "${payload.t} > 0 | false",
        "${payload.s} exists | true",
        "${payload.s} exists false | false",
        "${payload.no} exists | false",
        "${payload.gone} exists false | true",
        "${payload.gone} == 1 | false",
        "${payload.gone} != 1 | true",
        "${payload.gone} < 1 | false",
        "${payload.gone} > 1 | false",
        "${payload.gone} == null | true",
        "${payload.no} == null | true",
        "${payload.gone} contains 1 | false",
        "${payload.gone} in [1] | false",
        "${payload.n.deeper} exists | false",
        "${message.type} == 'order' | true",
        "${message.class} == 'event' | true",
        "${message.from} == 'shop' | true",
        "${message.to} == 'bank' | true",
        "${message.headers.trace.id} == 't' | true",
        "${message.headers.mn.workflow.attempt} == 2 | true",
        "${state.seen} == 3 | true",
        "${agent_state.seen} == 3 | true",
        "${payload} exists | true"
      })
  void expressionsMeanWhatTheySay(String expression, boolean expected) {
    ObjectNode condition = Json.object().put("expr", expression);
    assertThat(Conditions.compile(condition).test(CONTEXT)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "{}", "[]"})
  void anEmptyConditionIsAlwaysTrue(String condition) {
    assertThat(Conditions.compile(json(condition))).isSameAs(Condition.ALWAYS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"path\":\"payload.n\",\"value\":5} | true",
        "{\"path\":\"payload.n\",\"op\":\"exists\"} | true",
        "{\"path\":\"payload.gone\",\"op\":\"!=\",\"value\":null} | false",
        "{\"not\":{\"path\":\"payload.n\",\"value\":5}} | false",
        "{\"all\":[]} | true",
        "{\"any\":[]} | false",
        "{\"not\":{}} | false",
        "{\"all\":[{},{\"expr\":\"${payload.n} > 4\"}]} | true",
        "{\"any\":[{\"expr\":\"${payload.n} > 5\"},{\"not\":{\"expr\":\"${payload.n} > 5\"}}]} | true"
      })
  void conditionsNest(String condition, boolean expected) {
    assertThat(Conditions.compile(json(condition)).test(CONTEXT)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | condition must be an object",
        "[1] | condition must be an object",
        "{\"op\":\"==\",\"value\":1} | condition.path is required",
        "{\"path\":3,\"value\":1} | condition.path must be a non-empty string",
        "{\"path\":\"payload.n\"} | condition.value needs a value to compare with",
        "{\"path\":\"body.n\",\"value\":1} | condition.path: path body.n must start with message.body",
        "{\"path\":\"message\",\"value\":1} | condition.path: path message must start with",
        "{\"path\":\"message.id\",\"value\":1} | condition.path: path message.id must start with",
        "{\"path\":\"payload..n\",\"value\":1} | condition.path: path payload..n must start with",
        "{\"path\":\"payload.n\",\"op\":\"=\",\"value\":1} | condition.op: unsupported operator =",
        "{\"path\":\"payload.n\",\"op\":7,\"value\":1} | condition.op must be a non-empty string",
        "{\"path\":\"payload.n\",\"operator\":\">\",\"value\":1} | condition.operator does not belong here",
        "{\"all\":[],\"any\":[]} | condition.all does not belong here",
        "{\"path\":\"payload.n\",\"op\":\"in\",\"value\":1} | condition.value must be a list or a string",
        "{\"path\":\"payload.n\",\"op\":\"exists\",\"value\":1} | condition.value must be a boolean",
        "{\"all\":{}} | condition.all must be a list",
        "{\"any\":null} | condition.any must be a list",
        "{\"not\":[1]} | condition.not must be an object",
        "{\"expr\":5} | condition.expr must be a non-empty string",
        "{\"expr\":\"payload.n == 1\"} | condition.expr must be \"${path} op literal\"",
        "{\"expr\":\"${payload.n} ~= 1\"} | condition.expr: unsupported operator ~=",
        "{\"expr\":\"${payload.n} like 1\"} | condition.expr: unsupported operator like",
        "{\"expr\":\"${payload.n} == urgent\"} | condition.expr must end with a JSON literal or 'text'",
        "{\"expr\":\"${payload.n} == 1 2\"} | condition.expr must end with a JSON literal or 'text'",
        "{\"expr\":\"${payload.n} ==\"} | condition.expr needs a value to compare with",
        "{\"any\":[{},{\"all\":[{\"expr\":\"x\"}]}]} | condition.any.1.all.0.expr must be"
      },
      quoteCharacter = '`')
  void badConditionsAreRefusedWithTheirPlace(String condition, String message) {
    MnException failure =
        catchThrowableOfType(MnException.class, () -> Conditions.compile(json(condition)));
    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID);
    assertThat(failure.getMessage()).contains(message);
  }

  @Test
  void allErrorsOfAConditionAreTold() {
    JsonNode condition =
        json("{\"all\":[{\"expr\":\"x\"},{\"path\":\"y\",\"op\":\"~\",\"value\":1}]}");
    MnException failure =
        catchThrowableOfType(MnException.class, () -> Conditions.compile(condition));
    assertThat(failure.validation().get("error_count").asInt()).isEqualTo(3);
  }

  @Test
  void aContextWithoutPartsHasNoValues() {
    Condition exists = Conditions.compile(json("{\"path\":\"state.x\",\"op\":\"exists\"}"));
    assertThat(exists.test(new Context(null, null, null, null))).isFalse();
    assertThat(exists.test(new Context(null, null, null, NullNode.getInstance()))).isFalse();
  }

  @Test
  void randomConditionsAgreeWithANaiveEvaluator() {
    Random random = new Random(20_260_612);
    int trueOnes = 0;
    for (int round = 0; round < 20_000; round++) {
      JsonNode body = Oracle.value(random, 3);
      ObjectNode condition = Oracle.condition(random, 3);
      Context context = new Context(Json.object(), Json.object(), body, MissingNode.getInstance());

      boolean expected = Oracle.holds(condition, body);
      boolean actual = Conditions.compile(condition).test(context);

      assertThat(actual).as("%s on %s", condition, body).isEqualTo(expected);
      trueOnes += expected ? 1 : 0;
    }
    assertThat(trueOnes).isBetween(4_000, 16_000);
  }

  /** The grammar once more, interpreted from its JSON on every call, with exact decimals. */
  private static final class Oracle {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> KEYS = List.of("a", "b", "0");
    private static final List<String> OPS =
        List.of("==", "!=", ">", ">=", "<", "<=", "contains", "in", "exists");

    static JsonNode value(Random random, int depth) {
      return switch (random.nextInt(depth > 0 ? 9 : 6)) {
        case 0 -> NODES.nullNode();
        case 1 -> NODES.booleanNode(random.nextBoolean());
        case 2 -> NODES.numberNode(random.nextInt(3));
        case 3 -> NODES.numberNode(random.nextInt(6) / 2.0);
        case 4 -> NODES.numberNode((long) random.nextInt(3));
        case 5 -> NODES.textNode(List.of("", "a", "b", "ab").get(random.nextInt(4)));
        case 6 -> {
          ArrayNode list = NODES.arrayNode();
          for (int i = random.nextInt(3); i > 0; i--) {
            list.add(value(random, depth - 1));
          }
          yield list;
        }
        default -> {
          ObjectNode object = NODES.objectNode();
          for (String key : KEYS) {
            if (random.nextBoolean()) {
              object.set(key, value(random, depth - 1));
            }
          }
          yield object;
        }
      };
    }

    static ObjectNode condition(Random random, int depth) {
      ObjectNode node = NODES.objectNode();
      int kind = depth > 0 ? random.nextInt(6) : 5;
      if (kind < 2) {
        ArrayNode list = node.putArray(kind == 0 ? "all" : "any");
        for (int i = random.nextInt(3); i >= 0; i--) {
          list.add(condition(random, depth - 1));
        }
      } else if (kind == 2) {
        node.set("not", condition(random, depth - 1));
      } else {
        comparison(random, node, kind == 3);
      }
      return node;
    }

    private static void comparison(Random random, ObjectNode node, boolean asExpression) {
      StringBuilder path = new StringBuilder(random.nextBoolean() ? "payload" : "message.body");
      for (int i = random.nextInt(3); i > 0; i--) {
        path.append('.').append(KEYS.get(random.nextInt(KEYS.size())));
      }
      String op = OPS.get(random.nextInt(OPS.size()));
      JsonNode value = value(random, 2);
      while (op.equals("in") && !value.isArray() && !value.isTextual()) {
        value = value(random, 2);
      }
      if (op.equals("exists")) {
        value = NODES.booleanNode(random.nextBoolean());
      }
      if (asExpression) {
        node.put("expr", "${" + path + "} " + op + " " + value);
      } else {
        node.put("path", path.toString()).put("op", op).set("value", value);
      }
    }

    static boolean holds(JsonNode condition, JsonNode body) {
      if (condition.has("all")) {
        boolean holds = true;
        for (JsonNode child : condition.get("all")) {
          holds &= holds(child, body);
        }
        return holds;
      }
      if (condition.has("any")) {
        boolean holds = false;
        for (JsonNode child : condition.get("any")) {
          holds |= holds(child, body);
        }
        return holds;
      }
      if (condition.has("not")) {
        return !holds(condition.get("not"), body);
      }
      if (condition.has("expr")) {
        String[] parts = condition.get("expr").textValue().split(" ", 3);
        String path = parts[0].substring(2, parts[0].length() - 1);
        return compare(find(path, body), parts[1], plain(json(parts[2])));
      }
      return compare(
          find(condition.get("path").textValue(), body),
          condition.get("op").textValue(),
          plain(condition.get("value")));
    }

    private static Object find(String path, JsonNode body) {
      String rest = path.replaceFirst("^(payload|message\\.body)\\.?", "");
      String pointer = rest.isEmpty() ? "" : "/" + rest.replace('.', '/');
      return plain(body.at(pointer));
    }

    /** Numbers as decimals without trailing zeros, so that equality is plain equality. */
    private static Object plain(JsonNode node) {
      if (node.isNumber()) {
        return new BigDecimal(node.asText()).stripTrailingZeros();
      }
      if (node.isArray()) {
        List<Object> list = new ArrayList<>();
        node.forEach(item -> list.add(plain(item)));
        return list;
      }
      if (node.isObject()) {
        var map = new java.util.HashMap<String, Object>();
        node.properties().forEach(member -> map.put(member.getKey(), plain(member.getValue())));
        return map;
      }
      return node.isTextual() ? node.textValue() : node.isBoolean() ? node.booleanValue() : null;
    }

    private static boolean compare(Object left, String op, Object right) {
      return switch (op) {
        case "==" -> java.util.Objects.equals(left, right);
        case "!=" -> !java.util.Objects.equals(left, right);
        case "contains" -> contains(left, right);
        case "in" -> contains(right, left);
        case "exists" -> (left != null) == (Boolean) right;
        default ->
            left instanceof BigDecimal a
                && right instanceof BigDecimal b
                && List.of(">", ">=", "<", "<=").contains(op)
                && ordered(a.compareTo(b), op);
      };
    }

    private static boolean ordered(int order, String op) {
      return op.startsWith(">") && order > 0
          || op.startsWith("<") && order < 0
          || op.endsWith("=") && order == 0;
    }

    private static boolean contains(Object whole, Object part) {
      return switch (whole) {
        case String text -> part instanceof String piece && text.contains(piece);
        case List<?> list -> list.contains(part);
        case java.util.Map<?, ?> map -> part instanceof String key && map.containsKey(key);
        case null, default -> false;
      };
    }
  }
}
