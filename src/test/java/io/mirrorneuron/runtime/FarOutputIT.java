package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.CutWire;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program on another node prints much more than its owner takes: {@code -Dfar.output.mib=1024}
 * for one GiB.
 */
@Proof.Limits
class FarOutputIT {
  private static final int MIB = Integer.getInteger("far.output.mib", 64);
  private static final int LINE = 1024;
  private static final long LINES = (long) MIB * 1024;

  /** Of both nodes: what waits to be logged, what is not acknowledged, and what is on its way. */
  private static final long MOST_HELD = 40L << 20;

  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir Path folder;
  private RuntimeFixture own;
  private RuntimeFixture other;
  private GrpcRuntime ownEndpoint;
  private GrpcRuntime otherEndpoint;
  private CutWire wire;

  @BeforeEach
  void start() {
    Path home = folder.resolve("own");
    own = new RuntimeFixture(home, RuntimeFixture.config(home, settings("own", "a")));
    ownEndpoint = GrpcRuntime.before(own);
    other = RuntimeFixture.beside(own, folder.resolve("other"), settings("other", "b"));
    otherEndpoint = GrpcRuntime.before(other);
    wire = CutWire.to(otherEndpoint.vertx, otherEndpoint.server.port());
    other.runtime().endpoint().opened().accept(wire.address());
    eventually("they have met", () -> own.runtime().hasNeighbours());
  }

  private static Map<String, String> settings(String name, String rack) {
    return Map.of(
        "MN_NODE_NAME",
        "mirror_neuron@" + name,
        "MN_NODE_LABELS",
        "rack=" + rack,
        "MN_EXECUTOR_LOG_LINES_PER_SECOND",
        "1000000",
        "MN_EXECUTOR_LOG_MAX_BYTES",
        Long.toString(1L << 40));
  }

  @AfterEach
  void stop() {
    wire.close();
    otherEndpoint.close();
    other.close();
    ownEndpoint.close();
    own.close();
  }

  private String submit() {
    String script =
        "touch '%1$s/begun'; until [ -e '%1$s/go' ]; do sleep 0.05; done;"
            + " yes %2$s | head -n %3$d >&2; touch '%1$s/done'";
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"loud","entrypoints":["work"],
         "nodes":[{"node_id":"work","agent_type":"executor",
           "constraints":[{"attribute":"meta.rack","value":"b"}],
           "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":["sh","-c","%s"]}}]}
        """
            .formatted(script.formatted(folder, "x".repeat(LINE - 1), LINES));
    return own.jobs().submit(Submission.of(manifest)).jobId();
  }

  private static long live() {
    System.gc();
    java.lang.Runtime machine = java.lang.Runtime.getRuntime();
    return machine.totalMemory() - machine.freeMemory();
  }

  @Test
  void whatItsOwnerDoesNotTakeInTimeIsLostAndCounted() throws Exception {
    String job = submit();
    eventually("it runs", () -> Files.exists(folder.resolve("begun")));
    long before = live();
    wire.stall(true);
    Files.createFile(folder.resolve("go"));
    eventually("nobody holds it up", LONG, () -> Files.exists(folder.resolve("done")));
    long held = live() - before;

    wire.stall(false);
    ObjectNode detail = own.awaitEnd(job);
    assertThat(detail.at("/job/status").asText()).isEqualTo("completed");
    eventually(
        "the run has all that was printed, or says what it lacks",
        () -> Arrays.toString(reported(job)),
        reported -> LongStream.of(reported(job)).sum() == LINES);
    long[] reported = reported(job);
    System.out.println(
        "%d MiB printed while the owner stood still: %d MiB held, %d lines kept, %d counted as lost"
            .formatted(MIB, held >> 20, reported[0], reported[1]));
    assertThat(reported[0] + reported[1]).as("kept and counted").isEqualTo(LINES);
    assertThat(held).as("bytes held").isLessThan(MOST_HELD);
    assertThat(reported[1]).as("lost lines").isPositive();
  }

  /** How many lines the log has in all its files, and how many it says were left out. */
  private long[] reported(String job) {
    long[] lines = new long[2];
    try (Stream<Path> files = Files.list(folder.resolve("own/runs/run-" + job))) {
      for (Path file : files.filter(FarOutputIT::isOfLog).toList()) {
        count(file, lines);
      }
    } catch (IOException e) {
      return lines;
    }
    return lines;
  }

  /** The log goes on in a new file after some megabytes. */
  private static boolean isOfLog(Path file) {
    return file.getFileName().toString().matches("logs(\\.\\d+)?\\.jsonl");
  }

  private static void count(Path file, long[] lines) throws IOException {
    try (Stream<String> all = Files.lines(file)) {
      all.map(line -> Json.parseObject(line, "record"))
          .forEach(
              record -> {
                long lost = record.at("/dropped/lines").asLong();
                lines[lost > 0 ? 1 : 0] += Math.max(lost, 1);
              });
    }
  }
}
