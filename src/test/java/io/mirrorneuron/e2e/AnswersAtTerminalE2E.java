package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Whole;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mn run} at a real terminal, a pseudo one, asks what its job asks. */
@Timeout(120)
@Whole
class AnswersAtTerminalE2E {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * Runs a program at a terminal of its own, which shows and takes what these streams do. Ctrl-C
   * counts there, also when this test was started in the background of a shell.
   */
  private static final String AT_TERMINAL =
      """
      import os, pty, signal, sys
      signal.signal(signal.SIGINT, signal.SIG_DFL)
      sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
      """;

  private static final String LETTER =
      """
      name: letter
      steps:
        - id: review
          human:
            prompt: Publish this?
            form:
              type: object
              properties: {copies: {type: integer}}
              required: [copies]
        - id: other
          human: {prompt: Is it for another one?, assignees: [nobody-here]}
      """;

  @TempDir static Path home;
  private static PackagedServer server;
  @TempDir Path folder;

  @BeforeAll
  static void start() {
    server = PackagedServer.start(home);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** A command at a terminal, and what is on it. */
  private record Session(Process process, ByteArrayOutputStream screen) implements AutoCloseable {
    static Session of(String... arguments) throws IOException {
      ProcessBuilder python = new ProcessBuilder("python3", "-c", AT_TERMINAL);
      String sized = "stty rows 30 cols 100; exec \"$0\" \"$@\"";
      python.command().addAll(List.of("sh", "-c", sized));
      python.command().add(Path.of("target/mn").toAbsolutePath().toString());
      python.command().addAll(List.of(arguments));
      python.environment().keySet().removeIf(name -> name.startsWith("MN_"));
      python.environment().remove("CI");
      python.environment().remove("GITHUB_ACTIONS");
      python.environment().put("TERM", "xterm");
      python.environment().put("MN_HOME", home.toString());
      python.environment().put("MN_GRPC_TARGET", server.grpc());
      python.environment().put("MN_API_BASE_URL", "http://" + server.api());
      Session session =
          new Session(python.redirectErrorStream(true).start(), new ByteArrayOutputStream());
      Thread.ofVirtual().start(session::read);
      return session;
    }

    private void read() {
      try {
        process.getInputStream().transferTo(screen);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String shown() {
      return screen.toString(StandardCharsets.UTF_8);
    }

    void awaitShown(String text) {
      eventually("\"" + text + "\"", PATIENCE, () -> shown().contains(text));
    }

    void type(String text) throws IOException {
      OutputStream keyboard = process.getOutputStream();
      keyboard.write(text.getBytes(StandardCharsets.UTF_8));
      keyboard.flush();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private Path letter() throws IOException {
    Path bundle = Files.createDirectories(folder.resolve("letter"));
    Files.writeString(bundle.resolve("manifest.yaml"), LETTER);
    return bundle;
  }

  @Test
  void whatIsAskedIsAnsweredWhereTheJobWasStarted() throws Exception {
    try (Session session = Session.of("run", letter().toString())) {
      session.awaitShown("Decision: ");
      assertThat(session.shown()).contains("Publish this?", "1  approve");

      session.type("approve\nmany\n");
      session.awaitShown("copies must be a whole number");
      session.type("3\nas agreed\n\n");
      session.awaitShown("answered with approve by " + System.getProperty("user.name"));
      session.awaitShown("Is it for another one?");

      session.type("\003"); // Ctrl-C
      session.awaitShown("detached; the job goes on");
      assertThat(session.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(session.shown().split("Decision: ")).as("asked once").hasSize(2);
    }
  }

  @Test
  void whoDoesNotAnswerSeesTheJobGoOn() throws Exception {
    try (Session session = Session.of("run", letter().toString())) {
      session.awaitShown("Decision: ");
      session.type("\004"); // Ctrl-D

      session.awaitShown("Not answered; mn human respond run-letter-");
      session.awaitShown("does it later");
      int before = session.shown().length();
      eventually(
          "the view again", PATIENCE, () -> session.shown().substring(before).contains("running"));
    }
  }

  /** First one is asked, and when the time is over the other; each knows who else may answer. */
  @Test
  void whoIsAskedAndWhoIsNextIsShownWhereverTheQuestionIs() throws Exception {
    String job =
        server.submit(
            """
            {"name": "boss", "steps": [{"id": "ask", "human": {"prompt": "Is it?", "assignees": ["ann"],
              "timeout_seconds": 5, "escalate_to": ["eve"]}}]}""");
    JsonNode[] asked = {null};
    eventually("the question", PATIENCE, () -> (asked[0] = question(job)) != null);
    assertThat(asked[0].at("/assignees")).extracting(JsonNode::asText).containsExactly("ann");
    assertThat(asked[0].at("/escalate_to")).extracting(JsonNode::asText).containsExactly("eve");
    String run = asked[0].at("/run_id").asText();
    String id = asked[0].at("/request_id").asText();
    assertThat(shown("human", "show", run, id)).contains("ann", ", then eve may answer instead");

    eventually(
        "eve is asked",
        PATIENCE,
        () -> question(job).at("/assignees").toString().equals("[\"eve\"]"));
    assertThat(question(job).has("escalate_to")).isFalse();
    assertThat(shown("human", "respond", run, id, "--decision", "approve", "--by", "ann"))
        .contains("is for eve to answer");
    assertThat(shown("human", "respond", run, id, "--decision", "approve", "--by", "eve"))
        .contains("approve");
    assertThat(server.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
  }

  /** The one that the job asks now; null when it asks nothing. */
  private static JsonNode question(String job) {
    for (JsonNode one : server.get("/human").path("data")) {
      if (one.path("run_id").asText().equals("run-" + job)) {
        return one;
      }
    }
    return null;
  }

  /** What a command says, whether it ends well or not. */
  private static String shown(String... arguments) throws IOException {
    try (Session session = Session.of(arguments)) {
      session.process().onExit().orTimeout(60, TimeUnit.SECONDS).join();
      eventually("its words", PATIENCE, () -> !session.shown().isBlank());
      return session.shown();
    }
  }
}
