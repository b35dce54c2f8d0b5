package io.mirrorneuron.runtime.exec.spawn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What a program printed and how it ended. */
final class EndedProgram implements Spawner.Watcher {
  final StringBuffer out = new StringBuffer();
  final StringBuffer err = new StringBuffer();
  private final CountDownLatch end = new CountDownLatch(2);
  private int pid;
  private int exitCode;

  /** Starts it and waits until it is gone. */
  static EndedProgram of(Spawner spawner, Program program) throws Exception {
    var ended = new EndedProgram();
    try (Spawner.Child child = spawner.spawn(program, ended)) {
      ended.awaitEnd();
      ended.pid = child.pid();
      ended.exitCode = child.reap().exitCode();
      assertThat(child.isGroupAlive()).isFalse();
    }
    return ended;
  }

  void awaitEnd() throws InterruptedException {
    assertThat(end.await(20, TimeUnit.SECONDS)).isTrue();
  }

  int pid() {
    return pid;
  }

  int exitCode() {
    return exitCode;
  }

  /** Lines of both streams, those of stdout first. */
  List<String> printed() {
    return (out.toString() + err).lines().toList();
  }

  @Override
  public void stdout(ByteBuffer bytes) {
    out.append(StandardCharsets.UTF_8.decode(bytes));
  }

  @Override
  public void stderr(ByteBuffer bytes) {
    err.append(StandardCharsets.UTF_8.decode(bytes));
  }

  @Override
  public void drained() {
    end.countDown();
  }

  @Override
  public void exited() {
    end.countDown();
  }
}
