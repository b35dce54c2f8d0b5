package io.mirrorneuron.runtime.local;

import static io.mirrorneuron.testing.Eventually.eventually;
import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that begin where others were: real Redis, real processes. */
class JobForkIT {
  @TempDir static Path home;
  private static RuntimeFixture runtime;
  private static JobsPort jobs;

  @BeforeAll
  static void start() throws Exception {
    runtime = new RuntimeFixture(Files.createDirectories(home.resolve("first")));
    jobs = runtime.jobs();
  }

  @AfterAll
  static void stop() {
    runtime.close();
  }

  /** Steps {@code a}, {@code b}, {@code c}; each writes its name into a file when it runs. */
  private static String submit(Path file) {
    return jobs.submit(bundle(file, "a", "b", "c")).jobId();
  }

  /** Steps that each write their name into the file. */
  private static Submission bundle(Path file, String... steps) {
    String manifest =
        SampleManifests.steps(
            "forked",
            List.of(steps),
            id ->
                "cat note; echo %1$s >> '%2$s'; printf '{\"complete_step\":\"%1$s\"}'"
                    .formatted(id, file));
    ObjectNode json = Json.parseObject(manifest, "manifest");
    for (JsonNode node : json.at("/agents/nodes")) {
      ((ObjectNode) node.path("config")).put("upload_path", "w").put("workdir", "/sandbox/job/w");
    }
    byte[] note = new byte[0];
    return new Submission(Json.write(json), new Payloads.Inline(Map.of("w/note", note)), null);
  }

  private static String ended(Path file) {
    String job = submit(file);
    assertThat(runtime.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
    return job;
  }

  private static int count() {
    return tree(jobs.list(1000, true)).path("data").size();
  }

  @Test
  void whatIsDoneAgainRunsTheBundleInWhichSomethingWasMended() throws Exception {
    Path file = home.resolve("before");
    Path mended = home.resolve("mended");
    String job = ended(file);

    ForkRequest request = ForkRequest.atStep("b").with(bundle(mended, "a", "b", "c")).with("key");
    String forked = jobs.fork(job, request).jobId();

    assertThat(runtime.awaitEnd(forked).at("/job/status").asText()).isEqualTo("completed");
    assertThat(Files.readAllLines(file)).containsExactly("a", "b", "c");
    assertThat(Files.readAllLines(mended)).containsExactly("b", "c");
    assertThat(jobs.fork(job, request).jobId()).isEqualTo(forked);
    assertThatThrownBy(() -> jobs.fork(job, request.with(bundle(file, "a", "b", "c"))))
        .hasMessageContaining("used before for another submission");
  }

  @Test
  void aBundleOfAnotherGraphCannotGoOn() {
    String job = ended(home.resolve("graph"));
    int before = count();
    ForkRequest other = ForkRequest.atStep("b").with(bundle(home.resolve("graph"), "a", "b", "d"));

    assertThatThrownBy(() -> jobs.fork(job, other))
        .hasMessageContaining("it lacks step c; it has step d besides")
        .hasMessageContaining("submit it as a job of its own");
    assertThat(count()).isEqualTo(before);
  }

  @Test
  void onlyTheStepAndWhatFollowsItRunsAgain() throws Exception {
    Path file = home.resolve("again");
    String job = ended(file);

    ObjectNode answer =
        tree(jobs.fork(job, ForkRequest.atStep("b").with(Map.of("b", Json.parse("{\"n\":2}")))));

    String forked = answer.path("job_id").asText();
    assertThat(answer.path("id").asText()).isEqualTo(forked).isNotEqualTo(job);
    assertThat(answer.path("forked_from"))
        .isEqualTo(Json.object().put("job_id", job).put("at", "b"));
    ObjectNode details = runtime.awaitEnd(forked);
    assertThat(details.at("/job/status").asText()).isEqualTo("completed");
    assertThat(details.at("/job/run_id").asText()).isEqualTo("run-" + forked);
    assertThat(details.at("/job/manifest")).isEqualTo(tree(jobs.get(job)).at("/job/manifest"));
    assertThat(details.at("/job/forked_from")).isEqualTo(answer.path("forked_from"));
    assertThat(Files.readAllLines(file)).containsExactly("a", "b", "c", "b", "c");
    assertThat(tree(jobs.get(job)).at("/job/forks"))
        .isEqualTo(Json.MAPPER.createArrayNode().add(forked));
    assertThat(jobs.lastEvents(job, 1).events().getFirst()).contains("job_forked", forked);
  }

  @Test
  void anEventIsAPointToBeginAt() throws Exception {
    Path file = home.resolve("event");
    String job = ended(file);
    long afterB =
        jobs.events(job, 0, 1000).events().stream()
            .map(text -> Json.parseObject(text, "event"))
            .filter(event -> event.path("type").asText().equals("workflow_step_completed"))
            .filter(event -> event.path("step_id").asText().equals("b"))
            .mapToLong(event -> event.path("seq").asLong())
            .findFirst()
            .orElseThrow();

    ObjectNode answer = tree(jobs.fork(job, ForkRequest.atEvent(afterB)));

    assertThat(answer.at("/forked_from/at").asLong()).isEqualTo(afterB);
    runtime.awaitEnd(answer.path("job_id").asText());
    assertThat(Files.readAllLines(file)).containsExactly("a", "b", "c", "c");
  }

  @Test
  void ofForksAtOnceNoneIsForgotten() throws Exception {
    String job = ended(home.resolve("many"));
    List<String> forks;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      forks =
          Stream.generate(
                  () ->
                      CompletableFuture.supplyAsync(
                          () -> jobs.fork(job, ForkRequest.atStep("c")).jobId(), threads))
              .limit(8)
              .toList()
              .stream()
              .map(CompletableFuture::join)
              .toList();
    }

    assertThat(Json.elements(tree(jobs.get(job)).at("/job/forks")).map(JsonNode::asText))
        .containsExactlyInAnyOrderElementsOf(forks);
    assertThat(jobs.events(job, 0, 1000).events().stream().filter(one -> one.contains("_forked\"")))
        .hasSize(8);
    forks.forEach(runtime::awaitEnd);
  }

