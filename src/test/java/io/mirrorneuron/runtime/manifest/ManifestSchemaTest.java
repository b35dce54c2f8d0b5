package io.mirrorneuron.runtime.manifest;

import static io.mirrorneuron.runtime.manifest.ManifestTexts.json;
import static io.mirrorneuron.runtime.manifest.ManifestTexts.resource;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.SchemaCheck;
import io.mirrorneuron.wire.schema.Validators;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The JSON Schema for editors says what the reader says. */
@Whole
class ManifestSchemaTest {
  private static final JsonSchema SCHEMA = JsonSchema.of(new JsonObject(Json.write(schema())));
  private static final SchemaRepository SCHEMAS =
      SchemaRepository.create(Validators.options(OutputFormat.Flag)).dereference(SCHEMA);

  /** Says whether it fits, and looks no further after the first fault. */
  private static final Validator QUICK =
      Validators.whenNeeded(SCHEMAS, SCHEMA, OutputFormat.Flag).get();

  /** The program's own patterns may look ahead. */
  private static final SchemaCheck EXPLAINED = new SchemaCheck(SCHEMAS, SCHEMA);

  private final Manifests manifests = new Manifests(DefaultRunner.HOST_LOCAL);

  private static ObjectNode schema() {
    try {
      return Json.parseObject(
          Files.readString(Path.of("src/main/resources/schemas/manifest.json")), "schema");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean fits(JsonNode manifest) {
    return QUICK.validate(value(manifest)).getValid();
  }

  private static List<Fault> faults(JsonNode manifest) {
    return EXPLAINED.faults(value(manifest), List.of(), null);
  }

  private static Object value(JsonNode manifest) {
    return new JsonObject("{\"value\":" + Json.write(manifest) + "}").getValue("value");
  }

  @Test
  void manifestsOfTheHouseFit() throws IOException {
    List<Path> files;
    try (Stream<Path> all =
        Stream.of("src/main/resources/samples", "src/test/resources/io")
            .flatMap(ManifestSchemaTest::walk)) {
      files = all.filter(ManifestSchemaTest::isManifest).toList();
    }
    assertThat(files).hasSizeGreaterThan(20);
    assertThat(files)
        .allSatisfy(
            file -> assertThat(faults(json(Files.readString(file)))).as("" + file).isEmpty());
  }

  private static Stream<Path> walk(String folder) {
    try {
      return Files.walk(Path.of(folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isManifest(Path file) {
    try {
      return file.toString().endsWith(".json")
          && Files.readString(file).contains("\"manifest_version\"")
          && new Manifests(DefaultRunner.HOST_LOCAL)
              .check(Files.readString(file), Set.of(), Purpose.NEW).issues().stream()
                  .noneMatch(issue -> isUnknown(issue));
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private static boolean isUnknown(Issue issue) {
    return issue.code().endsWith("unknown_member") || issue.message().startsWith("unknown member");
  }

  private static final String SHORT =
      """
      {"$schema": "/schemas/manifest.json", "name": "short", "description": "all of it",
       "inputs": {"city": {"default": "Lisbon", "description": "where", "schema": {"type": "string"}},
         "days": 3, "list": [1]},
       "defaults": {"timeout_seconds": 60, "environment": {"LANG": "C"}, "pool": "default"},
       "steps": [
         {"id": "fetch", "run": ["python3", "fetch.py"], "config": {"max_attempts": 3}},
         {"id": "check", "shell": "sh check.sh", "label": "Check", "control": {"required": false}},
         {"id": "join", "run": ["true"], "needs": ["fetch", "check"], "trigger_rule": "all_done"}]}
      """;

  /** What no schema can say, by what the reader says. */
  private static final Pattern BEYOND_SCHEMAS =
      Pattern.compile(
          String.join(
              "|",
              // names that must be those of others
              "references missing|does not reference|is no step|is no agent|has no agent",
              "the binding of no step|must name a workflow step|must be .*, like ",
              // the graph as a whole
              "must define at least one entrypoint|must be acyclic|is required: \\d+ steps",
              "unreachable|duplicate |terminal_sink|cannot declare complete_run",
              // what may stand at one of several places, or come from defaults
              "has no default|is required for executor node|must be rendered before|manifest_version is required",
              "graph_id is required|agents.nodes must not be empty",
              // files
              "does not exist locally",
              // values that depend on others
              "must not be above|must be 0 with strategy|requires canary|needs a value to compare|must be a list or a string for the",
              "for the operator [<>]|is a text without an order",
              "is not supported for agent_type|\\.quorum|\\.min_success|does not fit its schema",
              "must be a trigger rule|must be all_required or min_success",
              // texts in a language of their own
              "NUL characters|must end with a JSON literal|unsupported operator|JSON Schema",
              "must be an absolute path without",
              // what this server only passes on, or reads when a manifest has no list of nodes
              "input_validation|runtime\\.bindings|metadata\\.",
              "^unknown member (\\w*[sS]ervices)"));

  @Test
  void verdictsAreThoseOfTheReader() throws IOException {
    Map<String, Object> tooStrict = new TreeMap<>();
    Map<String, Object> tooMild = new TreeMap<>();
    int refused = 0;
    for (String manifest :
        List.of(SHORT, resource("everything.json"), resource("steps-june.json"))) {
      for (Junk.Mutant mutant : Junk.mutants((ObjectNode) json(manifest))) {
        List<Issue> issues = manifests.check(mutant.text(), Set.of(), Purpose.NEW).issues();
        List<String> wrong =
            issues.stream()
                .filter(issue -> issue.severity().equals("error") || isUnknown(issue))
                .map(Issue::message)
                .toList();
        boolean fits = fits(json(mutant.text()));
        if (wrong.stream().allMatch(FILES) && !fits) {
          tooStrict.put(mutant.what(), faults(json(mutant.text())));
        } else if (!wrong.stream().allMatch(BEYOND_SCHEMAS.asPredicate()) && fits) {
          tooMild.put(mutant.what(), wrong);
        }
        refused += fits ? 0 : 1;
      }
    }
    assertThat(tooStrict).as("refused by the schema alone").isEmpty();
    assertThat(tooMild).as("refused by the reader alone").isEmpty();
    assertThat(refused).isGreaterThan(500);
  }

  private static final Predicate<String> FILES =
      Pattern.compile("does not exist locally").asPredicate();
}
