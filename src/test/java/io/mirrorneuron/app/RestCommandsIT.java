package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that ask the HTTP API, before a real server that wants a token. */
@Whole
class RestCommandsIT {
  /** Asks the person that is to say how much, and logs and writes something besides. */
  private static final String ASKS =
      """
      run="$MN_RUNS_ROOT/$MN_RUN_ID"
      echo '{"level":"WARNING","component":"till","message":"low on change"}' >>"$run/logs.jsonl"
      echo '{"level":"INFO","component":"till","message":"opened"}' >>"$run/logs.jsonl"
      echo '{"type":"human_input_requested","payload":{"request_id":"q1","prompt":"Pay the rent?","allowed_decisions":["approve","reject"],"form":{"type":"object","required":["amount"],"properties":{"amount":{"type":"integer","description":"in cents"},"note":{"type":"string"}}}}}' >>"$run/human.jsonl"
      echo '{"type":"human_notice","payload":{"notice_id":"n1","prompt":"Asked"}}' >>"$run/human.jsonl"
      until grep -q human_input_received "$run/human.jsonl"; do sleep 0.1; done
      echo '{"complete_run":{"paid":true}}'
      """;

  /** Who reads tables, at a terminal that is wide enough. */
  private static Shell person() {
    return new Shell(Main::commandLine, home)
        .atTerminal()
        .set("NO_COLOR", "1")
        .set("COLUMNS", "200");
  }

  /** The machine may have much else to do. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path home;
  private static App app;
  private final Shell shell = new Shell(Main::commandLine, home);

  @BeforeAll
  static void start() throws Exception {
    Files.writeString(home.resolve("api.token"), "s3cret\n");
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

  private Path bundle(String name, String script) throws Exception {
    Path folder = Files.createDirectories(home.resolve(name + "/payloads/work"));
    Files.writeString(folder.resolve("work.sh"), script);
    Files.writeString(
        home.resolve(name + "/manifest.json"),
        """
        {"manifest_version":"1.0","graph_id":"%s","entrypoints":["work"],
         "nodes":[{"node_id":"work","agent_type":"executor",
           "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","upload_path":"work",
             "workdir":"/sandbox/job/work","command":["sh","work.sh"]}}],
         "edges":[]}
        """
            .formatted(name));
    return home.resolve(name);
  }

  /** A job whose question has arrived. */
  private String asking(String name) throws Exception {
    String job = shell.run("run", bundle(name, ASKS).toString(), "-d").out().strip();
    eventually(
        "the question", PATIENCE, () -> shell.run("human", "show", job, "q1").exitCode() == 0);
    return job;
  }

  @Test
  void aPersonIsShownWhatIsAskedAndAnswersInOneLine() throws Exception {
    String job = asking("rent");

    assertThat(person().run("human", "list").out().lines())
        .anyMatch(line -> line.matches("run-" + job + " +q1 +Pay the rent\\?"));
    assertThat(person().run("human", "list", job).out()).contains("q1", "Pay the rent?");
    assertThat(shell.run("human", "list", "--json").json().at("/data/0/request_id").asText())
        .isNotEmpty();
    assertThat(shell.run("human", "show", job, "q1").out().lines())
        .contains("Pay the rent?")
        .anyMatch(line -> line.matches("Decisions +approve, reject"))
        .anyMatch(line -> line.matches("For +anybody"))
        .anyMatch(line -> line.matches("Due +no time limit"))
        .anyMatch(line -> line.matches("amount +integer +yes +in cents"))
        .contains("Answer with mn human respond " + job + " q1");
    assertThat(shell.run("human", "show", job, "q1", "--json").json().at("/form/required/0"))
        .hasToString("\"amount\"");
    assertThat(shell.run("human", "claim", job, "q1", "--by", "ada", "--lease", "60").out())
        .startsWith("q1: claimed by ada until ");
    assertThat(
            shell.run("human", "respond", job, "q1", "--decision=reject", "--data=amount=1").err())
        .hasLineCount(1)
        .contains("ada");
    assertThat(shell.run("human", "release", job, "q1", "--by", "ada"))
        .isEqualTo(new Ended(0, "q1: released by ada\n", ""));
    assertThat(shell.run("human", "respond", job, "q1", "--decision", "approve"))
        .satisfies(ended -> assertThat(ended.exitCode()).isEqualTo(1))
        .satisfies(
            ended ->
                assertThat(ended.err()).isEqualTo("mn: the form needs amount (--data amount=…)\n"));
    assertThat(
            shell.run("human", "respond", job, "q1", "--decision=aprove", "--data=amuont=1").err())
        .isEqualTo(
            "mn: --decision must be one of: approve, reject; did you mean approve?; the form needs"
                + " amount (--data amount=…); amuont is no field of the form; did you mean amount?\n");
    assertThat(shell.run("human", "ack", job, "n1", "--by", "ada").out())
        .isEqualTo("n1: acknowledged by ada\n");

    Ended answered =
        shell.run(
            "human",
            "answer",
            job,
            "q1",
            "--decision",
            "approve",
            "--data",
            "amount=120",
            "--by",
            "ada",
            "--comment",
            "fine");

    assertThat(answered).isEqualTo(new Ended(0, "q1: answered with approve by ada\n", ""));
    assertThat(shell.run("job", "result", job, "--wait").out()).contains("paid");
  }

