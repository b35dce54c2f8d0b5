package io.mirrorneuron.runtime.exec.confine;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.documents.FolderDemandReader;
import io.mirrorneuron.runtime.exec.confine.Confiner.Grants;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.port.FolderDemands;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What bundles ask for beyond what all programs may reach, and who gets it. */
class GrantsTest {
  private static final String MANIFEST =
      """
      {"manifest_version": "1.0", "graph_id": "g", "entrypoints": ["work"],
       "initial_inputs": {"work": [%4$s]},
       "confinement": {"write": ["%1$s"]},
       "nodes": [{"node_id": "work", "agent_type": "executor", "config": {
         "runner_module": "MirrorNeuron.Runner.HostLocal", "command": ["%2$s"], "complete_run": true,
         "environment": {"MN_RUN_ID": "%3$s", "OTHER": "same"}}}]}
      """;

  @TempDir Path folder;

  @Test
  void aBundleIsAllowedByItsFingerprint() {
    FolderDemands demands = demands(folder, "true", "r1", "{}", null);
    String fingerprint = demands.fingerprint();
    assertThat(fingerprint).matches("[0-9a-f]{64}");

    assertThat(grants().refusal(demands))
        .get()
        .asString()
        .contains(folder.toString())
        .startsWith(
            "confinement not allowed: add " + fingerprint + " to executor.allowed_bundles\n");
    assertThat(grants(fingerprint).refusal(demands)).isEmpty();
    assertThat(grants().refusal(FolderDemands.NONE)).isEmpty();
  }

  @Test
  void aFingerprintStandsForWhatRunsAndWhatItAsksFor() {
    String known = demands(folder, "true", "r1", "{}", "files").fingerprint();

    assertThat(demands(folder, "true", "r2", "{\"a\": 1}", "files").fingerprint()).isEqualTo(known);
    assertThat(
            List.of(
                demands(folder, "false", "r1", "{}", "files").fingerprint(),
                demands(folder, "true", "r1", "{}", "others").fingerprint(),
                demands(folder, "true", "r1", "{}", null).fingerprint(),
                demands(folder.getParent(), "true", "r1", "{}", "files").fingerprint()))
        .doesNotContain(known)
        .doesNotHaveDuplicates();
  }

  @Test
  void aCopyForOneNodeHasTheSameFingerprint() {
    Workflow workflow = workflow(folder.toString(), "true", "r1", "{}");
    assertThat(FolderDemandReader.of(workflow.onTarget("node"), null))
        .isEqualTo(FolderDemandReader.of(workflow, null));
  }

  @Test
  void whatIsTheServersOwnIsNeverGiven() throws Exception {
    Path own = Files.createDirectory(folder.resolve("own"));
    Path inside = Files.createDirectory(own.resolve("inside"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), inside);
    for (Path path : List.of(own, inside, link, folder, Path.of("/"))) {
      FolderDemands demands = demands(path, "true", "r", "{}", null);
      assertThat(new Grants(Set.of(demands.fingerprint()), List.of(own)).refusal(demands))
          .as("%s", path)
          .get()
          .asString()
          .startsWith("confinement asks for what programs never reach here: " + path + "\n");
    }
  }

  @Test
  void whatIsNotThereIsRefused() {
    Path absent = folder.resolve("absent");
    FolderDemands demands = demands(absent, "true", "r", "{}", null);
    assertThat(grants(demands.fingerprint()).refusal(demands))
        .get()
        .asString()
        .startsWith("confinement asks for what is not on this machine: " + absent + "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"relative", "./a", "/a/../b", "/a/./b", "/a//b", "~/a", "/a/", ""})
  void aPathIsPlain(String path) {
    try {
      workflow(path, "true", "r", "{}");
    } catch (MnException e) {
      assertThat(e.getMessage()).contains("confinement.write");
      return;
    }
    throw new AssertionError(path + " was taken");
  }

  private static Grants grants(String... allowed) {
    return new Grants(Set.of(allowed), List.of());
  }

  private static FolderDemands demands(
      Path path, String command, String run, String input, String bundle) {
    return FolderDemandReader.of(workflow(path.toString(), command, run, input), bundle);
  }

  private static Workflow workflow(String path, String command, String run, String input) {
    return new Manifests(DefaultRunner.REJECT).parse(MANIFEST.formatted(path, command, run, input));
  }
}
