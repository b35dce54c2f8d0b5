package io.mirrorneuron.bench;

import io.mirrorneuron.runtime.engine.Executions;
import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.runtime.exec.HostLocalExecutions;
import io.mirrorneuron.runtime.exec.spawn.Program;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Executions of {@code /bin/true} per second through the whole runner, beside the bare start of the
 * same program by the same spawner. One JSON object per line. Arguments: number of executions,
 * folder for workspaces.
 */
public final class ProcessBenchmark {
  private static final int ROUNDS = 5;

  private ProcessBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3000;
    Path folder =
        arguments.length > 1 ? Path.of(arguments[1]) : Files.createTempDirectory("mn-bench-");
    try (HostLocalExecutions runner = ExecutionSamples.runner(folder);
        Spawner spawner = Spawner.best()) {
      for (int round = 1; round <= ROUNDS; round++) {
        Figures one = measure(() -> raw(spawner, count, 1), count);
        Figures two = measure(() -> raw(spawner, count, 2), count);
        Figures whole = measure(() -> whole(runner, count), count);
        System.out.printf(
            "{\"round\":%d,\"executions\":%s,\"raw_1\":%s,\"raw_2\":%s,"
                + "\"ratio_to_raw_1\":%.2f,\"ratio_to_raw_2\":%.2f}%n",
            round,
            whole,
            one,
            two,
            whole.perSecond / one.perSecond,
            whole.perSecond / two.perSecond);
      }
    }
  }

  /**
   * @param cpuMicros CPU time of this process for each start, without that of the programs
   */
  private record Figures(double perSecond, double cpuMicros) {
    @Override
    public String toString() {
      return "{\"per_s\":%.0f,\"own_cpu_us\":%.0f}".formatted(perSecond, cpuMicros);
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private static Figures measure(Work work, int count) throws Exception {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = system.getProcessCpuTime();
    long start = System.nanoTime();
    work.run();
    double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
    return new Figures(count / seconds, (system.getProcessCpuTime() - cpu) / 1e3 / count);
  }

  private static void whole(HostLocalExecutions runner, int count) throws InterruptedException {
    var done = new CountDownLatch(count);
    // No more than the queue takes.
    var room = new java.util.concurrent.Semaphore(64);
    for (int i = 0; i < count; i++) {
      room.acquire();
      runner.start(
          ExecutionSamples.command("/bin/true"),
          signal -> {
            if (signal instanceof Executions.Signal.Finished(Executions.Outcome outcome)) {
              if (outcome.ending() != Executions.Ending.SUCCEEDED) {
                System.err.println(outcome);
              }
              room.release();
              done.countDown();
            }
          });
    }
    done.await();
  }

  /** Starts, waits for the end and collects: nothing else, {@code threads} at a time. */
  private static void raw(Spawner spawner, int count, int threads) throws Exception {
    var program = new Program(Path.of("/bin/true"), List.of("true"), Map.of(), Path.of("/"));
    var done = new CountDownLatch(threads);
    for (int thread = 0; thread < threads; thread++) {
      Thread.ofPlatform()
          .start(
              () -> {
                for (int i = 0; i < count / threads; i++) {
                  runOnce(spawner, program);
                }
                done.countDown();
              });
    }
    done.await();
  }

  private static void runOnce(Spawner spawner, Program program) {
    var exited = new CountDownLatch(1);
    try (Spawner.Child child = spawner.spawn(program, new Deaf(exited))) {
      exited.await();
      child.reap();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Deaf(CountDownLatch exit) implements Spawner.Watcher {
    @Override
    public void stdout(ByteBuffer bytes) {}

    @Override
    public void stderr(ByteBuffer bytes) {}

    @Override
    public void drained() {}

    @Override
    public void exited() {
      exit.countDown();
    }
  }
}