  @Test
  void atATerminalTheAnswerIsAskedFor() throws Exception {
    String job = asking("prompted");
    shell.atTerminal().set("NO_COLOR", "1").set("COLUMNS", "80");

    Ended answered =
        shell.typing("maybe\n1\nmuch\n\n250\n\nLooks right\nanna\n", "human", "respond", job, "q1");

    assertThat(answered.exitCode()).as(answered.err()).isZero();
    assertThat(answered.out())
        .contains(
            "Pay the rent?",
            "  1  approve",
            "Say one of approve, reject, or its number.",
            "amount must be a whole number.",
            "amount is needed.",
            "q1: answered with approve by anna");

    assertThat(shell.run("human", "list", job, "--all", "--json").out())
        .contains("\"amount\": 250", "Looks right", "\"shown_sha256\"");
    assertThat(shell.run("human", "list", job, "--json").json().path("data")).isEmpty();
    assertThat(shell.run("job", "result", job, "--wait").exitCode()).isZero();
  }

  @Test
  void theSecondPersonSeesWhatTheFirstOneHasEntered() throws Exception {
    String job =
        shell
            .run(
                "run",
                bundle("double", ASKS.replace("\"prompt\":", "\"four_eyes\":true,\"prompt\":"))
                    .toString(),
                "-d")
            .out()
            .strip();
    eventually(
        "the question", PATIENCE, () -> shell.run("human", "show", job, "q1").exitCode() == 0);
    String[] ada = {
      "human", "respond", job, "q1", "--decision=approve", "--data=amount=200", "--by=ada"
    };

    assertThat(shell.run(ada).out()).isEqualTo("q1: approved by ada; it needs another approval\n");
    assertThat(shell.run(ada))
        .isEqualTo(
            new Ended(
                1, "", "mn: ada has approved this already; another person must approve it, too\n"));
    assertThat(shell.run("human", "show", job, "q1").out().lines())
        .anyMatch(line -> line.matches("Approvals +1 of 2, each by another person"))
        .anyMatch(line -> line.matches("Approval +approve by ada at .*, amount 200"));
    assertThat(
            shell
                .run(
                    "human",
                    "respond",
                    job,
                    "q1",
                    "--decision=approve",
                    "--data=amount=300",
                    "--by=eve")
                .err())
        .contains("ada has approved request q1 with another amount: mn human show");
    assertThat(
            shell.run("human", "respond", job, "q1", "--decision=approve", "--by=a\u200bda").err())
        .contains("has approved request q1 already");
    assertThat(shell.run("human", "respond", job, "q1", "--decision=approve", "--by=eve").out())
        .isEqualTo("q1: answered with approve by eve\n");
    assertThat(shell.run("job", "result", job, "--wait").exitCode()).isZero();
  }

  @Test
  void aStepAsksForTheFieldsInTheOrderOfItsForm() throws Exception {
    Path folder = Files.createDirectories(home.resolve("ordered"));
    Files.writeString(
        folder.resolve("manifest.yaml"),
        """
        name: ordered
        steps:
          - id: review
            human:
              prompt: Pay?
              form:
                type: object
                properties: {who: {type: string}, amount: {type: integer}, by_when: {type: string}}
        """);
    String job = shell.run("run", folder.toString(), "-d").out().strip();
    eventually(
        "the question",
        PATIENCE,
        () -> !shell.run("human", "list", job, "--json").json().path("data").isEmpty());
    String request =
        shell.run("human", "list", job, "--json").json().at("/data/0/request_id").asText();

    assertThat(shell.run("human", "show", job, request).out())
        .containsSubsequence("\nwho ", "\namount ", "\nby_when ");
    shell.run("job", "cancel", job);
  }

