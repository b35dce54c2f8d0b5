package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.JobsPort.HumanDecision;
import io.mirrorneuron.runtime.loop.Simulation.Faults;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.state.StateReader;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Workflows with human steps, whose servers crash between any two steps and lose answers of the
 * store, while people answer, answer again, contradict each other, claim, and come too late.
 */
@Proof.Histories
class HumanSimulationTest {
  private static final String JOB = "job-1";
  private static final Seeds SEEDS = Seeds.of(50);
  private static final List<String> PEOPLE = List.of("ada", "bob", "eve");
  private static final List<String> DECISIONS = List.of("approve", "again", "never");

  /** What a seed came to. */
  private record Tally(int crashes, int byPeople, int byDefault, int refused) {}

  private int crashes;
  private int byPeople;
  private int byDefault;
  private int refused;

  @Test
  void everyAnswerCountsOnceWhateverHappens() {
    SEEDS.each(
        seed -> {
          Tally tally = check(seed);
          crashes += tally.crashes();
          byPeople += tally.byPeople();
          byDefault += tally.byDefault();
          refused += tally.refused();
        });
    System.out.printf(
        "%d crashes, %d answers of people, %d defaults, %d acts refused%n",
        crashes, byPeople, byDefault, refused);
    if (SEEDS.atLeast(50)) {
      assertThat(List.of(crashes, byPeople, byDefault, refused))
          .as("what was meant to happen")
          .allMatch(count -> count > SEEDS.count() / 10);
    }
  }

  private static Tally check(long seed) throws Exception {
    Random random = new Random(seed);
    Workflow workflow = workflow(random);
    Simulation simulation = new Simulation(seed, workflow, new Faults(0.01, 0.03, 0.05), 64 * 1024);
    simulation.submit(JOB);
    List<ObjectNode> acknowledged = new ArrayList<>();
    int[] refused = {0};
    for (int i = 15 + random.nextInt(25); i > 0; i--) {
      int at = random.nextInt(6000);
      Random own = new Random(random.nextLong());
      simulation.later(at, engine -> act(simulation, engine, own, acknowledged, refused));
    }
    if (random.nextInt(3) == 0) {
      simulation.later(random.nextInt(2000), engine -> engine.commands().pause(JOB, false, null));
    }
    for (int at = 2500; at < 60_000; at += 2500) { // paused, or in doubt after a crash
      simulation.later(at, engine -> engine.commands().resume(JOB, null));
    }
    simulation.run();
    if (simulation.disk().load(JOB).toCompletableFuture().join().isEmpty()) {
      return new Tally(simulation.crashes, 0, 0, refused[0]); // the submission was lost
    }
    JsonNode result = SimulationTest.result(simulation.disk(), workflow);
    assertThat(result.has("error")).as("fails: %s", result).isFalse();
    List<StoredEvent> events = simulation.events(JOB);
    SimulationTest.assertHistory(events);
    Map<String, JsonNode> answers = answers(events);
    for (ObjectNode one : acknowledged) {
      JsonNode payload = one.path("payload");
      JsonNode counted = answers.get(payload.path("request_id").asText());
      assertThat(counted).as("the answer that was acknowledged counts").isEqualTo(payload);
    }
    assertOutputs(simulation, workflow, answers);
    assertThat(simulation.openPrograms()).as("programs left").isZero();
    long byDefault = answers.values().stream().filter(HumanSimulationTest::isDefault).count();
    return new Tally(
        simulation.crashes, answers.size() - (int) byDefault, (int) byDefault, refused[0]);
  }

  /** Programs and human steps one after the other and side by side. */
  private static Workflow workflow(Random random) {
    Flow flow = new Flow().step("start");
    int width = 1 + random.nextInt(4);
    for (int i = 0; i < width; i++) {
      String id = "ask" + i;
      int seconds = 1 + random.nextInt(4);
      String more =
          switch (random.nextInt(4)) {
            case 0 -> ",'four_eyes':true";
            case 1 -> ",'assignees':['ada'],'escalate_to':['bob','eve']";
            case 2 -> ",'assignees':['ada','bob']";
            default -> "";
          };
      String human =
          """
          {'prompt':'%s?','decisions':{'approve':'complete','again':'complete','never':'complete'},
           'default':'again','timeout_seconds':%d%s}
          """
              .formatted(id, seconds, more);
      flow.stepOf(id, id, "{'kind':'human','human':%s}".formatted(human)).after("start", id, "{}");
      String last = id;
      if (random.nextBoolean()) {
        flow.step("work" + i).edge(id, "work" + i);
        last = "work" + i;
      }
      flow.after(last, "end", "{}");
    }
    flow.step("end");
    return new Manifests(DefaultRunner.HOST_LOCAL).parse(flow.toString());
  }

