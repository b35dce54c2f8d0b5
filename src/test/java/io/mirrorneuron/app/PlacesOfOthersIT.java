package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobPlan.AgentPlace;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.Silence;
import io.mirrorneuron.testing.Trees;
import io.mirrorneuron.testing.Whole;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers on one Redis; only the second one has what jobs ask for, and takes no work. */
@Timeout(240)
@Whole
class PlacesOfOthersIT {
  private static final String TWO = "mirror_neuron@two";

  private static final String NO_TAKER =
      "a job of which each server runs a copy needs one that takes work to begin with, and there is"
          + " none now. It may be at mirror_neuron@one, mirror_neuron@two, which takes no work now";

  @TempDir Path folder;
  private RedisServer redis;
  private WholeServer one;
  private WholeServer two;

  @BeforeEach
  void start() {
    redis = RedisFixture.server(folder.resolve("redis"));
    one = server("one", Map.of());
    two = server("two", Map.of("node.labels", "rack=b"));
    eventually("they have met", () -> knows(one, 2) && knows(two, 2));
  }

  @AfterEach
  void stop() {
    two.close();
    one.close();
    redis.close();
  }

  private WholeServer server(String name, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.putAll(Silence.SHORT);
    settings.put("redis.url", redis.uri());
    settings.put("node.name", "mirror_neuron@" + name);
    settings.put("network.join_token", "join-1");
    settings.put("node.drain_on_stop_seconds", "0");
    return WholeServer.start(folder.resolve(name), settings);
  }

  private static boolean knows(WholeServer at, long living) {
    return at.cluster().overview().nodes().stream()
            .filter(node -> !node.status().equals("offline"))
            .count()
        == living;
  }

  private static Submission job(String type, String rack) {
    return Submission.of(
        """
        {"manifest_version":"1.0","graph_id":"one","entrypoints":["work"],
         "policies":{"job_type":"%s"},
         "nodes":[{"node_id":"work","agent_type":"executor",
           "constraints":[{"attribute":"meta.rack","value":"%s"}],
           "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":["true"]}}]}
        """
            .formatted(type, rack));
  }

  private static String detail(WholeServer at, String job) {
    return Trees.tree(at.jobs().get(job)).toString();
  }

  private static String why(WholeServer at, String job) {
    return at.jobs().why(job).summary();
  }

  private static AgentPlace planned(WholeServer at) {
    return at.jobs().plan(job("batch", "b")).placements().getFirst();
  }

  private static MnException refusal(WholeServer at, String type, String rack) {
    return catchThrowableOfType(MnException.class, () -> at.jobs().submit(job(type, rack)));
  }

  private void completes(String job) {
    eventually(
        "it is completed", () -> detail(one, job), reported -> reported.contains("\"completed\""));
    assertThat(detail(one, job)).contains("\"node_name\":\"" + TWO + "\"");
  }

  @Test
  void aJobForAServerInMaintenanceIsTakenAndWaits() {
    one.cluster().upkeep().maintain(TWO, true, "a new disk");
    assertThat(planned(one).node()).isNotEqualTo(TWO);
    String waits = "node mirror_neuron@two has what it asks for, and takes no work now";
    String batch = one.jobs().submit(job("batch", "b")).jobId();

    eventually("one tells of batch", () -> why(one, batch), reported -> reported.contains(waits));
    eventually("two tells of batch", () -> why(two, batch), reported -> reported.contains(waits));
    assertThat(one.jobs().validate(job("batch", "b")).issues()).noneMatch(Issue::isError);
    assertThat(planned(one).reasons()).contains("the job is here all the same");
    for (WholeServer at : List.of(one, two)) {
      assertThat(refusal(at, "batch", "c").error()).isEqualTo("placement_failed");
    }
    assertThat(refusal(one, "sysbatch", "b"))
        .hasMessageEndingWith("It may be at mirror_neuron@two, which takes no work now")
        .hasFieldOrPropertyWithValue("code", ErrorCode.UNAVAILABLE);

    one.cluster().upkeep().maintain(TWO, false, "it has one");
    completes(batch);
    eventually("each server may run it", () -> refusal(one, "sysbatch", "b") == null);
  }

  @Test
  void aJobOfWhichEachServerRunsACopyIsNotTakenWhileNoServerTakesWork() {
    for (String node : List.of("mirror_neuron@one", TWO)) {
      one.cluster().upkeep().maintain(node, true, "new disks");
    }
    Submission each =
        Submission.of(
            """
            {"manifest_version":"1.0","graph_id":"each","entrypoints":["work"],
             "policies":{"job_type":"sysbatch"},
             "nodes":[{"node_id":"work","agent_type":"executor",
               "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":["true"]}}]}
            """);
    eventually("the other one knows", () -> refusal(two, "sysbatch", "b") != null);
    for (WholeServer at : List.of(one, two)) {
      MnException refusal = catchThrowableOfType(MnException.class, () -> at.jobs().submit(each));
      assertThat(refusal).hasMessage(NO_TAKER);
      assertThat(refusal.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(refusal.retryAfterMs()).isPositive();
    }

    one.cluster().upkeep().maintain(TWO, false, "it has one");
    String job = one.jobs().submit(each).jobId();
    eventually(
        "it is completed", () -> detail(one, job), reported -> reported.contains("\"completed\""));
    assertThat(detail(one, job)).contains("work@" + TWO).doesNotContain("work@mirror_neuron@one");
  }

  @Test
  void aJobForAServerThatIsDeadMayBeGivenAgainUntilItIsBackOrTakenOut() {
    two.close();
    eventually("it is gone", () -> knows(one, 1));
    for (String rack : List.of("b", "c")) {
      MnException refusal = refusal(one, "batch", rack);
      assertThat(refusal.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(refusal.retryAfterMs()).isPositive();
      assertThat(refusal)
          .hasMessage(
              "agent work asks for a node with meta.rack = %s, and here there is none. It may be at"
                  + " mirror_neuron@two, which is not there now",
              rack);
    }

    List<Issue> issues = one.jobs().validate(job("batch", "b")).issues();
    assertThat(issues).noneMatch(Issue::isError);
    assertThat(issues)
        .extracting(Issue::help)
        .contains("It may be at mirror_neuron@two, which is not there now");

    two = server("two", Map.of("node.labels", "rack=b"));
    eventually("it is taken", () -> refusal(one, "batch", "b") == null);
    two.close();
    one.cluster().members().remove(TWO);
    assertThat(refusal(one, "batch", "b").error()).isEqualTo("placement_failed");
  }
}
