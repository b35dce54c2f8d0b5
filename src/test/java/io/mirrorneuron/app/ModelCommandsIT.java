package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.models.fake.FakeFault;
import io.mirrorneuron.models.fake.FakeFault.Door;
import io.mirrorneuron.testing.FakeRunner;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mn model} before a real server and a runner without models. */
@Timeout(120)
class ModelCommandsIT {
  @TempDir Path home;

  @Test
  void modelsThatNoBlueprintNeedsAreRemovedOnRequest() throws Exception {
    try (FakeRunner runner = FakeRunner.having("ai/smollm2:360M-Q4_K_M");
        WholeServer server =
            WholeServer.start(home, Map.of("model.runner_api_base", runner.root()))) {
      Shell shell = new Shell(Main::commandLine, home);

      assertThat(shell.run("blueprint", "cleanup").out())
          .contains("needed by no blueprint: smollm2:360m", "--remove-models");
      assertThat(shell.run("blueprint", "cleanup", "--remove-models", "--dry-run").out())
          .contains("nothing was removed");
      for (String option : List.of("--files", "--docker", "--dead")) {
        Ended refused = shell.run("blueprint", "cleanup", option);
        assertThat(refused.exitCode()).as(option).isEqualTo(2);
        assertThat(refused.err()).contains(option + ": ");
      }
      Ended removed =
          shell.run(
              "blueprint", "cleanup", "--remove-models", "--no-docker", "--no-files", "--json");
      assertThat(removed.json().get("removed").get(0).asText()).isEqualTo("smollm2:360m");
      assertThat(shell.run("model", "list").out()).contains("No installed models");
      assertThat(server.uri("/models").toString()).isNotBlank();
    }
  }

  @Test
  void aModelGoesItsWholeWayAtTheTerminal() throws Exception {
    try (FakeRunner runner = FakeRunner.pulling("ai/smollm2:360M-Q4_K_M", 20_000, 20_000);
        WholeServer server =
            WholeServer.start(home, Map.of("model.runner_api_base", runner.root()))) {
      Shell shell = new Shell(Main::commandLine, home);

      assertThat(shell.run("model", "list").out()).contains("No installed models");
      assertThat(shell.run("model", "list", "--all").out()).contains("gemma4:e2b", "available");
      assertThat(shell.run("model", "doctor", "smollm2").exitCode()).isEqualTo(1);
      Ended other = shell.run("model", "install", "smollm2", "--backend", "vllm");
      assertThat(other.exitCode()).isEqualTo(2);
      assertThat(other.err()).contains("--backend must be auto or llama.cpp");
      Ended size = shell.run("model", "install", "smollm2", "--context-size", "17");
      assertThat(size.exitCode()).isEqualTo(2);
      assertThat(size.err()).contains("--context-size must be");
      Ended installed = shell.run("model", "install", "smollm2", "--backend", "llama.cpp");
      assertThat(installed.exitCode()).as(installed.err()).isZero();
      assertThat(installed.out()).contains("Pulled ", "successful", "Status: installed");
      assertThat(shell.run("model", "install", "smollm2").out()).contains("already_installed");
      assertThat(shell.run("model", "list").out()).contains("smollm2:360m", "by hand");
      Ended json = shell.run("model", "list", "--json");
      assertThat(json.json().get("runner_available").asBoolean()).isTrue();
      assertThat(shell.run("model", "show", "smollm2", "--compatibility").out())
          .contains("ai/smollm2:360M-Q4_K_M", "pass: ");
      assertThat(shell.run("model", "doctor", "smollm2").exitCode()).isZero();
      assertThat(shell.run("model", "benchmark", "smollm2").out()).contains("tokens/s", "made up");
      assertThat(shell.run("blueprint", "cleanup").out()).contains("no model that nobody needs");
      assertThat(shell.run("model", "update").out()).contains("Updated smollm2:360m");
      assertThat(shell.run("model", "remove", "smollm2").out()).contains("Status: removed");
      Ended gone = shell.run("model", "remove", "smollm2");
      assertThat(gone.exitCode()).isEqualTo(5);
      assertThat(gone.err()).contains("smollm2 is not installed");
      runner.behave(Door.PULL, FakeFault.CUT);
      Ended cut = shell.run("model", "install", "smollm2");
      assertThat(cut.exitCode()).isEqualTo(1);
      assertThat(cut.err()).contains("the connection was cut", "Install it again to go on");
      assertThat(server.uri("/models").toString()).isNotBlank();
    }
  }
}
