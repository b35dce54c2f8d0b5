package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What programs print, and results that are too large, with a whole server. */
@Timeout(180)
class HeardProgramsIT {
  private static final String BIG =
      "import json; print(json.dumps({'%s': {'big': 'x' * 50000000}%s}))";

  @TempDir static Path home;
  private static App app;
  private final Shell shell = new Shell(Main::commandLine, home);

  @BeforeAll
  static void start() {
    app = App.start(config(home), ServerRole.UP, ConfigLoader.environment());
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  private static Config config(Path home) {
    return new ConfigLoader(
            Map.of("MN_HOME", home.toString(), "MN_TEMP_DIR", home.resolve("tmp").toString()),
            null,
            Map.of("api.port", "0", "grpc.port", "0", "resource.admission_enabled", "false"),
            home)
        .load();
  }

  /**
   * @param commands of agents, each of which sends to the next
   */
  private Ended run(String name, List<List<String>> commands) throws Exception {
    var manifest = Json.object().put("manifest_version", "1.0").put("graph_id", name);
    for (int i = 0; i < commands.size(); i++) {
      var node = manifest.withArray("nodes").addObject();
      node.put("node_id", "agent" + i).put("agent_type", "executor");
      if (i == 0) {
        node.put("role", "root");
      } else {
        manifest
            .withArray("edges")
            .addObject()
            .put("edge_id", "edge" + i)
            .put("from_node", "agent" + (i - 1))
            .put("to_node", "agent" + i)
            .put("message_type", "next");
      }
      var config = node.putObject("config").put("max_attempts", 2).put("retry_backoff_ms", 1);
      commands.get(i).forEach(config.putArray("command")::add);
    }
    Path bundle = Files.createDirectories(home.resolve(name));
    Files.writeString(bundle.resolve("manifest.json"), Json.write(manifest));
    return shell.run("run", bundle.toString());
  }

  /** The folder of the newest run whose job has this name. */
  private static Path folder(String name) throws Exception {
    try (Stream<Path> runs = Files.list(home.resolve("runs"))) {
      return runs.filter(run -> run.getFileName().toString().startsWith("run-" + name + "-"))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void eachTryHasItsLinesInTheLogBeforeItsRunIsOver() throws Exception {
    run("tries", List.of(List.of("sh", "-c", "echo out; echo err >&2; exit 3")));
    Path run = folder("tries");
    eventually("the run is over", () -> status(run).equals("failed"));

    List<JsonNode> lines =
        Files.readAllLines(run.resolve("logs.jsonl")).stream()
            .map(line -> (JsonNode) Json.parseObject(line, "log"))
            .toList();
    assertThat(lines.stream().map(line -> line.get("attempt") + " " + line.get("message").asText()))
        .containsExactlyInAnyOrder("1 out", "1 err", "2 out", "2 err");
  }

  /** What the record of the run says of its job; empty before it says anything. */
  private static String status(Path run) {
    try {
      return Json.parseObject(Files.readString(run.resolve("job.json")), "job")
          .path("status")
          .asText();
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aResultOfFiftyMegabytesSaysWhereItLies() throws Exception {
    Ended ended =
        run("large", List.of(List.of("python3", "-c", BIG.formatted("complete_run", ""))));

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out()).contains("artifact_ref", "\"size_bytes\": 50000011");
    String url = ended.err().strip().replaceFirst(".* GET ", "");
    assertThat(url).startsWith("/api/v1/runs/run-large-").endsWith(".json");
    Path kept = folder("large").resolve("results").resolve(Path.of(url).getFileName());
    assertThat(kept).hasSize(50000011);
    eventually("the run is over", () -> status(kept.getParent().getParent()).equals("completed"));
    assertThat(Files.readString(folder("large").resolve("result.json"))).contains("artifact_ref");
  }

  @Test
  void theNextProgramGetsFiftyMegabytes() throws Exception {
    String sends = BIG.formatted("next_state", ", 'emit_messages': [{'type': 'next', 'body': 1}]");
    sends = sends.replace("'next_state': {'big': 'x' * 50000000}", "'next_state': 7");
    sends = sends.replace("'body': 1", "'body': 'y' * 50000000");
    String counts =
        "import json, os; print(json.dumps({'complete_run':"
            + " len(json.load(open(os.environ['MN_INPUT_FILE'])))}))";
    Ended ended =
        run("passed", List.of(List.of("python3", "-c", sends), List.of("python3", "-c", counts)));

    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().strip()).endsWith("50000000");
  }
}
