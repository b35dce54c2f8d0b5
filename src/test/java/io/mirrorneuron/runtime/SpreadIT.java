package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.node.DrainState.DrainAction;
import io.mirrorneuron.port.node.NodeMaintenance.DrainOrder;
import io.mirrorneuron.port.node.NodeMaintenance.DrainReport;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Silence;
import io.mirrorneuron.testing.Whole;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of type system and sysbatch on three nodes, each with a home of its own. */
@Whole
class SpreadIT {
  private static final String UNTIL = "until [ -e '%s' ]; do read -t 0.05 _ <> <(:) || true; done";

  @TempDir Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();
  private RuntimeFixture a;
  private RuntimeFixture b;
  private GrpcRuntime endpointOfB;

  @BeforeEach
  void start() {
    Path home = folder.resolve("a");
    a = new RuntimeFixture(home, RuntimeFixture.config(home, named("a")));
    open.add(a);
    open.addFirst(GrpcRuntime.before(a));
    b = RuntimeFixture.beside(a, folder.resolve("b"), named("b"));
    endpointOfB = GrpcRuntime.before(b);
    open.addFirst(b);
    eventually("they have met", () -> a.runtime().hasNeighbours());
  }

  @AfterEach
  void stop() throws Exception {
    endpointOfB.close();
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  private static Map<String, String> named(String name) {
    return Silence.shortWith(Map.of("MN_NODE_NAME", "mirror_neuron@" + name));
  }

  private RuntimeFixture comes(String name) {
    RuntimeFixture node = RuntimeFixture.beside(a, folder.resolve(name), named(name));
    open.addFirst(node);
    open.addFirst(GrpcRuntime.before(node));
    return node;
  }

  private String submit(String type, String script) {
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"each","entrypoints":["work"],
         "policies":{"job_type":"%s"},
         "nodes":[{"node_id":"work","agent_type":"executor",
           "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":"%s"}}]}
        """
            .formatted(type, script.replace("\\", "\\\\").replace("\"", "\\\""));
    return a.jobs().submit(Submission.of(manifest)).jobId();
  }

  private JsonNode detail(String job) {
    return tree(a.jobs().get(job));
  }

  private Set<String> targets(String job) {
    Set<String> names = new TreeSet<>();
    detail(job).at("/job/scheduler/system_targets").forEach(one -> names.add(one.asText()));
    return names;
  }

  private String why(String job) {
    return tree(a.jobs().why(job)).toString();
  }

  private boolean begins(String... names) {
    for (String name : names) {
      if (!Files.exists(folder.resolve("begun-" + name))) {
        return false;
      }
    }
    return true;
  }

  /** Leaves a mark that is named after the home it runs in. */
  private String mark() {
    return "h=${PWD#%s/}; h=${h%%%%/*}; touch \"%s/begun-$h\"; ".formatted(folder, folder);
  }

  @Test
  void aSysbatchRunsOnceOnEachNodeAlsoOnOneThatComesAndTellsTheResultOfEach() throws Exception {
    Path go = folder.resolve("go");
    String job =
        submit("sysbatch", mark() + UNTIL.formatted(go) + "; echo \"{\\\"at\\\":\\\"$h\\\"}\"");
    eventually("both run it", () -> begins("a", "b"));
    comes("c");
    eventually("so does the third", () -> begins("c"));
    assertThat(targets(job))
        .containsExactly("mirror_neuron@a", "mirror_neuron@b", "mirror_neuron@c");
    Files.createFile(go);

    ObjectNode detail = a.awaitEnd(job);
    assertThat(detail.at("/job/status").asText()).as(detail.toString()).isEqualTo("completed");
    JsonNode result = detail.at("/job/result");
    assertThat(result.path("completed_targets")).hasSize(3);
    for (String name : List.of("a", "b", "c")) {
      JsonNode own = result.path("target_results").path("mirror_neuron@" + name);
      assertThat(own.toString()).contains("\"node_name\":\"mirror_neuron@" + name + "\"");
      assertThat(own.toString()).contains("work@mirror_neuron@" + name);
    }
    assertThat(detail.path("agents"))
        .extracting(agent -> agent.path("assigned_node").asText())
        .containsExactlyInAnyOrder("mirror_neuron@a", "mirror_neuron@b", "mirror_neuron@c");
  }

  @Test
  void eachCopyGetsAPortOfItsNode() throws Exception {
    Path go = folder.resolve("go");
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"ports","entrypoints":["work"],
         "policies":{"job_type":"sysbatch"},
         "nodes":[{"node_id":"work","agent_type":"executor",
           "resources":{"ports":[{"label":"web"}]},
           "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":"%s"}}]}
        """
            .formatted(
                (mark() + UNTIL.formatted(go) + "; echo got $MN_PORT_WEB").replace("\"", "\\\""));
    String job = a.jobs().submit(Submission.of(manifest)).jobId();
    eventually("both run it", () -> begins("a", "b"));
    Files.createFile(go);

