package io.mirrorneuron.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.NodeMembers.NodeAddress;
import io.mirrorneuron.port.node.PeerReads;
import io.mirrorneuron.port.node.RunLocator;
import io.mirrorneuron.port.node.RunLocator.RunPlace;
import io.mirrorneuron.port.node.RunLocator.RunPlace.Kind;
import io.mirrorneuron.wire.FileDocument.RemoteRead;
import io.mirrorneuron.wire.FileRequest;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Where a call about a run goes, and what is told when it cannot. */
class RunRouteTest {
  private static final NodeAddress NODE = new NodeAddress("mn@far#1", "10.0.0.1:55051");
  private static final MnException NO_RUN =
      new MnException(ErrorCode.NOT_FOUND, "run_not_found", "run not found");

  private final List<String> asked = new ArrayList<>();
  private boolean sawOthers;
  private boolean isKnownHere = true;
  private Kind kind = Kind.HERE;
  private Future<Buffer> here = Future.succeededFuture(Buffer.buffer("here"));
  private Future<Buffer> there = Future.succeededFuture(Buffer.buffer("there"));

  private final RunLocator nodes =
      new RunLocator() {
        @Override
        public boolean sawOthers() {
          return sawOthers;
        }

        @Override
        public boolean isKnownHere(String runId) {
          return isKnownHere;
        }

        @Override
        public void look(String runId) {
          asked.add("look " + runId);
        }

        @Override
        public CompletionStage<RunPlace> find(String runId) {
          asked.add("find " + runId);
          return CompletableFuture.completedStage(new RunPlace(kind, NODE, "j1"));
        }

        @Override
        public CompletionStage<List<NodeAddress>> others() {
          asked.add("others");
          return CompletableFuture.completedStage(sawOthers ? List.of(NODE) : List.of());
        }

        @Override
        public void makeAnew(String runId, RunPlace place) {
          asked.add("make " + runId);
        }
      };

  private final RemoteReads remote =
      new RemoteReads() {
        @Override
        public Future<Buffer> read(RemoteRead read, Duration patience) {
          asked.add(read.operation() + " at " + read.owner());
          return there;
        }

        @Override
        public Future<RemoteFile> fetch(RemoteRead read, FileRequest wish) {
          throw new AssertionError("the gateway does");
        }
      };

  private Future<Buffer> answer(RunRoute.Kind what) {
    ApiCall call = new ApiCall().with("run_id", "r1");
    return new RunRoute(nodes, remote)
        .answer(
            new RunRoute.Question("runs", "getIt", what, call, () -> here, RunRouteTest::inLine));
  }

  private static Future<Void> inLine(Callable<Void> work) {
    try {
      return Future.succeededFuture(work.call());
    } catch (Exception e) {
      return Future.failedFuture(e);
    }
  }

  private MnException failure(RunRoute.Kind what) {
    return (MnException) answer(what).cause();
  }

  @Test
  void aNodeThatIsAloneDoesNotTellOldThingsOfARunThatEndedElsewhere() {
    isKnownHere = false;
    kind = Kind.GONE;
    assertThat(answer(RunRoute.Kind.READ).result()).hasToString("here");
    assertThat(asked).containsExactly("look r1", "find r1", "make r1");
    assertThat(failure(RunRoute.Kind.LEFT).error()).isEqualTo("node_gone");
  }

  @Test
  void aNodeThatIsAloneAsksNobodyForWhatItHas() {
    assertThat(answer(RunRoute.Kind.READ).result()).hasToString("here");
    here = Future.failedFuture(MnException.invalid("no"));
    assertThat(failure(RunRoute.Kind.READ)).hasMessage("no");
    assertThat(asked).isEmpty();

    here = Future.failedFuture(NO_RUN);
    kind = Kind.UNKNOWN;
    assertThat(failure(RunRoute.Kind.READ)).isSameAs(NO_RUN);
    assertThat(asked).containsExactly("find r1");
  }

