package io.mirrorneuron.runtime.exec.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.runtime.exec.Heard;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.process.Sampler.SampleSink;
import io.mirrorneuron.runtime.exec.process.Supervision.GracePeriods;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the samples of real programs say. */
class SamplerIT {
  private static final GracePeriods SHORT =
      new GracePeriods(Duration.ofMillis(300), Duration.ofMillis(500));
  private static final Sampler.Pace QUICK = new Sampler.Pace(Duration.ofMillis(10), 4);

  /** Python that works for so many seconds of processor time. */
  private static final String BUSY =
      "import time\nwhile time.process_time() < %s: sum(range(1000))\n";

  @TempDir Path folder;
  private final BlockingQueue<ObjectNode> samples = new LinkedBlockingQueue<>();
  private LocalExecutions runner;

  @AfterEach
  void close() {
    runner.close();
  }

  @Test
  void aProgramOfAMomentHasOneSampleWithItsEnd() throws Exception {
    open(this::keep, Sampler.Pace.DEFAULT);
    Execution execution = ExecutionSamples.command("true");
    run(execution);
    runner.flush(execution.runId());

    ObjectNode sample = samples.remove();
    assertThat(samples).isEmpty();
    assertThat(sample.path("schema").asText()).isEqualTo("mn.blueprint.resource_sample.v1");
    assertThat(sample.path("run_id").asText()).isEqualTo("run-1");
    assertThat(sample.path("component").asText()).isEqualTo("executor:worker");
    assertThat(sample.path("final").asBoolean()).isTrue();
    assertThat(sample.path("pid").asInt()).isPositive();
    assertThat(sample.path("cpu_seconds").asDouble()).isPositive();
    assertThat(sample.path("cpu_pct").asDouble())
        .isBetween(0.01, 100.0 * Runtime.getRuntime().availableProcessors());
    assertThat(sample.has("gpu")).isFalse();
  }

  @Test
  void theWorkOfChildrenIsCountedWhoeverWaitsForThem() throws Exception {
    open(this::keep, Sampler.Pace.DEFAULT);
    run(shell("python3 -c '" + BUSY.formatted("0.3") + "' & wait; exit 0"));

    assertThat(end().path("cpu_seconds").asDouble()).isGreaterThan(0.3);
  }

  @Test
  void theWorkOfChildrenThatHadToBeEndedIsCounted() throws Exception {
    open(this::keep, Sampler.Pace.DEFAULT);
    String reported = "print(\"__MN_AGENT_BEACON__{}\", flush=True)\ntime.sleep(600)";
    Execution execution = shell("python3 -c '" + BUSY.formatted("0.3") + reported + "' & wait");
    Heard heard = Heard.start(runner, execution);
    heard.beacon();
    runner.stop(execution.executionId());
    assertThat(heard.outcome().ending()).isEqualTo(Ending.STOPPED);

    assertThat(end().path("cpu_seconds").asDouble()).isGreaterThan(0.25);
  }

  @Test
  void theWorkOfChildrenThatOutliveTheirProgramIsCounted() throws Exception {
    open(this::keep, Sampler.Pace.DEFAULT);
    String reported = "open(\"worked\", \"w\")\ntime.sleep(600)";
    run(
        shell(
            "python3 -c '"
                + BUSY.formatted("0.3")
                + reported
                + "' & while ! [ -e worked ]; do sleep 0.01; done; exit 0"));

    assertThat(end().path("cpu_seconds").asDouble()).isGreaterThan(0.25);
  }

  @Test
  void theHeightOfMemoryIsKnownAtTheEnd() throws Exception {
    open(this::keep, QUICK);
    int much = ownPeak() + 256;
    run(
        shell(
            "python3 -c 'x = bytearray(%d << 20); x[::4096] = bytes(len(x[::4096]))'"
                .formatted(much)));

    assertThat(end().path("memory_rss_mb").asDouble()).isGreaterThan(much);
  }

  /** In MiB. What a program has less than that cannot be told from what it began with. */
  private static int ownPeak() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")) >> 10)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theMemoryOfTheServerIsNotThatOfItsPrograms() throws Exception {
    open(this::keep, QUICK);
    run(ExecutionSamples.command("true"));

    assertThat(end().path("memory_rss_mb").asDouble(0)).isLessThan(20);
  }

  @Test
  void aProgramThatWaitsIsSampledWithAllItsProcesses() throws Exception {
    open(this::keep, QUICK);
    Execution execution = shell("sleep 600 & setsid sleep 600 & wait");
    Heard heard = Heard.start(runner, execution);

    ObjectNode sample = await(one -> one.path("processes").asInt() == 3);
    assertThat(sample.path("memory_rss_mb").asDouble()).isPositive();
    assertThat(sample.path("cpu_seconds").asDouble()).isLessThan(1);
    assertThat(sample.has("final")).isFalse();

    runner.stop(execution.executionId());
    heard.outcome();
    assertThat(end().path("pid")).isEqualTo(sample.path("pid"));
  }

  @Test
  void whatTheProcessorOfGraphicsDoesIsPartOfASample() throws Exception {
    open(
        new SampleSink() {
          @Override
          public void write(String runId, List<ObjectNode> written) {
            samples.addAll(written);
          }

          @Override
          public List<Gpu> gpus() {
            return List.of(new Gpu(0, 12.5, 512), new Gpu(1, -100, 8));
          }
        },
        QUICK);
    run(ExecutionSamples.command("true"));

    assertThat(end().path("gpu").toString())
        .isEqualTo(
            "[{\"index\":0,\"util_pct\":12.5,\"memory_used_mb\":512},"
                + "{\"index\":1,\"memory_used_mb\":8}]");
  }

  @Test
  void samplesThatCannotBeWrittenHarmNothing() throws Exception {
    open(
        (runId, written) -> {
          throw new IllegalStateException("the disk is full");
        },
        QUICK);

    run(ExecutionSamples.command("true"));
    run(ExecutionSamples.command("true"));
  }

  @Test
  void whatWaitsIsWrittenBeforeTheRunnerIsClosed() throws Exception {
    open(this::keep, new Sampler.Pace(Duration.ofHours(1), 25));
    run(ExecutionSamples.command("true"));
    assertThat(samples).isEmpty();

    runner.close();

    assertThat(samples).hasSize(1);
  }

  private void open(SampleSink sink, Sampler.Pace pace) {
    runner =
        ExecutionSamples.runner(
            folder, SHORT, Spawner.best(ExecutionSamples.runtimeId(folder)), sink, pace);
  }

  private void keep(String runId, List<ObjectNode> written) {
    samples.addAll(written);
  }

  private static Execution shell(String script) {
    return ExecutionSamples.shell(script);
  }

  private void run(Execution execution) throws Exception {
    assertThat(Heard.start(runner, execution).outcome().ending()).isEqualTo(Ending.SUCCEEDED);
  }

  private ObjectNode end() throws InterruptedException {
    return await(sample -> sample.path("final").asBoolean());
  }

  private ObjectNode await(Predicate<ObjectNode> wanted) throws InterruptedException {
    ObjectNode sample;
    do {
      sample = samples.poll(30, TimeUnit.SECONDS);
      assertThat(sample).as("sample").isNotNull();
    } while (!wanted.test(sample));
    return sample;
  }
}
