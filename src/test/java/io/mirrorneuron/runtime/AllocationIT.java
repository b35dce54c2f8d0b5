package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.port.Why.Explanation;
import io.mirrorneuron.port.node.ServicesPort.RegisteredService;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.store.ResourceLimits.Resource;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Trees;
import io.mirrorneuron.wire.Json;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real programs are given devices, ports and shares of a node, and nobody else has them meanwhile.
 */
class AllocationIT {
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
  void aProgramSeesWhatItWasGivenAndNoOtherDevice() {
    ObjectNode with =
        runtime.awaitEnd(
            submit(
                """
                {"gpu":1,"cores":0.5,"memory":"100Mi","ports":[{"label":"web-ui"}],
                 "volumes":[{"name":"data","source":"/tmp","target":"/data"}]}
                """,
                "env | grep -E '^(MN_ALLOC|MN_PORT|MN_VOL|MN_GPU|CUDA)' | sort"));
    Map<String, String> seen = variables(with);

    assertThat(seen)
        .containsEntry("CUDA_VISIBLE_DEVICES", "GPU-a")
        .containsEntry("MN_ALLOCATED_DEVICE_IDS", "GPU-a")
        .containsEntry("MN_GPU_DRIVER", "cuda")
        .containsEntry("MN_VOLUME_DATA", "/tmp")
        .containsEntry("MN_VOLUME_DATA_TARGET", "/data");
    JsonNode given = Json.parseObject(seen.get("MN_ALLOCATION_JSON"), "allocation");
    assertThat(given.at("/devices/0/id").asText()).isEqualTo("GPU-a");
    assertThat(given.at("/ports/0/port").asText()).isEqualTo(seen.get("MN_PORT_WEB_UI"));
    assertThat(given.at("/resources"))
        .hasToString("{\"cpu_millis\":500,\"memory_mb\":100,\"disk_mb\":0}");
    assertThat(given.at("/node").asText()).isEqualTo("mirror_neuron@test");

    ObjectNode without = runtime.awaitEnd(submit("{}", "env | grep -E '^(MN_ALLOC|CUDA)'"));
    assertThat(variables(without)).isEqualTo(Map.of("CUDA_VISIBLE_DEVICES", ""));
    assertThat(ledger()).isEmpty();
  }

  @Test
  void aManifestDoesNotReplaceWhatWasGiven() {
    String environment =
        "\"environment\":{\"CUDA_VISIBLE_DEVICES\":\"0,1\",\"NVIDIA_VISIBLE_DEVICES\":\"all\",\"HIP_VISIBLE_DEVICES\":\"3\"},";
    Submission submission = CardRuntime.asking("{}", "", environment, "env | grep VISIBLE");

    SubmittedJob job = runtime.jobs().submit(submission);

    assertThat(job.warnings())
        .contains(
            "nodes.work.config.environment.CUDA_VISIBLE_DEVICES: where the machine has such devices,"
                + " the server sets CUDA_VISIBLE_DEVICES to those that the program was given; ask for"
                + " devices in resources");
    assertThat(variables(runtime.awaitEnd(job.jobId())))
        .isEqualTo(
            Map.of(
                "CUDA_VISIBLE_DEVICES",
                "",
                "NVIDIA_VISIBLE_DEVICES",
                "",
                "HIP_VISIBLE_DEVICES",
                "3")); // of a vendor of which the machine has none
  }

  @Test
  void aDeviceIsGivenAgainOnceTheProgramIsGoneAndNotBefore() throws Exception {
    Path stopped = home.resolve("stopped");
    Path release = home.resolve("release");
    String first =
        submit(
            "{\"gpu\":1}",
            "trap 'touch %s; while [ ! -e %s ]; do sleep 0.05; done; exit 1' TERM; touch %s.runs;"
                    .formatted(stopped, release, stopped)
                + " while :; do sleep 0.05; done");
    eventually("it runs", () -> Files.exists(Path.of(stopped + ".runs")));
    String second = submit("{\"gpu\":1}", "echo $CUDA_VISIBLE_DEVICES");
    AtomicReference<Why> waits = new AtomicReference<>();
    eventually(
        "the second waits",
        () -> {
          waits.set(runtime.jobs().why(second));
          return waits.get().explanations().stream()
              .anyMatch(one -> one.cause().equals("resources"));
        });
    assertThat(waits.get().status()).as("of the same answer").isEqualTo("scheduled");
    eventually("the job says so, too", () -> status(second).equals("scheduled"));
    assertThat(why(second).text())
        .endsWith(
            "it asks for a device of kind gpu; of the 1 devices of this node 1 are taken (by agent"
                + " work of job %s)".formatted(first));
    eventually("the ledger has one", () -> ledger().size() == 1);
    assertThat(ledger().keySet()).allMatch(execution -> execution.startsWith(first));

    Thread.startVirtualThread(() -> runtime.jobs().cancel(first)); // it waits for the end
    eventually("it was told to go", () -> Files.exists(stopped));
    assertThat(cause(second)).isEqualTo("resources");
    Files.createFile(release);

    assertThat(variables(runtime.awaitEnd(second))).isEmpty();
    assertThat(ledger()).isEmpty();
  }

