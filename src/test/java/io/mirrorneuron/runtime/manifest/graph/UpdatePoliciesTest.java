package io.mirrorneuron.runtime.manifest.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.reading.Findings;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.HealthSource;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.UpdateStrategy;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpdatePoliciesTest {
  private final Manifests manifests = new Manifests(DefaultRunner.HOST_LOCAL);

  private String manifest(String update) {
    return """
        {"manifest_version":"1","graph_id":"g","entrypoints":"a","type":"service",
         "policies":{"update":%s},"nodes":[{"node_id":"a","agent_type":"router"}],"edges":[]}
        """
        .formatted(update.replace('\'', '"'));
  }

  private void submit(String update) {
    Workflow workflow = manifests.parse(manifest(update));
    manifests.requireAcceptable(workflow.source(), Purpose.NEW);
  }

  private static UpdatePolicy read(String update) {
    var root = Json.parseObject("{\"update\":" + update.replace('\'', '"') + "}", "it");
    return UpdatePolicies.read(ManifestValue.root(root, new Findings(false)).at("update"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1 | policies.update must be an object",
        "'rolling' | policies.update must be an object",
        "[] | policies.update must be an object",
        "{'strategy':'x'} | policies.update.strategy has unsupported value",
        "{'strategy':'blue_green'} | policies.update.strategy has unsupported value",
        "{'strategy':'Rolling'} | policies.update.strategy has unsupported value",
        "{'strategy':''} | policies.update.strategy has unsupported value",
        "{'strategy':1} | policies.update.strategy has unsupported value",
        "{'max_parallel':0} | policies.update.max_parallel must be a positive integer",
        "{'max_parallel':-1} | policies.update.max_parallel must be a positive integer",
        "{'max_parallel':1.5} | policies.update.max_parallel must be a positive integer",
        "{'max_parallel':'2'} | policies.update.max_parallel must be a positive integer",
        "{'max_parallel':3000000000} | policies.update.max_parallel must be a positive integer",
        "{'canary':-1} | policies.update.canary must be a non-negative integer",
        "{'canary':0.5} | policies.update.canary must be a non-negative integer",
        "{'canary':'1'} | policies.update.canary must be a non-negative integer",
        "{'canary':true} | policies.update.canary must be a non-negative integer",
        "{'min_healthy_ms':-1} | policies.update.min_healthy_ms must be a non-negative integer",
        "{'min_healthy_ms':'10s'} | policies.update.min_healthy_ms must be a non-negative integer",
        "{'healthy_deadline_ms':0} | policies.update.healthy_deadline_ms must be a positive integer",
        "{'healthy_deadline_ms':-5} | policies.update.healthy_deadline_ms must be a positive integer",
        "{'healthy_deadline_ms':[]} | policies.update.healthy_deadline_ms must be a positive integer",
        "{'progress_deadline_ms':0} | policies.update.progress_deadline_ms must be a positive integer",
        "{'progress_deadline_ms':{}} | policies.update.progress_deadline_ms must be a positive integer",
        "{'health_check':'x'} | policies.update.health_check has unsupported value",
        "{'health_check':'agent-states'} | policies.update.health_check has unsupported value",
        "{'health_check':true} | policies.update.health_check has unsupported value",
        "{'auto_promote':1} | policies.update.auto_promote must be a boolean",
        "{'auto_promote':'true'} | policies.update.auto_promote must be a boolean",
        "{'auto_revert':0} | policies.update.auto_revert must be a boolean",
        "{'auto_revert':'no'} | policies.update.auto_revert must be a boolean",
        "{'canary':1} | policies.update.canary must be 0 with strategy rolling: choose canary",
        "{'strategy':'rolling','canary':2} | policies.update.canary must be 0 with strategy rolling: choose canary",
        "{'strategy':'canary','auto_promote':true} | policies.update.auto_promote requires canary > 0 for canary deployments",
        "{'strategy':'canary','canary':0,'auto_promote':true} | policies.update.auto_promote requires canary > 0 for canary deployments",
        "{'min_healthy_ms':300001} | policies.update.min_healthy_ms: min_healthy_ms must not be above healthy_deadline_ms, and they are 300001 and 300000",
        "{'healthy_deadline_ms':5000} | policies.update.healthy_deadline_ms: min_healthy_ms must not be above healthy_deadline_ms, and they are 10000 and 5000",
      })
  void refuses(String update, String message) {
    MnException failure = catchThrowableOfType(MnException.class, () -> submit(update));
    assertThat(failure).hasMessage(message);
    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID);
  }

  /** What an earlier build took runs on. */
  @Test
  void ofAJobThatIsThereItIsAWarning() {
    assertThat(manifests.parse(manifest("{'max_parallel':0}")).warnings())
        .contains("policies.update.max_parallel must be a positive integer");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "null",
        "{'strategy':'canary','canary':3,'auto_promote':true}",
        "{'strategy':'canary'}",
        "{'strategy':'blue-green','auto_promote':true}",
        "{'strategy':'rolling','auto_promote':true,'canary':0}",
        "{'min_healthy_ms':0,'healthy_deadline_ms':1}",
      })
  void accepts(String update) {
    submit(update);
  }

  @Test
  void whatIsNotSaidIsAsUsual() {
    assertThat(read("{}")).isEqualTo(UpdatePolicy.DEFAULT);
    assertThat(read("{'strategy':'blue-green','max_parallel':3,'auto_revert':true}"))
        .isEqualTo(
            new UpdatePolicy(
                UpdateStrategy.BLUE_GREEN,
                3,
                0,
                10_000,
                300_000,
                600_000,
                HealthSource.CHECKS,
                false,
                true));
    assertThat(
            read(
                "{'strategy':'canary','canary':2,'min_healthy_ms':1,'healthy_deadline_ms':2,"
                    + "'progress_deadline_ms':3,'health_check':'agent_states','auto_promote':true}"))
        .isEqualTo(
            new UpdatePolicy(
                UpdateStrategy.CANARY, 1, 2, 1, 2, 3, HealthSource.AGENT_STATES, true, false));
  }
}
