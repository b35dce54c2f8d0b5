package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SmallDisk;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program runs on another node, and the disk with the runs of its owner is full for a while. */
@Proof.Limits
class FarOutputOnFullDiskIT {
  private static final int MANY = 200;

  @TempDir Path folder;
  private SmallDisk disk;
  private RuntimeFixture own;
  private RuntimeFixture other;
  private GrpcRuntime ownEndpoint;
  private GrpcRuntime otherEndpoint;

  @BeforeEach
  void start() throws IOException {
    disk = SmallDisk.mounted(folder.resolve("disk"), 4);
    Path home = folder.resolve("own");
    own =
        new RuntimeFixture(
            home,
            RuntimeFixture.config(
                home,
                Map.of(
                    "MN_NODE_NAME",
                    "mirror_neuron@own",
                    "MN_RUNS_ROOT",
                    disk.folder().resolve("runs").toString())));
    ownEndpoint = GrpcRuntime.before(own);
    other =
        RuntimeFixture.beside(
            own,
            folder.resolve("other"),
            Map.of("MN_NODE_NAME", "mirror_neuron@other", "MN_NODE_LABELS", "rack=b"));
    otherEndpoint = GrpcRuntime.before(other);
    eventually("they have met", () -> own.runtime().hasNeighbours());
  }

  @AfterEach
  void stop() {
    if (own != null) {
      otherEndpoint.close();
      other.close();
      ownEndpoint.close();
      own.close();
    }
    if (disk != null) {
      disk.close();
    }
  }

  /** It prints numbered lines until it is told to print the last one. */
  private String submit() {
    String script =
        "i=0; until [ -e '%1$s/last' ]; do i=$((i+1)); echo line $i >&2; echo $i > '%1$s/count';"
            + " sleep 0.01; done; echo last >&2";
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"printing","entrypoints":["work"],
         "nodes":[{"node_id":"work","agent_type":"executor",
           "constraints":[{"attribute":"meta.rack","value":"b"}],
           "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":["sh","-c","%s"]}}]}
        """
            .formatted(script.formatted(folder));
    return own.jobs().submit(Submission.of(manifest)).jobId();
  }

  private List<ObjectNode> log(String job) {
    Path log = disk.folder().resolve("runs/run-" + job + "/logs.jsonl");
    try (Stream<String> lines = Files.lines(log)) {
      return lines
          .filter(line -> line.endsWith("}")) // one may just be written
          .map(line -> Json.parseObject(line, "record"))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private List<String> messages(String job) {
    return log(job).stream().map(record -> record.path("message").asText()).toList();
  }

  private int printed() {
    try {
      String count = Files.readString(folder.resolve("count")).strip();
      return count.isEmpty() ? 0 : Integer.parseInt(count);
    } catch (IOException e) {
      return 0;
    }
  }

  @Test
  void linesThatItDoesNotTakeAreCounted() throws Exception {
    String job = submit();
    eventually("the first is written", () -> messages(job).contains("line 1"));
    disk.fill();
    int before = printed();
    eventually("many are printed", () -> printed() > before + MANY);
    disk.free();
    Files.createFile(folder.resolve("last"));
    own.awaitEnd(job);

    eventually("the last is written", () -> messages(job).contains("last"));
    List<ObjectNode> reported = log(job).stream().filter(record -> record.has("dropped")).toList();
    long lost = reported.stream().mapToLong(one -> one.at("/dropped/lines").asLong()).sum();
    long kept = messages(job).stream().filter(text -> text.startsWith("line ")).count();
    assertThat(lost).as("lost").isPositive();
    assertThat(kept + lost).as("kept and counted").isEqualTo(printed());
    assertThat(reported.getFirst().path("message").asText())
        .contains("of stderr", "left out: the disk did not take them");
  }
}
