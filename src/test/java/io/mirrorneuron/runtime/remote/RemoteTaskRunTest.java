package io.mirrorneuron.runtime.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.node.HostedPrograms.Outlet;
import io.mirrorneuron.port.node.PeerPrograms.Part;
import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.runtime.exec.protocol.LogRecords.LogRecord;
import io.mirrorneuron.runtime.port.Executions.Lease;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteTaskRunTest {
  private static final byte[] LINES = new byte[64 << 10];

  @TempDir Path folder;
  private final RemoteTaskRun remoteTask =
      new RemoteTaskRun(ExecutionSamples.shell("true"), "mn@a#1", 1);

  /** Hears some events and leaves. */
  private static final class Heard implements Outlet {
    final List<Part> parts = new ArrayList<>();
    final int most;

    Heard(int most) {
      this.most = most;
    }

    @Override
    public boolean isOpen() {
      return parts.size() < most;
    }

    @Override
    public void send(Part part) {
      if (part.number() != 0) {
        parts.add(part);
      }
    }

    @Override
    public void await(Duration atMost) {
      throw new AssertionError("nothing is to be waited for");
    }

    @Override
    public void wake() {}

    List<Long> numbers() {
      return parts.stream().map(Part::number).toList();
    }
  }

  private Heard serve(long epoch, long after, int most) throws InterruptedException {
    Heard heard = new Heard(most);
    remoteTask.listen(heard, epoch, after).serve();
    return heard;
  }

  private static Signal beacon(int n) {
    return new Signal.Beacon(Json.object().put("n", n));
  }

  private void tell(Signal signal) {
    remoteTask.tell(signal, new byte[] {1});
  }

  @Test
  void whatNobodyTakesIsRefusedAboveAWindowAndTakenAgainOnceItIsAcknowledged() throws Exception {
    long kept = 0;
    while (remoteTask.record(RemoteEvent.LOGS, LINES)) {
      kept += LINES.length;
    }
    assertThat(kept).isEqualTo(RemoteTaskRun.WINDOW_BYTES);

    assertThat(serve(1, 0, 3).numbers()).containsExactly(1L, 2L, 3L);
    assertThat(remoteTask.record(RemoteEvent.LOGS, LINES)).as("sent, and perhaps lost").isFalse();
    remoteTask.acknowledge(1, 2);
    assertThat(remoteTask.record(RemoteEvent.LOGS, LINES)).isTrue();
    assertThat(remoteTask.record(RemoteEvent.LOGS, LINES)).isTrue();
    assertThat(remoteTask.record(RemoteEvent.LOGS, LINES)).isFalse();
  }

  private static List<LogRecord> lines(String execution, int count) {
    return Collections.nCopies(
        count,
        new LogRecord(
            Json.object()
                .put("execution_id", execution)
                .put("stream", "stderr")
                .put("message", "x".repeat(1000))));
  }

  @Test
  void linesThatAreLostAreToldBeforeTheNextAndBeforeTheOutcome() throws Exception {
    while (remoteTask.record(RemoteEvent.LOGS, LINES)) {
      // until the window is full
    }
    assertThat(remoteTask.log(lines("one", 3))).isTrue();
    assertThat(remoteTask.log(lines("two", 2))).isTrue();
    remoteTask.acknowledge(1, 1000);
    assertThat(remoteTask.log(lines("one", 1))).isTrue();
    assertThat(textOf(serve(1, 0, 1)))
        .contains("3 lines of stderr (3,000 bytes) were left out: the server of the job")
        .contains("2 lines of stderr")
        .containsOnlyOnce("xxx\"");

    remoteTask.log(lines("one", 5000)); // more than the window has room for
    remoteTask.log(lines("one", 4500));
    tell(new Signal.Finished(null));
    Heard heard = serve(1, 0, 3);
    assertThat(textOf(heard)).contains("9500 lines of stderr (9,500,000 bytes) were left out");
    assertThat(heard.parts.getLast().kind()).isEqualTo("finished");
  }

  private static String textOf(Heard heard) {
    return heard.parts.stream()
        .map(part -> new String(part.body(), StandardCharsets.UTF_8))
        .collect(Collectors.joining());
  }

  @Test
  void aLargeFileGoesInPartsOfWhichNoneIsLarge() throws Exception {
    Path file = Files.write(folder.resolve("large"), new byte[5 << 20]);
    remoteTask.file(
        RemoteEvent.ARTIFACT, "sum", new RemoteEvent.Stored(file, Files.size(file), true));
    Heard heard = serve(1, 0, 20);

    assertThat(heard.parts).hasSize(20);
    assertThat(heard.parts).allMatch(part -> part.body().length <= 256 << 10);
    assertThat(heard.parts.getLast().more()).isFalse();
    assertThat(heard.parts.stream().mapToInt(part -> part.body().length).sum()).isEqualTo(5 << 20);
    remoteTask.acknowledge(1, 1);
    assertThat(file).doesNotExist();
  }

  @Test
  void whoComesBackIsToldWhatFollowsTheNumberItKnows() throws Exception {
    for (int i = 1; i <= 4; i++) {
      tell(beacon(i));
    }
    assertThat(serve(1, 0, 2).numbers()).containsExactly(1L, 2L);
    remoteTask.acknowledge(1, 1);
    assertThat(serve(1, 2, 2).numbers()).containsExactly(3L, 4L);
  }

  @Test
  void anotherOwnerIsToldOfTheSlotsAgainAndTheFormerOneHasNoSayAnyMore() throws Exception {
    tell(new Signal.Leased(new Lease("l", "default", 1, 0, 0, null, null)));
    tell(beacon(1));
    remoteTask.acknowledge(1, 1);
    assertThat(remoteTask.obeys("mn@b#2", 2)).isTrue();
    assertThat(remoteTask.obeys("mn@a#1", 1)).isFalse();

    assertThat(serve(1, 1, 1).parts).as("the former owner").isEmpty();
    remoteTask.acknowledge(1, 2);
    assertThat(serve(2, 0, 2).parts).extracting(Part::kind).containsExactly("leased", "beacon");
  }
}
