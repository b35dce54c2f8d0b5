package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.run.report.ResourceSummary;
import io.mirrorneuron.run.report.ResourceSummary.Window;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the programs of a job use becomes part of its run. */
@Timeout(60)
class RunSamplesIT {
  @TempDir Path home;

  @Test
  void eachProgramOfAJobHasASampleInItsRun() throws Exception {
    try (RuntimeFixture fixture = new RuntimeFixture(home)) {
      String job =
          fixture
              .jobs()
              .submit(
                  Submission.of(
                      SampleManifests.programs("three", 3, id -> new String[] {"echo", id})))
              .jobId();
      fixture.awaitEnd(job);
      String runId = tree(fixture.jobs().get(job)).at("/job/run_id").asText();
      eventually(
          "the end of the run",
          () -> fixture.runs().has(runId) && fixture.runs().find(runId).isOver());
      assertThat(count(fixture, runId)).isEqualTo(3);

      Path file = fixture.runs().find(runId).path().resolve("resources.jsonl");
      List<JsonNode> samples = Files.readAllLines(file).stream().map(this::parsed).toList();
      assertThat(samples)
          .allSatisfy(
              sample -> {
                assertThat(sample.path("run_id").asText()).isEqualTo(runId);
                assertThat(sample.path("job_id").asText()).isEqualTo(job);
                assertThat(sample.path("final").asBoolean()).isTrue();
              })
          .extracting(sample -> sample.path("component").asText())
          .containsExactlyInAnyOrder("executor:p1", "executor:p2", "executor:p3");
    }
  }

  private static int count(RuntimeFixture fixture, String runId) {
    return ResourceSummary.of(fixture.runs().find(runId), Window.DAY, Clock.systemUTC().instant())
        .path("sample_count")
        .asInt();
  }

  private JsonNode parsed(String line) {
    return Json.parseObject(line, "sample");
  }
}
