package io.mirrorneuron.runtime.schedule.event;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.JobsPort.HumanDecision;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a runtime tells of its jobs. */
class RuntimeEventSourceIT {
  @TempDir static Path home;
  private static RuntimeFixture runtime;

  @BeforeAll
  static void start() {
    runtime = new RuntimeFixture(home);
  }

  @AfterAll
  static void stop() {
    runtime.close();
  }

  private static List<TriggerEvent> of(String jobId) {
    TriggerEvents events = runtime.runtime().events();
    return events.list(1000).data().stream()
        .filter(event -> jobId.equals(event.payload().get("job_id")))
        .toList();
  }

  private static TriggerEvent endOf(String jobId) {
    eventually("the end of " + jobId + " is told", () -> !of(jobId).isEmpty());
    return of(jobId).getFirst();
  }

  @Test
  void theEndOfAJobIsAnEvent() {
    String good = submit(SampleManifests.program("good", "true"));
    TriggerEvent event = endOf(good);
    assertThat(event.eventType()).isEqualTo("job_completed");
    assertThat(event.source()).isEqualTo("runtime");
    assertThat(event.payload())
        .containsEntry("status", "completed")
        .containsKeys("run_id", "graph_id")
        .doesNotContainKeys("error", "schedule_id");

    String bad = submit(SampleManifests.program("bad", "false"));
    assertThat(endOf(bad).eventType()).isEqualTo("job_failed");
    assertThat(endOf(bad).payload()).containsKey("error");
  }

  @Test
  void aJobOfAScheduleNamesIt() {
    String manifest =
        SampleManifests.program("child", "true")
            .replaceFirst(
                "\\{", "{\"metadata\":{\"schedule_dispatch\":{\"schedule_id\":\"sched_7\"}},");
    assertThat(endOf(submit(manifest)).payload()).containsEntry("schedule_id", "sched_7");
  }

  @Test
  void aServiceOfAJobIsAnEvent() {
    String manifest =
        SampleManifests.program("offers", "sleep", "600")
            .replaceFirst("\\{", "{\"services\":[{\"name\":\"web\",\"port\":8080}],");
    String job = submit(manifest);
    TriggerEvent event = endOf(job);
    assertThat(event.eventType()).isEqualTo("service_registered");
    assertThat(event.payload()).containsEntry("service_name", "web").containsEntry("job_id", job);
    runtime.jobs().cancel(job);
  }

  @Test
  void whatIsToldAgainAfterARestartIsThereOnce() {
    String job = submit(SampleManifests.program("once", "true"));
    endOf(job);
    runtime.restart();
    assertThat(endOf(job).eventType()).isEqualTo("job_completed");
    assertThat(of(job)).hasSize(1);
  }

  /** A question, its answer and the end of the job; once each, also after a restart. */
  @Test
  void whatAJobAsksPeopleIsAnEvent() {
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"asking","nodes":[{"node_id":"ask",
          "agent_type":"human","role":"root",
          "config":{"prompt":"Go on?","assignees":["anna"],"form":{"type":"object"}}}]}
        """;
    String job = submit(manifest);
    TriggerEvent asked = endOf(job);
    assertThat(asked.eventType()).isEqualTo("human_input_requested");
    assertThat(asked.payload())
        .containsEntry("prompt", "Go on?")
        .containsEntry("assignees", List.of("anna"))
        .containsKeys("request_id", "run_id", "agent_id")
        .doesNotContainKey("form");
    runtime.restart();
    String request = asked.payload().get("request_id").toString();
    ObjectNode yes = Json.object().put("decision", "approve").put("by", "anna");
    runtime.jobs().decide(job, new HumanDecision(RunId.of(job), request, "respond", yes, "anna"));
    runtime.awaitEnd(job);
    eventually("all is told", () -> of(job).size() >= 3);
    assertThat(of(job))
        .extracting(TriggerEvent::eventType)
        .containsExactly("job_completed", "human_input_received", "human_input_requested");
    assertThat(of(job).get(1).payload())
        .containsEntry("decision", "approve")
        .containsEntry("by", "anna");
  }

  private static String submit(String manifest) {
    return runtime.jobs().submit(Submission.of(manifest)).jobId();
  }
}
