package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.PublishedContract;
import io.mirrorneuron.testing.PublishedContract.Operation;
import io.vertx.core.json.JsonObject;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every example of the contract fits the schema beside it. */
class ResponseExamplesTest {
  private static final PublishedContract CONTRACT = PublishedContract.read();

  static Stream<Operation> operations() {
    return CONTRACT.operations().stream();
  }

  @ParameterizedTest
  @MethodSource("operations")
  void examplesOfAnswersFit(Operation operation) {
    for (String status : CONTRACT.statuses(operation)) {
      JsonObject response = CONTRACT.response(operation, status);
      response.getJsonObject("content").forEach(type -> assertFit(status, type.getValue()));
      response
          .getJsonObject("headers", new JsonObject())
          .forEach(header -> assertFit(header.getKey(), header.getValue()));
      for (Object example : problems(response)) {
        int reported = ((JsonObject) example).getInteger("status");
        assertThat(status).isIn(String.valueOf(reported), reported / 100 + "XX", "default");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void examplesOfRequestsFit(Operation operation) {
    CONTRACT
        .parameters(operation)
        .forEach(parameter -> assertFit(parameter.getString("name"), parameter));
    CONTRACT.body(operation).forEach(type -> assertFit(type.getKey(), type.getValue()));
  }

  @Test
  void theJudgeSeesWhatDoesNotFit() {
    JsonObject problem = new JsonObject("{\"$ref\":\"#/components/schemas/Problem\"}");
    JsonObject change = new JsonObject("{\"$ref\":\"#/components/schemas/StatusChange\"}");

    assertThat(CONTRACT.faults(problem, new JsonObject())).isNotEmpty();
    assertThat(CONTRACT.faults(change, new JsonObject("{\"status\":\"a\",\"job_id\":\"b\"}")))
        .isEmpty();
    assertThat(
            CONTRACT.faults(
                change, new JsonObject("{\"status\":\"a\",\"job_id\":\"b\",\"more\":1}")))
        .isNotEmpty();
  }

  private static Iterable<Object> problems(JsonObject response) {
    JsonObject problem =
        response.getJsonObject("content").getJsonObject("application/problem+json");
    return problem == null ? java.util.List.of() : PublishedContract.examples(problem).values();
  }

  private static void assertFit(String where, Object declared) {
    JsonObject object = (JsonObject) declared;
    PublishedContract.examples(object)
        .forEach(
            (name, example) ->
                assertThat(CONTRACT.faults(object.getJsonObject("schema"), example))
                    .as("%s, %s: %s", where, name, example)
                    .isEmpty());
  }
}
