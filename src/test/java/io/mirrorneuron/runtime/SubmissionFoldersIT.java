package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.PreparedBundle;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders of submissions, with a whole runtime: what programs write there is in their run. */
@Timeout(120)
class SubmissionFoldersIT {
  private static final String RESULT =
      "mkdir -p \"$MN_RUNS_ROOT/$MN_RUN_ID\" && echo '{\"by\": \"program\"}'"
          + " >\"$MN_RUNS_ROOT/$MN_RUN_ID/result.json\"";

  @TempDir Path home;
  private RuntimeFixture runtime;

  @BeforeEach
  void start() {
    runtime = new RuntimeFixture(home);
  }

  @AfterEach
  void stop() {
    runtime.close();
  }

  private Path shared() {
    return home.resolve("shared");
  }

  private Path run(String runId) {
    return runtime.runs().root().resolve(runId);
  }

  /** Runs it to its end. */
  private ObjectNode run(Submission submission) {
    return runtime.awaitEnd(runtime.jobs().submit(submission).jobId());
  }

  private ObjectNode completed(Submission submission) {
    ObjectNode detail = run(submission);
    assertThat(detail.at("/job/status").asText())
        .as(detail.at("/job/failure").toString())
        .isEqualTo("completed");
    return detail;
  }

  private static Submission plain(String script) {
    return Submission.of(
        Json.write(
                Json.parseObject(
                    """
                {"manifest_version":"1.0","graph_id":"plain","nodes":[
                  {"node_id":"a","agent_type":"executor","role":"root",
                   "config":{"command":["sh","-c",""]}}]}
                """,
                    "manifest"))
            .replace("\"\"", Json.write(Json.MAPPER.getNodeFactory().textNode(script))));
  }

  private List<Path> submissions() {
    try (Stream<Path> all = Files.list(shared().resolve("submissions"))) {
      return all.filter(each -> !each.getFileName().toString().startsWith(".")).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  @Test
  void aJobWithoutAFolderGetsOne() throws Exception {
    ObjectNode detail =
        completed(
            plain(
                "set -e; cd \"$MN_JOB_SHARED_STORAGE_ROOT\"; ls -d inputs outputs/user outputs/runs;"
                    + " test \"$MN_JOB_INPUT_DIR\" = \"$PWD/inputs\";"
                    + " echo '# It' >\"$MN_JOB_OUTPUT_DIR/it.md\";"
                    + " echo \"$MN_STORAGE_SUBMISSION_ID\" >\"$MN_RUN_DIR/id.txt\""));

    Path run = run("run-" + detail.at("/job/job_id").asText());
    assertThat(run.resolve("outputs/it.md")).content().isEqualTo("# It\n");
    String id = Files.readString(run.resolve("id.txt")).strip();
    assertThat(id).matches("job-[0-9a-f]{16}");
    assertThat(submissions()).containsExactly(shared().resolve("submissions").resolve(id));
  }

  @Test
  void whatAProgramWritesBelowTheRunsOfItsSubmissionIsInItsRun() throws Exception {
    PreparedBundle bundle =
        PreparedBundle.of(
            shared(),
            "mine",
            RESULT
                + " && echo '{\"type\": \"drawn\", \"n\": 1}' >>\"$MN_RUNS_ROOT/$MN_RUN_ID/events.jsonl\""
                + " && echo text >\"$MN_RUNS_ROOT/$MN_RUN_ID/a.txt\"",
            "echo more >\"$MN_JOB_OUTPUT_DIR/b.md\"; echo last >\"$MN_RUN_DIR/c.log\"");

    completed(bundle.submission());

    Path run = run("mine");
    eventually("the run is over", () -> Files.exists(run.resolve("timeline.json")));
    assertThat(run.resolve("result.json")).content().contains("program");
    assertThat(run.resolve("events.jsonl")).content().contains("drawn").contains("job_completed");
    assertThat(run.resolve("a.txt")).hasContent("text");
    assertThat(run.resolve("outputs/b.md")).hasContent("more");
    assertThat(run.resolve("c.log")).hasContent("last");
    assertThat(run.resolve("config.json"))
        .content()
        .contains("blue")
        .contains("[REDACTED]")
        .doesNotContain("very-secret");
    assertThat(bundle.folder().resolve("outputs/runs/mine/result.json")).content().contains("by");
    assertThat(bundle.folder().resolve("outputs/user/b.md")).hasContent("more");
    assertThat(submissions()).containsExactly(bundle.folder());
  }
}
