package io.mirrorneuron.runtime.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import io.mirrorneuron.runtime.cluster.Hardware.Software;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine with two cards of 24 GB, of which one is half full. */
class AdmissionTest {
  private static final Software CUDA = Software.cuda("550.54", "12.4");
  private static final List<Gpu> CARDS =
      List.of(
          new Gpu("GPU-a", 0, "RTX 4090", CUDA, 24_564, 512, 24_052, 0.07),
          new Gpu("GPU-b", 1, "RTX 4090", CUDA, 24_564, 12_564, 12_000, 0.5));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "1",
        "2",
        "'2'",
        "{}",
        "{'min_count':2}",
        "{'vendor':'NVIDIA','driver':'cuda'}",
        "{'min_memory_mb':24052}",
        "{'min_memory_mb':12000,'memory_operator':'=='}",
        "{'min_count':2,'min_memory_mb':11999,'memory_operator':'>'}",
        "{'required_capabilities':['rocm','cuda']}",
        "{'enforcement':'hard'}",
        "{'required_capabilities':['CUDA']}",
        "{'min_api_version':'9.2'}",
        "{'min_api_version':'12.4'}",
        "{'min_api_version':'12.4','api_version_operator':'=='}",
      })
  void theseRequirementsAreMet(String gpu) {
    assertThat(refusal(CARDS, "requirements", "{'gpu':" + gpu + "}")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "3",
        "'3'",
        "{'count':3}",
        "{'vendor':'amd'}",
        "{'driver':'rocm'}",
        "{'min_memory_mb':24053}",
        "{'min_memory_mb':24052,'memory_operator':'>'}",
        "{'min_count':2,'min_memory_mb':12001}",
        "{'required_capabilities':['rocm']}",
        "{'min_api_version':'12.10'}",
        "{'min_api_version':'12.4','api_version_operator':'>'}",
      })
  void theseAreNot(String gpu) {
    MnException unmet = refusal(CARDS, "requirements", "{'gpu':" + gpu + "}");
    assertThat(unmet.code()).isEqualTo(ErrorCode.PRECONDITION);
    assertThat(unmet.error()).isEqualTo("requirements_not_met");
    assertThat(unmet.validation().at("/issues/0/actual/nodes/0/gpu_count").asInt()).isEqualTo(2);
  }

  @Test
  void theReportSaysWhatWasWantedAndWhatIsThere() {
    MnException unmet =
        refusal(List.of(), "requirements", "{'gpu':{'vendor':'nvidia','min_memory_mb':8000}}");
    assertThat(unmet)
        .hasMessage(
            "no node has a device of kind gpu, vendor nvidia, free MB >= 8000."
                + " Run it where there is such a device, or ask for less in the manifest.");
    assertThat(unmet.validation().at("/issues/0/expected"))
        .isEqualTo(
            json(
                "{'resource':'gpu','min_count':1,'vendor':'nvidia','api_version_operator':'>=',"
                    + "'min_memory_mb':8000.0,'memory_operator':'>='}"));
    assertThat(unmet.validation().at("/issues/0/location/pointer").asText())
        .isEqualTo("/requirements/gpu");
  }

  @Test
  void whoSkipsValidationIsRefusedOnlyWhatIsHard() {
    assertThat(refusal(List.of(), "requirements", "{'gpu':1},'metadata':{'force_validation':true}"))
        .isNull();
    String hard = "{'gpu':{'count':1,'enforcement':'hard'}}";
    assertThat(
            refusal(
                List.of(), "requirements", hard + ",'metadata':{'mn_validation':{'force':true}}"))
        .isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'gpu_count':0}",
        "{'gpus':2}",
        "{'devices':[]}",
        "{'devices':[{'kind':'gpu','count':2}]}",
        "{'devices':[{'kind':'gpu','count':0,'vendor':'amd'}]}",
        "{'devices':[{'type':'nvidia/gpu','ids':['GPU-b',0]}]}",
      })
  void theseDevicesAreThere(String resources) {
    assertThat(refusal(CARDS, "resources", resources)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'gpu':3}",
        "{'devices':[{'kind':'gpu'},{'kind':'fpga'}]}",
        "{'devices':[{'ids':['GPU-c']}]}",
        "{'devices':[{'ids':['GPU-a','GPU-c']}]}",
        "{'devices':[{'capabilities':['rocm']}]}",
      })
  void theseAreMissing(String resources) {
    MnException unplaced = refusal(CARDS, "resources", resources);
    assertThat(unplaced.code()).isEqualTo(ErrorCode.INVALID);
    assertThat(unplaced.error()).isEqualTo("placement_failed");
    assertThat(unplaced).hasMessageStartingWith("agent a asks for ");
  }

  @Test
  void whatIsSkippedAndNotMetIsTold() {
    String skips = ",'metadata':{'force_validation':true}";
    assertThat(waived(List.of(), "'requirements':{'gpu':2}" + skips))
        .containsExactly(
            "requirements.gpu is not met, as force skips it: no node has 2 devices of kind gpu");
    assertThat(waived(CARDS, "'requirements':{'gpu':2}" + skips)).isEmpty();
    assertThat(waived(List.of(), "'requirements':{'gpu':2}")).isEmpty();
    assertThat(waived(List.of(), "'requirements':{}" + skips)).isEmpty();
  }

  private static List<String> waived(List<Gpu> gpus, String members) {
    return admission(gpus).waived(workflow("'agent_type':'router'", "," + members));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'pool':'nowhere' | agent a asks for the pool nowhere; the pools of this node are default,"
            + " wide (executor.pool_capacities)",
        "'pool_slots':5 | agent a asks for 5 slots of the pool default, which has 4 here",
        "'pool':'wide','pool_slots':65 | agent a asks for 65 slots of the pool wide, which has 64"
            + " here",
        "'pool':'wide','pool_slots':64 |",
        "'pool_slots':4 |",
      })
  void slotsAreThoseOfThisNode(String config, String refusal) {
    var workflow =
        workflow("'agent_type':'executor','config':{'command':['true']," + config + "}", "");
    MnException unplaced =
        catchThrowableOfType(MnException.class, () -> admission(List.of()).check(workflow));
    if (refusal == null) {
      assertThat(unplaced).isNull();
    } else {
      assertThat(unplaced).hasMessage(refusal);
      assertThat(unplaced.code()).isEqualTo(ErrorCode.INVALID);
      assertThat(unplaced.error()).isEqualTo("placement_failed");
    }
  }

  private static Workflow workflow(String node, String more) {
    String manifest =
        "{'manifest_version':'1.0','graph_id':'g','entrypoints':['a'],'edges':[],'nodes':["
            + "{'node_id':'a',%s}]%s}";
    return new Manifests(DefaultRunner.HOST_LOCAL)
        .parse(manifest.formatted(node, more).replace('\'', '"'));
  }

  /** Null when the job is admitted. */
  private static MnException refusal(List<Gpu> gpus, String member, String value) {
    boolean ofNode = member.equals("resources");
    String more = ",'" + member + "':" + value;
    var workflow = workflow("'agent_type':'router'" + (ofNode ? more : ""), ofNode ? "" : more);
    return catchThrowableOfType(MnException.class, () -> admission(gpus).check(workflow));
  }

  private static Admission admission(List<Gpu> gpus) {
    return new Admission(
        "n", GpuInventory.of(gpus), Map.of("default", 4, "wide", 64), new ProgramPath("/bin"));
  }

  private static ObjectNode json(String text) {
    return Json.parseObject(text.replace('\'', '"'), "test");
  }

  @Test
  void whatANodeLacksIsToldWithItsPlace(@TempDir Path bin) throws Exception {
    for (String program : List.of("python3", "sh")) {
      Files.createFile(
          bin.resolve(program),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
    Files.createFile(bin.resolve("notes"));
    String manifest =
        """
        {"name": "n", "steps": [
          {"id": "a", "run": ["pyhton3", "a.py"]},
          {"id": "b", "run": ["sh", "b.sh"], "config": {"pool": "wied"}},
          {"id": "c", "run": ["notes"], "config": {"environment": {"PATH": "/opt/bin"}}},
          {"id": "d", "run": ["notes"], "config": {"pool_slots": 5}},
          {"id": "e", "run": "wrong in another way"}]}
        """;
    Admission admission =
        new Admission(
            "n", GpuInventory.of(List.of()), Map.of("default", 4), new ProgramPath(bin + ":/nope"));

    List<Issue> told =
        admission.look(
            new Manifests(DefaultRunner.HOST_LOCAL)
                .check(manifest, Set.of(), Purpose.NEW)
                .programs());

    assertThat(told)
        .extracting(
            issue -> issue.severity() + " " + issue.location().path() + ": " + issue.message())
        .containsExactly(
            "error steps.1.config.pool: agent b asks for the pool wied; the pools of this node are"
                + " default (executor.pool_capacities)",
            "error steps.3.config.pool: agent d asks for 5 slots of the pool default, which has 4"
                + " here",
            "warning steps.0.run.0: steps.a.run: pyhton3 is not on the PATH of this node; did you"
                + " mean python3?",
            "warning steps.3.run.0: steps.d.run: notes is not on the PATH of this node");
  }
}