  @Test
  void oneRunIsListedInTheFormOfAll() throws Exception {
    String job = asking("listed");

    JsonNode ofAll = shell.run("human", "list", "--json").json();
    JsonNode ofOne = shell.run("human", "list", job, "--json").json();

    assertThat(ofOne.fieldNames()).toIterable().containsExactly("data", "next");
    ObjectNode one = (ObjectNode) ofOne.at("/data/0");
    assertThat(ofAll.path("data"))
        .extracting(each -> ((ObjectNode) each.deepCopy()).<JsonNode>without("blueprint_id"))
        .contains(one);
    assertThat(
            shell.run("human", "respond", job, "q1", "--decision=reject", "--data=amount=1").out())
        .as("who names nobody is the user of the system")
        .isEqualTo("q1: answered with reject by %s\n".formatted(System.getProperty("user.name")));
    assertThat(person().run("human", "list", job).out()).isEqualTo("Nobody is asked anything\n");
    assertThat(shell.run("human", "list", job, "--status", "answered").out()).contains("q1");
    assertThat(shell.run("human", "list", job, "--all").out()).contains("answered");
    assertThat(shell.run("human", "list", "--all").exitCode()).isEqualTo(2);
  }

  @Test
  void whoSaysNothingAnswersNothing() throws Exception {
    String job = asking("silent");
    assertThat(shell.run("human", "respond", job, "q1").exitCode()).isEqualTo(2);
    shell.atTerminal().set("COLUMNS", "80");

    Ended ended = shell.typing("approve\n", "human", "respond", job, "q1");

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.out()).endsWith("Not answered\n");

