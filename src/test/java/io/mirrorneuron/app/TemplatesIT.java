package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.blueprint.Templates;
import io.mirrorneuron.cli.Screen;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import io.mirrorneuron.testing.Whole;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code mn init} makes runs as it is, and takes inputs by name. */
@Whole
class TemplatesIT {
  /** The machine may have much else to do. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path home;
  @TempDir Path folder;
  private static App app;
  private final Shell shell = new Shell(Main::commandLine, home);

  @BeforeAll
  static void start() {
    app =
        App.start(
            new ConfigLoader(
                    Map.of("MN_HOME", home.toString(), "MN_TEMP_DIR", home.resolve("t").toString()),
                    null,
                    Map.of(
                        "api.port", "0", "grpc.port", "0", "resource.admission_enabled", "false"),
                    home)
                .load(),
            ServerRole.UP,
            ConfigLoader.environment());
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  private String made(String template) {
    Path made = folder.resolve("My " + template);
    Ended ended = shell.run("init", template, made.toString());
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out().lines())
        .contains(made.resolve("manifest.yaml").toString(), "Next: mn run '" + made + "'");
    assertThat(made.resolve("manifest.yaml"))
        .content()
        .contains("name: my-" + template)
        .containsPattern("schema=http://[^/]+:\\d+/schemas/manifest.json")
        .as("the server of this home is another one")
        .doesNotContain(Templates.SERVER);
    Ended valid = shell.run("validate", made.toString());
    assertThat(valid.out()).endsWith(made + " can run\n");
    return made.toString();
  }

  @Test
  void aScriptGreetsWhomeverItIsTold() throws Exception {
    String script = made("script");

    assertThat(shell.run("run", script).out()).contains("Hello, world!");
    assertThat(shell.run("run", script, "--input", "name=Ada").out()).contains("Hello, Ada!");
    Path name = Files.writeString(folder.resolve("name.txt"), "Grace");
    assertThat(
            shell.run("run", script, "--input=name=@" + name, "--json").json().at("/result/output"))
        .hasToString("{\"greeting\":\"Hello, Grace!\"}");
  }

  @Test
  void aPipelineComputesInThreeSteps() {
    String pipeline = made("pipeline");

    Ended ended = shell.run("run", pipeline, "--input", "numbers=[4, 5]");

    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out().lines().map(line -> line.replaceFirst("^[\\d:.]+Z +", "")))
        .containsSubsequence(
            "job            running",
            "fetch          started",
            "fetch          completed",
            "compute        started",
            "compute        completed",
            "report         completed",
            "job            completed")
        .contains("  \"report\": \"2 numbers, 9 in all\"")
        .noneMatch(line -> line.contains("lease"));
  }

  @Test
  void aReviewWaitsForAPersonAndSaysHowToAnswer() {
    String review = made("review");

    StringWriter seen = new StringWriter();
    Screen screen = new Screen(Map.of("MN_HOME", home.toString()), false, home);
    CompletableFuture<Integer> run =
        CompletableFuture.supplyAsync(
            () ->
                Main.commandLine(screen)
                    .setOut(new PrintWriter(seen))
                    .setErr(new PrintWriter(seen))
                    .execute("run", review, "--input=subject=owls"));
    eventually("the hint", PATIENCE, () -> seen.toString().contains(" review-"));
    String job = shell.run("job", "list", "--json").json().at("/data/0/job_id").asText();
    assertThat(seen.toString())
        .contains(
            "The job waits for a person: Publish this? We are glad to tell you of owls. — mn human"
                + " respond run-"
                + job
                + " review-2\n");
    shell.run("human", "respond", job, "review-2", "--decision", "approve", "--by", "ada");

    assertThat(run.join()).isZero();
    assertThat(seen.toString())
        .containsOnlyOnce("waits for a person")
        .contains(
            "\"published\": \"We are glad to tell you of owls.\"", "\"approved_by\": \"ada\"");
  }

  @Test
  void aQuestionWithoutAFormIsShownAndAnsweredAtATerminal() {
    String review = made("review");
    String job = shell.run("run", review, "--detached").out().strip();
    eventually(
        "the question", PATIENCE, () -> shell.run("human", "list", job).out().contains("review-2"));
    shell.atTerminal().set("NO_COLOR", "1").set("COLUMNS", "80");

    Ended shown = shell.run("human", "show", job, "review-2");
    assertThat(shown.err()).isEmpty();
    assertThat(shown.out())
        .contains("Publish this?", "Decisions   approve, reject\n", "Answer with mn human respond")
        .doesNotContain("Field");
    Ended answered = shell.typing("1\n\nada\n", "human", "respond", job, "review-2");

    assertThat(answered.err()).isEmpty();
    assertThat(answered.out())
        .contains("Publish this?", "  1  approve")
        .endsWith("review-2: answered with approve by ada\n");
    assertThat(shell.run("human", "show", job, "review-2").out().lines())
        .anyMatch(line -> line.matches("Answer +approve by ada at .*"));
  }

  /** Nobody is to answer for what is about to be replaced. */
  @Test
  void aChangeWhileAPersonIsAskedEndsTheQuestionAndRunsAgain() throws Exception {
    Path review = Path.of(made("review"));
    StringWriter seen = new StringWriter();
    Thread watching = watching(review, seen);
    try {
      eventually("the question", PATIENCE, () -> seen.toString().contains("glad to tell you"));
      Path draft = review.resolve("payloads/draft.py");
      Files.writeString(draft, Files.readString(draft).replace("are glad", "regret"));
      eventually("the next one", PATIENCE, () -> seen.toString().contains("We regret to tell"));
      assertThat(seen.toString())
          .contains(
              "changed: payloads/draft.py; this only waits for a person, so it is cancelled\n",
              " cancelled: changed: payloads/draft.py\n",
              "\nChanged: payloads/draft.py\nJob my-review-");
    } finally {
      watching.interrupt();
      watching.join();
    }
  }

