package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.JobsPortContract;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.RedisNodeRegistry;
import io.mirrorneuron.testing.CutWire;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Commands at a node that has not the job, while the wire to the one that has it does not work. How
 * they are when it does is shown by {@code RoutedJobsIT}.
 */
@Whole
class OtherNodesIT {
  /** Bytes that come back of a call on a new connection are fewer. */
  private static final int ANSWER_BYTES = 270;

  private static final int STEP = 9;

  @TempDir static Path folder;
  private static RuntimeFixture owner;
  private static RuntimeFixture other;
  private static GrpcRuntime endpoint;
  private static CutWire wire;

  @BeforeAll
  static void start() {
    owner = new RuntimeFixture(folder.resolve("owner"));
    endpoint = GrpcRuntime.before(owner);
    wire = CutWire.to(endpoint.vertx, endpoint.server.port());
    other = RuntimeFixture.beside(owner, folder.resolve("other"));
    other.leave();
    other.startAgainAs("mirror_neuron@other");
  }

  @AfterAll
  static void stop() {
    other.close();
    wire.close();
    endpoint.close();
    owner.close();
  }

  @BeforeEach
  void throughTheWire() {
    wire.hold(false);
    reachedAt(wire.address());
  }

  private static void reachedAt(String address) {
    NodeRegistry registry =
        new RedisNodeRegistry(
            other.pipelines(),
            new Keys(RuntimeFixture.config(folder).redis().namespace()),
            Lifetime.DEFAULT);
    owner.runtime().endpoint().opened().accept(address);
    Eventually.eventually(
        "it is known where the owner is",
        () ->
            Answers.await(registry.address(owner.runtime().endpoint().owner()))
                .filter(address::equals)
                .isPresent());
  }

  private static String submit(String manifest) {
    return owner.jobs().submit(Submission.of(manifest)).jobId();
  }

  private static List<String> events(String job, String type) {
    return owner.jobs().events(job, 0, 1000).events().stream()
        .filter(event -> event.contains("\"type\":\"" + type + "\""))
        .toList();
  }

  /** A command, and how often it was done. */
  private enum Kind {
    PAUSE(jobs -> job -> jobs.pause(job, false), job -> events(job, "job_paused").size()),
    DRAIN(jobs -> job -> jobs.pause(job, true), job -> events(job, "job_paused").size()),
    CANCEL(jobs -> jobs::cancel, job -> events(job, "job_cancelled").size()),
    SEND(
        jobs -> job -> jobs.send(job, "a", Json.object().put("n", 1)),
        job -> events(job, "agent_message_received").size()),
    FORK(
        jobs -> job -> jobs.fork(job, ForkRequest.atBeginning()),
        job -> tree(owner.jobs().get(job)).at("/job/forks").size());

    private final Function<JobsPort, Consumer<String>> command;
    private final ToLongFunction<String> effects;

    Kind(Function<JobsPort, Consumer<String>> command, ToLongFunction<String> effects) {
      this.command = command;
      this.effects = effects;
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whereverTheAnswerIsCutOffTheCommandCountsOnce(Kind kind) {
    int cuts = wire.cuts();
    for (int at = 0; at < ANSWER_BYTES; at += STEP) {
      String job = submit(JobsPortContract.SERVICE);
      long before = kind.effects.applyAsLong(job);
      wire.cutBehind(at);
      kind.command.apply(other.jobs()).accept(job);
      assertThat(kind.effects.applyAsLong(job) - before)
          .as("%s cut behind %d bytes", kind, at)
          .isOne();
      owner.jobs().cancel(job);
    }
    assertThat(wire.cuts() - cuts).isGreaterThan(8);
    wire.cutBehind(Long.MAX_VALUE);
  }

  @Test
  void aDeadLetterIsDeliveredOnceMoreWhereverTheAnswerIsCutOff() {
    Map<Integer, String> jobs = new LinkedHashMap<>();
    for (int at = 0; at < ANSWER_BYTES; at += 3 * STEP) {
      jobs.put(at, submit(JobsPortContract.FAILING_SERVICE)); // all wait for their end together
    }
    for (Map.Entry<Integer, String> each : jobs.entrySet()) {
      String job = each.getValue();
      Eventually.eventually("a dead letter", () -> events(job, "dead_letter").size() == 1);
      wire.cutBehind(each.getKey());
      other.jobs().replayDeadLetter(job, 0);
      assertThat(tree(owner.jobs().get(job)).at("/agents/0/mailbox_depth").asInt()).isOne();
      owner.jobs().cancel(job);
    }
    wire.cutBehind(Long.MAX_VALUE);
  }

  private static MnException fails(ThrowingCallable call) {
    MnException failure = catchThrowableOfType(MnException.class, call);
    assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failure.retryAfterMs()).isPositive();
    return failure;
  }

