package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.decide.Redefinitions;
import io.mirrorneuron.runtime.loop.Simulation.Faults;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.state.JobDefinition;
import io.mirrorneuron.runtime.state.ProgramStop;
import io.mirrorneuron.runtime.state.Redefinition;
import io.mirrorneuron.runtime.state.StoredDefinition;
import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * A service whose agents are redefined, in batches and back again, while messages come and servers
 * die between any two steps: each message is handled once, by the definition that its agent has.
 * One of its programs serves and never ends: it is stopped, and the next one begins.
 */
@Proof.Histories
class RedefinitionSimulationTest {
  private static final Seeds SEEDS = Seeds.of(20);
  private static final String JOB = SimulationTest.JOB;
  private static final Manifests MANIFESTS = new Manifests(DefaultRunner.HOST_LOCAL);
  private static final List<String> AGENTS = List.of("w0", "w1", "w2");

  /** Its program never ends. */
  private static final String SERVER = "server";

  /** What the agents are to be after each order. */
  private static final List<Map<String, Integer>> STAGES =
      List.of(
          Map.of("w0", 1, "w1", 1, "w2", 1, SERVER, 1),
          Map.of("w0", 2, "w1", 1, "w2", 1, SERVER, 1),
          Map.of("w0", 2, "w1", 2, "w2", 2, SERVER, 2),
          Map.of("w0", 1, "w1", 1, "w2", 1, SERVER, 1),
          Map.of("w0", 1, "w1", 3, "w2", 1, SERVER, 3));

  @Test
  void eachMessageIsHandledOnceByTheDefinitionOfItsAgent() {
    AtomicInteger crashes = new AtomicInteger();
    SEEDS.each(seed -> crashes.addAndGet(history(seed, true, UnaryOperator.identity())));
    if (SEEDS.atLeast(20)) {
      assertThat(crashes)
          .as("the faults that were meant to happen")
          .hasValueGreaterThan(SEEDS.count());
    }
  }

  @Test
  void aManifestThatIsNotWrittenWithTheChangeIsFound() throws Exception {
    assertIsFound(commit -> changed(commit, commit.set(), null));
  }

  @Test
  void anOrderThatIsNotStoredIsFound() throws Exception {
    assertIsFound(
        commit -> {
          Map<String, String> set = new HashMap<>(commit.set());
          set.remove(JobDefinition.FIELD);
          return changed(commit, set, commit.manifest());
        });
  }

  @Test
  void aProgramThatIsNotStoppedIsFound() throws Exception {
    assertIsFound(false, UnaryOperator.identity());
  }

  private static void assertIsFound(UnaryOperator<Commit> distortion) throws Exception {
    assertIsFound(true, distortion);
  }

  /** Whether a store that is wrong leads to another end, in one of the first histories. */
  private static void assertIsFound(boolean stops, UnaryOperator<Commit> distortion)
      throws Exception {
    Seeds.find(50, seed -> history(seed, stops, distortion));
  }

  private static Commit changed(Commit commit, Map<String, String> set, String manifest) {
    return new Commit(
        commit.jobId(),
        commit.epoch(),
        set,
        commit.delete(),
        commit.blobs(),
        commit.dropped(),
        commit.events(),
        commit.lastSeq(),
        commit.row(),
        commit.updatedAt(),
        commit.status(),
        commit.terminal(),
        commit.allocations(),
        manifest);
  }

  private static int history(long seed, boolean stops, UnaryOperator<Commit> distortion)
      throws Exception {
    Random random = new Random(seed);
    int fails = random.nextInt(3);
    List<String> manifests = STAGES.stream().map(stage -> manifest(stage, fails)).toList();
    Simulation world =
        new Simulation(
            seed, manifests.getFirst(), MANIFESTS::parse, new Faults(0.004, 0.03, 0.05), 64);
    world.distortion = distortion;
    Map<String, Integer> versions = new HashMap<>();
    world.begins =
        execution -> {
          if (execution.agentId().equals(SERVER)) {
            versions.put(SERVER, version(execution.config()));
          } else {
            assertSameVersion(execution, versions);
          }
        };
    world.submit(JOB);
    long at = 0;
    for (int number = 1; number < STAGES.size(); number++) {
      at += random.nextInt(3_000);
      long patienceMs = random.nextInt(2_000);
      Redefinition order =
          order(number, manifests.get(number), stops ? patienceMs : Long.MAX_VALUE / 2);
      for (long again = at; again < 60_000; again += 500 + random.nextInt(4_000)) {
        world.later(again, engine -> engine.definitions().redefine(JOB, order));
      }
    }
    Map<String, String> accepted = letters(world, random);
    for (long end = 300_000; end < 320_000; end += 1_000) {
      world.later(end, engine -> engine.commands().cancel(JOB, null, null));
    }
    world.run();
    var stored = world.disk().load(JOB).toCompletableFuture().join();
    if (stored.isPresent()) {
      assertEvents(world.events(JOB), accepted);
      assertEnd(stored.get(), manifests.getLast());
      assertThat(versions.get(SERVER)).as("what serves").isEqualTo(STAGES.getLast().get(SERVER));
    }
    return world.crashes;
  }