  @Test
  void aChangeWhileProgramsWorkIsToldAndWaitsForTheirEnd() throws Exception {
    Path script = Path.of(made("script"));
    Path go = folder.resolve("go");
    Path greet = script.resolve("payloads/greet.py");
    String quick = Files.readString(greet);
    Files.writeString(
        greet,
        "import pathlib, time\nwhile not pathlib.Path('%s').exists(): time.sleep(0.1)\n"
                .formatted(go)
            + quick);
    StringWriter seen = new StringWriter();
    Thread watching = watching(script, seen);
    try {
      eventually("the start", PATIENCE, () -> seen.toString().contains(" started"));
      Files.writeString(greet, quick.replace("Hello", "Good day"));
      eventually(
          "the line",
          PATIENCE,
          () ->
              seen.toString()
                  .contains(
                      "changed: payloads/greet.py; runs again when this has ended; Ctrl-C ends\n"));
      assertThat(seen.toString()).doesNotContain("day, world");
      Files.writeString(go, "");
      eventually("the second run", PATIENCE, () -> seen.toString().contains("Good day, world!"));
      assertThat(seen.toString()).contains("Hello, world!");
    } finally {
      watching.interrupt();
      watching.join();
    }
  }

  private Thread watching(Path folder, StringWriter seen) {
    Screen screen = new Screen(Map.of("MN_HOME", home.toString()), false, home);
    return Thread.ofPlatform()
        .start(
            () ->
                Main.commandLine(screen)
                    .setOut(new PrintWriter(seen))
                    .setErr(new PrintWriter(seen))
                    .execute("run", folder.toString(), "--watch"));
  }

  @Test
  void aFolderThatCannotBeMadeIsToldInOneSentence() throws Exception {
    Path nothing = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nothing"));
    Path file = Files.writeString(folder.resolve("file"), "x");
    Path longest = folder.resolve("a".repeat(300));

    assertThat(shell.run("init", "script", nothing.toString()))
        .isEqualTo(
            new Ended(1, "", "mn: " + nothing + " is a link to nothing; nothing was written\n"));
    assertThat(shell.run("init", "script", file + "/x"))
        .isEqualTo(
            new Ended(
                1, "", "mn: the folder %s/x cannot be made: %1$s is a file\n".formatted(file)));
    assertThat(shell.run("init", "script", longest.toString()))
        .isEqualTo(
            new Ended(
                1, "", "mn: the folder " + longest + " cannot be made: File name too long\n"));
    Path steering = folder.resolve("a\033[2J");
    assertThat(shell.run("init", "script", steering.toString()).out())
        .contains("a?[2J/manifest.yaml")
        .doesNotContain("\033");
  }

  @Test
  void aFolderBehindALinkIsListed() throws Exception {
    Path link =
        Files.createSymbolicLink(
            folder.resolve("link"), Files.createDirectory(folder.resolve("empty")));

    assertThat(shell.run("init", "script", link.toString()).out())
        .startsWith(link + "/manifest.yaml\n");
  }

  /** In one step: a file that is written is seen to change twice, when it is emptied and filled. */
  private void replace(Path file, String text) throws IOException {
    Path filled = Files.writeString(folder.resolve("filled"), text);
    Files.move(filled, file, StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void aWatchedFolderRunsAgainWhenItChanges() throws Exception {
    Path script = Path.of(made("script"));
    StringWriter seen = new StringWriter();
    Screen screen = new Screen(Map.of("MN_HOME", home.toString()), false, home);
    Thread watching =
        Thread.ofPlatform()
            .start(
                () ->
                    Main.commandLine(screen)
                        .setOut(new PrintWriter(seen))
                        .setErr(new PrintWriter(seen))
                        .execute("run", script.toString(), "--watch"));
    try {
      eventually("the first run", PATIENCE, () -> seen.toString().contains("Waiting for changes"));
      assertThat(seen.toString()).containsOnlyOnce("Hello, world!");

      Path greet = script.resolve("payloads/greet.py");
      replace(greet, Files.readString(greet).replace("Hello", "Good day"));
      eventually("the second run", PATIENCE, () -> seen.toString().contains("Good day, world!"));
      assertThat(seen.toString()).contains("\nChanged: payloads/greet.py\nJob my-script-");

      replace(script.resolve("manifest.json"), "{");
      eventually("the complaint", PATIENCE, () -> seen.toString().contains("mn: "));
      assertThat(seen.toString()).contains("\nChanged: manifest.json\nmn: ");
    } finally {
      watching.interrupt();
      watching.join();
    }
  }

  @Test
  void nothingIsOverwritten() throws Exception {
    Files.writeString(folder.resolve("notes.txt"), "mine");

    assertThat(shell.run("init", "script", folder.toString()))
        .isEqualTo(
            new Ended(
                1,
                "",
                "mn: "
                    + folder
                    + " is there already and not an empty folder; nothing was written\n"));
    assertThat(folder.resolve("manifest.json")).doesNotExist();
    assertThat(shell.run("init", "scrpt", folder.resolve("x").toString()))
        .isEqualTo(
            new Ended(
                5,
                "",
                "mn: template scrpt was not found; there are "
                    + String.join(", ", Templates.names())
                    + "\n"));
  }
}