  @Test
  void theNodeThatHasTheRunIsAskedAndItsFailuresAreTold() {
    sawOthers = true;
    kind = Kind.THERE;
    assertThat(answer(RunRoute.Kind.READ).result()).hasToString("there");
    assertThat(asked).containsExactly("find r1", "getIt at mn@far#1");
    there = Future.failedFuture(MnException.invalid("no"));
    assertThat(failure(RunRoute.Kind.READ)).hasMessage("no");
    there = Future.failedFuture(NO_RUN);
    assertThat(answer(RunRoute.Kind.READ).result()).as("moved meanwhile").hasToString("here");
  }

  @Test
  void ofAFileItIsSaidWhoHasIt() {
    sawOthers = true;
    kind = Kind.THERE;
    assertThat(answer(RunRoute.Kind.FILE).result().toJsonObject().getJsonObject("far").getMap())
        .containsEntry("owner", "mn@far#1")
        .containsEntry("operation", "getIt");
    assertThat(asked).containsExactly("find r1");
  }

  @Test
  void aRunWhoseJobIsUnknownIsLookedForEverywhere() {
    sawOthers = true;
    kind = Kind.UNKNOWN;
    here = Future.failedFuture(NO_RUN);
    assertThat(answer(RunRoute.Kind.READ).result()).hasToString("there");
    assertThat(asked)
        .containsExactly("find r1", "others", "listRunOutputs at mn@far#1", "getIt at mn@far#1");
    there = Future.failedFuture(NO_RUN);
    assertThat(failure(RunRoute.Kind.READ)).isSameAs(NO_RUN);
  }

  @Test
  void whatIsNotReachedCanBeTriedAgain() {
    sawOthers = true;
    for (Kind lost : List.of(Kind.THERE, Kind.HIDDEN, Kind.MOVING)) {
      kind = lost;
      there = failed(RemoteReads.UNREACHED);
      MnException failure = failure(RunRoute.Kind.READ);
      assertThat(failure.error()).isEqualTo("owner_unreachable");
      assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(failure.retryAfterMs()).isPositive();
      assertThat(failure).hasMessageContaining("mn@far");
    }
  }

  private static Future<Buffer> failed(String error) {
    return Future.failedFuture(new MnException(ErrorCode.UNAVAILABLE, error, "away"));
  }

  @Test
  void aLostAnswerMattersOnlyWhereSomethingWasChanged() {
    sawOthers = true;
    kind = Kind.THERE;
    there = failed(RemoteReads.REPLY_LOST);
    assertThat(failure(RunRoute.Kind.READ).error()).isEqualTo("owner_unreachable");
    assertThat(failure(RunRoute.Kind.ACT).error()).isEqualTo("may_have_happened");
  }

  @Test
  void aDecisionOnWhatAJobAsksNeedsNoApiThere() {
    sawOthers = true;
    kind = Kind.THERE;
    there = failed(PeerReads.NO_API);
    assertThat(answer(RunRoute.Kind.ACT).result()).hasToString("here");
    assertThat(failure(RunRoute.Kind.READ).error()).isEqualTo("owner_unreachable");
    here = Future.failedFuture(NO_RUN);
    assertThat(failure(RunRoute.Kind.ACT).error()).isEqualTo("owner_unreachable");
  }

  @Test
  void ofANodeThatIsGoneIsToldWhatIsCommitted() {
    kind = Kind.GONE;
    for (boolean others : List.of(true, false)) {
      sawOthers = others;
      here = Future.failedFuture(NO_RUN);
      MnException gone = failure(RunRoute.Kind.FILE);
      assertThat(gone.code()).isEqualTo(ErrorCode.GONE);
      assertThat(gone).hasMessageContaining("when it is back");
      assertThat(asked).contains("make r1");
      here = Future.succeededFuture(Buffer.buffer("made anew"));
      assertThat(answer(RunRoute.Kind.READ).result()).hasToString("made anew");
    }
  }

  /** A folder that is made anew would say that programs have printed nothing. */
  @Test
  void ofANodeThatIsGoneNothingIsToldThatItsProgramsHaveLeft() {
    sawOthers = true;
    kind = Kind.GONE;

    assertThat(failure(RunRoute.Kind.LEFT).code()).isEqualTo(ErrorCode.GONE);
    assertThat(asked).containsExactly("find r1");
  }
}
