package io.mirrorneuron.blueprint;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.FakeJobs;
import io.mirrorneuron.wire.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleRunTest {
  @TempDir Path folder;
  private final FakeJobs jobs = new FakeJobs();
  private final StringWriter printed = new StringWriter();

  @BeforeEach
  void unpack() {
    Samples.unpack("router-only", folder);
  }

  /** Lets the job go on when the run begins to watch it. */
  private boolean runWhile(Runnable progress) throws Exception {
    jobs.intercept(
        call -> {
          if (call.startsWith("watch")) {
            jobs.intercept(anything -> {});
            progress.run();
          }
        });
    return new SampleRun(jobs, new PrintWriter(printed)).run(folder);
  }

  @Test
  void showsWhatHappensUntilTheJobIsCompleted() throws Exception {
    boolean completed =
        runWhile(
            () -> {
              jobs.append(
                  "fake-1",
                  Json.parseObject(
                      """
                      {"type":"agent_message_received","agent_id":"belt",
                       "payload":{"type":"init","from":"runtime"}}""",
                      "event"));
              jobs.finish("fake-1", "completed");
            });

    assertThat(completed).isTrue();
    assertThat(printed.toString().lines())
        .startsWith("Job fake-1: The parcel belt", "  belt         receives init from runtime")
        .contains("Completed. Result:");
    assertThat(jobs.watchers("fake-1")).isZero();
  }

  @Test
  void aJobThatFailsDidNotComplete() throws Exception {
    assertThat(runWhile(() -> jobs.finish("fake-1", "failed"))).isFalse();
    assertThat(printed.toString()).contains("Failed: ");
  }
}
