package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workflows of steps with real programs, whose runtime is stopped in their middle and started
 * again. Programs say that they have begun, then wait for a file with the name of the gate.
 */
@Whole
class StepsIT {
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

  /** A manifest in the form of {@code mn.workflow/v1}; each step has a node of its own. */
  private final class Workflow {
    private final ObjectNode manifest = Json.object();
    private final ObjectNode workflow = manifest.putObject("workflow").put("workflow_id", "steps");
    private final ArrayNode steps = workflow.putArray("steps");
    private final ArrayNode nodes = manifest.putObject("agents").putArray("nodes");

    Workflow() {
      manifest.put("apiVersion", "mn.workflow/v1").put("kind", "Workflow");
      manifest.put("id", "steps").put("name", "Steps");
    }

    /** A step that runs a line of shell once its gate is open. */
    Workflow step(String id, String gate, String script) {
      String begin = "cd %s; touch begun-$MN_WORKFLOW_STEP_ID-$MN_WORKFLOW_ATTEMPT-$$; ";
      String wait = gate == null ? "" : "while [ ! -e " + gate + " ]; do sleep 0.05; done; ";
      return command(id, "sh", "-c", begin.formatted(home) + wait + script);
    }

    Workflow command(String id, String... command) {
      steps.addObject().put("id", id).put("run", id);
      if (steps.size() == 1) {
        workflow.put("entrypoint", id).put("source", id);
        manifest.withObject("/agents").putArray("entrypoints").add(id);
      }
      workflow.put("sink", id);
      ObjectNode node = nodes.addObject().put("node_id", id).put("agent_type", "executor");
      ObjectNode config = node.putObject("config");
      config.put("runner_module", "MirrorNeuron.Runner.HostLocal");
      List.of(command).forEach(config.putArray("command")::add);
      return this;
    }

    /** A member of the step that was named last. */
    Workflow with(String member, String json) {
      JsonNode value = Json.parseObject("{\"value\":" + json.replace('\'', '"') + "}", member);
      ((ObjectNode) steps.get(steps.size() - 1)).set(member, value.get("value"));
      return this;
    }

    Workflow edge(String from, String to) {
      workflow.withArray("edges").addObject().put("from", from).put("to", to);
      ObjectNode edge = manifest.withObject("/agents").withArray("edges").addObject();
      edge.put("from_node", from).put("to_node", to).put("message_type", "*");
      return this;
    }

    String submit() {
      return runtime.jobs().submit(Submission.of(Json.write(manifest))).jobId();
    }
  }

  /** A line that prints an answer of the stdout protocol. */
  private static String print(String answer) {
    return "echo '" + answer.replace('\'', '"') + "'";
  }

  private List<String> files(String prefix) {
    try (Stream<Path> files = Files.list(home)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(prefix))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until at least so many programs have begun whose step and attempt begin like this. */
  private void awaitBegun(String job, String step, int programs) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    for (int i = 0; i < 600 && files("begun-" + step).size() < programs; i++) {
      never.await(50, TimeUnit.MILLISECONDS);
    }
    assertThat(files("begun-" + step))
        .as(() -> "" + runtime.jobs().get(job))
        .hasSizeGreaterThanOrEqualTo(programs);
  }

  private void open(String gate) throws IOException {
    Files.createFile(home.resolve(gate));
  }

  private ObjectNode completed(String job) {
    ObjectNode details = runtime.awaitEnd(job);
    assertThat(details.at("/job/status").asText()).as("%s", details).isEqualTo("completed");
    return details;
  }

  private static JsonNode step(JsonNode details, String id) {
    return details.at("/job/workflow_state/steps").path(id);
  }

  private long events(String job, String type) {
    return runtime.jobs().events(job, 0, 10_000).events().stream()
        .filter(event -> event.contains("\"type\":\"" + type + "\""))
        .count();
  }

