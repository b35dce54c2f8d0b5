package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.loop.Simulation.Faults;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.StateReader;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Thousands of histories with crashes; each must end as the one without. */
@Proof.Histories
class SimulationTest {
  private static final Seeds SEEDS = Seeds.of(400);

  /** A file to write the fingerprint of each history to, or null. */
  private static final String DIGESTS = System.getProperty("simulation.digests");

  static final String JOB = "job-1";

  /** An agent to which only users write, and which writes to nobody. */
  static final String BOX = "box";

  static final String SERVICE =
      "{'job_type':'service','restart':{'attempts':4,'interval_ms':1000000,'delay_ms':50,"
          + "'delay_function':'constant'}}";

  @Test
  void everyHistoryEndsLikeTheOneWithoutFaults() throws Exception {
    List<String> digests = new ArrayList<>();
    AtomicInteger crashes = new AtomicInteger();
    SEEDS.each(
        seed ->
            crashes.addAndGet(seed % 8 == 0 ? checkService(seed, digests) : check(seed, digests)));
    if (DIGESTS != null) {
      Files.write(Path.of(DIGESTS), digests);
    }
    if (SEEDS.atLeast(100)) {
      assertThat(crashes)
          .as("the faults that were meant to happen")
          .hasValueGreaterThan(SEEDS.count() / 10);
    }
  }

  private static int check(long seed, List<String> digests) throws Exception {
    Random shape = new Random(seed);
    Workflow workflow = seed % 2 == 0 ? RandomSteps.workflow(shape) : randomWorkflow(shape, false);
    int inlineLimit = seed % 3 == 0 ? 16 + shape.nextInt(48) : 64 * 1024; // many blobs, or none
    Simulation calm = new Simulation(seed, workflow, Faults.NONE, 64 * 1024);
    calm.submit(JOB);
    calm.run();

    Simulation stormy = new Simulation(seed, workflow, new Faults(0.01, 0.03, 0.05), inlineLimit);
    stormy.submit(JOB);
    Random random = new Random(seed * 31);
    for (int i = random.nextInt(3); i > 0; i--) {
      boolean drain = random.nextBoolean();
      stormy.later(random.nextInt(600), engine -> engine.commands().pause(JOB, drain, null));
    }
    Map<String, Integer> accepted = write(stormy, random);
    boolean cancels = random.nextInt(5) == 0;
    if (cancels) {
      stormy.later(random.nextInt(600), engine -> engine.commands().cancel(JOB, "carl", "enough"));
    }
    stormy.run();
    for (int i = 0; i < 50 && stormy.isPaused(JOB); i++) { // by a user, or in doubt after a crash
      stormy.later(1000, engine -> engine.commands().resume(JOB, null));
      stormy.run();
    }
    digests.add(seed + " calm " + calm.digest() + " stormy " + stormy.digest());

    JsonNode stored = result(stormy);
    if (stored == null) {
      return stormy.crashes; // the submission itself was lost, and its caller was not told "yes"
    }
    if (cancels && stored.path("reason").asText().equals("enough")) {
      assertThat(stored).isEqualTo(Stage.json("{'reason':'enough','cancelled_by':'carl'}"));
    } else {
      assertThat(stored).as("result").isEqualTo(result(calm));
    }
    Set<String> handled = assertHistory(stormy.events(JOB));
    if (stored.path("completed_by").asText().equals("quiescence")) {
      assertThat(handled).as("whatever was accepted").containsAll(accepted.keySet());
    }
    assertThat(stormy.openPrograms()).as("programs left").isZero();
    stormy.passAMonth();
    assertThat(stormy.isEmpty()).as("nothing is left of the job in a month").isTrue();
    return stormy.crashes;
  }

