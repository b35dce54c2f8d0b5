package io.mirrorneuron.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs whose programs take more than their authors allow them. */
class ProgramLimitIT {
  private static final String HOG = "x = b'x' * (300 << 20); import time; time.sleep(600)";
  private static final String BOMB =
      "i=0; while [ $i -lt 200 ]; do sleep 600 & i=$((i+1)); done; wait";

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

  @Test
  void anAgentOutOfMemoryFailsItsJobWithThatReason() {
    JsonNode error =
        failed(agent("{'memory_mb': 100}", "python3", "-c", HOG)).at("/job/result/error");

    assertThat(error.path("code").asText()).isEqualTo("runtime.out_of_memory");
    assertThat(error.path("desc").asText())
        .matches("agent work failed: out of memory: the program and its children used \\d+ MB .*");
    assertThat(error.path("remediation").asText()).startsWith("Raise that limit");
    assertThat(error.at("/details/category").asText()).isEqualTo("runtime");
  }

  @Test
  void anAgentWithTooManyProcessesFailsItsJobWithThatReason() {
    JsonNode error = failed(agent("{'processes': 30}", "sh", "-c", BOMB)).at("/job/result/error");

    assertThat(error.path("code").asText()).isEqualTo("runtime.too_many_processes");
    assertThat(error.path("desc").asText())
        .matches("agent work failed: too many processes: the program .* of 30 allowed.*");
  }

  /** As any other failure, and told for each attempt. */
  @Test
  void aStepOutOfMemoryIsTriedAgainAndFailsWithThatReason() {
    ObjectNode manifest =
        json(
            """
            {'apiVersion': 'mn.workflow/v1', 'kind': 'Workflow', 'id': 'w', 'name': 'W',
             'workflow': {'workflow_id': 'w', 'entrypoint': 'load', 'source': 'load',
               'sink': 'load', 'steps': [{'id': 'load', 'run': 'load',
                 'control': {'retry_backoff_ms': 1, 'retry': {'max_attempts': 2}}}]},
             'agents': {'entrypoints': ['load'], 'nodes': [{'node_id': 'load',
               'agent_type': 'executor', 'resources': {'limits': {'memory_mb': 100}},
               'config': {'runner_module': 'MirrorNeuron.Runner.HostLocal'}}]}}
            """);
    ObjectNode config = (ObjectNode) manifest.at("/agents/nodes/0/config");
    config.putArray("command").add("python3").add("-c").add(HOG);
    ObjectNode details = failed(manifest);

    assertThat(details.at("/job/result/error/code").asText()).isEqualTo("runtime.out_of_memory");
    assertThat(details.at("/job/result/error/details/attempt").asInt()).isEqualTo(2);
    assertThat(details.at("/job/result/error/desc").asText())
        .startsWith("step load failed: out of memory: ");
  }

  @Test
  void thePlanSaysHowEachLimitIsKept() {
    ObjectNode manifest =
        agent("{'cpu_millis': 500, 'processes': 9, 'open_files': 64, 'memory_mb': 1}", "true");
    JobPlan plan = runtime.jobs().plan(Submission.of(Json.write(manifest)));

    assertThat(plan.placements().getFirst().limits())
        .containsExactly(
            new JobPlan.Limited("open_files", 64, "process"),
            new JobPlan.Limited("memory_mb", 1, "process"),
            new JobPlan.Limited("processes", 9, "process"),
            new JobPlan.Limited("cpu_millis", 500, "none"));
    String kept = runtime.jobs().submit(Submission.of(Json.write(manifest))).jobId();
    assertThat(runtime.awaitEnd(kept).at("/job/scheduler/placements/0/limits/1"))
        .hasToString("{\"name\":\"memory_mb\",\"value\":1,\"enforced\":\"process\"}");
    String job = runtime.jobs().submit(Submission.of(Json.write(agent("{}", "true")))).jobId();
    assertThat(runtime.awaitEnd(job).at("/job/scheduler/placements/0").has("limits")).isFalse();
  }

  private ObjectNode failed(ObjectNode manifest) {
    ObjectNode end =
        runtime.awaitEnd(runtime.jobs().submit(Submission.of(Json.write(manifest))).jobId());
    assertThat(end.at("/job/status").asText()).as("%s", end).isEqualTo("failed");
    return end;
  }

  private static ObjectNode agent(String limits, String... command) {
    ObjectNode manifest =
        json(
            "{'manifest_version': '1.0', 'graph_id': 'limits', 'nodes': [{'node_id': 'work',"
                + " 'agent_type': 'executor', 'role': 'root', 'resources': {'limits': "
                + limits
                + "}, 'config': {'max_attempts': 1,"
                + " 'runner_module': 'MirrorNeuron.Runner.HostLocal'}}]}");
    for (String word : command) {
      ((ObjectNode) manifest.at("/nodes/0/config")).withArray("command").add(word);
    }
    return manifest;
  }

  private static ObjectNode json(String text) {
    return Json.parseObject(text.replace('\'', '"'), "test");
  }
}
