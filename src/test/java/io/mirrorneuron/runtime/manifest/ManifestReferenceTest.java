package io.mirrorneuron.runtime.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bundle.ManifestFile;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.manifest.reading.Conditions;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.runtime.workflow.StepGraph.Rule;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of {@code docs/manifest.md} are legal. */
class ManifestReferenceTest {
  private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);
  private static final Pattern EXAMPLE = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);

  private final Manifests manifests = new Manifests(DefaultRunner.REJECT);

  @Test
  void theExampleOfTheGraphFormIsAManifestWithoutWarnings() throws IOException {
    Workflow workflow = manifests.parse(examples().getFirst().toString());
    assertThat(workflow.agents().keySet()).containsExactly("intake", "shout", "collect");
    assertThat(workflow.initialInputs().get("intake")).hasSize(2);
    assertThat(workflow.warnings()).isEmpty();
  }

  @Test
  void theExampleOfTheShortFormIsAManifestWithoutWarnings(@TempDir Path folder) throws IOException {
    Matcher example = YAML.matcher(Files.readString(Path.of("docs/manifest.md")));
    assertThat(example.find()).isTrue();
    Path file = Files.writeString(folder.resolve("manifest.yaml"), example.group(1));
    Workflow workflow =
        new Manifests(DefaultRunner.HOST_LOCAL).parse(ManifestFile.of(file, "example").json());
    assertThat(workflow.steps().steps().keySet()).containsExactly("fetch", "check", "publish");
    assertThat(workflow.steps().steps().get("fetch").timeoutMs()).isEqualTo(60_000);
    assertThat(workflow.steps().steps().get("publish").retry().maxAttempts()).isEqualTo(3);
    assertThat(workflow.initialInputs()).hasToString("{fetch=[{\"city\":\"Lisbon\"}]}");
    assertThat(workflow.warnings()).isEmpty();
  }

  @Test
  void theExampleOfTheFormWithStepsIsAManifestWithoutWarnings() throws IOException {
    Workflow workflow = manifests.parse(examples().getLast().toString());
    assertThat(workflow.steps().steps().keySet())
        .containsExactly("collect", "count", "weather", "report");
    assertThat(workflow.steps().steps().get("report").trigger().rule()).isEqualTo(Rule.ALL_DONE);
    assertThat(workflow.initialInputs().get("collector")).hasSize(1);
    assertThat(workflow.warnings()).isEmpty();
  }

  @Test
  void theExamplesOfConditionsCompile() throws IOException {
    List<JsonNode> conditions = new ArrayList<>(examples().subList(1, examples().size() - 1));
    conditions.removeIf(ManifestReferenceTest::isOfRules);
    assertThat(conditions)
        .hasSize(3)
        .allSatisfy(condition -> assertThat(Conditions.compile(condition)).isNotNull());
  }

  @Test
  void theExampleOfRulesIsInForm() throws IOException {
    JsonNode rules = examples().stream().filter(ManifestReferenceTest::isOfRules).findFirst().get();
    ObjectNode manifest = ((ObjectNode) examples().getFirst()).setAll((ObjectNode) rules);
    assertThat(manifest.get("input_validation")).hasSize(3);
    assertThat(
            new Manifests(DefaultRunner.HOST_LOCAL)
                .check(manifest.toString(), Set.of("upper.sh"), Purpose.NEW)
                .issues())
        .noneMatch(issue -> issue.location().path().startsWith("input_validation"));
  }

  private static boolean isOfRules(JsonNode example) {
    return example.has("input_validation");
  }

  private static List<JsonNode> examples() throws IOException {
    String page = Files.readString(Path.of("docs/manifest.md"));
    List<JsonNode> examples = new ArrayList<>();
    for (String text :
        EXAMPLE.matcher(page).results().map((MatchResult r) -> r.group(1)).toList()) {
      examples.add(Json.parse(text));
    }
    return examples;
  }
}
