package io.mirrorneuron.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.runtime.exec.confine.Confiner.State;
import io.mirrorneuron.testing.PreparedBundle;
import io.mirrorneuron.testing.RuntimeFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Confined programs write to the folder of their submission, and to no other. */
@Timeout(120)
class ConfinedSubmissionsIT {
  @TempDir Path home;
  private RuntimeFixture runtime;

  @BeforeEach
  void start() {
    start(Map.of());
  }

  private void start(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("MN_EXECUTOR_CONFINE", "auto");
    runtime = new RuntimeFixture(home, RuntimeFixture.config(home, settings));
    assumeThat(runtime.runtime().confinement().state()).isEqualTo(State.ON);
  }

  @AfterEach
  void stop() {
    runtime.close();
  }

  private Path run(String runId) {
    return runtime.runs().root().resolve(runId);
  }

  private void completed(Submission submission) {
    ObjectNode detail = runtime.awaitEnd(runtime.jobs().submit(submission).jobId());
    assertThat(detail.at("/job/status").asText())
        .as(detail.at("/job/failure").toString())
        .isEqualTo("completed");
  }

  @Test
  void aProgramReachesItsOwnFolderOnly() throws Exception {
    requireApart(home.resolve("shared"));
  }

  @Test
  void theSameHoldsWhereTheSharedStorageLiesElsewhere(@TempDir Path other) throws Exception {
    runtime.close();
    Path shared = other.toRealPath().resolve("shared");
    start(Map.of("MN_SHARED_STORAGE_ROOT", shared.toString()));

    requireApart(shared);

    assertThat(home.resolve("shared")).doesNotExist();
  }

  private void requireApart(Path shared) throws Exception {
    PreparedBundle first =
        PreparedBundle.of(
            shared,
            "first",
            "set -e; cd \"$MN_JOB_SHARED_STORAGE_ROOT\"; echo a >scratch; cat inputs/data >inputs/more;"
                + " echo b >\"$MN_JOB_OUTPUT_DIR/b.txt\"; mkdir -p \"$MN_RUNS_ROOT/first\";"
                + " echo '{}' >\"$MN_RUNS_ROOT/first/result.json\"; mkdir \"$MN_RUNS_ROOT/other\"");
    Files.writeString(first.folder().resolve("inputs/data"), "data");
    completed(first.submission());
    assertThat(first.folder().resolve("inputs/more")).hasContent("data");
    assertThat(run("first").resolve("outputs/b.txt")).hasContent("b");

    String attempts =
        "cd %s 2>/dev/null; for it in %1$s %2$s/submissions/.held; do"
            + " ls $it; cat $it/inputs/data; echo x >$it/scratch; echo x >$it/inputs/x;"
            + " echo x >%2$s/submissions/x; mkdir %2$s/submissions/y;"
            + " ln -s /etc $it/inputs/link; rm -rf $it; done >$MN_RUN_DIR/log.txt 2>/dev/null; true";
    String script = attempts.formatted(first.folder(), shared);
    completed(PreparedBundle.of(shared, "second", script).submission());

    assertThat(run("second").resolve("log.txt")).isEmptyFile();
    assertThat(first.folder().resolve("scratch")).hasContent("a");
    assertThat(first.folder().resolve("inputs/x")).doesNotExist();
    assertThat(shared.resolve("submissions/x")).doesNotExist();
    assertThat(shared.resolve("submissions/y")).doesNotExist();
  }

  /** What it puts in the place of what the server makes leads the server nowhere. */
  @Test
  void linksOfProgramsLeadNowhere() throws Exception {
    Path secret = Files.writeString(home.resolve("secret"), "secret");
    String script =
        "cd \"$MN_JOB_SHARED_STORAGE_ROOT\"; rm -rf outputs inputs; ln -s %1$s outputs; ln -s %1$s inputs;"
            + " ln -s /etc/passwd \"$MN_RUN_DIR/passwd.txt\"";
    PreparedBundle bundle =
        PreparedBundle.of(
            home.resolve("shared"),
            "links",
            script.formatted(home),
            "ls -d $MN_JOB_OUTPUT_DIR $MN_JOB_INPUT_DIR; echo x >$MN_JOB_OUTPUT_DIR/x.txt;"
                + " ln -s %s $MN_JOB_OUTPUT_DIR/secret.txt".formatted(secret));
    completed(bundle.submission());

    assertThat(bundle.folder().resolve("inputs"))
        .isDirectory()
        .satisfies(inputs -> assertThat(Files.isSymbolicLink(inputs)).isFalse());
    assertThat(run("links").resolve("outputs/x.txt")).hasContent("x");
    assertThat(home.resolve("user")).doesNotExist();
    assertThat(home.resolve("x.txt")).doesNotExist();
  }
}
