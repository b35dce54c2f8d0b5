package io.mirrorneuron.blueprint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.Bundle;
import io.mirrorneuron.testing.RuntimeFixture;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The blueprints that come with the program do what the catalog says of them. */
class BuiltInBlueprintsIT {
  @TempDir static Path home;
  private static RuntimeFixture runtime;
  private static Catalogs catalogs;

  @BeforeAll
  static void start() {
    runtime = new RuntimeFixture(home);
    catalogs = new Catalogs(new BuiltInCatalog(home.resolve("catalog")), System::nanoTime);
  }

  @AfterAll
  static void stop() {
    runtime.close();
  }

  private static JsonNode run(String blueprint, Map<String, ?> inputs) {
    try (Bundle bundle = Bundle.open(catalogs.bundle(catalogs.get(blueprint)))) {
      return runtime.awaitEnd(runtime.jobs().submit(bundle.submission(inputs)).jobId());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "table-report | \"Marigold\":240",
        "word-count | \"the\":3",
        "disk-report | \"percent_used\":{\"/",
        "nightly-check | \"passed\":2"
      })
  void itRunsAsItIs(String blueprint, String result) {
    JsonNode details = run(blueprint, Map.of());
    assertThat(details.at("/job/status").asText()).as(details.toString()).isEqualTo("completed");
    assertThat(details.at("/job/result").toString()).contains(result);
  }

  @Test
  void aRowWithoutItsColumnIsNamed() {
    JsonNode details = run("table-report", Map.of("sum", "pounds"));
    assertThat(details.at("/job/status").asText()).isEqualTo("failed");
    assertThat(details.toString()).contains("row 1 has no column pounds");
  }

  @Test
  void aCheckThatDoesNotPassFailsTheRun() {
    Map<String, String> check = Map.of("name", "never", "run", "exit 3");
    JsonNode details = run("nightly-check", Map.of("checks", List.of(check)));
    assertThat(details.at("/job/status").asText()).isEqualTo("failed");
    assertThat(details.toString()).contains("not passed: never");
  }

  @Test
  void aWordWithoutEndIsCountedByItsBeginning() {
    JsonNode details = run("word-count", Map.of("texts", List.of("a " + "b".repeat(70_000))));
    assertThat(details.at("/job/status").asText()).as(details.toString()).isEqualTo("completed");
    assertThat(details.at("/job/result").toString()).contains("\"words\":2", "b…\":1");
  }

  @Test
  void withoutAModelItSaysSo() {
    JsonNode details = run("ask-a-model", Map.of());
    assertThat(details.at("/job/status").asText()).isEqualTo("failed");
    assertThat(details.toString()).contains("no model: this server gives programs no");
  }
}
