package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Surroundings;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What operators and authors are told of confinement, and what programs are given in spite of it.
 */
@Timeout(120)
@Proof.Limits
class ConfinementE2E {
  private static final String HINT = "perhaps confined, see confinement in the manifest";
  private static final String SIGNALS = "programs can signal this server (Linux 6.12 refuses it)";
  private static final String CUTS =
      "programs can empty files of the account (Linux 6.2 refuses it), and " + SIGNALS;

  @TempDir Path folder;

  private Path home() {
    return folder.resolve("home");
  }

  // ---- kernels that do less

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0 | it needs Landlock, of Linux 5.19 or newer, and glibc 2.34 or newer
          5 | programs can signal this server (Linux 6.12 refuses it)
          """)
  void whatIsRequiredAndCannotBeKeepsTheServerFromStarting(int version, String reason)
      throws Exception {
    Surroundings older = Surroundings.landlock(version);
    Process start =
        PackagedServer.launch(
            home(),
            Map.of("MN_EXECUTOR_CONFINE", "required"),
            older,
            "up",
            "--api-port=0",
            "--grpc-port=0");
    assertThat(PackagedServer.said(start).strip())
        .isEqualTo(
            "mn: programs cannot be confined here, which executor.confine required asks for: "
                + reason);
    assertThat(PackagedServer.exitCode(start, Duration.ofSeconds(10))).isEqualTo(1);
    assertThat(processesOf(home())).as("what is left behind").isEmpty();

    try (PackagedServer server = PackagedServer.start(home(), Map.of(), older)) {
      assertThat(server.get("/health").at("/confinement/mode").asText()).isEqualTo("auto");
    }
  }

  private static List<String> processesOf(Path home) {
    return ProcessHandle.allProcesses()
        .flatMap(process -> process.info().commandLine().stream())
        .filter(line -> line.contains(home.toString()))
        .toList();
  }

  @Test
  void whereTheKernelDoesNothingTheServerSaysSoAndRunsPrograms() throws Exception {
    String reason = "it needs Landlock, of Linux 5.19 or newer, and glibc 2.34 or newer";
    try (PackagedServer server = PackagedServer.start(home(), Map.of(), Surroundings.landlock(0))) {
      assertThat(confinement(server).path("state").asText()).isEqualTo("off");
      assertThat(confinement(server).path("reason").asText()).isEqualTo(reason);
      assertThat(confinement(server).path("closed_folders")).isEmpty();
      assertThat(log(server)).contains("programs of steps are not confined: " + reason);
      assertThat(health(server))
          .containsPattern("confinement +warning +executor.confine auto +off: it needs Landlock");
      assertThat(ended(server, "cat %s/grpc_auth.token".formatted(home()))).isEqualTo("completed");
    }
  }

  @ParameterizedTest
  @CsvSource({"2, true", "4, false", "5, false"})
  void whereTheKernelDoesSomeOfItTheServerSaysWhatIsMissing(int version, boolean cuts)
      throws Exception {
    String reason = cuts ? CUTS : SIGNALS;
    try (PackagedServer server =
        PackagedServer.start(home(), Map.of(), Surroundings.landlock(version))) {
      assertThat(confinement(server).path("state").asText()).isEqualTo("partial");
      assertThat(confinement(server).path("reason").asText()).isEqualTo(reason);
      assertThat(log(server))
          .contains("programs of steps are not confined in all respects: " + reason);
      assertThat(health(server))
          .containsPattern("confinement +warning +executor.confine auto +partial: programs can");

      assertThat(ended(server, "kill -0 %d".formatted(server.pid()))).isEqualTo("completed");
      assertThat(ended(server, "cat %s/grpc_auth.token".formatted(home()))).isEqualTo("failed");
      assertThat(ended(server, "echo x >%s/new".formatted(home()))).isEqualTo("failed");
    }
  }

  // ---- temporary folders

  /** Makes folders where no temporary folder of the machine is. */
  static final class BesideTheProgram implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
        throws IOException {
      return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "confined");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/tmp", "/var/tmp", "/dev/shm"})
  void whatOneProgramLeavesInATemporaryFolderAnotherReads(
      String shared, @TempDir(factory = BesideTheProgram.class) Path elsewhere) throws Exception {
    try (PackagedServer server = PackagedServer.start(elsewhere.resolve("home"))) {
      assumeThat(confinement(server).path("state").asText()).isNotEqualTo("off");
      assumeThat(confinement(server).path("closed_folders"))
          .as("this build does not lie in a temporary folder")
          .isEmpty();
      String left = shared + "/mn-test-" + ProcessHandle.current().pid();
      Map<String, String> scripts =
          Map.of(
              "p1", "echo left >%s".formatted(left),
              "p2", "cat %1$s && ls %2$s | grep mn-test && rm %1$s".formatted(left, shared));
      String job =
          server.submit(
              SampleManifests.programs(
                  "share", 2, id -> new String[] {"sh", "-c", scripts.get(id)}));
      assertThat(server.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
      assertThat(Path.of(left)).doesNotExist();
      assertThat(log(server)).doesNotContain("programs may not use");
      assertThat(health(server)).contains("programs are confined").doesNotContain("may not use");
    }
  }

  @Test
  void aTemporaryFolderWithAHomeInItIsClosedAndThatIsTold() throws Exception {
    assumeThat(folder.toRealPath()).startsWith(Path.of("/tmp"));
    try (PackagedServer server = PackagedServer.start(home())) {
      assumeThat(confinement(server).path("state").asText()).isNotEqualTo("off");
      assertThat(confinement(server).path("closed_folders")).hasToString("[\"/tmp\"]");
      assertThat(log(server))
          .contains(
              "programs may not use /tmp, as something hidden from them lies in it;"
                  + " they have TMPDIR");
      assertThat(health(server)).contains("programs are confined; they may not use /tmp");

      assertThat(ended(server, "echo x >/tmp/mn-test-$$")).isEqualTo("failed");
      assertThat(ended(server, "ls /tmp")).isEqualTo("failed");
      assertThat(ended(server, "echo x >/var/tmp/mn-test-$$; rm /var/tmp/mn-test-$$"))
          .isEqualTo("completed");
      assertThat(ended(server, "echo x >$TMPDIR/mine && cat $TMPDIR/mine")).isEqualTo("completed");
    }
  }

  // ---- what is given and what is hidden

  @Test
  void programsWriteToTheFolderOfTheirSubmission() throws Exception {
    Path submissions = home().resolve("shared/submissions");
    Path own = Files.createDirectories(submissions.resolve("sub-1/outputs"));
    Path others = Files.createDirectories(submissions.resolve("sub-2"));
    Files.writeString(others.resolve("secret"), "of another");
    try (PackagedServer server = PackagedServer.start(home())) {
      assumeThat(confinement(server).path("state").asText()).isNotEqualTo("off");
      String script = "echo x >%1$s/it && cat %1$s/it && mkdir %1$s/more".formatted(own);
      assertThat(ofSubmission(server, "sub-1", script)).isEqualTo("completed");
      assertThat(own.resolve("it")).content().isEqualTo("x\n");

      String read = "cat %s/secret".formatted(others);
      String write = "echo x >%s/new".formatted(others);
      for (String id : List.of("sub-1", "../submissions", "..", ".", "", "sub-1/../sub-2")) {
        assertThat(ofSubmission(server, id, read)).as(id).isEqualTo("failed");
        assertThat(ofSubmission(server, id, write)).as(id).isEqualTo("failed");
      }
    }
  }

  private static String ofSubmission(PackagedServer server, String id, String script) {
    ObjectNode manifest = Json.parseObject(job(script), "manifest");
    ((ObjectNode) manifest.at("/agents/nodes/0/config"))
        .putObject("environment")
        .put("MN_STORAGE_SUBMISSION_ID", id);
    return server.awaitEnd(server.submit(Json.write(manifest))).at("/job/status").asText();
  }

  @Test
  void usualPlacesOfKeysInTheHomeOfTheAccountAreHidden(
      @TempDir(factory = BesideTheProgram.class) Path account) throws Exception {
    Files.writeString(Files.createDirectories(account.resolve(".ssh")).resolve("id_rsa"), "key");
    Files.writeString(Files.createDirectories(account.resolve(".aws")).resolve("keys"), "key");
    Files.writeString(account.resolve(".netrc"), "key");
    Files.writeString(account.resolve("notes"), "no key");
    try (PackagedServer server =
        PackagedServer.start(home(), Map.of("MN_JAVA_OPTS", "-Duser.home=" + account))) {
      assumeThat(confinement(server).path("state").asText()).isNotEqualTo("off");
      assumeThat(Json.elements(confinement(server).path("closed_folders")).map(JsonNode::asText))
          .as("this build does not lie in a temporary folder that is closed")
          .noneMatch(account::startsWith);
      assertThat(ended(server, "cat %s/notes".formatted(account))).isEqualTo("completed");
      for (String attempt :
          List.of("cat %s/.ssh/id_rsa", "ls %s/.ssh", "cat %s/.aws/keys", "cat %s/.netrc")) {
        assertThat(ended(server, attempt.formatted(account))).as(attempt).isEqualTo("failed");
      }
      assertThat(ended(server, "ls %s".formatted(account))).isEqualTo("failed");
      assertThat(ended(server, "echo x >%s/new".formatted(account))).isEqualTo("failed");
    }
  }

  @Test
  void graphicsProcessorsAreUsedAndDisksAreNot() {
    List<String> given = List.of("nvidia0", "nvidiactl", "dri/renderD128", "kfd", "accel/accel0");
    List<String> kept = List.of("sda", "nvme0n1", "mem", "kmsg", "input/event0", "nv", "mykfd");
    List<String> names = Stream.concat(given.stream(), kept.stream()).toList();
    try (PackagedServer server =
        PackagedServer.start(home(), Map.of(), Surroundings.devices(names))) {
      assumeThat(confinement(server).path("state").asText()).isNotEqualTo("off");
      StringBuilder script = new StringBuilder();
      for (String name : names) {
        script.append("head -c 1 /dev/%1$s >/dev/null && echo read %1$s.\n".formatted(name));
        script.append("(echo x >/dev/%1$s) && echo written %1$s.\n".formatted(name));
      }
      script.append("true");
      ObjectNode end = server.awaitEnd(server.submit(job(script.toString())));
      List<String> done = end.findValue("stdout").asText().lines().toList();
      assertThat(done)
          .containsExactlyElementsOf(
              given.stream()
                  .flatMap(name -> Stream.of("read " + name + ".", "written " + name + "."))
                  .toList());
    }
  }

  /** The tool prints the log of a machine with eight cards; these are those of its files. */
  @Test
  void aCardIsOutOfReachOfWhoWasNotGivenIt() throws Exception {
    Path tools = Files.createDirectories(home().resolveSibling("tools"));
    Path log = Path.of("src/test/resources/gpu/nvidia-smi-q-x-h100-8.xml").toAbsolutePath();
    Path tool =
        Files.writeString(tools.resolve("nvidia-smi"), "#!/bin/sh\nexec cat %s\n".formatted(log));
    assertThat(tool.toFile().setExecutable(true)).isTrue();
    List<String> names = List.of("nvidia0", "nvidia1", "nvidia7", "nvidiactl", "nvidia-uvm");
    try (PackagedServer server =
        PackagedServer.start(
            home(),
            Map.of("PATH", tools + ":" + System.getenv("PATH")),
            Surroundings.devices(names))) {
      assumeThat(confinement(server).path("state").asText()).isNotEqualTo("off");
      eventually("the cards are known", () -> server.get("/resource").toString().contains("H100"));
      String script = "for n in %s; do head -c 1 /dev/$n >/dev/null && echo $n; done; true";
      ObjectNode manifest =
          Json.parseObject(job(script.formatted(String.join(" ", names))), "manifest");
      assertThat(printed(server, manifest)).isEmpty();

      ((ObjectNode) manifest.at("/agents/nodes/0"))
          .putObject("resources")
          .putArray("devices")
          .addObject()
          .put("kind", "gpu")
          .putArray("ids")
          .add("7");
      assertThat(printed(server, manifest))
          .containsExactlyInAnyOrder("nvidia7", "nvidiactl", "nvidia-uvm");
    }
  }

  private static List<String> printed(PackagedServer server, ObjectNode manifest) {
    ObjectNode end = server.awaitEnd(server.submit(Json.write(manifest)));
    assertThat(end.at("/job/status").asText()).as("%s", end).isEqualTo("completed");
    return end.findValue("stdout").asText().lines().toList();
  }

  // ---- what authors are told

  @Test
  void whyAndTheFailureSayThatConfinementMayBeTheCause() {
    try (PackagedServer server = PackagedServer.start(home())) {
      assumeThat(confinement(server).path("state").asText()).isNotEqualTo("off");
      String refused = "cat %s/grpc_auth.token".formatted(home());
      String step = server.submit(triedAgain(refused));
      String agent = server.submit(agentTriedAgain(refused));
      for (String job : List.of(step, agent)) {
        eventually("the next try is waited for", () -> !why(server, job, "retry").isEmpty());
        assertThat(why(server, job, "retry").getFirst().toString()).contains(HINT);
        assertThat(server.get("/jobs/" + job + "/why").path("summary").asText()).contains(HINT);
      }

      ObjectNode manifest = Json.parseObject(triedAgain(refused), "manifest");
      ((ObjectNode) manifest.at("/workflow/steps/0/control/retry")).put("max_attempts", 1);
      String failed = server.submit(Json.write(manifest));
      assertThat(server.awaitEnd(failed).at("/job/status").asText()).isEqualTo("failed");
      assertThat(why(server, failed, "failed").getFirst().toString()).contains(HINT);
      assertThat(server.events(failed).toString()).contains(HINT);
    }
  }

  private static List<JsonNode> why(PackagedServer server, String job, String cause) {
    return Json.elements(server.get("/jobs/" + job + "/why").path("explanations"))
        .filter(each -> each.path("cause").asText().equals(cause))
        .toList();
  }

  private static String triedAgain(String script) {
    ObjectNode manifest = Json.parseObject(job(script), "manifest");
    ((ObjectNode) manifest.at("/workflow/steps/0"))
        .putObject("control")
        .put("retry_backoff_ms", 600_000)
        .putObject("retry")
        .put("max_attempts", 2);
    return Json.write(manifest);
  }

  private static String agentTriedAgain(String script) {
    ObjectNode manifest =
        Json.parseObject(SampleManifests.program("agent", "sh", "-c", script), "manifest");
    ((ObjectNode) manifest.at("/nodes/0/config"))
        .put("max_attempts", 2)
        .put("retry_backoff_ms", 600_000);
    return Json.write(manifest);
  }

  // ----

  private static JsonNode confinement(PackagedServer server) {
    return server.get("/health").path("confinement");
  }

  private static String log(PackagedServer server) throws IOException {
    return Files.readString(server.home().resolve("logs/mn.log"));
  }

  /** What {@code mn runtime health} prints. */
  private static String health(PackagedServer server) {
    return PackagedServer.said(
        PackagedServer.launch(
            server.home(),
            Map.of("MN_API_BASE_URL", "http://" + server.api() + "/api/v1"),
            "runtime",
            "health"));
  }

  private static String ended(PackagedServer server, String script) {
    return server.awaitEnd(server.submit(job(script))).at("/job/status").asText();
  }

  /** A step that is tried once. */
  private static String job(String script) {
    return SampleManifests.steps("confined", List.of("work"), _ -> script);
  }
}
