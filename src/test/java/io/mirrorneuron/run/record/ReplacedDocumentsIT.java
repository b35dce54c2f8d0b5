package io.mirrorneuron.run.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Trees;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs put in the place of a document that the runtime writes at the end. */
class ReplacedDocumentsIT {
  @TempDir private Path home;
  private RuntimeFixture runtime;

  @BeforeEach
  void start() {
    runtime = new RuntimeFixture(home);
  }

  @AfterEach
  void stop() {
    runtime.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ln -s /etc/hostname", "ln -s nothing", "ln -s .", "mkfifo"})
  void aLinkOrAPipeIsReplacedByTheResult(String makes) throws IOException {
    String job = submit(makes + " \"$MN_RUN_DIR/result.json\"");
    runtime.awaitEnd(job);
    RunFolder run = runtime.runs().find("run-" + job);
    Eventually.eventually("the run is over", run::isOver);

    Path file = run.path().resolve("result.json");
    assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(Json.parseObject(Files.readString(file), "result.json")).isEqualTo(result(job));
  }

  @Test
  void theRunWaitsUntilAFolderIsGone() throws IOException {
    String job = submit("mkdir \"$MN_RUN_DIR/result.json\"");
    runtime.awaitEnd(job);
    RunFolder run = runtime.runs().find("run-" + job);
    assertThat(run.isOver()).isFalse();
    assertThat(run.path().resolve("result.json")).as("is kept").isEmptyDirectory();

    Files.delete(run.path().resolve("result.json"));
    Eventually.eventually("the run is over", run::isOver);
    assertThat(run.read("result.json").orElseThrow()).isEqualTo(result(job));
  }

  /** What a program writes there is its own. */
  @Test
  void aFileStays() {
    String job = submit("echo '{\"mine\":1}' > \"$MN_RUN_DIR/result.json\"");
    runtime.awaitEnd(job);
    RunFolder run = runtime.runs().find("run-" + job);
    Eventually.eventually("the run is over", run::isOver);
    assertThat(run.read("result.json").orElseThrow()).isEqualTo(Json.object().put("mine", 1));
  }

  private String submit(String script) {
    String manifest =
        SampleManifests.program("replaces", "sh", "-c", script + "; echo '{\"a\":1}'");
    return runtime.jobs().submit(Submission.of(manifest)).jobId();
  }

  private ObjectNode result(String job) {
    return (ObjectNode) Trees.tree(runtime.jobs().get(job)).at("/job/result");
  }
}