    JsonNode results = a.awaitEnd(job).at("/job/result/target_results");
    for (String name : List.of("a", "b")) {
      JsonNode own = results.path("mirror_neuron@" + name);
      int port = own.findPath("allocation").at("/ports/0/port").asInt();
      assertThat(port).as(own.toString()).isPositive();
      assertThat(own.toString()).contains("got " + port);
    }
  }

  @Test
  void aShortSysbatchRunsOnBothNodesToo() {
    ObjectNode detail = a.awaitEnd(submit("sysbatch", "echo done"));
    assertThat(detail.at("/job/result/completed_targets")).hasSize(2);
  }

  @Test
  void aSystemJobWhoseProgramEndsWellRunsItAgainOnEachNode() {
    String job = submit("system", mark() + "echo again >> \"" + folder + "/times-$h\"");

    for (String name : List.of("a", "b")) {
      File times = folder.resolve("times-" + name).toFile();
      eventually("it began again at " + name, () -> times.length() > "again ".length() * 2);
    }
    JsonNode detail = detail(job);
    assertThat(detail.at("/job/status").asText()).isEqualTo("running");
    a.jobs().cancel(job, null, null);
    a.awaitEnd(job);
  }

  @Test
  void theCopyOfADeadNodeIsNotTakenOverAndGoesOnWhenItIsBack() throws Exception {
    String job = submit("system", mark() + "exec sleep 600");
    eventually("both run it", () -> begins("a", "b"));
    endpointOfB.close();
    b.leave();
    Files.delete(folder.resolve("begun-b"));
    eventually(
        "it says what it waits for, once the node is taken for dead",
        Duration.ofMinutes(1),
        () -> why(job).contains("which is not there"));
    assertThat(detail(job).at("/job/status").asText()).isEqualTo("running");
    assertThat(targets(job)).contains("mirror_neuron@b");

    b.startAgain();
    endpointOfB = GrpcRuntime.before(b);
    eventually("it runs there again", () -> begins("b"));
    a.jobs().pause(job, false, null);
    eventually(
        "all of it is paused", () -> detail(job).at("/job/status").asText().equals("paused"));
    a.jobs().resume(job, null);
    a.jobs().cancel(job, null, null);
    assertThat(a.awaitEnd(job).at("/job/status").asText()).isEqualTo("cancelled");
  }

  @Test
  void aDrainedNodeKeepsItsCopyUnlessSystemJobsAreMeantToo() {
    String job = submit("system", mark() + "exec sleep 600");
    eventually("both run it", () -> begins("a", "b"));
    drain(true, false);
    comes("c");
    eventually("a third one joins", () -> begins("c"));
    assertThat(targets(job)).contains("mirror_neuron@b");

    a.runtime().upkeep().undrain("mirror_neuron@b", null, true);
    eventually("it has its copy", () -> action(job, drain(false, true)).equals("would_end"));
    assertThat(action(job, drain(false, false))).isEqualTo("ended");
    eventually("it is left", () -> !targets(job).contains("mirror_neuron@b"));
    eventually(
        "the drain is complete",
        () -> a.runtime().upkeep().status("mirror_neuron@b").drain().status().equals("complete"));
    assertThat(a.runtime().upkeep().status("mirror_neuron@b").drain().counters())
        .doesNotContainKey("migrated");
    assertThat(a.jobs().lastEvents(job, 50).events().toString()).contains("system_target_left");
    a.runtime().upkeep().undrain("mirror_neuron@b", null, true);
    eventually("it is back", () -> targets(job).contains("mirror_neuron@b"));
    a.jobs().cancel(job, null, null);
    a.awaitEnd(job);
  }

  private DrainReport drain(boolean ignoresSystemJobs, boolean isDryRun) {
    return a.runtime()
        .upkeep()
        .drain(new DrainOrder("mirror_neuron@b", null, 60_000, isDryRun, ignoresSystemJobs));
  }

  /** What comes of the job; empty when it runs nothing there. */
  private static String action(String job, DrainReport report) {
    return report.actions().stream()
        .filter(action -> action.jobId().equals(job))
        .map(DrainAction::status)
        .collect(Collectors.joining());
  }
}