    assertThat(shell.run("human", "show", job, "q1").out()).contains("pending");
    shell.run("job", "cancel", job);
  }

  @Test
  void aRunIsListedFollowedExportedAndCompared() throws Exception {
    String job = asking("whole");
    String run = "run-" + job;
    shell.run("human", "respond", run, "q1", "--body", "{\"decision\":\"reject\",\"amount\":1}");
    assertThat(shell.run("run", "follow", run).out().lines())
        .filteredOn(line -> line.contains("human_input_requested"))
        .singleElement()
        .asString()
        .endsWith("human_input_requested  q1  Pay the rent?");
    assertThat(shell.run("run", "follow", run).out().lines())
        .anyMatch(line -> line.matches(".* WARNING till +low on change"));

    assertThat(person().run("run", "list").out().lines())
        .anyMatch(line -> line.matches(run + " +completed +.* whole"));
    assertThat(shell.run("run", "list", "--status", "failed", "--json").json().path("data"))
        .isEmpty();
    assertThat(shell.run("run", "logs", job, "--level", "warning").out())
        .hasLineCount(1)
        .contains("low on change");
    assertThat(shell.run("job", "logs", job, "--follow", "--text", "OPENED").out())
        .hasLineCount(1)
        .contains("opened");
    assertThat(shell.run("run", "follow", run, "--channels", "logs", "--json").out().lines())
        .allMatch(line -> Json.parseObject(line, "line").path("channel").asText().equals("logs"));

    assertThat(shell.run("run", "artifacts", run).out()).contains("events.jsonl", "result.json");
    Path here = home.resolve("copy.json");
    assertThat(shell.run("run", "artifacts", run, "result.json", "-o", here.toString()).out())
        .isEqualTo(here + "\n");
    assertThat(here).content().contains("paid");
    Ended again = shell.run("run", "artifacts", run, "result.json", "-o", here.toString());
    assertThat(again)
        .isEqualTo(new Ended(1, "", "mn: " + here + " is there already; --force replaces it\n"));
    assertThat(
            shell
                .run("run", "artifacts", run, "result.json", "-o", here.toString(), "--force")
                .out())
        .isEqualTo(here + "\n");
    assertThat(shell.run("run", "artifacts", run, "result.json", "-o", "-").json().toString())
        .contains("paid");
    assertThat(shell.run("run", "artifacts", run, "nope").err())
        .isEqualTo(
            "mn: file nope was not found; mn run artifacts %s lists those that are there\n"
                .formatted(run));
    Path folder = home.resolve("runs").resolve(run);
    Files.writeString(Files.createDirectories(folder.resolve("outputs")).resolve("crops.csv"), "a");
    assertThat(shell.run("run", "artifacts", run, "outputs/crops.csv", "-o", "-").out())
        .isEqualTo("a");
    Files.writeString(folder.resolve("scratch.csv"), "a");
    assertThat(shell.run("run", "artifacts", run, "scratch.csv"))
        .isEqualTo(
            new Ended(
                5,
                "",
                "mn: scratch.csv is not served, only files below outputs/ and those that end in .json,"
                    + " .jsonl, .md, .pdf, .txt, .log or .gz are; it lies in the folder of the run\n"));

    assertThat(shell.run("run", "export", run).json().at("/run/status").asText())
        .isEqualTo("completed");
    assertThat(shell.run("run", "export", run, "--format", "md").out())
        .startsWith("# whole: completed\n")
        .contains("\nRun " + run + " of job " + job);
    Path zip = home.resolve("run.zip");
    shell.run("run", "export", job, "-f", "zip", "-o", zip.toString());
    assertThat(shell.run("run", "verify", zip.toString()).out()).startsWith("verified: " + run);

    String other = shell.run("run", bundle("second", "exit 3").toString(), "-d").out().strip();
    shell.run("job", "result", other, "--wait");
    eventually(
        "the run's end",
        PATIENCE,
        () -> person().run("run", "list").out().matches("(?s).*" + other + " +failed.*"));
    assertThat(person().run("run", "compare", job, other).out().lines())
        .anyMatch(line -> line.matches("Workflow +whole +second"))
        .anyMatch(line -> line.matches("Status +completed +failed"));
    assertThat(shell.run("run", "compare", job, run).err())
        .startsWith("mn: " + run + " is named twice;");
  }

  @Test
  void whatIsAnotherOneInEveryRunIsNotComparedUnlessAsked() throws Exception {
    List<String> jobs = new ArrayList<>();
    for (String lease : List.of("l1", "l2")) {
      String script =
          "echo '{\"complete_run\":{\"n\":\"%1$s\",\"lease_id\":\"%1$s\"}}'".formatted(lease);
      String job = shell.run("run", bundle("compared", script).toString(), "-d").out().strip();
      shell.run("job", "result", job, "--wait");
      jobs.add(job);
    }
    eventually(
        "both runs' results",
        PATIENCE,
        () -> person().run("run", "compare", jobs.get(0), jobs.get(1)).out().contains("l2"));

    String most = person().run("run", "compare", jobs.get(0), jobs.get(1)).out();
    assertThat(most.lines())
        .anyMatch(line -> line.matches("result\\S*/n +l1 +l2"))
        .noneMatch(line -> line.contains("lease_id"))
        .last()
        .asString()
        .matches("and \\d+ that are other ones in every run; --all shows them");
    assertThat(person().run("run", "compare", jobs.get(0), jobs.get(1), "--all").out().lines())
        .anyMatch(line -> line.matches("result\\S*/lease_id +l1 +l2"));
  }

  /** Lists of runs, and of what people are asked, show the ids of runs only. */
  @Test
  void everyCommandAboutAJobTakesTheIdOfItsRun() throws Exception {
    String job = asking("either");
    String run = "run-" + job;

    assertThat(shell.run("job", "why", run).out()).startsWith("Job " + job + ": ");
    assertThat(shell.run("job", "status", run).json().at("/job/job_id").asText()).isEqualTo(job);
    assertThat(shell.run("job", "events", run, "--json").json().path("job_id").asText())
        .isEqualTo(job);
    assertThat(shell.run("job", "dead-letters", run, "--json").json().path("job_id").asText())
        .isEqualTo(job);
    assertThat(shell.run("job", "fork", run, "-d").out()).matches("either-\\S+\n");
    assertThat(shell.run("job", "cancel", run).out()).isEqualTo("Job " + job + ": cancelled\n");
    assertThat(shell.run("job", "result", run).exitCode()).isEqualTo(4);
    assertThat(shell.run("job", "why", "run-nope").err())
        .startsWith("mn: job run-nope was not found");
    Path named = bundle("named", "echo done");
    Path manifest = named.resolve("manifest.json");
    Files.writeString(
        manifest, Files.readString(manifest).replaceFirst("\\{", "{\"run_id\":\"tuesday\","));
    String other = shell.run("run", named.toString(), "-d").out().strip();
    shell.run("job", "result", other, "--wait");
    assertThat(shell.run("job", "why", "tuesday").out()).startsWith("Job " + other + ": ");
  }

  @Test
  void jobsAreSubmittedListedAndCleared() throws Exception {
    Path manifest = home.resolve("plain.json");
    Files.writeString(
        manifest,
        """
        {"manifest_version":"1.0","graph_id":"plain","entrypoints":["a"],"edges":[],
         "nodes":[{"node_id":"a","agent_type":"router"}]}
        """);
    String job = shell.run("job", "submit", manifest.toString()).out().strip();
    assertThat(job).startsWith("plain-");
    assertThat(shell.run("job", "result", job, "--wait").exitCode()).isZero();
    String open = asking("open");

    assertThat(shell.run("job", "unfinished").out()).contains(open).doesNotContain(job);
    assertThat(shell.run("job", "dead-letters", job, "--json").json().path("job_id").asText())
        .isEqualTo(job);
    assertThat(shell.run("job", "dead-letters", job, "--replay", "0").exitCode()).isEqualTo(5);
    for (String command : List.of("pause", "resume")) {
      assertThat(shell.run("job", command, job).err())
          .contains(
              "is in the terminal state completed; mn job fork %s goes on in a new job"
                  .formatted(job));
    }
    assertThat(shell.run("job", "clear", job, open).err())
        .contains("job %s is ".formatted(open), "only jobs that have ended are cleared");
    assertThat(shell.run("job", "clear", "--status", "failed", "--older", "1d").out())
        .isEqualTo("No such jobs have ended\n");
    assertThat(shell.run("job", "clear", job).out()).isEqualTo("Jobs cleared: 1\n");
    assertThat(shell.run("job", "clear").out()).matches("Jobs cleared: \\d+\n");
    assertThat(shell.run("job", "list").out()).contains(open).doesNotContain(job);
    shell.run("job", "cancel", open);
  }

  @Test
  void aServerTellsHowItIsByBothDoors() {
    assertThat(shell.run("runtime", "status").out().lines())
        .anyMatch(line -> line.matches("Nodes +1 .*"))
        .anyMatch(line -> line.matches("storage +passing .*"));
    assertThat(shell.run("runtime", "metrics").json().at("/nodes/total").asInt()).isEqualTo(1);
    String target = app.endpoints().grpc().toString();
    Shell elsewhere = new Shell(Main::commandLine, home.resolve("empty"));
    elsewhere.set("MN_GRPC_AUTH_TOKEN", app.config().grpc().authToken().value());

    assertThat(elsewhere.run("runtime", "status", "--target", target).out().lines())
        .anyMatch(line -> line.matches("Nodes +1 .*"))
        .noneMatch(line -> line.startsWith("storage"));
    assertThat(elsewhere.run("runtime", "metrics", "--target", target).json().at("/nodes/total"))
        .hasToString("1");
    elsewhere.atTerminal();
    assertThat(elsewhere.run("runtime", "metrics", "--target", target).out())
        .containsPattern("(?m)^nodes\\.total  1$");
    assertThat(elsewhere.run("job", "unfinished", "--target", target).exitCode()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "human list",
        "human show r q",
        "human respond r q --decision approve",
        "human claim r q",
        "human release r q",
        "human ack r q",
        "run list",
        "run follow r",
        "run logs r",
        "run artifacts r",
        "run export r",
        "run compare a b",
        "job logs j"
      })
  void whereNoApiIsKnownOneSentenceSaysWhatToSet(String line) {
    Shell elsewhere = new Shell(Main::commandLine, home.resolve("empty"));

    assertThat(elsewhere.run(line.split(" ")))
        .isEqualTo(
            new Ended(
                6,
                "",
                "mn: this command asks the HTTP API, and none is known here: start a server with mn"
                    + " up, or set --api URL or MN_API_BASE_URL\n"));
  }

  @Test
  void aProblemOfTheApiIsOneSentenceWithAWayOut() {
    Shell stranger = new Shell(Main::commandLine, home.resolve("empty"));
    String api = app.endpoints().apiUrl();

    assertThat(stranger.run("run", "list", "--api", api))
        .isEqualTo(
            new Ended(
                1,
                "",
                "mn: missing or invalid bearer token; set MN_API_TOKEN, or MN_API_TOKEN_FILE to a"
                    + " file that holds it\n"));
    stranger.set("MN_API_TOKEN_FILE", home.resolve("api.token").toString());
    assertThat(stranger.run("run", "list", "--api", api.replace("/api/v1", "")).exitCode())
        .isZero();
    assertThat(stranger.run("run", "logs", "nope", "--api", api))
        .isEqualTo(new Ended(5, "", "mn: run not found; mn run list shows those that are there\n"));
    assertThat(stranger.run("run", "list", "--api", api, "--limit", "0").err()).hasLineCount(1);
    assertThat(stranger.run("run", "list", "--api", "http://127.0.0.1:9").err())
        .isEqualTo(
            "mn: the API at http://127.0.0.1:9/api/v1 cannot be reached; start a server with mn up,"
                + " or name another with --api URL\n");
    assertThat(stranger.run("run", "list", "--api", "nope").exitCode()).isEqualTo(2);
  }
}
