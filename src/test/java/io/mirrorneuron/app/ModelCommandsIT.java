package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.models.FakeFault;
import io.mirrorneuron.models.FakeFault.Door;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.FakeRunner;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import io.mirrorneuron.testing.Whole;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mn model} before a real server and a runner without models. */
@Timeout(120)
@Whole
class ModelCommandsIT {
  @TempDir Path home;

  /** Who reads tables, at a terminal that is wide enough. */
  private Shell person() {
    return new Shell(Main::commandLine, home)
        .atTerminal()
        .set("NO_COLOR", "1")
        .set("COLUMNS", "200");
  }

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
      assertThat(person().run("model", "list").out()).contains("No installed models");
      assertThat(server.uri("/models").toString()).isNotBlank();
    }
  }

  @Test
  void aModelGoesItsWholeWayAtTheTerminal() throws Exception {
    try (FakeRunner runner = FakeRunner.pulling("ai/smollm2:360M-Q4_K_M", 20_000, 20_000);
        WholeServer server =
            WholeServer.start(home, Map.of("model.runner_api_base", runner.root()))) {
      Shell shell = new Shell(Main::commandLine, home);

      assertThat(person().run("model", "list").out()).contains("No installed models");
      assertThat(person().run("model", "list", "--all").out()).contains("gemma4:e2b", "available");
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
      assertThat(person().run("model", "list").out()).contains("smollm2:360m", "by hand");
      Ended json = shell.run("model", "list", "--json");
      assertThat(json.json().get("runner_available").asBoolean()).isTrue();
      assertThat(shell.run("model", "show", "smollm2", "--compatibility").out())
          .contains("ai/smollm2:360M-Q4_K_M", "pass: ");
      assertThat(shell.run("model", "doctor", "smollm2").exitCode()).isZero();
      assertThat(shell.run("model", "benchmark", "smollm2").out()).contains("tokens/s", "made up");
      for (String tokens : List.of("0", "15", "513")) {
        Ended refused = shell.run("model", "benchmark", "smollm2", "--max-tokens", tokens);
        assertThat(refused.exitCode()).as(tokens).isEqualTo(2);
        assertThat(refused.err()).contains("--max-tokens must be from 16 to 512");
      }
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

  @Test
  void whileAModelComesItIsToldSo() throws Exception {
    try (FakeRunner runner = FakeRunner.pulling("ai/smollm2:360M-Q4_K_M", 1_000_000, 50_000);
        WholeServer server =
            WholeServer.start(home, Map.of("model.runner_api_base", runner.root()))) {
      Process mn = program("model", "install", "smollm2");
      try (BufferedReader out = mn.inputReader()) {
        Shell shell = new Shell(Main::commandLine, home);
        Eventually.eventually(
            "bytes have come",
            Duration.ofSeconds(50), // another JVM starts
            () -> person().run("model", "list").out().contains("of 1.0 MB"));
        assertThat(shell.run("model", "show", "smollm2").out()).contains("installing, 0.");
        assertThat(shell.run("model", "show", "smollm2", "--json").json().get("status").asText())
            .isEqualTo("installing");
        assertThat(shell.run("model", "list", "--json").json().get("models")).isEmpty();

        mn.toHandle().destroy(); // SIGTERM, which the JVM treats as it does SIGINT

        assertThat(mn.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(String.join("\n", out.lines().toList()))
            .contains("the server goes on installing smollm2", "mn model show smollm2");
        assertThat(shell.run("model", "show", "smollm2").out()).contains("installing");
      } finally {
        mn.destroyForcibly();
      }
      assertThat(server.uri("/models").toString()).isNotBlank();
    }
  }

  /** A process of its own, as only those get signals. */
  private Process program(String... words) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(words));
    ProcessBuilder program = new ProcessBuilder(command).redirectErrorStream(true);
    program.environment().put("MN_HOME", home.toString());
    return program.start();
  }

  @Test
  void aModelThatTheRegistryDoesNotHaveIsNotTriedAgain() throws Exception {
    try (FakeRunner runner = FakeRunner.having("ai/smollm2:360M-Q4_K_M");
        WholeServer server =
            WholeServer.start(home, Map.of("model.runner_api_base", runner.root()))) {
      Ended failed =
          new Shell(Main::commandLine, home).run("model", "install", "gemma3", "--force");
      assertThat(failed.exitCode()).isEqualTo(1);
      assertThat(failed.err())
          .contains("status 404", "There is no model of the name ai/gemma3:4B-Q4_K_M")
          .doesNotContain("Install it again");
      assertThat(server.uri("/models").toString()).isNotBlank();
    }
  }

  @Test
  void whileTheRunnerDoesNotAnswerNobodySaysThatNothingIsInstalled() throws Exception {
    try (FakeRunner runner = FakeRunner.having("ai/smollm2:360M-Q4_K_M")) {
      runner.behave(Door.LIST, FakeFault.STALL);
      try (WholeServer server =
          WholeServer.start(home, Map.of("model.runner_api_base", runner.root()))) {
        Shell shell = new Shell(Main::commandLine, home);
        Ended list = person().run("model", "list");
        assertThat(list.out())
            .contains("Nobody knows which models are installed")
            .doesNotContain("No installed models");
        Ended doctor = shell.run("model", "doctor", "smollm2");
        assertThat(doctor.exitCode()).isEqualTo(1);
        assertThat(doctor.out())
            .contains("Nobody knows whether it is installed")
            .doesNotContain("It is not installed");
        assertThat(server.uri("/models").toString()).isNotBlank();
      }
    }
  }
}
