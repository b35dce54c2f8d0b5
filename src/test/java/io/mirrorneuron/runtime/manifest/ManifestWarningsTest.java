package io.mirrorneuron.runtime.manifest;

import static io.mirrorneuron.runtime.manifest.Junk.put;
import static io.mirrorneuron.runtime.manifest.ManifestTexts.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.testing.SampleManifests;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What authors are told of a manifest that runs all the same. */
class ManifestWarningsTest {
  private final Manifests manifests = new Manifests(DefaultRunner.HOST_LOCAL);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/workflwo | {} | unknown member workflwo; did you mean workflow?",
        "/zzz | 1 | unknown member zzz",
        "/policies | {\"restrat\":{}} | unknown member policies.restrat; did you mean restart?",
        "/policies | {\"restart\":{\"attempt\":1}}"
            + " | unknown member policies.restart.attempt; did you mean attempts?",
        "/nodes/0/polices | {}" + " | unknown member nodes.work.polices; did you mean policies?",
        "/nodes/0/resources | {\"limits\":{\"open_file\":9}}"
            + " | unknown member nodes.work.resources.limits.open_file; did you mean open_files?",
        "/nodes/0/config/upload_paths | [{\"source\":\"a\",\"traget\":\"b\"}]"
            + " | unknown member nodes.work.config.upload_paths.0.traget; did you mean target?",
        "/edges/0/message_tpye | \"x\""
            + " | unknown member edges.work_sink.message_tpye; did you mean message_type?",
      })
  void namesUnknownMembersOfTheGraphForm(String place, String value, String warning) {
    assertThat(graphForm(place, value).warnings()).containsExactly(warning);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/workflwo | {} | unknown member workflwo; did you mean workflow?",
        "/workflow/step | [] | unknown member workflow.step; did you mean steps?",
        "/workflow/steps/0/rnu | \"x\" | unknown member workflow.steps.pick.rnu; did you mean run?",
        "/workflow/steps/0/control | {\"timeout_second\":1}"
            + " | unknown member workflow.steps.pick.control.timeout_second;"
            + " did you mean timeout_seconds?",
        "/agents/entrypoint | []"
            + " | unknown member agents.entrypoint; did you mean entrypoints?",
        "/runtime/binding | {} | unknown member runtime.binding; did you mean bindings?",
      })
  void namesUnknownMembersOfTheFormWithSteps(String place, String value, String warning) {
    assertThat(stepForm(place, value).warnings()).containsExactly(warning);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/x-owner", "/_note", "/$schema", "/metadata/anything", "/description"})
  void lacksNothingInPlacesThatAreFree(String place) {
    assertThat(graphForm("/metadata", "{}").warnings()).isEmpty();
    assertThat(graphForm("/nodes/0/config/own", "{\"a\":1}").warnings()).isEmpty();
    if (!place.startsWith("/metadata")) {
      assertThat(graphForm(place, "\"x\"").warnings()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/requirements | {\"memory\":\"1 GiB\"} | requirements",
        "/input_validation | [{\"type\":\"command\",\"command\":\"true\"}] | input_validation",
        "/metadata | {\"input_validation\":[{\"type\":\"command\",\"command\":\"true\"}]}"
            + " | metadata.input_validation",
        "/required_services | [\"db\"] | required_services",
        "/services | [{\"name\":\"db\"}] | services",
        "/schedule | {\"cron\":\"* * * * *\"} | schedule",
        "/triggers | [{\"name\":\"t\"}] | triggers",
        "/constraints | [\"gpu\"] | constraints",
        "/requiredContextEngine | true | requiredContextEngine",
        "/policies | {\"constraints\":[\"gpu\"]} | policies.constraints",
        "/policies | {\"update\":{\"canary\":1}} | policies.update",
        "/policies | {\"scheduler_strategy\":\"spread\"} | policies.scheduler_strategy: spread",
        "/nodes/0/constraints | [\"gpu\"] | nodes.work.constraints",
        "/nodes/0/services | [\"db\"] | nodes.work.services",
        "/nodes/0/resources | {\"memory_mb\":5} | nodes.work.resources.memory_mb",
        "/nodes/0/resources | {\"devices\":[{\"kind\":\"gpu\"}]} | nodes.work.resources.devices",
        "/nodes/0/resources | {\"ports\":[{\"label\":\"http\"}]} | nodes.work.resources.ports",
        "/nodes/0/config/resources | {\"cpu\":2} | nodes.work.config.resources.cpu",
      })
  void namesDemandsThatThisServerIgnores(String place, String value, String subject) {
    assertThat(graphForm(place, value).warnings())
        .singleElement()
        .asString()
        .startsWith(subject + " is ignored: this server ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"services", "required_services", "triggers", "input_validation"})
  void emptyListsDemandNothing(String member) {
    assertThat(graphForm("/" + member, "[]").warnings()).isEmpty();
  }

  @Test
  void limitsOfTheKernelAreKept() {
    assertThat(graphForm("/nodes/0/resources", "{\"limits\":{\"open_files\":64}}").warnings())
        .isEmpty();
  }

  @Test
  void hugeNumbersOfUnknownMembersAreCounted() {
    ObjectNode manifest = graphForm();
    for (int i = 0; i < 100_000; i++) {
      manifest.put("unheard_of_" + i, i);
    }
    assertThat(manifests.parse(manifest.toString()).warnings())
        .hasSize(101)
        .endsWith("and 99900 more warnings");
  }

  /** As the original gateway sends it. */
  @Test
  void copiesOfTheAgentsAtTheRootAddNothing() {
    ObjectNode manifest = steps();
    Workflow plain = manifests.parse(manifest.toString());
    for (String list : List.of("nodes", "edges", "entrypoints")) {
      manifest.set(list, manifest.at("/agents/" + list).deepCopy());
    }
    manifest.putObject("flow");
    manifest.put("graph_id", plain.graphId());
    Workflow copied = manifests.parse(manifest.toString());
    assertThat(copied.agents()).isEqualTo(plain.agents());
    assertThat(copied.edges()).isEqualTo(plain.edges());
    assertThat(copied.entrypoints()).isEqualTo(plain.entrypoints());
    assertThat(copied.warnings())
        .containsExactly(
            "flow, graph_id, nodes, edges, entrypoints at the root add to what agents has,"
                + " and are not needed");
  }

  @Test
  void agentsAtTheRootAddToTheOthers() {
    ObjectNode manifest = steps();
    ObjectNode more = manifest.putArray("nodes").addObject();
    more.put("node_id", "extra").put("agent_type", "router");
    manifest.putArray("entrypoints").add("extra");
    Workflow union = manifests.parse(manifest.toString());
    assertThat(union.agents().keySet()).contains("picker", "extra");
    assertThat(union.entrypoints()).contains("extra");
  }

  @Test
  void theStrictReadingRefusesEveryUnknownMember() {
    ObjectNode manifest = graphForm();
    manifest.put("workflwo", 1).putObject("policies").put("restrat", 1);
    Workflow workflow = manifests.parse(manifest.toString());
    MnException refused =
        catchThrowableOfType(
            MnException.class, () -> manifests.requireKnownMembers(workflow.source()));
    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID);
    assertThat(refused.error()).isEqualTo("manifest_validation_failed");
    assertThat(refused)
        .hasMessageContaining("unknown member workflwo; did you mean workflow?")
        .hasMessageContaining("unknown member policies.restrat; did you mean restart?");
    assertThat(refused.validation().at("/issues/0/code").asText())
        .isEqualTo("manifest.unknown_member");
    assertThat(refused.validation().at("/issues/0/location/pointer").asText())
        .isEqualTo("/manifest/workflwo");
  }

  @Test
  void theStrictReadingLetsIgnoredDemandsPass() {
    ObjectNode manifest = graphForm();
    manifest.putArray("services").add("db");
    manifests.requireKnownMembers(manifests.parse(manifest.toString()).source());
  }

  private Workflow graphForm(String place, String value) {
    ObjectNode manifest = graphForm();
    put(manifest, place, json(value));
    return manifests.parse(manifest.toString());
  }

  private Workflow stepForm(String place, String value) {
    ObjectNode manifest = steps();
    put(manifest, place, json(value));
    return manifests.parse(manifest.toString());
  }

  private static ObjectNode graphForm() {
    return (ObjectNode) json(SampleManifests.program("graph", "true"));
  }

  private static ObjectNode steps() {
    return StepFormTest.valid();
  }
}
