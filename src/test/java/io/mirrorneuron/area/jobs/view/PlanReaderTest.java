package io.mirrorneuron.area.jobs.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanReaderTest {
  private static Plan plan(String job) {
    return PlanReader.of(
        JobRecord.of(JobDetailForm.read(Json.parseObject("{\"job\":" + job + "}", "job"))));
  }

  private static List<String> workers(Plan.Step step) {
    return step.workers().stream().map(Plan.Worker::id).toList();
  }

  private static List<String> edges(Plan plan) {
    return plan.edges().stream().map(edge -> edge.json().toString()).toList();
  }

  @Test
  void stepsComeFromTheManifestAndTheirAgentsFromTheLedger() {
    Plan plan =
        plan(
            """
            {"manifest":{"workflow":{"workflow_id":"wf","steps":[{"id":"write_report","run":"r"}]},
              "runtime":{"bindings":{"r":"bound"}},"nodes":[{"node_id":"a","role":"scribe"}]},
             "workflow_state":{"enabled":true,"steps":{"write_report":{"agent_ids":["a","b"]}}}}
            """);

    assertThat(plan.truth()).isEqualTo(Plan.Truth.LEDGER);
    assertThat(plan.workflowId()).isEqualTo("wf");
    Plan.Step step = plan.steps().get("write_report");
    assertThat(step.label()).isEqualTo("Write Report");
    assertThat(workers(step)).containsExactly("a", "b");
    assertThat(step.workers().getFirst().role()).isEqualTo("scribe");
  }

  @Test
  void ofAManifestThatIsTooBigTheLedgerKnowsTheSteps() {
    Plan plan =
        plan(
            """
            {"workflow_state":{"enabled":true,
              "edges":[{"id":"e","from":"a","to":"b","required":true,"accepts":["done"]},
                       {"from":"b","to":"gone"}],
              "steps":{"a":{"label":"First","run":"r","agent_ids":["x"]},"b":{"run":"s"},
                       "b[0]":{"template":"b"}}}}
            """);

    assertThat(plan.steps().keySet()).containsExactly("a", "b");
    assertThat(plan.steps().get("a").label()).isEqualTo("First");
    assertThat(workers(plan.steps().get("b"))).containsExactly("s");
    assertThat(edges(plan))
        .containsExactly(
            "{\"from\":\"a\",\"to\":\"b\",\"id\":\"e\",\"required\":true,\"accepts\":[\"done\"]}");
    assertThat(plan.layers()).hasToString("[[a], [b]]");
  }

  @Test
  void withoutALedgerOnlyEventsTellHowFarStepsAre() {
    Plan plan =
        plan(
            """
            {"manifest":{"flow":{"steps":[
               {"id":"a","emits":"a_done","on":{"a_done":["b"]}},{"id":"b"}]},
              "runtime":{"bindings":{"a":{"worker":{"agent_id":"x"}}}}},
             "workflow_state":{"enabled":false}}
            """);

    assertThat(plan.truth()).isEqualTo(Plan.Truth.EVENTS);
    assertThat(workers(plan.steps().get("a"))).containsExactly("x");
    assertThat(edges(plan)).containsExactly("{\"from\":\"a\",\"to\":\"b\",\"event\":\"a_done\"}");
  }

  @Test
  void withoutStepsEachAgentIsOne() {
    Plan plan =
        plan(
            """
            {"topology":{"nodes":[{"node_id":"a"},{"node_id":"b"}],
              "edges":[{"from_node":"a","to_node":"b","message_type":"m"},
                       {"from_node":"a","to_node":"gone"}]}}
            """);

    assertThat(plan.truth()).isEqualTo(Plan.Truth.AGENTS);
    assertThat(plan.steps().keySet()).containsExactly("a", "b");
    assertThat(edges(plan)).containsExactly("{\"from\":\"a\",\"to\":\"b\",\"event\":\"m\"}");
  }

  @Test
  void ofAJobOfWhichNothingIsKnownThereIsOneStep() {
    Plan plan = plan("{}");

    assertThat(plan.truth()).isEqualTo(Plan.Truth.EVENTS);
    assertThat(workers(plan.steps().get("job"))).containsExactly("runtime");
    assertThat(plan.workflowId()).isEqualTo("blueprint");
  }

  @ParameterizedTest
  @CsvSource({
    "type,service,true",
    "kind,system,true",
    "stream_mode,live,true",
    "type,batch,false",
    "job_type,'',false"
  })
  void aServiceLasts(String member, String word, boolean lasts) {
    assertThat(plan("{\"%s\":\"%s\"}".formatted(member, word)).isLasting()).isEqualTo(lasts);
  }
}