  @Test
  void anOwnerThatIsNotReachedIsToldAndNothingIsDone() {
    String job = submit(JobsPortContract.SERVICE);
    long before = owner.jobs().events(job, 0, 1000).next();
    reachedAt("127.0.0.1:1");

    List<ThrowingCallable> commands =
        List.of(
            () -> other.jobs().pause(job, false),
            () -> other.jobs().pause(job, true),
            () -> other.jobs().resume(job),
            () -> other.jobs().cancel(job),
            () -> other.jobs().send(job, "a", Json.object()),
            () -> other.jobs().fork(job, ForkRequest.atBeginning()));
    for (ThrowingCallable command : commands) {
      assertThat(fails(command))
          .hasMessage(
              "job %s is open on node mirror_neuron@test, which this one does not reach: the runtime at 127.0.0.1:1 cannot be reached; nothing was changed"
                  .formatted(job));
    }
    assertThat(owner.jobs().events(job, 0, 1000).next()).isEqualTo(before);
    owner.jobs().cancel(job);
  }

  @Test
  void anotherNodeAtTheAddressOfTheOwnerDoesNothing() {
    String job = submit(JobsPortContract.SERVICE);
    try (GrpcRuntime itself = GrpcRuntime.before(other)) {
      reachedAt("127.0.0.1:" + itself.server.port());
      assertThat(fails(() -> other.jobs().cancel(job)))
          .hasMessage(
              "job %s is open on node mirror_neuron@test, which this one does not reach: at its address another node answers, mirror_neuron@other; see network.advertise_host of both; nothing was changed"
                  .formatted(job));
    }
    assertThat(owner.jobs().get(job).facts().status()).isEqualTo("running");
    owner.jobs().cancel(job);
  }

  @Test
  void anOwnerThatDoesNotAnswerMayHaveDoneIt() {
    String job = submit(JobsPortContract.SERVICE);
    other.jobs().pause(job, false);
    wire.hold(true);

    MnException failure = fails(() -> other.jobs().resume(job));

    assertThat(failure.error()).isEqualTo("may_have_happened");
    assertThat(failure).hasMessageContaining("may have happened");
    owner.jobs().cancel(job);
  }

  @Test
  void aNodeWithAnotherJoinTokenIsRefused() {
    String job = submit(JobsPortContract.SERVICE);
    try (RuntimeFixture stranger =
        RuntimeFixture.beside(
            owner, folder.resolve("stranger"), Map.of("MN_NETWORK_JOIN_TOKEN", "wrong"))) {
      assertThat(fails(() -> stranger.jobs().cancel(job)))
          .hasMessageContaining("network.join_token (MN_NETWORK_JOIN_TOKEN) must be the same");
    }
    assertThat(owner.jobs().get(job).facts().status()).isEqualTo("running");
    owner.jobs().cancel(job);
  }

  @Test
  void viewsAtAnyNodeTellWhoHasTheJob() {
    String job = submit(JobsPortContract.SERVICE);

    assertThat(tree(other.jobs().get(job))).isEqualTo(tree(owner.jobs().get(job)));
    assertThat(tree(other.jobs().brief(job))).isEqualTo(tree(owner.jobs().brief(job)));
    assertThat(tree(other.jobs().get(job)).at("/agents/0/assigned_node").asText())
        .isEqualTo("mirror_neuron@test");
    assertThat(other.jobs().list(10, true)).isEqualTo(owner.jobs().list(10, true));
    owner.jobs().cancel(job);
  }

  @Test
  void aBackupHasTheFilesThatOnlyTheOwnerHas() {
    Map<String, String> notInRedis = Map.of("MN_BUNDLES_REDIS_MAX_BYTES", "0");
    try (RuntimeFixture keeper =
            RuntimeFixture.beside(owner, folder.resolve("keeper"), notInRedis);
        GrpcRuntime itsEndpoint = GrpcRuntime.before(keeper)) {
      assertThat(itsEndpoint.server.port()).isPositive();
      Submission submission =
          new Submission(
              JobsPortContract.SERVICE,
              new Submission.Payloads.Inline(Map.of("a.txt", new byte[] {1, 2})),
              null);
      String job = keeper.jobs().submit(submission).jobId();
      other.jobs().pause(job, false);

      assertThat(other.jobs().backup(job).files().get("payloads/a.txt")).containsExactly(1, 2);
      other.jobs().cancel(job);
    }
  }

  @Test
  void whoActsIsKnownToTheOwner() {
    String job = submit(JobsPortContract.SERVICE);
    other.jobs().pause(job, false, "anna");
    assertThat(owner.jobs().why(job).summary()).contains("anna");
    other.jobs().cancel(job, "bob", "wrong input");

    assertThat(owner.jobs().why(job).summary()).isEqualTo("bob cancelled the job (wrong input)");
    assertThat(tree(other.jobs().get(job)).at("/job/lease_owner").asText()).contains("owner");
  }
}