  @Test
  void aProgramKnowsItsStepAndSeesWhatItsParentsHavePutOut() throws Exception {
    String python =
        """
        import json, os
        context = json.load(open(os.environ["MN_CONTEXT_FILE"]))["workflow"]
        names = ["RUN_ID", "STEP_ID", "ATTEMPT_ID", "ATTEMPT", "DEADLINE_AT", "IDEMPOTENCY_KEY"]
        seen = {name: os.environ["MN_WORKFLOW_" + name] for name in names}
        print(json.dumps({"complete_step": {"seen": seen, "context": context}}))
        """;
    Workflow chain =
        new Workflow()
            .step("first", null, print("{'complete_step':{'n':1}}"))
            .step("middle", "go", print("{'complete_step':{'n':2}}"))
            .command("last", "python3", "-c", python)
            .edge("first", "middle")
            .edge("middle", "last");
    String job = chain.submit();
    awaitBegun(job, "middle", 1);
    runtime.restart();
    awaitBegun(job, "middle-1", 2); // another program, the same attempt
    open("go");

    ObjectNode details = completed(job);
    JsonNode output = details.at("/job/result/output");
    JsonNode seen = output.path("seen");
    assertThat(seen.path("STEP_ID").asText()).isEqualTo("last");
    assertThat(seen.path("ATTEMPT_ID").asText()).isEqualTo("last:attempt:1");
    assertThat(seen.path("ATTEMPT").asText()).isEqualTo("1");
    assertThat(seen.path("RUN_ID")).isEqualTo(output.at("/context/run_id"));
    assertThat(seen.path("DEADLINE_AT")).isEqualTo(output.at("/context/deadline_at"));
    assertThat(seen.path("IDEMPOTENCY_KEY").asText())
        .startsWith(seen.path("RUN_ID").asText() + ":last:1:");
    assertThat(output.at("/context/inputs/middle/n").asInt()).isEqualTo(2);
    assertThat(events(job, "workflow_step_completed")).isEqualTo(3);
  }

  @Test
  void aJoinStartsOnceAcrossARestart() throws Exception {
    Workflow fork = new Workflow().step("start", null, "true");
    for (String id : List.of("one", "two", "three")) {
      fork.step(id, "go-" + id, print("{'complete_step':'" + id + "'}")).edge("start", id);
    }
    fork.step("join", null, print("{'complete_step':{'joined':true}}"));
    List.of("one", "two", "three").forEach(id -> fork.edge(id, "join"));
    String job = fork.submit();
    for (String id : List.of("one", "two", "three")) {
      awaitBegun(job, id, 1);
    }
    open("go-two");
    runtime.restart();
    open("go-one");
    open("go-three");

    assertThat(completed(job).at("/job/result/output/joined").asBoolean()).isTrue();
    assertThat(files("begun-join")).hasSize(1);
    assertThat(files("begun-start")).hasSize(1);
    assertThat(events(job, "workflow_step_completed")).isEqualTo(5);
  }

  @Test
  void twentyItemsAreWorkedOnOnceEachAcrossARestart() throws Exception {
    String items = IntStream.range(0, 20).boxed().toList().toString();
    String scatter =
        "{'events':[{'type':'workflow_step_scatter','payload':{'target':'map','items':%s}}]}";
    String answer = "echo '{\"complete_step\":'$(grep -o '[0-9]*' $MN_INPUT_FILE | head -1)'}'";
    String sum =
        "import json, os; i = json.load(open(os.environ['MN_CONTEXT_FILE']))['workflow']['inputs'];"
            + " print(json.dumps({'complete_step': {'sum': sum(i.values()), 'count': len(i)}}))";
    String job =
        new Workflow()
            .step("split", null, print(scatter.formatted(items)))
            .step("map", "go", answer)
            .command("reduce", "python3", "-c", sum)
            .edge("split", "map")
            .edge("map", "reduce")
            .submit();
    awaitBegun(job, "map", 2); // as many as the pool has slots for
    runtime.restart();
    open("go");

    JsonNode output = completed(job).at("/job/result/output");
    assertThat(output.path("count").asInt()).isEqualTo(20);
    assertThat(output.path("sum").asInt()).isEqualTo(190);
    assertThat(events(job, "workflow_step_completed")).isEqualTo(22);
  }

  @Test
  void aStepIsTriedAgainAfterItsBackoffEvenByTheNextRuntime() throws Exception {
    String control =
        "{'retry':{'max_attempts':3},'retry_backoff_ms':300,'retry_backoff_multiplier':1}";
    String job =
        new Workflow()
            .step("work", null, "[ $MN_WORKFLOW_ATTEMPT -ge 3 ]")
            .with("control", control)
            .submit();
    awaitBegun(job, "work-1", 1);
    runtime.restart();

    ObjectNode details = completed(job);
    assertThat(step(details, "work").path("attempt_count").asInt()).isEqualTo(3);
    assertThat(events(job, "workflow_step_attempt_retry_scheduled")).isEqualTo(2);
    assertThat(files("begun-work-3")).hasSize(1);
  }

  @Test
  void eachAttemptOfAStepThatFailsIsListedOnce() {
    String control = "{'retry':{'max_attempts':2},'retry_backoff_ms':1,'failure_policy':'skip'}";
    String job = new Workflow().step("work", null, "exit 3").with("control", control).submit();

    JsonNode step = step(runtime.awaitEnd(job), "work");
    assertThat(step.path("status").asText()).isEqualTo("skipped");
    assertThat(step.path("attempts").findValuesAsText("attempt")).containsExactly("1", "2");
    assertThat(step.path("attempts").findValuesAsText("status"))
        .containsExactly("failed", "failed");
  }

