package io.mirrorneuron.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every operation of the contract must have beyond what the start-up check demands. */
class ContractLintTest {
  private static final JsonObject DOCUMENT = Documents.real();

  record Declared(String method, String path, JsonObject operation) {
    @Override
    public String toString() {
      return operation.getString("operationId");
    }
  }

  static Stream<Declared> operations() {
    List<Declared> all = new ArrayList<>();
    Contract.visit(DOCUMENT, (path, method, op) -> all.add(new Declared(method, path, op)));
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("operations")
  void hasASummaryOneTagOneSuccessAndAProblemForTheRest(Declared declared) {
    JsonObject operation = declared.operation();
    assertThat(operation.getString("summary")).isNotBlank();
    assertThat(ApiOperation.tags(operation)).hasSize(1);
    assertThat(ApiOperation.successes(operation)).hasSize(1);
    JsonObject responses = operation.getJsonObject("responses");
    if (operation.containsKey("x-mn-socket")) {
      assertThat(responses.fieldNames())
          .as("generators take default for the good answer where there is no 2xx")
          .contains("4XX", "5XX")
          .doesNotContain("default");
    } else {
      assertThat(responses.fieldNames()).contains("default");
    }
    if (operation.containsKey("x-mn-role")) {
      assertThat(responses.fieldNames()).contains("401", "403", "421");
      assertThat(operation.containsKey("security")).as("its role is shown to readers").isTrue();
    }
    for (String status : responses.fieldNames()) {
      if (!ApiOperation.successes(operation).contains(status) && !status.equals("206")) {
        JsonObject content = resolved(responses.getJsonObject(status)).getJsonObject("content");
        assertThat(content.fieldNames()).containsExactly("application/problem+json");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void hasExamplesOfItsParametersBodyAndAnswers(Declared declared) {
    JsonObject operation = declared.operation();
    for (Object parameter : operation.getJsonArray("parameters", new JsonArray())) {
      JsonObject found = resolved((JsonObject) parameter);
      assertThat(found.containsKey("example")).as(found.getString("name")).isTrue();
    }
    if (operation.containsKey("requestBody")) {
      assertExamples(resolved(operation.getJsonObject("requestBody")));
    }
    JsonObject responses = operation.getJsonObject("responses");
    responses
        .fieldNames()
        .forEach(status -> assertExamples(resolved(responses.getJsonObject(status))));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void namesNoParameterTwiceAndNoneThatTheEnvelopeUses(Declared declared) {
    List<String> names =
        declared.operation().getJsonArray("parameters", new JsonArray()).stream()
            .map(parameter -> resolved((JsonObject) parameter).getString("name"))
            .toList();
    assertThat(names).doesNotHaveDuplicates().noneMatch(name -> name.startsWith("$"));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void readsOnlyMediaTypesThatTheGatewayReads(Declared declared) {
    if (declared.operation().containsKey("requestBody")) {
      Set<String> types =
          resolved(declared.operation().getJsonObject("requestBody"))
              .getJsonObject("content")
              .fieldNames();
      assertThat(types).containsAnyOf("application/json", "multipart/form-data").hasSize(1);
    }
  }

  private static void assertExamples(JsonObject withContent) {
    JsonObject content = withContent.getJsonObject("content");
    for (String type : content.fieldNames()) {
      assertThat(content.getJsonObject(type).fieldNames()).containsAnyOf("example", "examples");
    }
  }

  private static JsonObject resolved(JsonObject node) {
    String ref = node.getString("$ref");
    if (ref == null) {
      return node;
    }
    JsonObject at = DOCUMENT;
    for (String step : ref.substring(2).split("/")) {
      at = at.getJsonObject(step);
    }
    return at;
  }
}
