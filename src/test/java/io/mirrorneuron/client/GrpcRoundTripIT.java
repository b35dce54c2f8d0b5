package io.mirrorneuron.client;

import static io.mirrorneuron.testing.Eventually.eventually;
import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.NodeSettings.Network;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.testing.FakeCluster;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.wire.Json;
import io.vertx.core.http.HttpServer;
import io.vertx.grpc.server.GrpcServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every method of the ports, from our client over a socket to our server and back. */
class GrpcRoundTripIT {
  private static final String MANIFEST = "{\"graph_id\":\"g\",\"job_name\":\"n\"}";

  private GrpcRuntime runtime;
  private Clients clients;
  private JobsPort jobs;

  @BeforeEach
  void start() {
    runtime = GrpcRuntime.start();
    clients = runtime.connect();
    jobs = clients.jobs();
  }

  @AfterEach
  void stop() {
    clients.close();
    runtime.close();
  }

  @Test
  void aRuntimeIsReadyWhenItsHealthSaysSo() {
    assertThat(reasons(clients)).isEmpty();
    runtime.serving.set(false);
    assertThat(reasons(clients)).containsExactly("the runtime says that it does not serve now");
  }

  @Test
  void theWarningsOfASubmissionArrive() {
    List<String> warnings = List.of("unknown member straße", "services is ignored");
    runtime.jobs.warn(warnings);
    assertThat(jobs.submit(Submission.of(MANIFEST)).warnings()).isEqualTo(warnings);
  }

  @Test
  void manyWarningsOfASubmissionAreCut() {
    runtime.jobs.warn(Collections.nCopies(100, "x".repeat(200)));
    assertThat(jobs.submit(Submission.of(MANIFEST)).warnings())
        .hasSizeBetween(10, 30)
        .last()
        .asString()
        .matches("and [78][0-9] more warnings");
  }

