package io.mirrorneuron.runtime.manifest;

import static io.mirrorneuron.runtime.manifest.Junk.put;
import static io.mirrorneuron.runtime.manifest.ManifestTexts.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.testing.SampleManifests;
import java.util.List;
import java.util.Set;
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
        "/nam | \"x\" | unknown member nam; did you mean job_name?",
        "/requirements | {\"memory_mb\":1} | unknown member requirements.memory_mb;"
            + " did you mean memory?",
        "/servces | [] | unknown member servces; did you mean services?",
        "/policies | {\"restart\":{\"unlimited\":true}}"
            + " | unknown member policies.restart.unlimited",
        "/policies | {\"reschedule\":{\"mode\":\"fail\"}}"
            + " | unknown member policies.reschedule.mode",
        "/nodes/0/command | [\"true\"]"
            + " | unknown member nodes.work.command; did you mean config.command?",
        "/nodes/0/timeout_seconds | 5"
            + " | unknown member nodes.work.timeout_seconds; did you mean config.timeout_seconds?",
        "/nodes/0/config.timeout_seconds | 5"
            + " | unknown member nodes.work.config.timeout_seconds;"
            + " did you mean config: {timeout_seconds: …}?",
        "/policies | {\"restrat\":{}} | unknown member policies.restrat; did you mean restart?",
        "/policies | {\"restart\":{\"attempt\":1}}"
            + " | unknown member policies.restart.attempt; did you mean attempts?",
        "/nodes/0/polices | {}" + " | unknown member nodes.work.polices; did you mean policies?",
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
  @ValueSource(
      strings = {
        "/x-owner",
        "/_note",
        "/$schema",
        "/metadata/anything",
        "/description",
        "/license",
        "/term",
        "/standard_version"
      })
  void lacksNothingInPlacesThatAreFree(String place) {
    assertThat(graphForm("/metadata", "{}").warnings()).isEmpty();
    assertThat(graphForm("/nodes/0/config/own", "{\"a\":1}").warnings()).isEmpty();
    if (!place.startsWith("/metadata")) {
      assertThat(graphForm(place, "\"x\"").warnings()).isEmpty();
      assertThat(stepForm(place, "\"x\"").warnings()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/policies | {\"spread\":[{\"attribute\":\"rack\"}]} | policies.spread",
        "/requiredContextEngine | true | requiredContextEngine",
        "/nodes/0/policies | {\"update\":{\"max_parallel\":2}} | nodes.work.policies.update",
        "/reload | {\"signal\":\"x\"} | reload",
      })
  void namesDemandsThatThisServerIgnores(String place, String value, String subject) {
    assertThat(graphForm(place, value).warnings())
        .singleElement()
        .asString()
        .startsWith(subject + " is ignored: this server ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/requirements | {\"memory\":\"1 GiB\",\"cpu\":1,\"disk\":1}",
        "/constraints | [\"gpu\"]",
        "/policies | {\"constraints\":[\"gpu\"],\"scheduler_strategy\":\"spread\"}",
        "/policies | {\"scheduler\":{\"constraints\":\"gpu\",\"preferred_node\":\"a\"}}",
        "/nodes/0/constraints | [\"gpu\"]",
        "/nodes/0/config/constraints | \"gpu\"",
        "/nodes/0/placement_requirements | {\"os\":\"linux\"}",
        "/nodes/0/resources | {\"memory_mb\":5,\"cores\":1,\"disk\":\"1Gi\",\"gpus\":1}",
        "/nodes/0/resources | {\"devices\":[{\"kind\":\"gpu\"}]}",
        "/nodes/0/resources | {\"ports\":[{\"label\":\"http\"}],\"runtime_driver\":\"docker\"}",
        "/nodes/0/resources | {\"volumes\":[{\"name\":\"d\",\"source\":\"/a\",\"target\":\"/b\"}]}",
      })
  void saysNothingOfDemandsThatPlacementMeets(String place, String value) {
    assertThat(graphForm(place, value).warnings()).isEmpty();
  }

  /** Each demand is told to be ignored, too. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/requirements | {\"gpus\":1} | requirements.gpus; did you mean gpu?",
        "/requirements | {\"gpu\":{\"vender\":\"amd\"}}"
            + " | requirements.gpu.vender; did you mean vendor?",
        "/requirements | {\"memory\":{\"min_gbs\":1}}"
            + " | requirements.memory.min_gbs; did you mean min_gb?",
        "/nodes/0/resources | {\"devices\":[{\"vendr\":\"amd\"}]}"
            + " | nodes.work.resources.devices.0.vendr; did you mean vendor?",
        "/services | [{\"name\":\"a\",\"prt\":1}] | services.0.prt; did you mean port?",
        "/required_services | {\"name\":\"a\",\"requird\":true}"
            + " | required_services.requird; did you mean required?",
        "/nodes/0/services | [{\"name\":\"a\",\"checks\":[{\"typ\":\"http\"}]}]"
            + " | nodes.work.services.0.checks.0.typ; did you mean type?",
      })
  void namesUnknownMembersWithinDemands(String place, String value, String unknown) {
    assertThat(graphForm(place, value).warnings()).contains("unknown member " + unknown);
  }

  @ParameterizedTest
  @CsvSource({
    "timeout_second, timeout_seconds",
    "max_attempt, max_attempts",
    "environmnt, environment",
    "comand, command",
    "complete_rum, complete_run",
    "pass-env, pass_env",
  })
  void tellsOfNamesInConfigThatAreAlmostKnown(String written, String meant) {
    ObjectNode manifest = graphForm();
    put(manifest, "/nodes/0/config/" + written, json("{}"));
    String warning = "nodes.work.config.%s is not read; did you mean %s?".formatted(written, meant);
    assertThat(manifests.parse(manifest.toString()).warnings()).containsExactly(warning);
    manifests.requireAcceptable(manifest, Purpose.STRICT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pol",
        "polo",
        "mode",
        "model",
        "inputs",
        "outputs",
        "prompt",
        "x",
        "workers",
        "timeout",
        "retries",
        "language",
        "attempts",
        "user_upload"
      })
  void lacksNothingInConfigThatIsItsAuthors(String own) {
    assertThat(graphForm("/nodes/0/config/" + own, "{\"a\":1}").warnings()).isEmpty();
  }

  @Test
  void tellsOfCollectionsThatWaitForMoreMessagesThanCount() {
    String graph =
        """
        {"manifest_version":"1.0","graph_id":"g","initial_inputs":{"work":[1,2]},
         "nodes":[{"node_id":"work","agent_type":"executor","role":"root",
                   "config":{"command":["true"],"output_message_type":"done"}},
                  {"node_id":"sink","agent_type":"aggregator","config":{"complete_after":%s}}],
         "edges":[{"from_node":"work","to_node":"sink","message_type":"done"}]}
        """;
    assertThat(manifests.parse(graph.formatted("2")).warnings())
        .containsExactly(
            "node sink counts one message of each agent, and only work sends to it: complete_after"
                + " 2 is not reached; collect_all: true counts every message");
    assertThat(manifests.parse(graph.formatted("1")).warnings()).isEmpty();
    assertThat(manifests.parse(graph.formatted("2,\"collect_all\":true")).warnings()).isEmpty();
    assertThat(graphForm("/nodes/0/config/collect_all", "true").warnings())
        .containsExactly("collect_all means nothing on node work");
  }

  @Test
  void tellsOfRestartsThatOwnTriesTakeThePlaceOf() {
    ObjectNode manifest = graphForm();
    put(manifest, "/policies", json("{\"restart\":{\"attempts\":5}}"));
    assertThat(manifests.parse(manifest.toString()).warnings()).isEmpty();
    put(manifest, "/nodes/0/config/max_attempts", json("1"));
    assertThat(manifests.parse(manifest.toString()).warnings())
        .containsExactly(
            "policies.restart has no effect on nodes.work: its config.max_attempts says how often"
                + " it is tried");
    put(manifest, "/nodes/0/policies", json("{\"restart\":{\"attempts\":2}}"));
    assertThat(manifests.parse(manifest.toString()).warnings())
        .singleElement()
        .asString()
        .startsWith("nodes.work.policies.restart has no effect");
  }

  /** A job that was accepted with such limits has to be read, or nobody could cancel it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"open_file\":9} | limits.open_file must be called one of open_files,"
            + " address_space_mb, cpu_seconds, memory_mb, processes, cpu_millis",
        "{\"open_files\":\"x\"} | limits.open_files must be a whole number from 1 to 2^40: x",
        "{\"open_files\":-1} | limits.open_files must be a whole number from 1 to 2^40: -1",
        "{\"cpu_seconds\":0.5} | limits.cpu_seconds must be a whole number from 1 to 2^40: 0.5",
        "{\"memory_mb\":\"1g\"} | limits.memory_mb must be a whole number from 1 to 2^40: 1g",
        "{\"processes\":0} | limits.processes must be a whole number from 1 to 2^40: 0",
        "{\"cpu_seconds\":0} | limits.cpu_seconds must be a whole number from 1 to 2^40: 0",
        "{\"cpu_seconds\":null} | limits.cpu_seconds must be a whole number from 1 to 2^40: null",
        "{\"open_files\":1099511627777}"
            + " | limits.open_files must be a whole number from 1 to 2^40: 1099511627777",
      })
  void limitsOfNoUseAreRefusedInNewManifestsOnly(String limits, String refusal) {
    Workflow stored = graphForm("/nodes/0/resources", "{\"limits\":" + limits + "}");
    assertThat(stored.warnings()).containsExactly("nodes.work.resources." + refusal);
    for (Purpose purpose : List.of(Purpose.NEW, Purpose.STRICT)) {
      MnException refused =
          catchThrowableOfType(
              MnException.class, () -> manifests.requireAcceptable(stored.source(), purpose));
      assertThat(refused.code()).isEqualTo(ErrorCode.INVALID);
      assertThat(refused).hasMessageContaining("nodes.work.resources." + refusal);
      assertThat(refused.validation().at("/issues/0/location/pointer").asText())
          .startsWith("/manifest/nodes/0/resources/limits");
    }
  }

  @Test
  void theSameErrorIsToldOnce() {
    ObjectNode manifest = graphForm();
    manifest.put("confinement", "all");
    assertThatThrownBy(() -> manifests.parse(manifest.toString()))
        .hasMessage("confinement must be an object");
  }

  @Test
  void limitsAreAnObject() {
    ObjectNode manifest = graphForm();
    manifest.withObject("/nodes/0/resources").put("limits", "many");
    assertThatThrownBy(() -> manifests.parse(manifest.toString()))
        .hasMessageContaining("nodes.work.resources.limits must be an object");
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"memory\":\"1Gi\",\"limits\":{\"memory_mb\":512}} | limits.memory_mb is 512, and its"
            + " node is asked for 1024 MB of memory: the program can never use all of that",
        "{\"cores\":2,\"limits\":{\"cpu_millis\":500}} | limits.cpu_millis is 500, and its node"
            + " is asked for 2000 thousandths of a core: the program can never use all of that",
        "{\"memory\":\"1Gi\",\"limits\":{\"memory_mb\":1024}} |",
        "{\"cores\":0.5,\"limits\":{\"cpu_millis\":500}} |",
      })
  void limitsBelowTheRequestAreTold(String resources, String warning) {
    List<String> expected =
        warning == null ? List.of() : List.of("nodes.work.resources." + warning);
    assertThat(graphForm("/nodes/0/resources", resources).warnings()).isEqualTo(expected);
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
            MnException.class,
            () -> manifests.requireAcceptable(workflow.source(), Purpose.STRICT));
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
    manifest.putArray("triggers").add("db");
    manifests.requireAcceptable(manifests.parse(manifest.toString()).source(), Purpose.STRICT);
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

  @Test
  void whatShouldBeAnotherValueIsToldAsItIs() {
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"g","type":"stream","entrypoints":["a"],"edges":[],
         "nodes":[{"node_id":"a","agent_type":"executor",
                   "config":{"command":["true"]},"resources":{"cpu":-1}}]}
        """;

    assertThat(manifests.check(manifest, Set.of(), Purpose.NEW).issues())
        .filteredOn(issue -> issue.severity().equals("error"))
        .extracting(Issue::actual)
        .containsExactlyInAnyOrder("stream", "-1");
  }
}
