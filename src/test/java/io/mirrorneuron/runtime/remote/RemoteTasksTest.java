package io.mirrorneuron.runtime.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.HostedPrograms.RemoteTask;
import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.port.node.PeerPrograms.Opening;
import io.mirrorneuron.runtime.documents.SentExecution;
import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.runtime.exec.RunSinks;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.testing.InMemoryElsewhereIndex;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node begins for owners of jobs elsewhere, and what it does not. */
class RemoteTasksTest {
  private static final String SELF = "mirror_neuron@b#2";

  @TempDir Path folder;
  private final Execution execution = ExecutionSamples.shell("true");
  private final InMemoryElsewhereIndex index = new InMemoryElsewhereIndex();
  private final List<String> begun = new ArrayList<>();
  private final List<String> stopped = new ArrayList<>();
  private boolean works = true;
  private RemoteTasks remoteTasks;

  private final class Noting implements Executions {
    @Override
    public void start(Execution one, Listener listener) {
      begun.add(one.executionId());
    }

    @Override
    public void stop(String executionId) {
      stopped.add(executionId);
    }

    @Override
    public CompletionStage<Void> stopAll() {
      return CompletableFuture.completedStage(null);
    }
  }

  @BeforeEach
  void start() {
    remoteTasks =
        new RemoteTasks(
            new Noting(),
            new RemoteTasks.Home(
                SELF,
                index,
                new RemoteTaskSinks(RunSinks.NONE, folder),
                null,
                run -> {},
                fingerprint -> null,
                () -> null,
                job -> CompletableFuture.completedStage("running"),
                () -> works,
                Optional::empty,
                new TurnedTimers(new TurnedClock(Instant.EPOCH))));
    owned(1);
  }

  private void owned(long epoch) {
    index.owned(execution.jobId(), epoch);
  }

  private void noted(long epoch) {
    index.begin(execution.jobId(), epoch, execution.executionId(), SELF);
  }

  private RemoteTask open(long epoch, byte[] record) {
    Opening opening =
        new Opening(
            execution.executionId(), execution.jobId(), "mirror_neuron@a#" + epoch, epoch, 0);
    return remoteTasks.open(opening, record);
  }

  private RemoteTask begin(long epoch) {
    return open(epoch, SentExecution.bytes(execution));
  }

  private void assertFenced(long epoch) {
    assertThatExceptionOfType(MnException.class)
        .isThrownBy(() -> begin(epoch))
        .satisfies(refused -> assertThat(refused.error()).isEqualTo(PeerPrograms.FENCED));
  }

  @Test
  void whatItsOwnerHasGivenUpIsNotBegun() {
    assertFenced(1); // never noted
    noted(1);
    index.giveUp(execution.jobId(), 1, execution.executionId(), false);
    assertFenced(1);
    assertThat(begun).isEmpty();

    noted(1);
    begin(1);
    begin(1);
    assertThat(begun).as("once").containsExactly(execution.executionId());
  }

  @Test
  void whatAnOwnerWasToldIsNotHereIsBegunForThatOneAndEarlierOnesNoMore() {
    owned(2);
    noted(2);
    assertThatExceptionOfType(MnException.class)
        .isThrownBy(() -> open(2, null))
        .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NOT_FOUND));
    assertFenced(2);
    owned(1); // as its answer came before the job got another owner
    assertFenced(1);
    assertThat(begun).isEmpty();

    owned(3);
    begin(3);
    assertThat(begun).hasSize(1);
  }

  @Test
  void aFormerOwnerEndsNothing() {
    noted(1);
    RemoteTask former = begin(1);
    owned(2);
    RemoteTask owner = open(2, null);
    former.stop();
    assertThat(stopped).isEmpty();
    assertFenced(1);
    owner.stop();
    assertThat(stopped).containsExactly(execution.executionId());
  }

  @Test
  void aNodeThatMayNotWorkBeginsNothing() {
    noted(1);
    works = false;
    assertThatExceptionOfType(MnException.class)
        .isThrownBy(() -> begin(1))
        .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    assertThat(begun).isEmpty();
  }
}
