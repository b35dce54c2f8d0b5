package io.mirrorneuron.runtime.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.VersionView;
import io.mirrorneuron.port.schedule.DeploymentsPort.NewDeployment;
import io.mirrorneuron.port.schedule.DeploymentsPort.Target;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.RuntimeFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Payload files of versions stay as long as the version is kept, though no job has them. */
class DeployedFilesIT {
  private static final int DROPPED = 3;
  private static final int ALL = DeployedKey.KEPT + DROPPED;

  /** A batch job: its versions are recorded, and never stable. */
  private static String manifest(int version) {
    return new Graph()
        .router("start")
        .with("type", "'batch'")
        .with("metadata", version == 1 ? "{'deployment_tag':'first'}" : "{}")
        .toString();
  }

  private static DeploymentView deploy(RuntimeFixture node, int version) {
    byte[] content = ("version " + version).getBytes(UTF_8);
    Submission bundle =
        new Submission(
            manifest(version),
            new Submission.Payloads.Inline(Map.of("a.txt", content), Set.of()),
            null);
    return node.runtime()
        .deployments()
        .deploy(new NewDeployment(bundle, "files", Map.of(), false))
        .deployment();
  }

  private static String files(VersionView version) {
    return (String) version.manifestRef().get("bundle_fingerprint");
  }

  private static Set<String> stored(Path home) {
    try (Stream<Path> folders = Files.list(home.resolve("bundles"))) {
      return folders
          .map(folder -> folder.getFileName().toString())
          .filter(name -> name.length() == 64)
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theSweepKeepsThoseOfVersionsThatAreKeptAndRemovesTheOthers(@TempDir Path home) {
    Map<String, String> second = Map.of("MN_BUNDLE_ARCHIVE_TTL_SECONDS", "1");
    try (RuntimeFixture node = new RuntimeFixture(home, RuntimeFixture.config(home, second))) {
      for (int version = 1; version <= ALL; version++) {
        node.awaitEnd(deploy(node, version).targetJobId());
      }
      DeploymentView line = node.runtime().deployments().get("files");
      Set<String> kept =
          line.versions().stream().map(DeployedFilesIT::files).collect(Collectors.toSet());
      assertThat(line.versions()).as("the tagged one besides").hasSize(DeployedKey.KEPT + 1);
      assertThat(stored(home)).as("jobs have them").hasSize(ALL).containsAll(kept);

      node.jobs().clear("admin");
      Eventually.eventually(
          "a sweep has removed what no version has",
          Duration.ofSeconds(60),
          () -> {
            node.restart();
            return kept.equals(stored(home));
          });

      node.runtime().deployments().rollback("files", new Target(null, "first", null, false));
      DeploymentView back = node.runtime().deployments().get("files");
      assertThat(node.awaitEnd(back.targetJobId()).at("/job/status").asText())
          .isEqualTo("completed");
    }
  }
}
