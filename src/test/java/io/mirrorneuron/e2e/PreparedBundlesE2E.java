package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.PreparedBundle;
import io.mirrorneuron.testing.Whole;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server is killed while a program writes to the folder of its submission. */
@Timeout(120)
@Whole
class PreparedBundlesE2E {
  @TempDir Path folder;

  @Test
  void whatWasWrittenIsThereAfterAKillAndTheRestFollows() throws Exception {
    Path go = PackagedServer.shared(folder.resolve("home")).resolve("go");
    Files.createDirectories(go.getParent());
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"))) {
      Path run = server.home().resolve("runs/killed");
      PreparedBundle bundle =
          PreparedBundle.of(
              server.home().toRealPath().resolve("shared"),
              "killed",
              """
              set -e
              run="$MN_RUNS_ROOT/$MN_RUN_ID"; mkdir -p "$run"
              echo '{"answer": 42}' >"$run/result.json"; echo one >>"$run/tries.txt"
              while [ ! -e %s ]; do sleep 0.05; done
              echo '# Late' >"$MN_JOB_OUTPUT_DIR/late.md"
              """
                  .formatted(go));
      String job = server.submit(bundle.json());
      eventually("it has written", () -> Files.exists(run.resolve("tries.txt")));

      server.kill9();
      server.restart();

      assertThat(server.get("/runs/killed/result").toString()).contains("42");
      Files.createFile(go);
      assertThat(server.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
      assertThat(server.get("/runs/killed/result").toString()).contains("42");
      assertThat(server.get("/runs/killed/artifacts").toString())
          .contains("outputs/late.md", "tries.txt");
      assertThat(bundle.folder().resolve("outputs/user/late.md")).hasContent("# Late");
    }
  }
}
