package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.app.ApiUnderTest.State;
import io.mirrorneuron.testing.AnswerCheck;
import io.mirrorneuron.testing.ContractCalls;
import io.mirrorneuron.testing.ContractCalls.Call;
import io.mirrorneuron.testing.PublishedContract;
import io.mirrorneuron.testing.PublishedContract.Operation;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever the contract gives as an example a real server does, and what it forbids a real server
 * refuses; every answer is one that the contract declares. New operations are covered by being in
 * the contract; one that changes a job also has a row in {@link #FOUND}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
abstract class ContractExamples {
  private static final PublishedContract CONTRACT = PublishedContract.read();

  /** In which state an operation finds its job; elsewhere it has ended. */
  static final Map<String, State> FOUND =
      Map.of(
          "cancelJob", State.RUNNING,
          "pauseJob", State.RUNNING,
          "resumeJob", State.PAUSED,
          "sendMessage", State.RUNNING,
          "forkJob", State.STEPS,
          "backupJob", State.PAUSED,
          "listDeadLetters", State.UNROUTED,
          "replayDeadLetter", State.UNROUTED);

  /** Examples whose answer is not the success. */
  static final Map<String, Integer> ANSWERS =
      Map.of(
          "addNode", 503, // nobody answers there
          "joinNode", 503,
          "replayDeadLetter", 412, // a letter that no edge carried has no receiver
          "revealRunArtifact", 501, // nobody sits before the machine of a test
          "revealRunOutput", 501);

  /** Streams whose events have no last one; RunsIT reads those. */
  private static final Set<String> ENDLESS = Set.of("streamRuns");

  private final AnswerCheck check = new AnswerCheck(CONTRACT);
  private final ContractCalls calls = new ContractCalls(CONTRACT);
  private ApiUnderTest api;

  abstract ApiUnderTest start(Path home, ContractCalls calls);

  /**
   * Of how many calls of a kind it is tried that they are refused. Callers, parameters and bodies
   * are checked in the gateway, before anything is asked of an area, wherever that is; and whether
   * an id can be that of a run, in the area, wherever it is asked from.
   */
  abstract long refusals();

  @BeforeAll
  void start(@TempDir Path folder) {
    api = start(folder.resolve("home"), calls);
  }

  @AfterAll
  void stop() {
    api.close();
  }

  Stream<Call> good() {
    return CONTRACT.operations().stream()
        .filter(operation -> !operation.isSocket())
        .flatMap(operation -> calls.good(operation).stream())
        .filter(
            call ->
                !ENDLESS.contains(call.operation().id())
                    || !call.accept().equals("text/event-stream"));
  }

  Stream<Call> sockets() {
    return CONTRACT.operations().stream()
        .filter(Operation::isSocket)
        .flatMap(operation -> calls.good(operation).stream());
  }

  Stream<Call> bad() {
    return CONTRACT.operations().stream()
        .flatMap(operation -> calls.bad(operation).stream())
        .limit(refusals());
  }

  Stream<Call> secured() {
    return CONTRACT.operations().stream()
        .filter(operation -> !operation.isPublic())
        .map(operation -> calls.good(operation).getFirst());
  }

  Stream<Call> strangers() {
    return secured().limit(refusals());
  }

  Stream<Call> ofJobs() {
    return secured().filter(call -> call.operation().path().contains("{job_id}"));
  }

  Stream<Call> ofRuns() {
    return secured().filter(call -> call.operation().path().startsWith("/runs/{run_id}/"));
  }

  Stream<Call> ofNoRuns() {
    return ofRuns().limit(refusals());
  }

  @ParameterizedTest
  @MethodSource("good")
  void anExampleIsAnsweredAsDeclared(Call call) {
    Operation operation = call.operation();
    HttpResponse<String> answer =
        api.send(api.prepared(call, FOUND.getOrDefault(operation.id(), State.ENDED)));

    assertThat(answer.statusCode())
        .as(answer.body())
        .isEqualTo(ANSWERS.getOrDefault(operation.id(), operation.success()));
    check.fits(operation, answer);
    assertThat(answer.headers().firstValue("content-type").orElse(""))
        .startsWith(
            answer.statusCode() >= 300
                ? "application/problem+json"
                : call.accept().replace("*/*", "")); // a file has its own type
  }

  @ParameterizedTest
  @MethodSource("sockets")
  void aSocketSpeaksAsDeclared(Call call) {
    Call prepared = api.prepared(call, FOUND.getOrDefault(call.operation().id(), State.ENDED));
    if (call.operation().isRealtime()) {
      prepared = prepared.with("interval", "0.25"); // else nothing comes without being asked for
    }
    JsonObject frame = new JsonObject(api.firstFrame(prepared));
    JsonObject declared = CONTRACT.response(call.operation(), "101").getJsonObject("content");

    assertThat(
            CONTRACT.faults(
                declared.getJsonObject("application/json").getJsonObject("schema"), frame))
        .as("%s", frame)
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource("sockets")
  void aSocketThatIsNotOpenedAsOneIsRefusedAsDeclared(Call call) {
    HttpResponse<String> answer = api.send(api.prepared(call, State.ENDED));

    assertThat(answer.statusCode()).isEqualTo(426);
    check.fits(call.operation(), answer);
  }

  @Test
  void theWorkflowThatTheContractShowsRunsToItsEnd() {
    Call inline =
        good()
            .filter(call -> call.operation().id().equals("submitJob"))
            .filter(call -> call.name().startsWith("inline"))
            .findFirst()
            .orElseThrow();
    JsonObject job = new JsonObject(api.send(api.prepared(inline, State.ENDED)).body());

    assertThat(api.finalStatus(job.getString("job_id"))).isEqualTo("completed");
  }

  @ParameterizedTest
  @MethodSource("bad")
  void whatTheContractForbidsIsRefusedAsDeclared(Call call) {
    HttpResponse<String> answer = api.send(call);

    assertThat(answer.statusCode()).as(answer.body()).isBetween(400, 422).isNotEqualTo(404);
    check.fits(call.operation(), answer);
  }

  @ParameterizedTest
  @MethodSource("strangers")
  void aStrangerIsRefusedAsDeclared(Call call) {
    HttpResponse<String> answer = api.sendAsStranger(call);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
    check.fits(call.operation(), answer);
  }

  @ParameterizedTest
  @MethodSource("ofJobs")
  void aJobThatNobodyKnowsIsNotFoundAsDeclared(Call call) {
    HttpResponse<String> answer = api.send(call.with("job_id", "nobody-knows"));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(404);
    check.fits(call.operation(), answer);
  }

  @ParameterizedTest
  @MethodSource("ofRuns")
  void aRunThatNobodyKnowsIsNotFoundAsDeclared(Call call) {
    HttpResponse<String> answer = api.send(call.with("run_id", "nobody-knows"));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(404);
    check.fits(call.operation(), answer);
  }

  @ParameterizedTest
  @MethodSource("ofNoRuns")
  void whatCannotBeARunIsRefusedAsDeclared(Call call) {
    HttpResponse<String> answer = api.send(call.with("run_id", "../r1"));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    check.fits(call.operation(), answer);
  }
}