  /** A service goes from round to round until it is cancelled, whatever happens meanwhile. */
  private static int checkService(long seed, List<String> digests) throws Exception {
    Random shape = new Random(seed);
    Workflow workflow =
        shape.nextBoolean() ? RandomSteps.service(shape) : randomWorkflow(shape, true);
    Simulation stormy = new Simulation(seed, workflow, new Faults(0.005, 0.03, 0.05), 64);
    stormy.submit(JOB);
    write(stormy, shape);
    for (int at = 1000; at < 200_000; at += 2000) { // it may be in doubt after a crash
      stormy.later(at, engine -> engine.commands().resume(JOB, null));
    }
    for (int at = 200_000; at < 220_000; at += 1000) { // each by somebody else
      String by = "carl-" + at;
      stormy.later(at, engine -> engine.commands().cancel(JOB, by, null));
    }
    stormy.run();
    digests.add(seed + " service " + stormy.digest());

    JsonNode stored = result(stormy);
    if (stored == null) {
      return stormy.crashes;
    }
    assertThat(stored.path("reason").asText()).isEqualTo("cancelled by operator");
    assertThat(stored.path("cancelled_by").asText()).startsWith("carl-");
    assertHistory(stormy.events(JOB));
    long rounds = count(stormy, "agents_restarted");
    boolean misses = count(stormy, "dead_letter") > 0; // what the join then waits for in vain
    assertThat(rounds).as("rounds after the first").isEqualTo(misses ? 0 : 4);
    assertThat(stormy.openPrograms()).as("programs left").isZero();
    stormy.passAMonth();
    assertThat(stormy.isEmpty()).as("nothing is left of the job in a month").isTrue();
    return stormy.crashes;
  }

  private static long count(Simulation simulation, String type) {
    String member = "\"type\":\"%s\"".formatted(type);
    return simulation.events(JOB).stream().filter(event -> event.json().contains(member)).count();
  }

  /**
   * Users write two messages to the box, several times each, and once another one under the same
   * id. Answers what the engine took, and how often it said so; filled in while the simulation
   * runs.
   */
  private static Map<String, Integer> write(Simulation stormy, Random random) {
    Map<String, Integer> accepted = new TreeMap<>();
    if (stormy.workflow().agents().containsKey(BOX)) {
      for (int i = 0; i < 6; i++) {
        String id = "letter-" + i % 2;
        int n = i == 5 ? 1 : 0;
        String letter = "{'envelope':{'message_id':'%s'},'body':{'n':%d}}".formatted(id, n);
        stormy.later(
            random.nextInt(600),
            engine ->
                engine
                    .commands()
                    .deliver(JOB, BOX, (ObjectNode) Stage.json(letter))
                    .thenAccept(status -> accepted.merge(id, 1, Integer::sum)));
      }
    }
    return accepted;
  }

  /** Answers the ids of the messages that were handled. */
  static Set<String> assertHistory(List<StoredEvent> events) throws Exception {
    TreeMap<String, Integer> ended = new TreeMap<>();
    TreeMap<String, Integer> handled = new TreeMap<>();
    TreeMap<String, Integer> steps = new TreeMap<>();
    for (int i = 0; i < events.size(); i++) {
      assertThat(events.get(i).seq()).as("numbering").isEqualTo(i + 1L);
      JsonNode event = Json.parse(events.get(i).json());
      assertThat(event.path("seq").asLong()).isEqualTo(i + 1L);
      String type = event.path("type").asText();
      switch (type) {
        case "job_completed", "job_failed", "job_cancelled" -> ended.merge("end", 1, Integer::sum);
        case "workflow_step_completed",
            "workflow_step_partial",
            "workflow_step_skipped",
            "workflow_step_failed" ->
            // without an id it is what a program wrote
            steps.merge(event.path("step_id").asText("of a program"), 1, Integer::sum);
        case "agents_restarted" -> steps.clear();
        case "workflow_step_duplicate_message_ignored" ->
            handled.merge(event.path("message_id").asText(), 1, Integer::sum);
        case "agent_message_received" -> {
          if (!event.path("agent_id").asText().startsWith(RandomSteps.SECOND)) {
            handled.merge(event.path("payload").path("message_id").asText(), 1, Integer::sum);
          }
        }
        default -> {}
      }
    }
    assertThat(ended).as("terminal events").containsExactly(java.util.Map.entry("end", 1));
    assertThat(handled.values()).as("a message has one outcome").allMatch(n -> n == 1);
    assertThat(steps.values()).as("a step ends once in each round").allMatch(n -> n == 1);
    return handled.keySet();
  }

