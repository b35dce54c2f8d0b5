package io.mirrorneuron.runtime.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.Bundle;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.port.Validation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Payload files with names of files that the server puts beside them. */
class TakenNamesTest {
  private static final String ALL =
      """
      {"name": "n", "steps": [{"id": "a", "run": ["true"]}]}
      """;

  @TempDir Path folder;

  private Validation validate(String manifest, String... payloads) throws IOException {
    Files.writeString(folder.resolve("manifest.json"), manifest);
    for (String payload : payloads) {
      Path file = folder.resolve("payloads").resolve(payload);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "x");
    }
    try (Bundle bundle = Bundle.open(folder)) {
      return bundle.validate();
    }
  }

  @ParameterizedTest
  @CsvSource({".tmp,.tmp", "mirror_neuron_context.json/x,mirror_neuron_context.json"})
  void whatWouldKeepAProgramFromStartingIsRefused(String payload, String name) throws IOException {
    Validation report = validate(ALL, "a.txt", payload);

    assertThat(report.ok()).isFalse();
    assertThat(report.issues())
        .singleElement()
        .satisfies(
            issue ->
                assertThat(issue.message())
                    .isEqualTo(
                        "%s of the payloads cannot be there: the server needs the name %1$s in the folder in which the program starts, so give it another name"
                            .formatted(name)));
    var workflow = new Manifests(DefaultRunner.HOST_LOCAL).parse(ALL);
    assertThatThrownBy(() -> Manifests.checkUploads(workflow, Set.of(payload)))
        .hasMessageContaining("the server needs the name " + name);
  }

  @Test
  void whatTheProgramWouldNotSeeIsWarnedOf() throws IOException {
    Validation report = validate(ALL, "mirror_neuron_input.json");

    assertThat(report.ok()).isTrue();
    assertThat(report.issues())
        .singleElement()
        .satisfies(
            issue -> {
              assertThat(issue.severity()).isEqualTo("warning");
              assertThat(issue.message())
                  .startsWith(
                      "mirror_neuron_input.json of the payloads is replaced by the server's own mirror_neuron_input.json");
            });
  }

  @Test
  void elsewhereTheNamesAreFree() throws IOException {
    String lib =
        """
        {"name": "n", "steps": [{"id": "a", "run": ["true"],
          "config": {"upload_path": "lib"}}]}
        """;
    assertThat(validate(lib, ".tmp", "lib/mirror_neuron_input.json", "lib/.tmp").issues())
        .isEmpty();
    assertThat(validate(ALL.replace("true", "false"), "lib/.tmp").issues())
        .noneMatch(issue -> issue.message().contains("lib"));
  }
}
