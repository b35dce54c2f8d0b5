package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/event-bus.md} is written by this test from the contract, and from the program that
 * {@link OwnVertxAppIT} runs: run it with {@code -Dbus.docs=write}. Without, it fails when the file
 * is stale.
 */
class EventBusDocsTest {
  private static final Path FILE = Path.of("docs/event-bus.md");
  private static final Path HEAD = Path.of("src/test/resources/event-bus-head.md");
  private static final Path PROGRAM = Path.of("src/test/java/io/mirrorneuron/app/OwnVertxApp.java");
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

  private final JsonObject contract = contract();

  private static JsonObject contract() {
    try (InputStream in =
        EventBusDocsTest.class.getResourceAsStream("/openapi/mirrorneuron.json")) {
      return new JsonObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theReferenceOfTheBusIsUpToDate() throws IOException {
    StringBuilder document = new StringBuilder(Files.readString(HEAD));
    areas().forEach((tag, operations) -> area(document, tag, operations));
    document.append("\n## A program of your own\n\n```java\n").append(program()).append("```\n");

    if ("write".equals(System.getProperty("bus.docs"))) {
      Files.writeString(FILE, document);
    }
    assertThat(FILE)
        .as("run this test with -Dbus.docs=write after a change of the contract")
        .hasContent(document.toString());
  }

  /** Without the line that says in which package it is here. */
  private static String program() throws IOException {
    return Files.readString(PROGRAM).replaceFirst("package [^;]+;\n\n", "");
  }

  /** Operations by tag that go over the bus. */
  private Map<String, List<JsonObject>> areas() {
    Map<String, List<JsonObject>> areas = new TreeMap<>();
    for (var path : contract.getJsonObject("paths")) {
      for (var operation : (JsonObject) path.getValue()) {
        if (METHODS.contains(operation.getKey())) {
          JsonObject reported = (JsonObject) operation.getValue();
          boolean isHere =
              !reported.containsKey("x-mn-socket")
                  && !"raw".equals(reported.getString("x-mn-body"))
                  && !tag(reported).equals("gateway");
          if (isHere) {
            areas.computeIfAbsent(tag(reported), tag -> new ArrayList<>()).add(reported);
          }
        }
      }
    }
    return areas;
  }

  private static String tag(JsonObject operation) {
    return operation.getJsonArray("tags").getString(0);
  }

  private void area(StringBuilder document, String tag, List<JsonObject> operations) {
    document
        .append("\n### `mn.%s@NODE`\n\n".formatted(tag))
        .append("| `op` | Role | Message | Answer | |\n|---|---|---|---|---|\n");
    for (JsonObject operation : operations) {
      document.append(
          "| `%s` | %s | %s | %s | %s |\n"
              .formatted(
                  operation.getString("operationId"),
                  operation.getString("x-mn-role", "none"),
                  message(operation),
                  answer(operation),
                  operation.getString("summary") + followed(operation)));
    }
  }

  private String message(JsonObject operation) {
    List<String> fields = new ArrayList<>();
    for (Object each : operation.getJsonArray("parameters", new JsonArray())) {
      JsonObject parameter = resolved((JsonObject) each);
      String name = "`" + parameter.getString("name") + "`";
      fields.add(parameter.getBoolean("required", false) ? "**%s**".formatted(name) : name);
    }
    if ("upload".equals(operation.getString("x-mn-body"))) {
      fields.add("**`$upload`**");
    } else if (operation.containsKey("requestBody")) {
      JsonObject body = resolved(operation.getJsonObject("requestBody"));
      String field =
          "`$body`: " + schema(body.getJsonObject("content").getJsonObject("application/json"));
      fields.add(body.getBoolean("required", false) ? "**`$body`**" + field.substring(7) : field);
    }
    return fields.isEmpty() ? "" : String.join(", ", fields);
  }

  private String answer(JsonObject operation) {
    if ("file".equals(operation.getString("x-mn-answer"))) {
      return "a file";
    }
    JsonObject responses = operation.getJsonObject("responses");
    return responses.fieldNames().stream()
        .filter(status -> status.startsWith("2") && !status.equals("206"))
        .map(status -> answer(status, resolved(responses.getJsonObject(status))))
        .collect(Collectors.joining(", "));
  }

  private String answer(String status, JsonObject response) {
    JsonObject content = response.getJsonObject("content", new JsonObject());
    String types =
        content.fieldNames().stream()
            .filter(type -> !type.equals("text/event-stream"))
            .map(
                type ->
                    type.equals("application/json")
                        ? schema(content.getJsonObject(type))
                        : "`" + type + "`")
            .collect(Collectors.joining(" or "));
    String reported = types.isEmpty() ? "nothing" : types;
    return status.equals("202") ? reported + " with header `accepted`" : reported;
  }

  private static String schema(JsonObject media) {
    String name = media.getJsonObject("schema", new JsonObject()).getString("$ref", "");
    return name.isEmpty() ? "JSON" : "`" + name.substring(name.lastIndexOf('/') + 1) + "`";
  }

  private JsonObject resolved(JsonObject node) {
    String reference = node.getString("$ref");
    if (reference == null) {
      return node;
    }
    JsonObject found = contract;
    for (String step : reference.substring(2).split("/")) {
      found = found.getJsonObject(step);
    }
    return found;
  }

  private static String followed(JsonObject operation) {
    JsonObject stream = operation.getJsonObject("x-mn-stream");
    return stream == null
        ? ""
        : ". **To be followed**: cursor `%s`".formatted(stream.getString("cursor"));
  }
}