  /** As a program of a server that was killed does, until that server starts again. */
  @Test
  void aPortThatSomebodyListensOnIsNotGivenWhoeverThatIs() throws Exception {
    int taken;
    String job;
    try (ServerSocket left = new ServerSocket(0)) {
      taken = left.getLocalPort();
      job =
          submit(
              "{\"ports\":[{\"label\":\"api\",\"port\":%d}]}".formatted(taken),
              "echo P=$MN_PORT_API");
      eventually("it waits", () -> cause(job).equals("resources"));
      assertThat(why(job).text()).endsWith("port %d is in use by another program".formatted(taken));
      assertThat(ledger()).isEmpty();
    }
    ObjectNode done = runtime.awaitEnd(job); // nobody tells that it was closed
    assertThat(variables(done)).containsEntry("P", Integer.toString(taken));
  }

  @Test
  void aServiceIsOnThePortThatItsProgramWasGiven() {
    String job =
        submit(
            "{\"ports\":[{\"label\":\"api\"}]}",
            "{\"name\":\"given\",\"port\":\"${env.MN_PORT_API}\"}",
            "sleep 600");
    eventually("it is registered", () -> !service().isEmpty());
    eventually("the ledger has it", () -> ledger().size() == 1);
    JsonNode given = Json.parseObject(ledger().values().iterator().next(), "allocation");
    assertThat(service().getFirst().port()).isEqualTo(given.at("/ports/0/port").asInt());
    runtime.jobs().cancel(job);
  }

  @Test
  void theLedgerTellsSlotsAndNothingOfProgramsThatHaveTheUsualOne() {
    Path go = home.resolve("go");
    String script = "while [ ! -e %s ]; do sleep 0.05; done".formatted(go);
    String plain = submit("{}", script);
    String wide = submit("{}", "", "\"pool_slots\":2,", script);
    String both = submit("{\"cores\":1}", script);
    eventually("they run", () -> ledger().size() == 2);
    assertThat(ledger().keySet()).noneMatch(execution -> execution.startsWith(plain));
    assertThat(record(wide))
        .hasToString("{\"node\":\"mirror_neuron@test\",\"pool\":\"default\",\"slots\":2}");
    assertThat(record(both).path("slots").asInt()).isEqualTo(1);
    assertThat(record(both).at("/resources/cpu_millis").asInt()).isEqualTo(1000);
    assertThat(go.toFile().mkdir()).isTrue();
    List.of(plain, wide, both).forEach(runtime::awaitEnd);
    assertThat(ledger()).isEmpty();
  }

  @Test
  void aPlanCountsSlotsThatOtherJobsHave() {
    Path go = home.resolve("go");
    String script = "while [ ! -e %s ]; do sleep 0.05; done".formatted(go);
    assertThat(planned()).isEqualTo("fits now");
    String wide = submit("{}", "", "\"pool_slots\":4,", script);
    eventually("it runs", () -> !holders().isEmpty());
    assertThat(planned()).isEqualTo("waits until others give back what they have");
    assertThat(go.toFile().mkdir()).isTrue();
    runtime.awaitEnd(wide);
    eventually("they are given back", () -> planned().equals("fits now"));
  }

  private String planned() {
    return runtime
        .jobs()
        .plan(CardRuntime.asking("{}", "true"))
        .placements()
        .getFirst()
        .reasons()
        .getFirst();
  }

