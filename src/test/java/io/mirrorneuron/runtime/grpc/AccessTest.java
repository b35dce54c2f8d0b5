package io.mirrorneuron.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.AgentChanges;
import io.mirrorneuron.port.node.HostedPrograms;
import io.mirrorneuron.runtime.cluster.DeferredReads;
import io.mirrorneuron.runtime.cluster.NodeEndpoint;
import io.mirrorneuron.runtime.join.ClusterJoin.Invitation;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.testing.FakeJobs;
import io.mirrorneuron.wire.GrpcMetadata;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which token opens what is shown for every call by {@link RpcRolesIT}; here is how it is shown.
 */
class AccessTest {
  private static final Secret OPERATOR = new Secret("s3cret");
  private static final Secret ADMIN = new Secret("a3min");
  private static final Auth ANNA =
      authorization ->
          "Bearer anna".equals(authorization)
              ? Future.succeededFuture(new Principal("anna", Role.OPERATOR, null))
              : Auth.NOBODY_ENTERS.authenticate(authorization);

  private static final NodeEndpoint NODES =
      new NodeEndpoint(
          new Secret("n0des"),
          "mn@a#1",
          new FakeJobs(),
          AgentChanges.NONE,
          HostedPrograms.NONE,
          new DeferredReads(),
          address -> {},
          record -> {});

  private static Access access(Secret operator, boolean networkOnly) {
    return access(operator, networkOnly, new WrongTokens(() -> 0, milliseconds -> {}));
  }

  private static Access access(Secret operator, boolean networkOnly, WrongTokens wrong) {
    var guesses = new NodeTokens(NODES.token(), wrong, Runnable::run);
    return new Access(operator, ADMIN, ANNA, networkOnly, NODES, guesses, false);
  }

  private static Future<Call> ask(String call, String authorization) {
    return access(OPERATOR, false).admit(call, metadata(authorization), "10.0.0.9");
  }

  private static MultiMap metadata(String authorization) {
    MultiMap metadata = MultiMap.caseInsensitiveMultiMap();
    return authorization == null ? metadata : metadata.set("authorization", authorization);
  }