  @Test
  void aStepThatTakesTooLongIsEndedWithAllItHasStarted() throws Exception {
    String script = "sleep 600 & echo $! > child; echo $$ > parent; wait";
    String job =
        new Workflow().step("work", null, script).with("control", "{'timeout_seconds':2}").submit();

    ObjectNode details = runtime.awaitEnd(job);

    assertThat(details.at("/job/status").asText()).isEqualTo("failed");
    assertThat(details.at("/job/result/error/code").asText()).isEqualTo("workflow.step.timeout");
    for (String file : List.of("child", "parent")) {
      long pid = Long.parseLong(Files.readString(home.resolve(file)).trim());
      Optional<ProcessHandle> process = ProcessHandle.of(pid);
      if (process.isPresent()) {
        assertThat(process.get().onExit()).as(file).succeedsWithin(20, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void whatAProgramAsksOfItsStepIsInTheLogAsItWroteItBeforeWhatTheLedgerMakesOfIt() {
    String failed =
        "{'events':[{'type':'workflow_step_failed','payload':{'reason':'no fish','boat':7}}]}";
    String job = new Workflow().step("count", null, print(failed)).submit();
    runtime.awaitEnd(job);

    List<JsonNode> reported =
        runtime.jobs().events(job, 0, 10_000).events().stream()
            .<JsonNode>map(event -> Json.parseObject(event, "event"))
            .filter(event -> event.path("type").asText().equals("workflow_step_failed"))
            .toList();
    assertThat(reported).hasSize(2);
    assertThat(reported.getFirst().path("payload").toString())
        .isEqualTo("{\"reason\":\"no fish\",\"boat\":7}");
    assertThat(reported.getFirst().path("agent_id").asText()).isNotEmpty();
    assertThat(reported.getLast().path("step_id").asText()).isEqualTo("count");
  }

  @Test
  void aBranchThatIsNotTakenNeverRunsNotEvenAfterARestart() throws Exception {
    String branch = "{'events':[{'type':'workflow_step_branch','payload':{'branches':['left']}}]}";
    String job =
        new Workflow()
            .step("choose", null, print(branch))
            .step("left", "go", print("{'complete_step':'left'}"))
            .step("right", null, "true")
            .step("end", null, print("{'complete_step':'done'}"))
            .with("trigger_rule", "'one_success'")
            .edge("choose", "left")
            .edge("choose", "right")
            .edge("left", "end")
            .edge("right", "end")
            .submit();
    awaitBegun(job, "left", 1);
    runtime.restart();
    open("go");

    ObjectNode details = completed(job);
    assertThat(step(details, "right").path("status").asText()).isEqualTo("skipped");
    assertThat(files("begun-right")).isEmpty();
    assertThat(files("begun-end")).hasSize(1);
  }

  @Test
  void aDrainingPauseLetsTheProgramEndAndHoldsTheNextOneAcrossARestart() throws Exception {
    String job =
        new Workflow()
            .step("first", "go", print("{'complete_step':1}"))
            .step("second", null, print("{'complete_step':2}"))
            .edge("first", "second")
            .submit();
    awaitBegun(job, "first", 1);
    Thread pausing = Thread.startVirtualThread(() -> runtime.jobs().pause(job, true));
    awaitEvent(job, "job_pausing");
    open("go");
    pausing.join(60_000);
    assertThat(tree(runtime.jobs().get(job)).at("/job/status").asText()).isEqualTo("paused");

    runtime.restart();
    assertThat(files("begun-second")).isEmpty();
    assertThat(resume(job)).isEqualTo("resumed");

    assertThat(completed(job).at("/job/result/output").asInt()).isEqualTo(2);
    assertThat(files("begun-first")).as("it was let go on to its end").hasSize(1);
  }

  /** Resumes the job as soon as the new runtime has it. */
  private String resume(String job) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    for (int i = 0; ; i++) {
      try {
        return runtime.jobs().resume(job);
      } catch (MnException e) {
        if (e.code() != ErrorCode.UNAVAILABLE || i == 600) {
          throw e;
        }
        never.await(50, TimeUnit.MILLISECONDS);
      }
    }
  }

  private void awaitEvent(String job, String type) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    for (int i = 0; i < 600 && events(job, type) == 0; i++) {
      never.await(50, TimeUnit.MILLISECONDS);
    }
    assertThat(events(job, type)).isEqualTo(1);
  }
}
