package io.mirrorneuron.runtime.exec.spawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Threads that have given up what programs must not have give nothing of that to others. */
class ConfinedParentIT {
  private static final Path SELF = Path.of("/proc/thread-self/status");

  @Test
  void whatComesOfAStartIsToldByAThreadThatHasGivenUpNothing() throws Exception {
    assumeThat(Landlock.isKnown()).isTrue();
    CountDownLatch go = new CountDownLatch(1);
    String[] starter = new String[1];
    CompletableFuture<Integer> start =
        ConfinedParent.start(
            () -> {
              starter[0] = privileges();
              awaitGo(go);
              return 7;
            });
    CompletableFuture<Integer> failing =
        ConfinedParent.start(
            () -> {
              awaitGo(go);
              throw new IOException("no");
            });
    CompletableFuture<String> told = start.thenApply(_ -> privileges());
    CompletableFuture<String> toldFailure = failing.handle((_, _) -> privileges());
    go.countDown();

    assertThat(told).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo("NoNewPrivs:\t0");
    assertThat(toldFailure).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo("NoNewPrivs:\t0");
    assertThat(starter[0]).isEqualTo("NoNewPrivs:\t1");
  }

  private static void awaitGo(CountDownLatch go) throws IOException {
    try {
      go.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** Whether the present thread can still gain what it has not. */
  private static String privileges() {
    try {
      return Files.readAllLines(SELF).stream()
          .filter(line -> line.startsWith("NoNewPrivs"))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
