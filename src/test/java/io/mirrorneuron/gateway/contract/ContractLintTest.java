package io.mirrorneuron.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.gateway.contract.bundle.ContractBundle;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every operation of the contract must have beyond what the start-up check demands. */
class ContractLintTest {
  private static final Set<String> MAY_HAVE_NULLS =
      Set.of("example", "examples", "default", "const", "enum");

  @TempDir static Path folder;

  record Declared(JsonObject document, String method, String path, JsonObject operation) {
    @Override
    public String toString() {
      return operation.getString("operationId");
    }

    JsonObject resolved(JsonObject node) {
      String ref = node.getString("$ref");
      if (ref == null) {
        return node;
      }
      JsonObject at = document;
      for (String step : ref.substring(2).split("/")) {
        at = at.getJsonObject(step);
      }
      return at;
    }
  }

  static Stream<Declared> operations() throws IOException {
    return Stream.concat(
        in(Documents.real()), in(example()).filter(declared -> declared.path().contains("greet")));
  }

  private static Stream<Declared> in(JsonObject document) {
    List<Declared> all = new ArrayList<>();
    Contract.visit(
        document, (path, method, op) -> all.add(new Declared(document, method, path, op)));
    return all.stream();
  }

  /** The contract with the area that {@code docs/CONTRIBUTING.md} adds. */
  private static JsonObject example() throws IOException {
    String page = Files.readString(Path.of("docs/CONTRIBUTING.md"));
    Matcher block = Pattern.compile("(?s)```yaml\n(.*?)```").matcher(page);
    assertThat(block.find()).isTrue();
    Files.createDirectories(folder.resolve("areas"));
    Files.writeString(folder.resolve("areas/greetings.yaml"), block.group(1).stripIndent());
    String head = Files.readString(Path.of("openapi/mirrorneuron.yaml"));
    Files.writeString(
        folder.resolve("mirrorneuron.yaml"),
        head.replaceFirst(
            "\ntags:\n", "\ntags:\n  - name: greetings\n    description: Greetings\n"));
    try (Stream<Path> areas = Files.list(Path.of("openapi/areas"))) {
      for (Path area : areas.toList()) {
        Files.copy(
            area,
            folder.resolve("areas").resolve(area.getFileName()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return new JsonObject(ContractBundle.of(folder).json());
  }

  /** A text with a comma that nobody quoted ends at the comma; the rest becomes a member. */
  @Test
  void noDescriptionIsCutAtAComma() {
    assertThat(withoutValue("#", Documents.real())).isEmpty();
    JsonObject cut =
        new JsonObject("{\"a\":{\"description\":\"What happened\",\"in the words of it.\":null}}");
    assertThat(withoutValue("#", cut)).containsExactly("#/a/in the words of it.");
  }

  /** Members without a value, but for those of examples and the like. */
  private static List<String> withoutValue(String at, Object node) {
    List<String> found = new ArrayList<>();
    if (node instanceof JsonObject object) {
      for (String name : object.fieldNames()) {
        Object value = object.getValue(name);
        String path = at + "/" + name;
        if (value == null) {
          found.add(path);
        } else if (!MAY_HAVE_NULLS.contains(name) || at.endsWith("/properties")) {
          found.addAll(withoutValue(path, value));
        }
      }
    } else if (node instanceof JsonArray list) {
      for (int i = 0; i < list.size(); i++) {
        found.addAll(withoutValue(at + "/" + i, list.getValue(i)));
      }
    }
    return found;
  }

  @ParameterizedTest
  @MethodSource("operations")
  void hasASummaryOneTagOneSuccessAndAProblemForTheRest(Declared declared) {
    JsonObject operation = declared.operation();
    assertThat(operation.getString("summary")).as("summary of %s", declared).isNotBlank();
    assertThat(ApiOperation.tags(operation)).as("tags of %s", declared).hasSize(1);
    assertThat(ApiOperation.successes(operation)).as("good answers of %s", declared).hasSize(1);
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
      assertThat(responses.fieldNames())
          .as("answers of %s, which needs a role", declared)
          .contains("401", "403", "421");
      assertThat(operation.containsKey("security")).as("its role is shown to readers").isTrue();
    }
    for (String status : responses.fieldNames()) {
      boolean isBeside = status.equals("206") || status.equals("202");
      if (!ApiOperation.successes(operation).contains(status) && !isBeside) {
        JsonObject content =
            declared.resolved(responses.getJsonObject(status)).getJsonObject("content");
        assertThat(content.fieldNames()).containsExactly("application/problem+json");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void hasExamplesOfItsParametersBodyAndAnswers(Declared declared) {
    JsonObject operation = declared.operation();
    for (Object parameter : operation.getJsonArray("parameters", new JsonArray())) {
      JsonObject found = declared.resolved((JsonObject) parameter);
      assertThat(found.containsKey("example"))
          .as("%s: parameter %s has an example", declared, found.getString("name"))
          .isTrue();
    }
    if (operation.containsKey("requestBody")) {
      assertExamples(declared.resolved(operation.getJsonObject("requestBody")));
    }
    JsonObject responses = operation.getJsonObject("responses");
    responses
        .fieldNames()
        .forEach(status -> assertExamples(declared.resolved(responses.getJsonObject(status))));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void namesNoParameterTwiceAndNoneThatTheEnvelopeUses(Declared declared) {
    List<String> names =
        declared.operation().getJsonArray("parameters", new JsonArray()).stream()
            .map(parameter -> declared.resolved((JsonObject) parameter).getString("name"))
            .toList();
    assertThat(names).doesNotHaveDuplicates().noneMatch(name -> name.startsWith("$"));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void readsOnlyMediaTypesThatTheGatewayReads(Declared declared) {
    if (declared.operation().containsKey("requestBody")) {
      Set<String> types =
          declared
              .resolved(declared.operation().getJsonObject("requestBody"))
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
}