  @Test
  void theReportTellsWhichJobsHaveWhat() {
    Path go = home.resolve("go");
    String script = "while [ ! -e %s ]; do sleep 0.05; done".formatted(go);
    String card = submit("{\"gpu\":1,\"cores\":0.5}", script);
    String plain = submit("{}", script);
    eventually("they run", () -> holders().size() == 2);
    JsonNode first = holders().get(card);
    assertThat(first.path("agent_id").asText()).isEqualTo("work");
    assertThat(first.path("devices")).hasToString("[\"GPU-a\"]");
    assertThat(first.path("cpu_cores").asDouble()).isEqualTo(0.5);
    assertThat(holders().get(plain).path("pool").asText()).isEqualTo("default");
    assertThat(holders().get(plain).path("slots").asInt()).isEqualTo(1);
    assertThat(go.toFile().mkdir()).isTrue();
    List.of(card, plain).forEach(runtime::awaitEnd);
    eventually("nobody has anything", () -> holders().isEmpty());
  }

  private Map<String, JsonNode> holders() {
    Map<String, JsonNode> holders = new HashMap<>();
    Trees.tree(runtime.cluster().resource())
        .at("/nodes/0/taken/holders")
        .forEach(one -> holders.put(one.path("job_id").asText(), one));
    return holders;
  }

  private JsonNode record(String job) {
    return ledger().entrySet().stream()
        .filter(one -> one.getKey().startsWith(job))
        .map(one -> Json.parseObject(one.getValue(), "record"))
        .findFirst()
        .orElseThrow();
  }

  private List<RegisteredService> service() {
    return runtime.runtime().services().list(ServiceFilter.tagged(List.of(), true)).services();
  }

  @Test
  void limitsHoldBackAndLetGoAtOnce() {
    machine.limits().put(Resource.GPU, 25);
    String job = submit("{\"gpu\":1}", "true");
    eventually("it waits", () -> cause(job).equals("limits"));
    assertThat(runtime.jobs().pause(job, false, null)).isEqualTo("paused");
    assertThat(runtime.jobs().resume(job, null)).isEqualTo("resumed");
    eventually("it waits again", () -> cause(job).equals("limits"));

    machine.limits().put(Resource.GPU, 100);
    runtime.runtime().reconsider();

    assertThat(runtime.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
  }

  @Test
  void theLedgerForgetsAProgramThatAnotherStartRunsAgain() {
    String job = submit("{\"gpu\":1}", "[ -e %s ] || sleep 600".formatted(home.resolve("again")));
    eventually("the ledger has it", () -> ledger().size() == 1);
    runtime.leave();
    assertThat(ledger()).as("as the state of the job").hasSize(1);
    assertThat(home.resolve("again").toFile().mkdir()).isTrue();
    runtime.startAgain();
    assertThat(runtime.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
    assertThat(ledger()).isEmpty();
  }

  private String submit(String resources, String script) {
    return submit(resources, "", script);
  }

  private String submit(String resources, String services, String script) {
    return submit(resources, services, "", script);
  }

  /**
   * @param config further members of the node's config
   */
  private String submit(String resources, String services, String config, String script) {
    return runtime.jobs().submit(CardRuntime.asking(resources, services, config, script)).jobId();
  }

  private String status(String jobId) {
    return Trees.tree(runtime.jobs().get(jobId)).at("/job/status").asText();
  }

  private String cause(String jobId) {
    Explanation known = why(jobId);
    return known == null ? "" : known.cause();
  }

  private Explanation why(String jobId) {
    return runtime.jobs().why(jobId).explanations().stream()
        .filter(one -> one.subject().kind().equals("agent"))
        .findFirst()
        .orElse(null);
  }

  private static Map<String, String> variables(ObjectNode details) {
    assertThat(details.at("/job/status").asText()).as("%s", details).isEqualTo("completed");
    Map<String, String> variables = new ConcurrentHashMap<>();
    details
        .at("/job/result/output/sandbox/stdout")
        .asText()
        .lines()
        .filter(line -> line.contains("="))
        .forEach(
            line ->
                variables.put(
                    line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
    return variables;
  }

  private Map<String, String> ledger() {
    return new RedisJobStore(
            runtime.pipelines(), new Keys("mirror_neuron"), Duration.ofDays(1), 1000)
        .allocations()
        .toCompletableFuture()
        .join();
  }
}
