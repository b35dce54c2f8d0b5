package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.store.ResourceLimits.Resource;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Trees;
import io.mirrorneuron.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plan of a job is made once, is what then happens, and goes with the job. */
class StoredPlanIT {
  @TempDir private Path home;
  private CardRuntime machine;
  private RuntimeFixture runtime;

  @BeforeEach
  void start() {
    machine = CardRuntime.start(home);
    runtime = machine.fixture();
  }

  @AfterEach
  void stop() {
    machine.close();
  }

  @Test
  void whatRunsIsWhatWasPlanned() {
    Submission asked =
        CardRuntime.asking(
            "{\"gpu\":1,\"cores\":0.5,\"ports\":[{\"label\":\"web\",\"port\":24817}]}",
            "printf %s \"$MN_ALLOCATION_JSON\"");
    JsonNode before = Json.MAPPER.valueToTree(runtime.jobs().plan(asked));

    ObjectNode details = runtime.awaitEnd(runtime.jobs().submit(asked).jobId());

    JsonNode place = details.at("/job/scheduler/placements/0");
    assertThat(place).hasToString(before.at("/placements/0").toString());
    JsonNode given =
        Json.parseObject(details.at("/job/result/output/sandbox/stdout").asText(), "given");
    assertThat(given.path("node")).isEqualTo(place.path("node"));
    assertThat(given.path("devices")).hasSize(1).isEqualTo(place.at("/allocations/devices"));
    assertThat(given.at("/ports/0/port")).isEqualTo(place.at("/allocations/ports/0/port"));
    assertThat(given.at("/resources/cpu_millis").asInt()).isEqualTo(500);
    assertThat(place.at("/resources/cpu_cores").asText()).isEqualTo("0.5");
    assertThat(given.path("runtime_driver")).isEqualTo(place.at("/allocations/runtime_driver"));
  }

  @Test
  void aPlanIsNotMadeAnewByWhoLooks() {
    String job = waiting();
    JsonNode first = scheduler(job);
    assertThat(first.at("/placements/0/reasons/0").asText()).isEqualTo("fits now");
    machine.limits().put(Resource.GPU, 25);
    assertThat(scheduler(job)).isEqualTo(first);
    runtime.restart();
    assertThat(scheduler(job)).isEqualTo(first);
    assertThat(types(job)).doesNotContain("job_scheduler_replanned");
    runtime.jobs().cancel(job);
    assertThat(scheduler(job)).isEqualTo(first);
  }

  @Test
  void aJobThatComesToAnotherNodeIsPlannedAnew() throws Exception {
    String job = waiting();
    JsonNode first = scheduler(job);
    machine.limits().put(Resource.GPU, 25);
    runtime.leave();
    runtime.startAgainAs("mirror_neuron@other");

    eventually(
        "it came", Duration.ofSeconds(30), () -> types(job).contains("job_scheduler_replanned"));
    JsonNode event =
        events(job).stream()
            .filter(one -> one.path("type").asText().equals("job_scheduler_replanned"))
            .findFirst()
            .orElseThrow();
    assertThat(event.path("reason").asText()).isEqualTo("the node that had the job is gone");
    assertThat(event.path("excluded_nodes")).hasToString("[\"mirror_neuron@test\"]");
    assertThat(event.at("/scheduler/nodes")).hasToString("[\"mirror_neuron@other\"]");
    assertThat(event.at("/scheduler/status").asText()).isEqualTo("planned");

    JsonNode second = scheduler(job);
    assertThat(second.at("/placements/0/node").asText()).isEqualTo("mirror_neuron@other");
    assertThat(second.path("nodes")).hasToString("[\"mirror_neuron@other\"]");
    assertThat(second.at("/placements/0/reasons/0").asText())
        .isEqualTo("waits until the limits of the node are raised");
    assertThat(second.path("generated_at").asText())
        .isGreaterThan(first.path("generated_at").asText());
    runtime.restart();
    assertThat(scheduler(job)).isEqualTo(second);
    assertThat(types(job).stream().filter("job_scheduler_replanned"::equals)).hasSize(1);
    Files.createFile(home.resolve("go"));
    machine.limits().clear();
    runtime.runtime().reconsider();
    assertThat(runtime.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
  }

  private String waiting() {
    String script = "while [ ! -e %s ]; do sleep 0.05; done".formatted(home.resolve("go"));
    return runtime.jobs().submit(CardRuntime.asking("{\"gpu\":1}", script)).jobId();
  }

  private JsonNode scheduler(String job) {
    return Trees.tree(runtime.jobs().get(job)).at("/job/scheduler");
  }

  private List<JsonNode> events(String job) {
    return runtime.jobs().events(job, 0, 1000).events().stream()
        .<JsonNode>map(one -> Json.parseObject(one, "event"))
        .toList();
  }

  private List<String> types(String job) {
    return events(job).stream().map(one -> one.path("type").asText()).toList();
  }
}
