package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Whole;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents whose restarts are used up on the node of their job, beside another node. */
@Whole
class RescheduleIT {
  private static final String OWN = "mirror_neuron@own";
  private static final String OTHER = "mirror_neuron@other";

  @TempDir Path folder;
  private RuntimeFixture own;
  private RuntimeFixture other;
  private GrpcRuntime ownEndpoint;
  private GrpcRuntime otherEndpoint;

  @BeforeEach
  void start() {
    Path home = folder.resolve("own");
    Map<String, String> settings = Map.of("MN_NODE_NAME", OWN, "MN_NODE_LABELS", "rack=a");
    own = new RuntimeFixture(home, RuntimeFixture.config(home, settings));
    ownEndpoint = GrpcRuntime.before(own);
    other = RuntimeFixture.beside(own, folder.resolve("other"), Map.of("MN_NODE_NAME", OTHER));
    otherEndpoint = GrpcRuntime.before(other);
    eventually("they have met", () -> own.runtime().hasNeighbours());
  }

  @AfterEach
  void stop() {
    otherEndpoint.close();
    other.close();
    ownEndpoint.close();
    own.close();
  }

  /** A job whose program fails on the node of its job, twice, and then may go elsewhere. */
  private String submit(String members) {
    return submit(
        """
        "recovery_mode":"cluster_recover","restart":{"attempts":1,"delay_ms":10},
        "reschedule":{"attempts":1,"delay_ms":20}""",
        members);
  }

  private String submit(String policies, String members) {
    String script = "echo x >> '%s'; case $PWD in */other/*) echo fine;; *) exit 3;; esac";
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"picky","entrypoints":["work"],
         "policies":{%s},
         "nodes":[{"node_id":"work","agent_type":"executor",%s
           "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":"%s"}}]}
        """
            .formatted(policies, members, script.formatted(folder.resolve("tries")));
    return own.jobs().submit(Submission.of(manifest)).jobId();
  }

  private List<String> events(String job, String type) {
    return own.jobs().lastEvents(job, 200).events().stream()
        .filter(event -> event.contains("\"type\":\"" + type + "\""))
        .toList();
  }

  @Test
  void itIsMovedToTheOtherNodeAndEndsWellThere() {
    String job = submit("");
    ObjectNode detail = own.awaitEnd(job);

    assertThat(detail.at("/job/status").asText()).as(detail.toString()).isEqualTo("completed");
    assertThat(detail.toString()).contains("\"node_name\":\"" + OTHER + "\"");
    assertThat(folder.resolve("tries")).hasContent("x\nx\nx");
    assertThat(events(job, "agent_reschedule_scheduled"))
        .singleElement()
        .asString()
        .contains("\"failed_node\":\"" + OWN + "\"", "restart attempts exhausted");
    assertThat(events(job, "agent_rescheduled"))
        .singleElement()
        .asString()
        .contains("\"target_node\":\"" + OTHER + "\"");
  }

  @Test
  void whoSaysNothingOfRecoveryHasItMovedWhereOthersAre() {
    String usual = "\"restart\":{\"attempts\":1,\"delay_ms\":10},\"reschedule\":{\"delay_ms\":20}";
    String job = submit(usual, "");
    ObjectNode detail = own.awaitEnd(job);
    assertThat(detail.at("/job/status").asText()).as(detail.toString()).isEqualTo("completed");
    assertThat(detail.toString()).contains("\"node_name\":\"" + OTHER + "\"");
    assertThat(detail.at("/job/requested_recovery_policy").asText()).isEqualTo("auto");
    assertThat(detail.at("/job/recovery_policy").asText()).isEqualTo("cluster_recover");
    assertThat(detail.at("/job/reliability/mode").asText()).isEqualTo("cluster");
    assertThat(events(job, "reliability_strategy_resolved"))
        .singleElement()
        .asString()
        .contains(
            "\"requested_recovery_policy\":\"auto\"",
            "\"effective_recovery_policy\":\"cluster_recover\"",
            "\"mode\":\"cluster\"",
            "\"degraded\":false",
            "\"reason\":null",
            "\"observed_nodes\":[\"%s\",\"%s\"]".formatted(OTHER, OWN));
    assertThat(events(job, "job_reliability_degraded")).isEmpty();
    assertThat(detail.at("/job/reschedule_policy/attempts").asInt()).isEqualTo(1);

    String local = submit("\"recovery_mode\":\"local_restart\"," + usual, "");
    assertThat(own.awaitEnd(local).at("/job/status").asText()).isEqualTo("failed");
    assertThat(events(local, "agent_reschedule_scheduled")).isEmpty();
  }

  @Test
  void itBeginsAgainAtItsNodeWhereNoOtherHasWhatItAsksFor() {
    String job = submit("\"constraints\":[{\"attribute\":\"meta.rack\",\"value\":\"a\"}],");
    ObjectNode detail = own.awaitEnd(job);

    assertThat(detail.at("/job/status").asText()).isEqualTo("failed");
    assertThat(folder.resolve("tries")).hasContent("x\nx\nx\nx");
    assertThat(events(job, "agent_reschedule_scheduled")).hasSize(1);
    assertThat(events(job, "agent_rescheduled")).isEmpty();
  }

  @Test
  void whoIsAloneIsToldWhereItsJobGetsLessThanItAskedFor() {
    other.leave();
    eventually("it is alone", () -> !own.runtime().hasNeighbours());
    String quiet = submit("\"restart\":{\"attempts\":0}", "");
    String job = submit("\"recovery_mode\":\"cluster_recover\",\"restart\":{\"attempts\":0}", "");

    assertThat(own.awaitEnd(job).at("/job/reliability/degraded").asBoolean()).isTrue();
    assertThat(events(job, "reliability_strategy_resolved"))
        .singleElement()
        .asString()
        .contains(
            "\"effective_recovery_policy\":\"local_restart\"",
            "\"degraded\":true",
            "\"observed_nodes\":[\"%s\"]".formatted(OWN));
    assertThat(events(job, "job_reliability_degraded"))
        .singleElement()
        .asString()
        .contains("\"mode\":\"single_node\"", "\"reason\":\"there was no second node");
    own.awaitEnd(quiet);
    assertThat(events(quiet, "reliability_strategy_resolved")).isEmpty();
  }

  @Test
  void itIsToldWhyItRunsElsewhere() throws Exception {
    Path go = folder.resolve("go");
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"picky","entrypoints":["work"],
         "policies":{"recovery_mode":"cluster_recover","restart":{"attempts":0},
           "reschedule":{"attempts":1,"delay_ms":20}},
         "nodes":[{"node_id":"work","agent_type":"executor",
           "config":{"runner_module":"MirrorNeuron.Runner.HostLocal",
             "command":"case $PWD in */own/*) exit 3;; esac; until [ -e '%s' ]; do read -t 0.05 _ <> <(:) || true; done"}}]}
        """
            .formatted(go);
    String job = own.jobs().submit(Submission.of(manifest)).jobId();
    eventually(
        "it says where and why",
        () -> own.jobs().why(job).summary(),
        why -> why.contains("on node " + OTHER + " (its restarts on " + OWN + " were used up)"));
    java.nio.file.Files.createFile(go);
    assertThat(own.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
  }
}
