package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.models.FakeModels;
import io.mirrorneuron.models.ModelCatalog;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code mn fake-models} offers is what the catalog of models leads to. */
@Timeout(90)
class FakeModelsCommandIT {
  @TempDir Path home;

  @Test
  void modelsOfTheCatalogCanBePulledFromAnEmptyOne() {
    FakeModelsCommand command = new FakeModelsCommand();
    new CommandLine(command).parseArgs("--empty", "--port", "0", "--rate", "0", "--token", "1");
    Vertx vertx = Vertx.vertx();
    try (FakeModels fake = FakeModels.start(vertx, command.options(), Clock.systemUTC());
        WholeServer server =
            WholeServer.start(home, Map.of("model.runner_api_base", fake.root()))) {
      assertThat(server.uri("/models")).isNotNull();
      Shell shell = new Shell(Main::commandLine, home);

      Ended asked =
          shell.run(
              "blueprint", "run", "ask-a-model", "--set", "llm.configs.primary.model=qwen3:0.6b");
      assertThat(asked.exitCode()).as(asked.err()).isZero();
      assertThat(asked.out()).contains("ai/qwen3:0.6B-Q4_K_M", "made up");
      ModelCatalog.delivered()
          .forEach(
              model -> {
                Ended installed = shell.run("model", "install", model.id(), "--force");
                assertThat(installed.exitCode()).as(model.id() + installed.err()).isZero();
                assertThat(fake.pulled(model.dockerModel())).isPositive();
              });
    } finally {
      vertx.close().await();
    }
  }
}
