package io.mirrorneuron.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Whole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What validation, plan and submission warn of is what then happens to the program. */
@Whole
class NodeWarningsIT {
  private static final String MANIFEST =
      """
      {"manifest_version": "1.0", "graph_id": "warned", "entrypoints": ["work"],
       "nodes": [{"node_id": "work", "agent_type": "executor",
         "resources": {"volumes": [{"name": "data", "source": "%s", "target": "/data"}]},
         "config": {"command": ["sh", "-c", "touch $MN_VOLUME_DATA/new"],
           "complete_run": true}}]}
      """;

  @TempDir private Path home;
  private Path data;

  @BeforeEach
  void makeFolder() throws Exception {
    data = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "volume");
  }

  @AfterEach
  void removeFolder() throws Exception {
    try (var files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void aFolderThatProgramsMayNotWriteToIsToldBeforehand() {
    String reported =
        "agent work may not write to the folder %s of its volume data: programs are confined on this node"
            .formatted(data);
    try (var runtime = confining(Map.of())) {
      Validation report = runtime.jobs().validate(submission());
      assumeThat(report.warnings()).as("this kernel confines programs").isNotEmpty();
      assertThat(report.ok()).isTrue();
      assertThat(report.issues())
          .singleElement()
          .satisfies(
              issue -> {
                assertThat(issue.message()).isEqualTo(reported);
                assertThat(issue.code()).isEqualTo("resources.volume_out_of_reach");
                assertThat(issue.help()).contains("executor.shared_folders");
                assertThat(issue.location().pointer())
                    .isEqualTo("/manifest/nodes/0/resources/volumes");
              });
      assertThat(runtime.jobs().plan(submission()).warnings())
          .singleElement()
          .asString()
          .startsWith(reported + ". ");
      var job = runtime.jobs().submit(submission());
      assertThat(job.warnings()).singleElement().asString().startsWith(reported);
      assertThat(runtime.awaitEnd(job.jobId()).at("/job/status").asText()).isEqualTo("failed");
    }
  }

  @Test
  void aSharedFolderIsReachedAndNothingIsTold() {
    var shared = Map.of("MN_EXECUTOR_SHARED_FOLDERS", data.toString());
    try (var runtime = confining(shared)) {
      assertThat(runtime.jobs().validate(submission()).warnings()).isEmpty();
      var job = runtime.jobs().submit(submission());
      assertThat(runtime.awaitEnd(job.jobId()).at("/job/status").asText()).isEqualTo("completed");
    }
  }

  private RuntimeFixture confining(Map<String, String> settings) {
    var all = new HashMap<>(settings);
    all.put("MN_EXECUTOR_CONFINE", "auto");
    return new RuntimeFixture(home, RuntimeFixture.config(home, all));
  }

  private Submission submission() {
    return new Submission(MANIFEST.formatted(data), new Payloads.Inline(Map.of()), null);
  }
}