  /** The result with the order of arrival taken out of what joins collected. */
  private static JsonNode result(Simulation simulation) throws Exception {
    return result(simulation.disk(), simulation.workflow());
  }

  /** The result of the job, which must have ended and have nothing left; null without a job. */
  static JsonNode result(JobStore disk, Workflow workflow) throws Exception {
    var stored = disk.load(JOB).toCompletableFuture().join();
    if (stored.isEmpty()) {
      return null;
    }
    ObjectNode header = (ObjectNode) Json.parse(stored.get().fields().get("h"));
    assertThat(header.path("status").asText())
        .as(() -> "status after " + lastEvents(disk))
        .isIn("completed", "failed", "cancelled");
    JobState state = StateReader.read(stored.get(), workflow, 1);
    assertThat(state.blobs()).as("blobs left").isEqualTo(stored.get().blobs().keySet());
    assertThat(state.mailboxes().waiting()).as("messages left").isEmpty();
    assertThat(state.schedule().flying()).as("executions left").isZero();
    assertPeople(disk, header);
    return sorted(header.path("result"));
  }

  /** Whatever happens to servers, the job knows who submitted and who cancelled it. */
  private static void assertPeople(JobStore disk, ObjectNode header) throws Exception {
    JsonNode first = Json.parse(events(disk).getFirst().json());
    JsonNode last = Json.parse(events(disk).getLast().json());
    JsonNode row = Json.parse(disk.row(JOB).toCompletableFuture().join());
    for (JsonNode reported : List.of(header, first, row)) {
      assertThat(reported.path("submitted_by").asText()).isEqualTo(Simulation.SUBMITTER);
    }
    if (header.path("status").asText().equals("cancelled")) {
      for (JsonNode reported : List.of(last, row, header.path("result"))) {
        assertThat(reported.path("cancelled_by")).isEqualTo(header.path("cancelled_by"));
      }
    }
  }

  private static List<StoredEvent> events(JobStore disk) {
    return disk.events(JOB, 0, Integer.MAX_VALUE).toCompletableFuture().join();
  }

  private static String lastEvents(JobStore disk) {
    List<StoredEvent> events = events(disk);
    return events.subList(Math.max(0, events.size() - 60), events.size()).stream()
        .map(StoredEvent::json)
        .collect(Collectors.joining("\n", "\n", "\n"));
  }

  private static JsonNode sorted(JsonNode node) {
    if (node instanceof ArrayNode array) {
      List<JsonNode> items = new ArrayList<>();
      array.forEach(item -> items.add(sorted(item)));
      items.sort((a, b) -> a.toString().compareTo(b.toString()));
      return Json.MAPPER.createArrayNode().addAll(items);
    }
    if (node instanceof ObjectNode object) {
      ObjectNode copy = Json.object();
      object
          .properties()
          .forEach(
              member -> {
                if (!VOLATILE.contains(member.getKey())) {
                  copy.set(member.getKey(), sorted(member.getValue()));
                }
              });
      return copy;
    }
    if (node.isTextual()) { // which instance of a step fails first is a matter of time
      return TextNode.valueOf(node.textValue().replaceAll("\\[\\d+]", "[*]"));
    }
    return node;
  }

  /** Members that name the time, the order of arrival or the start that happened to count. */
  private static final List<String> VOLATILE =
      List.of("lease", "last_message", "occurred_at", "event_id", "run_id");

