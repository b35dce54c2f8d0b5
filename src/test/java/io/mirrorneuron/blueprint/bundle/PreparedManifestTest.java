package io.mirrorneuron.blueprint.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.blueprint.bundle.BundleOrigin.RunIdentity;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a launch submits. */
class PreparedManifestTest {
  private static final String STEPS = "'steps':[{'id':'a','run':['true']}]";

  @TempDir private Path folder;
  private BundleFixture bundle;

  @BeforeEach
  void make() {
    bundle = new BundleFixture(folder).manifest("{'name':'demo'," + STEPS + "}");
  }

  @Test
  void itSaysWhoItIs() {
    JsonNode manifest = bundle.prepared("{}", "{}");
    assertThat(manifest.path("metadata"))
        .hasToString(
            "{\"blueprint_id\":\"demo\",\"blueprint_run_id\":\"demo-1\",\"run_id\":\"demo-1\","
                + "\"mn_cli\":{\"blueprint_id\":\"demo\",\"blueprint_run_id\":\"demo-1\"}}");
    assertThat(workflow(manifest).runId()).isEqualTo("demo-1");
  }

  private static Workflow workflow(JsonNode manifest) {
    return new Manifests(DefaultRunner.HOST_LOCAL).parse(Json.write(manifest));
  }

  @Test
  void whatTheAuthorWroteStays() {
    bundle
        .manifest(
            "{'name':'demo','run_id':'old',"
                + STEPS
                + ",'metadata':{'mine':1,'blueprint_id':'old','mn_cli':{'kept':true}}}")
        .write("config/default.json", "{'a':1}")
        .write("scenario.json", "{'day':2}");
    RunIdentity identity = new RunIdentity("new", "r-1", "abc");
    String text = bundle.configured("{'b':2}", "{}").manifest(identity, true);
    JsonNode manifest = Json.parseObject(text, "prepared");
    assertThat(manifest.path("metadata"))
        .isEqualTo(
            Json.parseObject(
                """
                {"mine":1,"blueprint_id":"new","blueprint_run_id":"r-1","run_id":"r-1",
                 "blueprint_revision":"abc",
                 "mn_cli":{"kept":true,"blueprint_id":"new","blueprint_run_id":"r-1","blueprint_revision":"abc"},
                 "blueprint_config":{"a":1,"b":2},"blueprint_scenario":{"day":2},
                 "mn_validation":{"force":true,"status":"skipped",
                   "skipped_checks":["services","input_validation","soft_requirements"]}}
                """,
                "expected"));
    assertThat(workflow(manifest).runId()).isEqualTo("r-1");
    assertThat(bundle.read().manifest().tree().toString()).doesNotContain("r-1");
  }

  @Test
  void metadataThatIsNoObjectIsRefused() {
    bundle.manifest("{'metadata':[]}");
    assertThatThrownBy(() -> bundle.prepared("{}", "{}"))
        .hasMessage("blueprint manifest.json: metadata must be an object");
    bundle.manifest("{'metadata':null,'mn':1}");
    assertThat(bundle.prepared("{}", "{}").at("/metadata/run_id").asText()).isEqualTo("demo-1");
  }

  @Test
  void inputsGetWhatAnybodySays() {
    bundle.manifest(
        "{'name':'demo'," + STEPS + ",'inputs':{'a':0,'b':0,'c':0,'d':0,'rows':0,'plain':0}}");
    bundle.write("config/default.json", "{'inputs':{'a':1,'other':1},'rows':9}");
    JsonNode manifest =
        bundle.prepared("{'inputs':{'b':2},'c':3,'rows':8,'plain':{'x':1},'free':1}", "{'d':4}");
    assertThat(value(manifest, "a")).as("inputs of a file").isEqualTo("1");
    assertThat(value(manifest, "b")).as("inputs of the request").isEqualTo("2");
    assertThat(value(manifest, "c")).as("by its name").isEqualTo("3");
    assertThat(value(manifest, "d")).as("an answer").isEqualTo("4");
    assertThat(value(manifest, "rows")).as("a member of the configuration").isEmpty();
    assertThat(value(manifest, "plain")).isEqualTo("{\"x\":1}");
    assertThat(manifest.at("/metadata/blueprint_config/free").asInt()).isEqualTo(1);
  }

  private static String value(JsonNode manifest, String input) {
    return manifest.path("inputs").path(input).path("value").toString();
  }

  @Test
  void answersGoBeforeTheConfiguration() {
    bundle.manifest("{'name':'demo'," + STEPS + ",'inputs':{'a':0}}");
    JsonNode manifest = bundle.prepared("{'a':1,'inputs':{'a':2}}", "{'a':3}");
    assertThat(value(manifest, "a")).isEqualTo("3");
  }

  @Test
  void inputsThatNobodyDeclaresAreRefused() {
    bundle.manifest("{'name':'demo'," + STEPS + ",'inputs':{'subject':'x'}}");
    assertThatThrownBy(() -> bundle.prepared("{'inputs':{'subjct':1}}", "{}"))
        .hasMessage("unknown input subjct; did you mean subject?");
    bundle.manifest("{'name':'demo'," + STEPS + "}");
    assertThat(bundle.prepared("{'inputs':{'own':1}}", "{}").has("inputs")).isFalse();
  }
}