  private static void assertRefused(Future<Call> call, ErrorCode code, String sentence) {
    assertThat(call.failed()).isTrue();
    assertThat(call.cause()).hasMessage(sentence);
    assertThat(((MnException) call.cause()).code()).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer s3cret", "bearer s3cret", "BEARER   s3cret ", "s3cret"})
  void theSchemeIsLenient(String authorization) {
    assertThat(ask("PauseJob", authorization).result().hasOperatorToken()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mn-on-behalf-of-bin", "idempotency-key"})
  void ofTwoNobodyKnowsWhichIsMeant(String name) {
    MultiMap metadata = metadata("Bearer s3cret").add(name, "YQ").add(name, "Yg");
    assertRefused(
        access(OPERATOR, false).admit("PauseJob", metadata, "10.0.0.9"),
        ErrorCode.MALFORMED,
        "metadata " + name + " is there twice; send it once");
  }

  @ParameterizedTest
  @CsvSource({"Bearer s3cret,Bearer s3cret", "Bearer s3cret,''", "'',Bearer s3cret", "'',' '"})
  void whoSendsTwoTokensHasNotSaidWhoHeIs(String first, String second) {
    MultiMap metadata = metadata(first).add("authorization", second);
    for (String call : new String[] {"PauseJob", "ListJobs", "Check"}) {
      assertRefused(
          access(OPERATOR, false).admit(call, metadata, "10.0.0.9"),
          ErrorCode.UNAUTHENTICATED,
          "metadata authorization is there twice; send it once");
    }
  }

  @Test
  void whoSendsNoTokenIsRefusedInTheWordsThatClientsKnow() {
    for (String authorization : new String[] {null, "", " "}) {
      assertRefused(
          ask("PauseJob", authorization),
          ErrorCode.UNAUTHENTICATED,
          "gRPC auth token is required for this RPC");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer wrong", "Basic s3cret", "Bearer", "Bearer s3cret s3cret"})
  void whatIsNoGoodTokenIsToldSo(String authorization) {
    assertRefused(
        ask("PauseJob", authorization),
        ErrorCode.UNAUTHENTICATED,
        "gRPC auth token is required for this RPC; the one that was sent is not good here: missing"
            + " or invalid bearer token");
  }

  @Test
  void withoutAConfiguredTokenCallsAreRefusedNotOpened() {
    assertRefused(
        access(Secret.NONE, false).admit("PauseJob", metadata("Bearer x"), "10.0.0.9"),
        ErrorCode.UNAUTHENTICATED,
        "MN_GRPC_AUTH_TOKEN must be set before protected gRPC RPCs can be used");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CancelJob",
        "PauseJob",
        "ResumeJob",
        "DrainJob",
        "ForkJob",
        "SendMessage",
        "DecideRequest",
        "ExplainJob",
        "ExportJobBackup"
      })
  void anotherNodeGivesCommandsToTheJobsOfThisNodeAlone(String command) {
    MultiMap metadata =
        metadata("Bearer n0des")
            .set(GrpcMetadata.FOR_OWNER, "mn@a#1")
            .set(GrpcMetadata.COMMAND_ID, "cmd-1");
    Call call = access(OPERATOR, false).admit(command, metadata, "10.0.0.9").result();

    assertThat(call.jobs(null)).isSameAs(NODES.jobs());
    assertThat(call.commandId()).isEqualTo("cmd-1");
    assertThat(call.hasOperatorToken()).isFalse();
  }

  @Test
  void aCommandForAnotherNodeIsNotTaken() {
    for (String owner : new String[] {null, "mn@a#2"}) {
      MultiMap metadata = metadata("Bearer n0des");
      if (owner != null) {
        metadata.set(GrpcMetadata.FOR_OWNER, owner);
      }
      Future<Call> call = access(OPERATOR, false).admit("PauseJob", metadata, "10.0.0.9");
      assertRefused(
          call,
          ErrorCode.UNAVAILABLE,
          "at its address another node answers, mn@a; see network.advertise_host of both");
      assertThat(((MnException) call.cause()).error()).isEqualTo(PeerJobs.UNREACHED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SubmitJob", "GetJob", "ClearJobs", "SetResource", "StreamEvents"})
  void theTokenOfNodesOpensNothingElse(String call) {
    assertRefused(
        access(OPERATOR, false)
            .admit(call, metadata("n0des").set(GrpcMetadata.FOR_OWNER, "mn@a#1"), "10.0.0.9"),
        ErrorCode.FORBIDDEN,
        call + " is not for other nodes");
  }

  @Test
  void onlyNodesGiveCommandsAnId() {
    MultiMap metadata = metadata("s3cret").set(GrpcMetadata.COMMAND_ID, "cmd-1");
    Call call = access(OPERATOR, false).admit("SendMessage", metadata, "10.0.0.9").result();
    assertThat(call.commandId()).isNull();
    assertThat(call.jobs(NODES.jobs())).isSameAs(NODES.jobs());
  }

  @Test
  void aCallThatNobodyHasThoughtOfIsOpenToNobody() {
    assertRefused(
        ask("DropEverything", "Bearer s3cret"),
        ErrorCode.FORBIDDEN,
        "DropEverything is open to nobody");
  }

  @Test
  void aNetworkOnlyNodeRefusesBeforeItLooksAtTokens() {
    Access node = access(OPERATOR, true);
    assertRefused(
        node.admit("PauseJob", metadata(null), "10.0.0.9"),
        ErrorCode.FORBIDDEN,
        "PauseJob is disabled while MN_NETWORK_ONLY=true");
    assertThat(node.admit("NetworkHandshake", metadata(null), "10.0.0.9").succeeded()).isTrue();
    for (String call : new String[] {"GetSystemSummary", "GetResource"}) {
      assertThat(node.admit(call, metadata("s3cret"), "10.0.0.9").succeeded()).isTrue();
    }
  }

  @Test
  void otherTokensCarryTheirSubjectAndRole() {
    assertThat(ask("PauseJob", "Bearer anna").result().caller().subject()).isEqualTo("anna");
    assertThat(ask("PauseJob", "Bearer anna").result().hasOperatorToken()).isFalse();
    assertRefused(
        ask("SetResource", "Bearer anna"),
        ErrorCode.FORBIDDEN,
        "this operation needs the role admin; the token gives the role operator");
  }

  @Test
  void onlyTheOperatorTokenSpeaksForOthers() {
    String bob = Base64.getEncoder().encodeToString("böb".getBytes(StandardCharsets.UTF_8));
    assertThat(
            access(OPERATOR, false)
                .admit(
                    "SubmitJob", metadata("s3cret").set(GrpcMetadata.ON_BEHALF_OF, bob), "10.0.0.9")
                .result()
                .caller()
                .subject())
        .isEqualTo("böb", "10.0.0.9");
    for (String token : new String[] {"anna", "a3min"}) {
      assertRefused(
          access(OPERATOR, false)
              .admit("SubmitJob", metadata(token).set(GrpcMetadata.ON_BEHALF_OF, bob), "10.0.0.9"),
          ErrorCode.FORBIDDEN,
          "only with the operator token can a call be made for somebody else");
    }
    assertRefused(
        access(OPERATOR, false)
            .admit("SubmitJob", metadata("s3cret").set(GrpcMetadata.ON_BEHALF_OF, "%"), "10.0.0.9"),
        ErrorCode.MALFORMED,
        "metadata mn-on-behalf-of-bin must be UTF-8 in Base64");
  }

  /** A thread that waits has the time pass. */
  private final AtomicLong now = new AtomicLong();

  private Future<Call> guess(WrongTokens wrong, String call, String token, String source) {
    MultiMap metadata = metadata(token).set(GrpcMetadata.FOR_OWNER, "mn@a#1");
    return access(OPERATOR, false, wrong).admit(call, metadata, source);
  }

  @Test
  void whoGuessesTheTokenOfNodesWaitsTwiceAsLongEachTimeWhateverIsCalled() {
    WrongTokens wrong = new WrongTokens(now::get, now::addAndGet);
    String[] calls = {"PauseJob", "Execute", "Read", "Fetch", "ListJobs"};
    for (int i = 0; i < calls.length; i++) {
      long before = now.get();
      Future<Call> call = guess(wrong, calls[i], "wrong", "10.0.0.9");
      assertThat(((MnException) call.cause()).code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
      assertThat(now.get() - before).as(calls[i]).isEqualTo(WrongTokens.FIRST_MS << i);
    }
    long before = now.get();
    assertThat(guess(wrong, "PauseJob", "n0des", "10.0.0.9").succeeded()).isTrue();
    assertThat(now.get()).as("it may be looked at by then").isEqualTo(before);
  }

  @Test
  void aRightTokenIsNotLookedAtWhileTheAddressOfAWrongOneWaits() {
    WrongTokens still = new WrongTokens(now::get, milliseconds -> {});
    guess(still, "PauseJob", "wrong", "10.0.0.9");
    WrongTokens.Look look =
        still.look(List.of(new Invitation(NODES.token(), Secret.NONE)), "n0des", "10.0.0.9");
    assertThat(look.isRight()).isFalse();
    assertThat(look.waits()).isEqualTo(WrongTokens.FIRST_MS);
    assertThat(guess(still, "PauseJob", "n0des", "10.0.0.8").succeeded()).isTrue();
  }

  @Test
  void whatHasNotTheFormOfATokenOfNodesIsAnsweredAtOnce() {
    WrongTokens never =
        new WrongTokens(
            now::get,
            milliseconds -> {
              throw new AssertionError("waits");
            });
    assertThat(guess(never, "PauseJob", "another", "10.0.0.9").failed()).isTrue();
    assertThat(guess(never, "PauseJob", "anna", "10.0.0.9").succeeded()).isTrue();
    assertThat(guess(never, "PauseJob", "s3cret", "10.0.0.9").succeeded()).isTrue();
    assertThat(guess(never, "ListJobs", null, "10.0.0.9").failed()).isTrue();
  }
}
