package io.mirrorneuron.blueprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SamplesTest {
  private static final Manifests MANIFESTS = new Manifests(Config.DefaultRunner.REJECT);

  @TempDir Path folder;

  static List<String> names() {
    return Samples.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everySampleIsAValidBundleWithAReadme(String name) throws IOException {
    Samples.unpack(name, folder);

    assertThat(folder.resolve("README.md")).isNotEmptyFile();
    Workflow workflow = MANIFESTS.parse(Files.readString(folder.resolve("manifest.json")));
    assertThat(workflow.graphId()).isEqualTo(name);
    assertThat(workflow.warnings()).isEmpty();
    Manifests.checkUploads(workflow, payloads());
  }

  private Set<String> payloads() throws IOException {
    Path root = folder.resolve("payloads");
    if (!Files.exists(root)) {
      return Set.of();
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .collect(Collectors.toSet());
    }
  }

  @Test
  void anUnknownSampleIsNamed() {
    assertThatThrownBy(() -> Samples.unpack("nope", folder))
        .isInstanceOf(MnException.class)
        .hasMessage("sample nope was not found");
  }

  @Test
  void theShellChainAddsUpTheNight() throws Exception {
    Samples.unpack("shell-chain", folder);
    String landings = run("gather.sh", "{}");
    String totals = run("tally.sh", body(landings));
    assertThat(run("report.sh", body(totals)))
        .isEqualToIgnoringWhitespace(
            """
            {"complete_run":{"notice":"Marigold brought in the most: 240 of 580 kg.",
            "kilos_by_boat":{"Marigold":240,"Petrel":175,"Seagull":165}}}""");
  }

  /** The body of the only message that a program asked to send. */
  private static String body(String printed) throws IOException {
    return Json.parse(printed).at("/emit_messages/0/body").toString();
  }

  private String run(String script, String input) throws Exception {
    Path file = Files.writeString(folder.resolve("input.json"), input);
    ProcessBuilder program =
        new ProcessBuilder("sh", script)
            .directory(folder.resolve("payloads/harbour").toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    program.environment().put("MN_INPUT_FILE", file.toString());
    Process process = program.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return printed;
  }
}