  @Test
  void aRuntimeThatIsAwayIsNotReady() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    try (Clients away =
        Clients.connect(
            runtime.vertx, GrpcRuntime.config(free, Duration.ofSeconds(5), Secret.NONE))) {
      assertThat(reasons(away)).containsExactly("the runtime does not answer");
    }
  }

  @Test
  void thatTheRuntimeRefusesAGatewaysTokenIsNotItsCallersFault() {
    Config.Grpc wrong =
        GrpcRuntime.config(runtime.server.port(), Duration.ofSeconds(5), new Secret("wrong"));
    try (Clients client = Clients.connect(runtime.vertx, wrong);
        Clients gateway = Clients.connectForOthers(runtime.vertx, wrong, Network.PLAIN)) {
      assertThatThrownBy(() -> client.jobs().list(1, true))
          .extracting(failure -> ((MnException) failure).code())
          .isEqualTo(ErrorCode.UNAUTHENTICATED);
      assertThatThrownBy(() -> gateway.jobs().list(1, true))
          .hasMessageContaining("MN_GRPC_AUTH_TOKEN")
          .extracting(failure -> ((MnException) failure).code())
          .isEqualTo(ErrorCode.UNAVAILABLE);
      assertThatThrownBy(
              () ->
                  gateway
                      .jobs()
                      .submit(
                          new Submission(
                              MANIFEST, new Submission.Payloads.Inline(Map.of()), null, "anna")))
          .extracting(failure -> ((MnException) failure).code())
          .isEqualTo(ErrorCode.UNAVAILABLE);
    }
  }

  private static List<String> reasons(Clients clients) {
    return clients.readiness().reasons().toCompletableFuture().join();
  }

  @Test
  void aJobIsSubmittedReadAndListed() {
    SubmittedJob job = jobs.submit(Submission.of(MANIFEST));
    assertThat(job).isEqualTo(new SubmittedJob("fake-1", "pending"));
    assertThat(jobs.get("fake-1")).isEqualTo(runtime.jobs.get("fake-1"));
    runtime.jobs.finish("fake-1", "completed");
    jobs.submit(Submission.of(MANIFEST));
    assertThat(jobs.list(0, true)).isEqualTo(runtime.jobs.list(100, true));
    assertThat(tree(jobs.list(1, true)).path("data")).hasSize(1);
    assertThat(tree(jobs.list(0, false)).path("data").findValuesAsText("job_id"))
        .containsExactly("fake-2");
  }

  @Test
  void payloadsArriveByteForByte(@TempDir Path folder) throws IOException {
    byte[] large = new byte[600 * 1024];
    large[77] = -1;
    jobs.submit(
        new Submission(
            MANIFEST,
            new Payloads.Inline(Map.of("a/b.bin", large, "ü.txt", new byte[] {1, 2})),
            null));
    Payloads.Inline sent = (Payloads.Inline) runtime.jobs.submissions().getLast().payloads();
    assertThat(sent.files()).containsOnlyKeys("a/b.bin", "ü.txt");
    assertThat(sent.files().get("a/b.bin")).isEqualTo(large);

    Files.createDirectories(folder.resolve("src"));
    Files.writeString(folder.resolve("src/run.sh"), "echo");
    Files.createSymbolicLink(folder.resolve("link"), Path.of("/etc/hostname"));
    jobs.submit(new Submission(MANIFEST, new Payloads.Folder(folder), null));
    sent = (Payloads.Inline) runtime.jobs.submissions().getLast().payloads();
    assertThat(sent.files()).containsOnlyKeys("src/run.sh");
    assertThat(sent.files().get("src/run.sh")).asString().isEqualTo("echo");
    assertThat(sent.executables()).isEmpty();
    assertThat(folder.resolve("src/run.sh").toFile().setExecutable(true)).isTrue();
    jobs.submit(new Submission(MANIFEST, new Payloads.Folder(folder), null));
    sent = (Payloads.Inline) runtime.jobs.submissions().getLast().payloads();
    assertThat(sent.executables()).containsExactly("src/run.sh");
  }

  @Test
  void aManifestOfManyMegabytesPasses() {
    String manifest =
        Json.write(Json.object().put("graph_id", "big").put("text", "x".repeat(20_000_000)));
    assertThat(jobs.submit(Submission.of(manifest)).jobId()).isEqualTo("fake-1");
    assertThat(runtime.jobs.submissions().getFirst().manifestJson()).isEqualTo(manifest);
  }

  @Test
  void anIdempotencyKeyReachesTheRuntime() {
    Submission keyed = new Submission(MANIFEST, new Payloads.Inline(Map.of()), "key-1");
    SubmittedJob first = jobs.submit(keyed);
    assertThat(first.status()).isEqualTo("pending");
    assertThat(jobs.submit(keyed)).isEqualTo(first.at("running"));
    assertFails(
        ErrorCode.CONFLICT,
        "idempotency_key_reused",
        () -> jobs.submit(new Submission("{}", new Payloads.Inline(Map.of()), "key-1")));
  }

  @Test
  void jobsArePausedResumedCancelledAndCleared() {
    jobs.submit(Submission.of(MANIFEST));
    assertThat(jobs.pause("fake-1", false)).isEqualTo("paused");
    assertThat(jobs.resume("fake-1")).isEqualTo("resumed");
    assertThat(jobs.cancel("fake-1")).isEqualTo("cancelled");
    assertFails(ErrorCode.PRECONDITION, "failed_precondition", () -> jobs.pause("fake-1", false));
    runtime.jobs.requireAdminToken(GrpcRuntime.ADMIN.value());
    assertThatThrownBy(() -> jobs.clear("wrong")).hasMessageContaining("MN_GRPC_ADMIN_TOKEN");
    assertThatThrownBy(() -> jobs.clear(null)).hasMessageContaining("MN_GRPC_ADMIN_TOKEN");
    assertThat(jobs.clear(GrpcRuntime.ADMIN.value())).isEqualTo(1);
  }

  @Test
  void unknownJobsAreNotFoundEverywhere() {
    List<ThrowingCallable> calls =
        List.of(
            () -> jobs.get("nope"),
            () -> jobs.cancel("nope"),
            () -> jobs.pause("nope", false),
            () -> jobs.resume("nope"),
            () -> jobs.events("nope", 0, 10),
            () -> jobs.lastEvents("nope", 10),
            () -> jobs.replayDeadLetter("nope", 0));
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call).hasMessage("job nope was not found");
      assertFails(ErrorCode.NOT_FOUND, "job_not_found", call);
    }
  }

  @Test
  void eventPagesEqualThoseOfTheRuntime() {
    jobs.submit(Submission.of(MANIFEST));
    for (int i = 0; i < 1200; i++) {
      runtime.jobs.append("fake-1", "tick");
    }
    for (long after : new long[] {0, 1, 700, 1203, 1204, 5000}) {
      for (int limit : new int[] {1, 250, 2000}) {
        assertSamePage(after, limit);
      }
    }
    runtime.jobs.finish("fake-1", "failed");
    assertSamePage(1204, 1);
    assertSamePage(1205, 10);
    assertSamePage(0, 1205);
    assertSamePage(0, 1204);
    assertThat(jobs.lastEvents("fake-1", 3)).isEqualTo(runtime.jobs.lastEvents("fake-1", 3));
    assertThat(jobs.lastEvents("fake-1", 2000)).isEqualTo(runtime.jobs.lastEvents("fake-1", 2000));
    eventually("no stream stays behind", () -> runtime.jobs.watchers("fake-1") == 0);
  }

  private void assertSamePage(long after, int limit) {
    EventPage expected = runtime.jobs.events("fake-1", after, limit);
    assertThat(jobs.events("fake-1", after, limit))
        .as("after %s, at most %s", after, limit)
        .isEqualTo(expected);
  }

  @Test
  void aWatchHearsOfEachCommitUntilItIsClosed() {
    jobs.submit(Submission.of(MANIFEST));
    AtomicInteger heard = new AtomicInteger();
    JobsPort.Subscription watch = jobs.watch("fake-1", heard::incrementAndGet);
    eventually("it hears the last stored event", () -> heard.get() == 1);
    runtime.jobs.append("fake-1", "tick");
    eventually("it hears the next one", () -> heard.get() == 2);
    watch.close();
    eventually("the runtime forgets it", () -> runtime.jobs.watchers("fake-1") == 0);
    runtime.jobs.append("fake-1", "tick");
    assertThat(heard).hasValue(2);
  }

  @Test
  void aWatchHearsTheEndAndIsThenGone() {
    jobs.submit(Submission.of(MANIFEST));
    AtomicInteger heard = new AtomicInteger();
    jobs.watch("fake-1", heard::incrementAndGet);
    eventually("it is open", () -> runtime.jobs.watchers("fake-1") == 1);
    runtime.jobs.finish("fake-1", "completed");
    eventually("it hears the end", () -> heard.get() >= 2);
    eventually("the runtime forgets it", () -> runtime.jobs.watchers("fake-1") == 0);
  }

  @Test
  void aWatchOutlivesARuntimeThatWasAway() {
    jobs.submit(Submission.of(MANIFEST));
    AtomicInteger heard = new AtomicInteger();
    runtime.jobs.failWith(MnException.unavailable("redis is away", null));
    JobsPort.Subscription watch = jobs.watch("fake-1", heard::incrementAndGet);
    eventually("it says that something is wrong", () -> heard.get() == 1);
    runtime.jobs.intercept(call -> {});
    eventually("it comes back", () -> runtime.jobs.watchers("fake-1") == 1);
    runtime.jobs.append("fake-1", "tick");
    eventually("and hears again", () -> heard.get() >= 2);
    watch.close();
  }

  @Test
  void deadLettersAreReplayed() {
    jobs.submit(Submission.of(MANIFEST));
    runtime.jobs.append(
        "fake-1", Json.object().put("type", "dead_letter").put("agent_id", "worker"));
    ObjectNode replayed = tree(jobs.replayDeadLetter("fake-1", 0));
    assertThat(replayed.path("replayed").asBoolean()).isTrue();
    assertThat(replayed.path("agent_id").asText()).isEqualTo("worker");
    assertFails(
        ErrorCode.NOT_FOUND, "dead_letter_not_found", () -> jobs.replayDeadLetter("fake-1", 1));
  }

  @Test
  void aJobSaysWhyItDoesNotGoOn() {
    jobs.submit(Submission.of(MANIFEST));

    assertThat(jobs.why("fake-1")).isEqualTo(runtime.jobs.why("fake-1"));
    assertFails(ErrorCode.NOT_FOUND, "job_not_found", () -> jobs.why("nope"));
  }

  @Test
  void aForkArrivesAsItWasAskedFor() throws Exception {
    jobs.submit(Submission.of(MANIFEST));
    ForkRequest atStep = ForkRequest.atStep("s").with(Map.of("s", Json.parse("[1]")));
    ForkRequest keyed = ForkRequest.atEvent(3).with("again");

    ObjectNode answer = tree(jobs.fork("fake-1", atStep));
    jobs.fork("fake-1", keyed);
    jobs.fork("fake-1", ForkRequest.atBeginning());

    assertThat(answer.path("job_id").asText()).isEqualTo("fake-2");
    assertThat(answer.at("/forked_from/at").asText()).isEqualTo("s");
    assertThat(runtime.jobs.calls())
        .contains(
            "fork fake-1 " + atStep,
            "fork fake-1 " + keyed,
            "fork fake-1 " + ForkRequest.atBeginning());
  }

  /** A name that no header could carry as it is. */
  @Test
  void theRuntimeHearsInWhoseNameAGatewayCalls() {
    String anna = "Änna Ω\u00a0<anna@example.org>";
    jobs.submit(Submission.of(MANIFEST).by(anna));
    jobs.fork("fake-1", ForkRequest.atBeginning().by(anna));
    jobs.pause("fake-1", false, anna);
    jobs.restore(jobs.backup("fake-1"), "b", "r", anna);
    jobs.resume("fake-1", anna);
    jobs.pause("fake-1", true, anna);
    jobs.cancel("fake-1", anna, "fälsch");

    String by = " by " + anna;
    assertThat(runtime.jobs.submissions())
        .hasSize(2)
        .allSatisfy(one -> assertThat(one.submittedBy()).isEqualTo(anna));
    assertThat(runtime.jobs.calls())
        .contains(
            "fork fake-1 " + ForkRequest.atBeginning().by(anna),
            "pause fake-1" + by,
            "restore b r" + by,
            "resume fake-1" + by,
            "drain fake-1" + by,
            "cancel fake-1" + by + ": fälsch");
    assertThat(tree(jobs.get("fake-1")).at("/job/submitted_by").asText()).isEqualTo(anna);
  }

  @Test
  void whoCallsForThemselvesNamesNobody() {
    jobs.submit(Submission.of(MANIFEST));
    jobs.cancel("fake-1");

    assertThat(runtime.jobs.submissions().getFirst().submittedBy()).isNull();
    assertThat(runtime.jobs.calls()).contains("cancel fake-1");
  }

  @Test
  void aMessageIsSentAsItWasWritten() {
    jobs.submit(Submission.of(MANIFEST));
    ObjectNode message = Json.object().put("type", "go").put("n", 1);

    ObjectNode answer = tree(jobs.send("fake-1", "worker", message));

    assertThat(runtime.jobs.calls()).contains("send fake-1 worker {\"type\":\"go\",\"n\":1}");
    assertThat(answer.path("accepted").asBoolean()).isTrue();
    assertThat(answer.path("agent_id").asText()).isEqualTo("worker");
    assertThat(answer.path("message_id").asText()).startsWith("msg-");
  }

  @Test
  void aCopyGoesOutAndComesBackAsItWas() {
    jobs.submit(Submission.of(MANIFEST));
    assertFails(ErrorCode.PRECONDITION, "failed_precondition", () -> jobs.backup("fake-1"));
    jobs.pause("fake-1", false);

    Backup backup = jobs.backup("fake-1");
    ObjectNode answer = tree(jobs.restore(backup, "blue", "run-2"));

    Backup made = runtime.jobs.backup("fake-1");
    Backup restored = runtime.jobs.backups().getFirst();
    for (Backup travelled : List.of(backup, restored)) {
      assertThat(travelled.json()).isEqualTo(made.json());
      assertThat(travelled.files()).containsOnlyKeys(made.files().keySet());
      travelled
          .files()
          .forEach((path, bytes) -> assertThat(bytes).isEqualTo(made.files().get(path)));
    }
    assertThat(answer.path("source_job_id").asText()).isEqualTo("fake-1");
    assertThat(runtime.jobs.calls()).contains("restore blue run-2");
  }

  @Test
  void aJobIsDrained() {
    jobs.submit(Submission.of(MANIFEST));

    assertThat(jobs.pause("fake-1", true)).isEqualTo("paused");
    assertThat(runtime.jobs.calls()).contains("drain fake-1");
  }

  @Test
  void whoeverIsFullSaysWhenToComeAgain() {
    runtime.jobs.failWith(MnException.retryLater("agent worker is full", 1250));

    assertThatThrownBy(() -> jobs.send("fake-1", "worker", Json.object()))
        .isInstanceOfSatisfying(
            MnException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(ErrorCode.EXHAUSTED);
              assertThat(failure.error()).isEqualTo("retry_later");
              assertThat(failure.retryAfterMs()).isEqualTo(1250);
            });
  }

  @Test
  void aRuntimeWithoutExtensionsIsToldApart() {
    HttpServer original =
        runtime
            .vertx
            .createHttpServer()
            .requestHandler(GrpcServer.server(runtime.vertx))
            .listen(0, "127.0.0.1")
            .await();
    try (Clients stranger =
        Clients.connect(
            runtime.vertx,
            GrpcRuntime.config(original.actualPort(), Duration.ofSeconds(5), Secret.NONE))) {
      assertThatThrownBy(() -> stranger.jobs().send("j", "worker", Json.object()))
          .hasMessageContaining("the runtime has no SendMessage");
      assertFails(
          ErrorCode.UNIMPLEMENTED, "unimplemented", () -> stranger.jobs().replayDeadLetter("j", 0));
      assertFails(ErrorCode.UNIMPLEMENTED, "unimplemented", () -> stranger.jobs().pause("j", true));
    } finally {
      original.close().await();
    }
  }

  @Test
  void theClusterReports() {
    ClusterPort cluster = clients.cluster();
    assertThat(cluster.summary()).isEqualTo(runtime.cluster.summary());
    assertThat(cluster.resource()).isEqualTo(runtime.cluster.resource());
    assertThat(
            tree(cluster.setResource(Json.object().put("cpu", 50)))
                .path("limits")
                .path("cpu")
                .asInt())
        .isEqualTo(50);
    assertThat(tree(cluster.summary()).path("nodes").path(0).path("name").asText())
        .isEqualTo(FakeCluster.NODE);
    assertFails(
        ErrorCode.INVALID,
        "invalid_argument",
        () -> cluster.setResource(Json.object().put("ram", 50)));
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyFailureComesBackAsItWas(ErrorCode code) {
    ObjectNode report = Json.object().put("version", "validation.report/v1").put("ok", false);
    runtime.jobs.failWith(new MnException(code, "some_word", "why + ünïcode", report, null));
    assertThatThrownBy(() -> jobs.get("x"))
        .hasMessage("why + ünïcode")
        .asInstanceOf(type(MnException.class))
        .satisfies(
            failure -> {
              assertThat(failure.code()).isEqualTo(code);
              assertThat(failure.error()).isEqualTo("some_word");
              assertThat(failure.validation()).isEqualTo(report);
            });
  }

  @Test
  void anUnexpectedFailureIsInternalAndTellsNothing() {
    runtime.jobs.intercept(
        call -> {
          throw new IllegalStateException("password=hunter2");
        });
    assertThatThrownBy(() -> jobs.get("x")).hasMessage("internal error");
    assertFails(ErrorCode.INTERNAL, "internal", () -> jobs.get("x"));
  }

  @Test
  void aSlowAnswerEndsAtTheDeadline() {
    CountDownLatch answer = new CountDownLatch(1);
    runtime.jobs.intercept(
        call -> {
          try {
            answer.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try (Clients hasty = runtime.connect(GrpcRuntime.AUTH, Duration.ofMillis(150))) {
      assertThatThrownBy(() -> hasty.jobs().get("x"))
          .asInstanceOf(type(MnException.class))
          .extracting(MnException::code)
          .isEqualTo(ErrorCode.TIMEOUT);
    } finally {
      answer.countDown();
    }
  }

  @Test
  void aRuntimeThatIsNotThereIsUnavailable() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    try (Clients nobody =
        Clients.connect(
            runtime.vertx, GrpcRuntime.config(free, Duration.ofSeconds(2), Secret.NONE))) {
      assertFails(ErrorCode.UNAVAILABLE, "unavailable", () -> nobody.jobs().get("x"));
      assertFails(ErrorCode.UNAVAILABLE, "unavailable", () -> nobody.jobs().events("x", 0, 1));
    }
  }

  private static void assertFails(ErrorCode code, String error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .asInstanceOf(type(MnException.class))
        .satisfies(
            failure -> {
              assertThat(failure.code()).isEqualTo(code);
              assertThat(failure.error()).isEqualTo(error);
            });
  }
}
