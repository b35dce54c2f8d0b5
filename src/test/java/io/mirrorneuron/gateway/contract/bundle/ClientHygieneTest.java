package io.mirrorneuron.gateway.contract.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What makers of clients may rely on: names for all that becomes a type, a helper for all else. */
class ClientHygieneTest {
  private static final Set<String> NO_SCHEMAS =
      Set.of("example", "examples", "default", "const", "enum");
  private static final Pattern MEMBER = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*");

  /** What at least one of Python, TypeScript and Java cannot call a member or an argument. */
  private static final Set<String> RESERVED =
      Set.of(
          ("and as assert async await break class continue def del elif else except finally for from"
                  + " global if import in is lambda nonlocal not or pass raise return try while with"
                  + " yield abstract boolean byte case catch char const default do double enum"
                  + " extends final float goto implements instanceof int interface long native new"
                  + " package private protected public short static super switch synchronized this"
                  + " throw throws transient void volatile null true false function var let typeof"
                  + " delete export")
              .split(" "));

  /** Methods of every object, after which no component of a record of Java may be called. */
  private static final Set<String> OF_OBJECTS = Set.of("clone", "finalize", "notify", "wait");

  /** Words of the original's clients, which stay; ADR 45 says what they are called in our own. */
  private static final Set<String> RENAMED =
      Set.of(
          "Backfill.from",
          "BackfillReport.from",
          "BackfillRequest.from",
          "BlueprintForm.additionalProperties",
          "DeploymentRequest.wait",
          "FiringPreview.from",
          "HumanRequest.default",
          "LaunchRequest._bundle_path",
          "Model.default",
          "ModelDetail.default",
          "PreviewRequest.from",
          "ProgressEdge.from",
          "PromotionRequest.wait",
          "RealtimeMessage.fromVersion",
          "RealtimeMessage.occurredAt",
          "RealtimeMessage.requestId",
          "RealtimeMessage.serverTime",
          "RollbackRequest.wait",
          "SentMessage.class",
          "listFirings.from");

  /** Where the helpers are, and how they spell their names. */
  private static final Map<String, Path> HELPERS =
      Map.of(
          "blocking.py", Path.of("src/main/sdk/python/mirrorneuron_api/blocking.py"),
          "aio.py", Path.of("src/main/sdk/python/mirrorneuron_api/aio.py"),
          "client.ts", Path.of("src/main/sdk/typescript/src/client.ts"),
          "StreamCalls.java",
              Path.of("src/main/sdk/java/src/io/mirrorneuron/api/StreamCalls.java"));

  private static JsonNode contract;

  @BeforeAll
  static void read() throws IOException {
    contract = Json.parse(ContractBundle.of(Path.of("openapi")).json());
  }

  @Test
  void everythingWithMembersHasAName() {
    List<String> nameless = new ArrayList<>();
    for (String part : List.of("paths", "components")) {
      nameless(part, contract.get(part), nameless);
    }
    assertThat(nameless).as("objects that generators would have to name themselves").isEmpty();
  }