  /** Somebody looks at what is asked, and does something about it, or about what was asked. */
  private static Object act(
      Simulation simulation,
      Engine engine,
      Random random,
      List<ObjectNode> acknowledged,
      int[] refused) {
    var stored = simulation.disk().load(JOB).toCompletableFuture().join();
    if (stored.isEmpty()) {
      return null;
    }
    var asked =
        List.copyOf(StateReader.outline(stored.get(), simulation.workflow()).questions().all());
    if (asked.isEmpty()) {
      return null;
    }
    String id = asked.get(random.nextInt(asked.size())).id();
    String by = PEOPLE.get(random.nextInt(PEOPLE.size()));
    String action = random.nextInt(6) == 0 ? "claim" : "respond";
    ObjectNode body =
        action.equals("claim")
            ? Json.object().put("lease_seconds", 1)
            : Json.object().put("decision", DECISIONS.get(random.nextInt(DECISIONS.size())));
    HumanDecision decision = new HumanDecision(RunId.of(JOB), id, action, body, by);
    return engine
        .commands()
        .decide(JOB, decision)
        .whenComplete(
            (record, failure) -> {
              if (failure != null) {
                refused[0]++;
              } else if (record.path("type").asText().equals("human_input_received")) {
                acknowledged.add(record);
              }
            });
  }

  /** The answers by request; each request was asked once and is answered once, as it may be. */
  private static Map<String, JsonNode> answers(List<StoredEvent> events) throws Exception {
    Map<String, JsonNode> asked = new HashMap<>();
    Map<String, JsonNode> answers = new TreeMap<>();
    Map<String, Set<String>> approvals = new HashMap<>();
    for (StoredEvent event : events) {
      JsonNode json = Json.parse(event.json());
      JsonNode payload = json.path("payload");
      String id = payload.path("request_id").asText();
      switch (json.path("type").asText()) {
        case "human_input_requested" ->
            assertThat(asked.put(id, payload)).as("asked twice: %s", id).isNull();
        case "human_request_escalated" -> {
          ObjectNode next = asked.get(id).deepCopy();
          next.set("assignees", payload.get("assignees"));
          asked.put(id, next.set("due_at", payload.get("due_at")));
        }
        case "human_approval_recorded" ->
            assertThat(
                    approvals
                        .computeIfAbsent(id, one -> new HashSet<>())
                        .add(payload.path("by").asText()))
                .as("somebody approves %s twice", id)
                .isTrue();
        case "human_input_received" -> {
          assertThat(answers.put(id, payload)).as("answered twice: %s", id).isNull();
          assertAllowed(json, asked.get(id), approvals.getOrDefault(id, Set.of()));
        }
        default -> {}
      }
    }
    assertThat(answers.keySet()).as("each question is settled").isEqualTo(asked.keySet());
    return answers;
  }

  private static boolean isDefault(JsonNode answer) {
    return answer.path("by").asText().equals("default");
  }

  private static void assertAllowed(JsonNode event, JsonNode question, Set<String> approvals) {
    JsonNode answer = event.path("payload");
    Instant at = Instant.parse(event.path("timestamp").asText());
    Instant due = Instant.parse(question.path("due_at").asText());
    if (isDefault(answer)) {
      assertThat(at).as("the default counts when time is over").isAfterOrEqualTo(due);
      return;
    }
    assertThat(at).as("people answer in time").isBefore(due);
    String by = answer.path("by").asText();
    if (question.has("assignees")) {
      assertThat(Json.elements(question.path("assignees")).map(JsonNode::asText))
          .as("who may answer")
          .contains(by);
    }
    if (question.has("four_eyes") && answer.path("decision").asText().equals("approve")) {
      assertThat(approvals).as("two approve").hasSize(2);
    }
  }

  /** The step's output is what was answered. */
  private static void assertOutputs(
      Simulation simulation, Workflow workflow, Map<String, JsonNode> answers) {
    var stored = simulation.disk().load(JOB).toCompletableFuture().join().orElseThrow();
    var state = StateReader.read(stored, workflow, 1);
    state
        .questions()
        .all()
        .forEach(
            question -> {
              JsonNode output = state.steps().get(question.stepId()).output();
              JsonNode answer = answers.get(question.id());
              assertThat(output.path("decision")).isEqualTo(answer.path("decision"));
              assertThat(output.path("by")).isEqualTo(answer.path("by"));
            });
  }
}
