package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.RuntimeFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is stopped in good order while programs run, and started again. */
class RestartIT {
  private static final int JOBS = 4;

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

  /** Its program says that it has begun, then waits for a file to appear. */
  private String submit(int n) {
    String script =
        "touch %1$s/begun-%2$d-$$; while [ ! -e %1$s/go ]; do sleep 0.05; done; echo job %2$d"
            .formatted(home, n);
    return runtime
        .jobs()
        .submit(
            Submission.of(
                """
                {"manifest_version":"1.0","graph_id":"restart","entrypoints":["in"],
                 "initial_inputs":{"in":[{"n":%d}]},
                 "nodes":[{"node_id":"in","agent_type":"router"},
                  {"node_id":"work","agent_type":"executor","config":{
                    "runner_module":"MirrorNeuron.Runner.HostLocal","command":["sh","-c","%s"]}},
                  {"node_id":"sink","agent_type":"aggregator",
                   "config":{"complete_on_message":true,"complete_run":true}}],
                 "edges":[{"from_node":"in","to_node":"work","message_type":"*"},
                  {"from_node":"work","to_node":"sink","message_type":"*"}]}
                """
                    .formatted(n, script)))
        .jobId();
  }

  private int begun(int n) {
    try (var files = Files.newDirectoryStream(home, "begun-" + n + "-*")) {
      int count = 0;
      for (Path _ : files) {
        count++;
      }
      return count;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The jobs are taken up again while the first commands come. */
  @Test
  void commandsAreTakenFromTheFirstMomentOn() {
    List<String> jobs = new ArrayList<>();
    for (int n = 0; n < 40; n++) {
      jobs.add(submit(n));
    }
    runtime.restart();
    for (String job : jobs.reversed()) {
      assertThat(runtime.jobs().cancel(job)).isEqualTo("cancelled");
    }
  }

  private void awaitBegun(String job, int n, int times) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    for (int i = 0; i < 600 && begun(n) < times; i++) {
      begun.await(50, TimeUnit.MILLISECONDS);
    }
    assertThat(begun(n)).as("starts of %s: %s", job, runtime.jobs().get(job)).isEqualTo(times);
  }

  @Test
  void jobsGoOnWhereTheyWereAndCompleteOnce() throws Exception {
    List<String> jobs = new ArrayList<>();
    for (int n = 0; n < JOBS; n++) {
      jobs.add(submit(n));
    }
    for (int n = 0; n < JOBS; n++) {
      awaitBegun(jobs.get(n), n, 1);
    }
    assertThat(runtime.jobs().pause(jobs.getFirst(), false)).isEqualTo("paused");

    runtime.restart();

    for (int n = 1; n < JOBS; n++) {
      awaitBegun(jobs.get(n), n, 2);
    }
    assertThat(tree(runtime.jobs().get(jobs.getFirst())).at("/job/status").asText())
        .isEqualTo("paused");
    assertThat(runtime.jobs().resume(jobs.getFirst())).isEqualTo("resumed");
    Files.createFile(home.resolve("go"));
    for (int n = 0; n < JOBS; n++) {
      ObjectNode details = runtime.awaitEnd(jobs.get(n));
      assertThat(details.at("/job/status").asText()).isEqualTo("completed");
      assertThat(details.at("/job/result/output/last_message/sandbox/stdout").asText())
          .contains("job " + n);
      assertThat(runtime.jobs().events(jobs.get(n), 0, 1000).events())
          .filteredOn(event -> event.contains("\"type\":\"job_completed\""))
          .hasSize(1);
    }
  }
}