  /** A program that is begun once more, as its server died, is the same. */
  private static void assertSameVersion(Execution execution, Map<String, Integer> versions) {
    String attempt = execution.executionId().replaceFirst("[.][0-9]+$", "");
    int version = version(execution.config());
    assertThat(versions.merge(attempt, version, (before, now) -> before))
        .as("version of " + attempt)
        .isEqualTo(version);
  }

  private static int version(JsonNode config) {
    return config.at("/prints/events/0/payload/v").asInt();
  }

  private static Map<String, String> letters(Simulation world, Random random) {
    Map<String, String> accepted = new TreeMap<>();
    for (int i = 0; i < 60; i++) {
      String id = "letter-" + i;
      String agent = AGENTS.get(random.nextInt(AGENTS.size()));
      String letter = "{'envelope':{'message_id':'%s'},'body':{'n':%d}}".formatted(id, i);
      world.later(
          random.nextInt(12_000),
          engine ->
              engine
                  .commands()
                  .deliver(JOB, agent, (ObjectNode) Stage.json(letter))
                  .thenAccept(status -> accepted.put(id, agent)));
    }
    return accepted;
  }

  private static Redefinition order(int number, String manifest, long patienceMs) {
    List<String> agents =
        STAGES.getFirst().keySet().stream()
            .sorted()
            .filter(
                agent -> !STAGES.get(number).get(agent).equals(STAGES.get(number - 1).get(agent)))
            .toList();
    var by = new DeployedBy("dep_k_" + number, "k", "" + number, "primary", null);
    var stop = new ProgramStop(List.of(SERVER), patienceMs, 0);
    return new Redefinition(number, manifest, MANIFESTS.parse(manifest), null, agents, by, stop);
  }

  private static void assertEvents(List<StoredEvent> events, Map<String, String> accepted)
      throws Exception {
    Map<String, Integer> now = new LinkedHashMap<>(STAGES.getFirst());
    Map<String, Integer> received = new TreeMap<>();
    Map<String, Integer> handled = new TreeMap<>();
    List<String> updates = new ArrayList<>();
    for (StoredEvent stored : events) {
      JsonNode event = Json.parse(stored.json());
      String agent = event.path("agent_id").asText();
      switch (event.path("type").asText()) {
        case "handled" -> {
          handled.merge(agent, 1, Integer::sum);
          assertThat(event.at("/payload/v").asInt())
              .as("version of " + event)
              .isEqualTo(now.get(agent));
        }
        case "agent_message_received" ->
            received.merge(event.at("/payload/message_id").asText(), 1, Integer::sum);
        case Redefinitions.STARTED -> updates.add("started " + event.path("definition").asInt());
        case Redefinitions.COMPLETED -> {
          updates.add("completed " + event.path("definition").asInt());
          Map<String, Integer> next = STAGES.get(event.path("definition").asInt());
          event
              .path("affected_agents")
              .forEach(changed -> now.put(changed.asText(), next.get(changed.asText())));
        }
        default -> {}
      }
    }
    assertUpdates(updates);
    assertThat(received.keySet()).as("whatever was accepted").containsAll(accepted.keySet());
    assertThat(received.values()).as("a message has one outcome").allMatch(n -> n == 1);
    long seeds = AGENTS.size() + 2;
    assertThat(handled.values().stream().mapToLong(n -> n).sum())
        .as("messages that programs handled")
        .isEqualTo(received.size() - 2); // the router has one, and what serves
    assertThat(received.size()).isGreaterThanOrEqualTo((int) seeds);
  }

  /** Each order begins once, and ends once unless it was replaced before it could. */
  private static void assertUpdates(List<String> updates) {
    assertThat(updates).doesNotHaveDuplicates();
    List<String> begun = updates.stream().filter(one -> one.startsWith("started")).toList();
    assertThat(begun).containsExactly("started 1", "started 2", "started 3", "started 4");
    assertThat(updates).contains("completed 4").endsWith("completed 4");
    for (int i = 0; i < updates.size(); i++) {
      if (updates.get(i).startsWith("completed")) {
        assertThat(updates.get(i - 1)).isEqualTo(updates.get(i).replace("completed", "started"));
      }
    }
  }

  private static void assertEnd(JobStore.StoredJob stored, String manifest) {
    assertThat(stored.manifest()).isEqualTo(manifest);
    StoredDefinition definition = StoredDefinition.read(stored.fields().get(JobDefinition.FIELD));
    assertThat(definition.number()).isEqualTo(STAGES.size() - 1);
    assertThat(definition.pending()).isNull();
  }

  private static String manifest(Map<String, Integer> stage, int fails) {
    Graph graph = new Graph().router("start").with("policies", SimulationTest.SERVICE);
    for (String agent : AGENTS) {
      int version = stage.get(agent);
      String prints = "{'events':[{'type':'handled','payload':{'v':%d}}]}".formatted(version);
      graph.program(
          agent,
          "{'prints':%s,'fails':%d,'max_attempts':4,'retry_backoff_ms':50}"
              .formatted(prints, version == 1 ? fails : 0));
      graph.edge("start", agent, "*");
    }
    graph.program(
        SERVER,
        "{'serves':true,'prints':{'events':[{'payload':{'v':%d}}]}}".formatted(stage.get(SERVER)));
    graph.edge("start", SERVER, "*");
    return graph.toString();
  }
}
