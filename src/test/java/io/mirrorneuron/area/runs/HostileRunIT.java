package io.mirrorneuron.area.runs;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.testing.RunFiles;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A program puts links, second names of other files and pipes in the place of each file of its run,
 * then everything is asked of the run: nothing from outside is in an answer, nothing outside is
 * written, no answer is a failure of the server, and none takes for ever.
 */
@Timeout(120)
@Whole
class HostileRunIT extends WithSharedGateway {
  private static final String SECRET = "nobody may read this";

  /** As {@link RunFiles} has them: what is no JSON is another matter. */
  private static final String TOKEN = "{\"token_of_the_server\":\"%s\"}\n".formatted(SECRET);

  private static final List<String> FILES =
      List.of(
          "run.json",
          "result.json",
          "final_artifact.json",
          "ui.json",
          "web_ui.json",
          "config.json",
          "inputs.json",
          "observability_summary.json",
          "timeline.json",
          "events.index.json",
          "events.jsonl",
          "logs.jsonl",
          "human.jsonl",
          "errors.jsonl",
          "timeline.jsonl",
          "resources.jsonl",
          "events.001.jsonl",
          "report.txt",
          "sub/report.txt");

  private static final List<String> QUESTIONS =
      List.of(
          "result",
          "final-artifact",
          "artifacts",
          "artifacts/events.jsonl",
          "artifacts/run.json",
          "artifacts/report.txt",
          "artifacts/sub/report.txt",
          "outputs",
          "outputs/0",
          "ui",
          "ui/video",
          "events",
          "logs",
          "timeline",
          "resources",
          "observability-summary",
          "human",
          "export?format=json",
          "export?format=markdown",
          "export?format=zip");

  private enum Attack {
    LINK,
    SECOND_NAME,
    PIPE;

    void on(Path file, Path secret) throws Exception {
      Files.createDirectories(file.getParent());
      Files.deleteIfExists(file);
      switch (this) {
        case LINK -> Files.createSymbolicLink(file, secret);
        case SECOND_NAME -> Files.createLink(file, secret);
        case PIPE ->
            assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
      }
    }
  }

  private static int runs;

  private RunFolder run;
  private Path secret;

  @BeforeEach
  void openRun() throws Exception {
    run = gateway.runs.open("r" + runs++);
    run.write("job.json", Json.object().put("job_id", "j1").put("status", "running"));
    Path outside = Files.createDirectory(folder.toRealPath().resolve(run.runId()));
    secret = Files.writeString(outside.resolve("token.json"), TOKEN);
  }

  private HttpResponse<String> ask(String question) throws Exception {
    return gateway.get(address(question));
  }

  private String address(String question) {
    return "/api/v1/runs/" + run.runId() + "/" + question;
  }

  @ParameterizedTest
  @EnumSource(Attack.class)
  void whatIsNoFileOfTheRunIsAsIfThereWereNone(Attack attack) throws Exception {
    for (String file : FILES) {
      attack.on(run.path().resolve(file), secret);
    }
    for (String question : QUESTIONS) {
      HttpResponse<String> answer = ask(question);
      assertThat(answer.statusCode()).as(question + answer.body()).isIn(200, 400, 404);
      if (question.matches("artifacts/.*|result|final-artifact|outputs/0|ui.*")) {
        assertThat(answer.statusCode()).as(question).isIn(400, 404);
      }
      assertThat(answer.body()).as(question).doesNotContain(SECRET, "token_of_the_server");
    }
    assertThat(secret).hasContent(TOKEN);
  }

  @ParameterizedTest
  @EnumSource(Attack.class)
  void theListSaysWhatIsRefusedAndWhy(Attack attack) throws Exception {
    RunFiles.write(run.path(), "fine.txt", "fine");
    attack.on(run.path().resolve("stolen.txt"), secret);

    var list = Json.parse(ask("artifacts").body());
    assertThat(list.path("artifacts").findValuesAsText("relative_path"))
        .contains("fine.txt")
        .doesNotContain("stolen.txt");
    assertThat(list.at("/omitted/0/relative_path").asText()).isEqualTo("stolen.txt");
    assertThat(list.at("/omitted/0/reason").asText()).isNotBlank();
  }

  @Test
  void aFileThatNobodyCanAskForIsInTheListOfThoseLeftOut() throws Exception {
    Path outputs = Files.createDirectories(run.path().resolve("outputs"));
    Process makes =
        new ProcessBuilder(
                "sh", "-c", "echo x > \"$1/$(printf 'bad\\377.txt')\"", "sh", "" + outputs)
            .start();
    assertThat(makes.waitFor()).isZero();

    var list = Json.parse(ask("artifacts").body());
    assertThat(list.path("artifacts").findValuesAsText("relative_path"))
        .noneMatch(path -> path.contains("bad"));
    assertThat(list.path("omitted")).hasSize(1);
    assertThat(list.at("/omitted/0/relative_path").asText()).isEqualTo("outputs/bad\uFFFD.txt");
    assertThat(list.at("/omitted/0/reason").asText()).isEqualTo("has a name that is not UTF-8");
  }

  /** The server keeps its lock, its journal and copies in a folder of its own. */
  @Test
  void theHiddenFolderIsNoWayOut() throws Exception {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    RunFiles.write(
        run.path(), "events.jsonl", "{\"type\":\"x\",\"payload\":{\"api_key\":\"s3cr3t\"}}\n");
    RunFiles.write(
        run.path(),
        "human.jsonl",
        "{\"type\":\"human_input_requested\",\"ts\":\"2026-01-02T03:04:05Z\","
            + "\"payload\":{\"request_id\":\"q1\"}}\n");
    hide(elsewhere);

    for (String question : QUESTIONS) {
      assertThat(ask(question).statusCode()).as(question).isIn(200, 404);
      hide(elsewhere);
    }
    assertThat(
            gateway.post(address("human/q1/response"), "{\"decision\":\"approve\"}").statusCode())
        .isEqualTo(200);
    run.write("run.json", Json.object());
    assertThat(elsewhere).isEmptyDirectory();
  }

  private void hide(Path elsewhere) throws IOException {
    Path hidden = run.path().resolve(RunFolder.HIDDEN);
    if (!Files.isSymbolicLink(hidden)) {
      if (Files.exists(hidden)) {
        try (Stream<Path> all = Files.walk(hidden)) {
          all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
      }
      Files.createSymbolicLink(hidden, elsewhere);
    }
  }

  @ParameterizedTest
  @EnumSource(Attack.class)
  void nothingIsWrittenThroughWhatAProgramHasPutThere(Attack attack) throws Exception {
    for (String file : List.of("events.jsonl", "timeline.jsonl", "run.json")) {
      attack.on(run.path().resolve(file), secret);
    }
    run.append(RunLog.EVENTS, List.of(Json.object().put("type", "x")));
    run.append(RunLog.TIMELINE, List.of(Json.object().put("type", "x")));
    run.update("run.json", before -> before.put("status", "running"));

    assertThat(secret).hasContent(TOKEN);
    assertThat(run.path().resolve("events.jsonl")).isRegularFile().hasContent("{\"type\":\"x\"}");
    assertThat(run.path().resolve("run.json")).isRegularFile();
  }
}