  private static void nameless(String at, JsonNode node, List<String> found) {
    boolean isNamed = at.matches("components/schemas/[^/]+");
    if (node.path("properties").isObject() && !isNamed && !at.endsWith("/properties")) {
      found.add(at);
    }
    for (var member : node.properties()) {
      if (!NO_SCHEMAS.contains(member.getKey()) || at.endsWith("/properties")) {
        nameless(at + "/" + member.getKey(), member.getValue(), found);
      }
    }
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      nameless(at + "/" + i, node.get(i), found);
    }
  }

  @Test
  void everyAnswerOfJsonHasAName() {
    for (JsonNode operation : operations()) {
      for (var response : operation.path("responses").properties()) {
        JsonNode schema = response.getValue().path("content").path("application/json");
        if (response.getKey().startsWith("2") && !schema.isMissingNode()) {
          assertThat(schema.path("schema").has("$ref"))
              .as("the answer %s of %s", response.getKey(), operation.path("operationId"))
              .isTrue();
        }
      }
    }
  }

  /** A newer server may say more: types that are closed would not keep it. */
  @Test
  void noAnswerIsClosed() {
    Set<String> answered = new TreeSet<>();
    for (JsonNode operation : operations()) {
      operation.path("responses").forEach(response -> collect(response, answered));
    }
    JsonNode schemas = contract.at("/components/schemas");
    assertThat(answered)
        .hasSizeGreaterThan(50)
        .noneMatch(
            name -> schemas.path(name).path("additionalProperties").asText().equals("false"));
  }

  private static void collect(JsonNode node, Set<String> names) {
    String reference = node.path("$ref").asText();
    String name = reference.substring(reference.lastIndexOf('/') + 1);
    if (reference.contains("/schemas/") ? names.add(name) : !reference.isEmpty()) {
      collect(resolved(node), names);
    }
    node.forEach(part -> collect(part, names));
  }

  @Test
  void noGeneratorHasToRenameWhatIsNotListed() {
    Set<String> renamed = new TreeSet<>();
    for (var schema : contract.at("/components/schemas").properties()) {
      for (var member : schema.getValue().path("properties").properties()) {
        String name = member.getKey();
        if (RESERVED.contains(name)
            || OF_OBJECTS.contains(name)
            || !MEMBER.matcher(name).matches()) {
          renamed.add(schema.getKey() + "." + name);
        }
      }
    }
    for (JsonNode operation : operations()) {
      for (JsonNode parameter : operation.path("parameters")) {
        String name = resolved(parameter).path("name").asText();
        if (RESERVED.contains(name)) {
          renamed.add(operation.path("operationId").asText() + "." + name);
        }
      }
    }
    assertThat(renamed).isEqualTo(new TreeSet<>(RENAMED));
  }

  /** File names and classes are told apart in no other way on every machine. */
  @Test
  void noNamesDifferOnlyInTheirCapitals() {
    Map<String, String> small = new TreeMap<>();
    contract
        .at("/components/schemas")
        .fieldNames()
        .forEachRemaining(
            name ->
                assertThat(small.put(name.toLowerCase(Locale.ROOT), name))
                    .as("other than %s", name)
                    .isNull());
    Set<String> ids = new HashSet<>();
    for (JsonNode operation : operations()) {
      String id = operation.path("operationId").asText();
      assertThat(ids.add(id.toLowerCase(Locale.ROOT))).as(id).isTrue();
      assertThat(id).matches("[a-z][A-Za-z0-9]*");
    }
  }

  @Test
  void nothingIsDeclaredThatNobodyUses() throws IOException {
    String whole = Json.write(contract);
    for (String kind : List.of("schemas", "parameters", "responses", "headers")) {
      contract
          .path("components")
          .path(kind)
          .fieldNames()
          .forEachRemaining(
              name ->
                  assertThat(whole)
                      .as("somebody refers to %s", name)
                      .contains("\"#/components/" + kind + "/" + name + "\""));
    }
  }

  @Test
  void everyStreamTellsItsHelperAndEveryLanguageHasIt() throws IOException {
    Set<String> helpers = new TreeSet<>();
    for (JsonNode operation : operations()) {
      if (operation.has("x-mn-stream")) {
        String helper = operation.path("x-mn-stream").path("helper").asText();
        assertThat(helper).as("the helper of %s", operation.path("operationId")).isNotBlank();
        helpers.add(helper);
      }
    }
    assertThat(helpers).contains("follow_job", "follow_run", "follow_progress");
    Set<String> missing = new TreeSet<>();
    for (var place : HELPERS.entrySet()) {
      String source = Files.readString(place.getValue());
      for (String helper : helpers) {
        String name = place.getKey().endsWith(".py") ? helper : camel(helper);
        if (!Pattern.compile("\\b" + name + "\\(").matcher(source).find()) {
          missing.add(place.getKey() + ": " + name);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  private static String camel(String snake) {
    return Pattern.compile("_(.)")
        .matcher(snake)
        .replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
  }

  private static List<JsonNode> operations() {
    return contract.path("paths").valueStream().flatMap(JsonNode::valueStream).toList();
  }

  private static JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? contract.at(node.get("$ref").asText().substring(1)) : node;
  }
}