  @Test
  void theSameKeyIsTheSameForkAndAnotherContentIsRefused() throws Exception {
    String job = ended(home.resolve("keyed"));
    ForkRequest request = ForkRequest.atStep("c").with("fork-key");

    ObjectNode first = tree(jobs.fork(job, request));
    runtime.awaitEnd(first.path("job_id").asText());

    assertThat(tree(jobs.fork(job, request))).isEqualTo(first.put("status", "completed"));
    assertThat(tree(jobs.get(job)).at("/job/forks")).hasSize(1);
    assertFails(ErrorCode.CONFLICT, job, ForkRequest.atStep("b").with("fork-key"));
  }

  @Test
  void whatIsRefusedMakesNothing() throws Exception {
    String job = ended(home.resolve("refused"));
    Map<String, JsonNode> ofC = Map.of("c", Json.object());
    int before = count();

    assertFails(ErrorCode.NOT_FOUND, "nope", ForkRequest.atBeginning());
    assertFails(ErrorCode.NOT_FOUND, job, ForkRequest.atStep("x"));
    assertFails(ErrorCode.INVALID, job, ForkRequest.atStep("b").with(ofC));
    assertFails(ErrorCode.INVALID, job, ForkRequest.atBeginning().with(ofC));
    assertFails(ErrorCode.INVALID, job, ForkRequest.atEvent(-1));
    assertFails(ErrorCode.PRECONDITION, job, ForkRequest.atEvent(100_000));

    assertThat(count()).isEqualTo(before);
    assertThat(tree(jobs.get(job)).at("/job/forks").isMissingNode()).isTrue();
  }

  @Test
  void aJobThatIsOpenOnAnotherNodeIsForkedThere() throws Exception {
    Path go = home.resolve("go");
    String job =
        jobs.submit(
                Submission.of(
                    SampleManifests.steps(
                        "open",
                        List.of("a", "b"),
                        id ->
                            id.equals("a")
                                ? "true"
                                : "until [ -e '%s' ]; do sleep 0.05; done".formatted(go))))
            .jobId();
    try (RuntimeFixture other =
        RuntimeFixture.beside(runtime, Files.createDirectories(home.resolve("second")))) {
      int before = count();
      assertThatThrownBy(() -> other.jobs().fork(job, ForkRequest.atBeginning()))
          .hasMessage(
              "job %s is open on node mirror_neuron@test, which this one does not reach: it has not announced its gRPC address; nothing was changed"
                  .formatted(job))
          .isInstanceOfSatisfying(
              MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
      assertThat(count()).isEqualTo(before);

      String here = jobs.fork(job, ForkRequest.atBeginning()).jobId();
      Files.createFile(go);
      runtime.awaitEnd(job);
      runtime.awaitEnd(here);
      String there = other.jobs().fork(job, ForkRequest.atBeginning()).jobId();
      assertThat(other.awaitEnd(there).at("/job/status").asText()).isEqualTo("completed");
      assertThat(Json.elements(tree(jobs.get(job)).at("/job/forks")).map(JsonNode::asText))
          .containsExactly(here, there);
    }
  }

  /** Of a real store: which files jobs have. */
  @Test
  void oldPayloadFilesGoAtTheNextStartUnlessAJobHasThem() throws Exception {
    String job = ended(home.resolve("old"));
    Path bundles = home.resolve("first/bundles");
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(30)));
    Path stray = Files.createDirectories(bundles.resolve("0".repeat(64)));
    try (Stream<Path> all = Files.list(bundles)) {
      for (Path bundle : all.toList()) {
        Files.setLastModifiedTime(bundle, old);
      }
    }

    runtime.restart();
    jobs = runtime.jobs();

    eventually("the removal of what no job has", () -> Files.notExists(stray));
    String again = jobs.fork(job, ForkRequest.atStep("c")).jobId();
    assertThat(runtime.awaitEnd(again).at("/job/status").asText()).isEqualTo("completed");
  }

  @Test
  void aNodeThatHasNotThePayloadFilesFetchesThem() throws Exception {
    String job = ended(home.resolve("files"));
    try (RuntimeFixture other =
        RuntimeFixture.beside(runtime, Files.createDirectories(home.resolve("third")))) {
      String forked = other.jobs().fork(job, ForkRequest.atStep("c")).jobId();

      assertThat(other.awaitEnd(forked).at("/job/status").asText()).isEqualTo("completed");
    }
  }

  private static void assertFails(ErrorCode code, String job, ForkRequest request) {
    assertThatThrownBy(() -> jobs.fork(job, request))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code));
  }
}
