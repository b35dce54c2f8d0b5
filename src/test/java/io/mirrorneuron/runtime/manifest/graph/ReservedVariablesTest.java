package io.mirrorneuron.runtime.manifest.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Variables that tell a program what it was given. */
class ReservedVariablesTest {
  private static final String RESOURCES =
      "{'ports':[{'label':'web-ui'}],'volumes':[{'name':'data','source':'/a','target':'/b'}]}";

  private final Manifests manifests = new Manifests(DefaultRunner.HOST_LOCAL);

  private List<Issue> issues(String config) {
    return manifests
        .check(
            """
                {'manifest_version':'1.0','graph_id':'g','entrypoints':['a'],'nodes':[{'node_id':'a',
                 'agent_type':'executor','resources':%s,
                 'config':{'command':['true'],'complete_run':true,%s}}]}
                """
                .formatted(RESOURCES, config)
                .replace('\'', '"'),
            Set.of(),
            Purpose.NEW)
        .issues();
  }

  @ParameterizedTest
  @CsvSource({
    "MN_ALLOCATION_JSON",
    "MN_ALLOCATED_DEVICE_IDS",
    "MN_PORT_WEB_UI",
    "MN_VOLUME_DATA",
    "MN_VOLUME_DATA_TARGET"
  })
  void areSetByNoManifestAndMayBePassedOn(String name) {
    assertThat(issues("'environment':{'A':'b','%s':'x'}".formatted(name)))
        .singleElement()
        .satisfies(
            issue -> {
              assertThat(issue.message())
                  .isEqualTo(
                      "nodes.a.config.environment.%s: the server sets %1$s to what the program was given; take it out, or use another name"
                          .formatted(name));
              assertThat(issue.severity()).isEqualTo("error");
              assertThat(issue.location().pointer())
                  .isEqualTo("/manifest/nodes/0/config/environment/" + name);
            });
    assertThat(issues("'pass_env':['A','%s']".formatted(name)))
        .singleElement()
        .satisfies(
            issue -> {
              assertThat(issue.severity()).isEqualTo("warning");
              assertThat(issue.message())
                  .isEqualTo(
                      "nodes.a.config.pass_env.1: the program has %s without this; the server sets it to what the program was given"
                          .formatted(name));
              assertThat(issue.location().pointer())
                  .isEqualTo("/manifest/nodes/0/config/pass_env/1");
            });
  }

  @Test
  void ofOthersMayBeSet() {
    assertThat(issues("'environment':{'MN_PORT_OTHER':'1','MN_VOLUME_OTHER':'/x'}")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "CUDA_VISIBLE_DEVICES",
    "NVIDIA_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES"
  })
  void ofVendorsAreWarnedOf(String name) {
    for (String config : List.of("'environment':{'%s':'0'}", "'pass_env':['%s']")) {
      assertThat(issues(config.formatted(name)))
          .singleElement()
          .satisfies(
              issue -> {
                assertThat(issue.severity()).isEqualTo("warning");
                assertThat(issue.message()).contains("the server sets " + name);
              });
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MN_INPUT_FILE",
    "MN_JOB_ID",
    "MN_AGENT_ID",
    "MN_RUN_DIR",
    "MN_WORKDIR",
    "MIRROR_NEURON_INPUT_FILE"
  })
  void whereItsWorkIsMayBeSetWithAWarning(String name) {
    assertThat(issues("'environment':{'A':'b','%s':'/etc/hostname'}".formatted(name)))
        .singleElement()
        .satisfies(
            issue -> {
              assertThat(issue.severity()).isEqualTo("warning");
              assertThat(issue.message())
                  .isEqualTo(
                      "nodes.a.config.environment.%s: the program gets this value instead of the server's %1$s; take it out, or use another name"
                          .formatted(name));
              assertThat(issue.location().pointer())
                  .isEqualTo("/manifest/nodes/0/config/environment/" + name);
            });
  }

  /** Terminals and bundles set these themselves. */
  @Test
  void thoseThatTerminalsSetAreNotWarnedOf() {
    assertThat(
            issues(
                "'environment':{'MN_RUN_ID':'r','MN_RUNS_ROOT':'/r','MN_JOB_INPUT_DIR':'/i',"
                    + "'MN_JOB_OUTPUT_DIR':'/o','MN_WORKFLOW_STEP_ID':'s'}"))
        .isEmpty();
  }
}