  /**
   * Programs between a start and one or two joins. Whatever the order of events, the result must be
   * the same: each join gets one body from each sender and at most one program fails for good.
   */
  private static Workflow randomWorkflow(Random random, boolean service) {
    int width = 1 + random.nextInt(6);
    int seeds = 1 + random.nextInt(3);
    boolean twoJoins = random.nextBoolean();
    Graph graph = new Graph().router("start");
    graph.inputs("start", IntStream.range(0, seeds).mapToObj("{'n':%d}"::formatted).toList() + "");
    int hopeless = random.nextInt(20);
    if (service) {
      graph.with("policies", SERVICE);
    }
    for (int i = 0; i < width; i++) {
      worker(graph, random, i, i == hopeless, seeds, twoJoins && i % 2 == 1 ? "join2" : "join");
    }
    int second = twoJoins ? width / 2 : 0;
    graph.agent(
        "join", "aggregator", join(width - second, second > 0 ? "" : ",'complete_run':true"));
    if (second > 0) {
      graph.agent("join2", "aggregator", join(second, ",'output_message_type':'half'"));
      graph.agent("all", "aggregator", join(2, ",'complete_run':true"));
      graph.edge("join", "all", "half").edge("join2", "all", "half");
    }
    if (random.nextBoolean()) {
      graph.program(BOX);
    }
    return new Manifests(DefaultRunner.HOST_LOCAL).parse(graph.toString());
  }

  private static String join(int senders, String more) {
    String type = more.contains("complete_run") ? "" : ",'output_message_type':'half'";
    return "{'complete_after':%d%s%s}".formatted(senders, type, more.contains("half") ? "" : more);
  }

  /** A program that gets every seed but answers to the join for one of them only. */
  private static void worker(
      Graph graph, Random random, int i, boolean hopeless, int seeds, String join) {
    String id = "worker" + i;
    boolean restarts = random.nextBoolean();
    String config =
        "{'output_message_type':'done',%s'fails':%d%s%s%s}"
            .formatted(
                restarts ? "" : "'max_attempts':3,'retry_backoff_ms':50,",
                hopeless ? 3 : random.nextInt(3),
                random.nextInt(3) == 0 ? "," + backpressure(1 + random.nextInt(2)) : "",
                random.nextInt(4) == 0 ? ",'startup_delay_ms':" + random.nextInt(300) : "",
                random.nextInt(6) == 0 ? ",'unsafe':true" : "");
    graph.program(id, config);
    if (restarts) {
      graph.policies(restart(random, hopeless ? 2 : 10 * seeds));
    }
    int mine = random.nextInt(seeds);
    switch (random.nextInt(3)) {
      case 0 -> // every seed comes, the join counts the sender once
          graph.edge("start", id, "init");
      case 1 -> // one seed only
          graph.edge("start", id, "init", conditions(mine));
      default -> { // the first of two ways that matches
        graph.router("aside" + i);
        graph.edge("start", "gate" + i, "init").router("gate" + i);
        graph.edge("gate" + i, id, "*", "{'routing_mode':'first_match'," + inner(mine) + "}");
        graph.edge("gate" + i, "aside" + i, "*", "{'routing_mode':'first_match'}");
      }
    }
    switch (random.nextInt(3)) {
      case 0 -> graph.edge(id, join, "done");
      case 1 ->
          graph.router("relay" + i).edge(id, "relay" + i, "done").edge("relay" + i, join, "*");
      default ->
          graph
              .agent("meter" + i, "sensor", "{}")
              .edge(id, "meter" + i, "done")
              .edge("meter" + i, join, "sensor_ready");
    }
  }

  private static String restart(Random random, int attempts) {
    String function = List.of("constant", "exponential", "fibonacci").get(random.nextInt(3));
    String policy =
        "{'restart':{'attempts':%d,'interval_ms':10000000,'delay_ms':20,'max_delay_ms':200,"
            + "'delay_function':'%s'}}";
    return policy.formatted(attempts, function);
  }

  private static String backpressure(int most) {
    return "'backpressure':{'max_queue_depth':%1$d,'high_watermark':%1$d,'low_watermark':1}"
        .formatted(most);
  }

  private static String conditions(int n) {
    return "{" + inner(n) + "}";
  }

  private static String inner(int n) {
    return "'conditions':{'path':'message.body.n','op':'==','value':%d}".formatted(n);
  }
}
