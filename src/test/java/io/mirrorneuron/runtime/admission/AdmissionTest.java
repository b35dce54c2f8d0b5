package io.mirrorneuron.runtime.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.config.NodeSettings.Marks;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.admission.Admission.PortState;
import io.mirrorneuron.runtime.admission.Admission.Restrictions;
import io.mirrorneuron.runtime.admission.LocalMachine.Programs;
import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.cluster.GpuTools;
import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import io.mirrorneuron.runtime.cluster.Hardware.Software;
import io.mirrorneuron.runtime.cluster.NodeStock;
import io.mirrorneuron.runtime.exec.pool.Pools.ProgramCapacity;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit.Enforcement;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.ResourceLimits.Resource;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'cpu':8,'memory':16,'disk':50} |",
        "{'cpu':8.001} | no node has 8.001 CPU cores: the most that there is in all is 8",
        "{'memory':{'min_mb':16385}} | no node has 16385 MB of memory: the most that there is in"
            + " all is 16384 MB",
        "{'disk':'51GB'} | no node has 52224 MB of disk: the most that there is free is 51200 MB",
        "{'cpu':9,'memory':17,'gpu':3} | no node has 9 CPU cores: the most that there is in all is"
            + " 8; no node has 17408 MB of memory: the most that there is in all is 16384 MB; no"
            + " node has 3 devices of kind gpu",
      })
  void coresMemoryAndDiskAreRequiredOfTheMachine(String requirements, String refusal) {
    MnException unmet = refusal(CARDS, "requirements", requirements);
    if (refusal == null) {
      assertThat(unmet).isNull();
      return;
    }
    assertThat(unmet.code()).isEqualTo(ErrorCode.PRECONDITION);
    assertThat(unmet.error()).isEqualTo("requirements_not_met");
    assertThat(unmet)
        .hasMessage(refusal + ". Run it where there is more, or ask for less in the manifest.");
    assertThat(unmet.validation().at("/errors").size())
        .isEqualTo(json(requirements).size())
        .isEqualTo(unmet.validation().at("/error_count").asInt());
  }

  @Test
  void theReportOfEachRequirementHasACodeOfItsOwn() {
    MnException unmet = refusal(List.of(), "requirements", "{'cpu':9,'memory':'17GiB'}");
    assertThat(unmet.validation().at("/issues/0/code").asText())
        .isEqualTo("requirements.cpu_node_unavailable");
    assertThat(unmet.validation().at("/issues/0/expected"))
        .isEqualTo(json("{'resource':'cpu','min_cores':9.0}"));
    assertThat(unmet.validation().at("/issues/0/actual/nodes/0"))
        .isEqualTo(
            json(
                "{'name':'mirror_neuron@box','status':'healthy','scheduling_eligible':true,"
                    + "'cpu_cores':8.0}"));
    assertThat(unmet.validation().at("/issues/1/code").asText())
        .isEqualTo("requirements.memory_node_unavailable");
    assertThat(unmet.validation().at("/issues/1/location/pointer").asText())
        .isEqualTo("/requirements/memory");
    assertThat(unmet.validation().at("/results").size()).isEqualTo(2);
    assertThat(unmet.validation().at("/results/0/checked_nodes/0"))
        .isEqualTo(unmet.validation().at("/issues/0/actual/nodes/0"));
  }

  @Test
  void forceSkipsEachRequirementUnlessItIsHard() {
    String force = ",'metadata':{'mn_validation':{'force':true}}";
    assertThat(refusal(List.of(), "requirements", "{'cpu':9,'memory':17}" + force)).isNull();
    MnException hard =
        refusal(
            List.of(),
            "requirements",
            "{'cpu':9,'memory':{'min_gb':17,'enforcement':'hard'}}" + force);
    assertThat(hard).hasMessageStartingWith("no node has 17408 MB of memory");
    assertThat(waived(List.of(), "'requirements':{'cpu':9}" + force))
        .containsExactly(
            "requirements.cpu is not met, as force skips it: no node has 9 CPU cores: the most"
                + " that there is in all is 8");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'resources':{'cores':8,'memory_gb':16,'disk_gb':100} |",
        "'resources':{'cores':8.5} | agent a asks for 8.5 CPU cores, and there are 8 in all",
        "'resources':{'memory':'17GiB','disk':'1TB'} | agent a asks for 17408 MB of memory, and"
            + " there are 16384 in all; for 1048576 MB of disk, and there are 102400 in all",
        "'resources':{'runtime_driver':'docker'} | agent a asks for the runtime driver docker; the"
            + " drivers of this node are host_local",
        "'resources':{'runtime_driver':'host_local'} |",
        "'resources':{'volumes':[{'name':'d','source':'/','target':'/d'}]} |",
        "'resources':{'volumes':[{'name':'d','source':'/no/such','target':'/d'}]} | agent a asks"
            + " for the folder /no/such, which is not there or is no folder",
        "'constraints':{'attribute':'os','value':'linux'} |",
        "'constraints':{'attribute':'hostname','value':'box'} |",
        "'constraints':'cuda' |",
        "'constraints':'tpu' | agent a asks for a node with capabilities contains tpu, and here it"
            + " is gpu, cuda, linux, amd64, host_local, nvidia, default, wide",
        "'placement_requirements':{'arch':'sparc'} | agent a asks for a node with arch = sparc, and"
            + " here it is amd64",
      })
  void whatWillNeverFitIsRefusedByName(String node, String refusal) {
    MnException unplaced =
        catchThrowableOfType(
            MnException.class,
            () -> admission(CARDS).check(workflow("'agent_type':'router'," + node, "")));
    if (refusal == null) {
      assertThat(unplaced).isNull();
    } else {
      assertThat(unplaced).hasMessage(refusal);
      assertThat(unplaced.code()).isEqualTo(ErrorCode.INVALID);
      assertThat(unplaced.error()).isEqualTo("placement_failed");
    }
  }

  /** Agents take turns, so their sum refuses nothing; nor do limits, which may be raised. */
  @Test
  void whatFitsAtSomeTimeIsAccepted() {
    String agent = "{'node_id':'%s','agent_type':'router','resources':{'cores':8}}";
    Workflow many =
        new Manifests(DefaultRunner.HOST_LOCAL)
            .parse(
                ("{'manifest_version':'1.0','graph_id':'g','entrypoints':['a'],'edges':[],'nodes':["
                        + agent.formatted("a")
                        + ","
                        + agent.formatted("b")
                        + "]}")
                    .replace('\'', '"'));
    admission(List.of()).check(many);
    assertThat(admission(List.of()).plan(many).placements())
        .extracting(one -> one.reasons().getFirst())
        .containsOnly("waits until the limits of the node are raised");
  }

  @Test
  void manyRefusalsAreToldInOneSentence() {
    StringBuilder nodes = new StringBuilder();
    for (int i = 0; i < 9; i++) {
      nodes.append("{'node_id':'n%d','agent_type':'router','resources':{'gpus':1}},".formatted(i));
    }
    Workflow many =
        new Manifests(DefaultRunner.HOST_LOCAL)
            .parse(
                ("{'manifest_version':'1.0','graph_id':'g','entrypoints':['n0'],'edges':[],'nodes':["
                        + nodes.substring(0, nodes.length() - 1)
                        + "]}")
                    .replace('\'', '"'));
    MnException refused =
        catchThrowableOfType(MnException.class, () -> admission(List.of()).check(many));
    assertThat(refused)
        .hasMessageStartingWith("agent n0 asks for a device of kind gpu, and there is none. And")
        .hasMessageEndingWith(". And 4 more agents");
    assertThat(admission(List.of()).unplaced(many, List.of())).hasSize(9);
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
    return admission(gpus)
        .warnings()
        .sentences(workflow("'agent_type':'router'", "," + members), Set.of());
  }

  /** Programs are kept to one limit here and reach one folder. */
  private static final Restrictions KEEPING =
      new Restrictions(
          limit -> limit == ProgramLimit.OPEN_FILES ? Enforcement.PROCESS : Enforcement.NONE,
          limit -> limit == ProgramLimit.OPEN_FILES ? 20_000 : Long.MAX_VALUE,
          (path, writes) -> path.startsWith("/usr") && !writes,
          _ -> Optional.empty(),
          _ -> List.of());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'resources':{'limits':{'open_files':20000}} |",
        "'resources':{'limits':{'open_files':20001}} | agent a has resources.limits.open_files"
            + " 20001, and this server itself may have 20000: its program is kept to 20000",
        "'resources':{'limits':{'cpu_millis':500}} | agent a is not kept to"
            + " resources.limits.cpu_millis 500 on this node, which has no control groups for it",
        "'resources':{'volumes':[{'name':'v','source':'/usr/lib','target':'/v','mode':'ro'}]} |",
        "'resources':{'volumes':[{'name':'v','source':'/usr/lib','target':'/v'}]} | agent a may"
            + " not write to the folder /usr/lib of its volume v: programs are confined on this"
            + " node",
        "'resources':{'volumes':[{'name':'v','source':'/var','target':'/v','mode':'ro'}]} | agent"
            + " a may not read the folder /var of its volume v: programs are confined on this node",
        "'policies':{'scheduler':{'preferred_node':'mirror_neuron@box'}} |",
        "'policies':{'scheduler':{'preferred_node':'other'}} | agent a prefers the node other, and"
            + " will not get there: this node is mirror_neuron@box, and jobs run on the node that"
            + " takes them",
      })
  void whatHasNoEffectHereIsTold(String member, String warning) {
    var workflow = workflow("'agent_type':'executor','config':{'command':['true']}," + member, "");
    List<String> reported = admission(List.of()).warnings().sentences(workflow, Set.of());
    if (warning == null) {
      assertThat(reported).isEmpty();
    } else {
      assertThat(reported).singleElement().asString().startsWith(warning + ". ");
    }
  }

  @Test
  void foldersThatTheBundleAsksForAreReached() {
    String volume =
        "'resources':{'volumes':[{'name':'v','source':'/var/lib','target':'/v','mode':'%s'}]}";
    String demand = ",'confinement':{'read':['/var'],'write':['/var/lib/out']}";
    String program = "'agent_type':'executor','config':{'command':['true']}," + volume;
    NodeWarnings warnings = admission(List.of()).warnings();

    assertThat(warnings.sentences(workflow(program.formatted("ro"), demand), Set.of())).isEmpty();
    assertThat(warnings.sentences(workflow(program.formatted("rw"), demand), Set.of()))
        .singleElement()
        .asString()
        .endsWith(
            "Ask for it in confinement.write of the manifest, or have the operator add it to"
                + " executor.shared_folders.");
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
    return admission(gpus, Map.of("default", 4, "wide", 64), "/bin");
  }

  /** Of 8 cores, 16 GB of memory, 100 GB of disk of which 50 are free. */
  private static Admission admission(List<Gpu> gpus, Map<String, Integer> pools, String path) {
    return admission(gpus, pools, path, new PortState(_ -> false, (_, _) -> true));
  }

  private static Admission admission(
      List<Gpu> gpus, Map<String, Integer> pools, String path, PortState endpoints) {
    return admission(GpuInventory.of(gpus), pools, path, endpoints);
  }

  @Test
  void aRefusalSaysWhyCardsAreNotKnown(@TempDir Path tools) throws Exception {
    Path tool = Files.writeString(tools.resolve("nvidia-smi"), "#!/bin/sh\necho no driver; exit 9");
    Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
    GpuInventory broken = GpuTools.on(tools + ":/bin", Clock.systemUTC());
    Admission admission = admission(broken, Map.of("default", 4), "/bin", PortState.OPEN);
    String why = "; nvidia-smi reports no cards: it ended with 9: no driver";

    var asked = workflow("'agent_type':'router','resources':{'gpu':1}", "");
    assertThat(catchThrowableOfType(MnException.class, () -> admission.check(asked)))
        .hasMessage("agent a asks for a device of kind gpu, and there is none" + why);
    var required = workflow("'agent_type':'router'", ",'requirements':{'gpu':1}");
    assertThat(catchThrowableOfType(MnException.class, () -> admission.check(required)))
        .hasMessageStartingWith("no node has a device of kind gpu" + why + ".");
  }

  private static Admission admission(
      GpuInventory gpus, Map<String, Integer> pools, String path, PortState endpoints) {
    return new Admission(
        new LocalMachine(
            "mirror_neuron@box",
            () -> RuntimeFixture.HARDWARE,
            gpus,
            pools,
            Marks.NONE,
            new Programs(
                new NodeStock("n", () -> RuntimeFixture.HARDWARE, () -> Map.of(Resource.CPU, 50)),
                () -> new ProgramCapacity(List.of("host_local"), List.of()),
                List::of,
                KEEPING,
                endpoints,
                () -> null)),
        ProgramPath.of(Map.of("PATH", path)),
        Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
  }

  @Test
  void portsThatSomebodyListensOnAreTold() {
    Admission admission =
        admission(
            List.of(),
            Map.of("default", 4),
            "/bin",
            new PortState(port -> port == 7000, (port, udp) -> port != 8080 || udp));
    assertThat(reasons(admission, asking("{'label':'w','port':8080}")))
        .startsWith("waits: a port that it asks for is in use");
    for (String free : List.of("{'label':'w','port':8081}", "{'label':'w'}", UDP)) {
      assertThat(reasons(admission, asking(free))).startsWith("fits now");
    }
    Workflow own = asking("{'label':'w','port':7000}");
    assertThat(catchThrowableOfType(MnException.class, () -> admission.check(own)))
        .hasMessage("agent a asks for port 7000, which is this server's own");
  }

  private static final String UDP = "{'label':'w','port':8080,'protocol':'udp'}";

  private static Workflow asking(String port) {
    return workflow("'agent_type':'router','resources':{'ports':[" + port + "]}", "");
  }

  private static List<String> reasons(Admission admission, Workflow workflow) {
    return admission.plan(workflow).placements().getFirst().reasons();
  }

  @Test
  void agentsTakeTurnsWithTheSlotsOfAPool() {
    Workflow two =
        new Manifests(DefaultRunner.HOST_LOCAL)
            .parse(
                """
                {"manifest_version": "1.0", "graph_id": "g", "entrypoints": ["a", "b"],
                 "edges": [], "nodes": [
                  {"node_id": "a", "agent_type": "executor", "config": {"command": ["true"]}},
                  {"node_id": "b", "agent_type": "executor", "config": {"command": ["true"]}}]}
                """);
    Admission narrow = admission(List.of(), Map.of("default", 1), "/bin");
    assertThat(narrow.plan(two).placements())
        .extracting(one -> one.reasons().getFirst())
        .containsExactly("fits now", "takes turns with other agents of the job");
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
    Admission admission = admission(List.of(), Map.of("default", 4), bin + ":/nope");

    List<Issue> reported =
        admission.look(
            new Manifests(DefaultRunner.HOST_LOCAL)
                .check(manifest, Set.of(), Purpose.NEW)
                .programs());

    assertThat(reported)
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

  @Test
  void whatHasNoPlaceIsToldWhereItsAuthorAsksForIt() {
    String manifest =
        """
        {"manifest_version": "1.0", "graph_id": "g", "entrypoints": ["a"], "edges": [],
         "policies": {"constraints": ["tpu"]},
         "nodes": [
          {"node_id": "r", "agent_type": "router"},
          {"node_id": "a", "agent_type": "executor", "config": {"command": ["true"]},
           "resources": {"cores": 900, "memory": "9Ti", "gpus": 1,
             "volumes": [{"name": "v", "source": "/nowhere", "target": "/v"}],
             "runtime_driver": "moon"}},
          {"node_id": "b", "agent_type": "executor",
           "config": {"command": ["true"], "constraints": ["qpu"]}}]}
        """;
    Manifests.Checked checked =
        new Manifests(DefaultRunner.HOST_LOCAL).check(manifest, Set.of(), Purpose.NEW);

    assertThat(admission(List.of()).unplaced(checked.workflow(), checked.programs()))
        .filteredOn(issue -> issue.message().contains("runtime driver"))
        .extracting(Issue::help)
        .containsExactly("Name one of the drivers of this node, or leave the member out.");
    assertThat(admission(List.of()).unplaced(checked.workflow(), checked.programs()))
        .extracting(issue -> issue.location().pointer() + " " + issue.message().split(",")[0])
        .containsExactly(
            " agent r asks for a node with capabilities contains tpu",
            "/manifest/nodes/1 agent a asks for a node with capabilities contains tpu",
            "/manifest/nodes/1/resources/cores agent a asks for 900 CPU cores",
            "/manifest/nodes/1/resources/memory agent a asks for 9437184 MB of memory",
            "/manifest/nodes/1/resources/gpus agent a asks for a device of kind gpu",
            "/manifest/nodes/1/resources/volumes agent a asks for the folder /nowhere",
            "/manifest/nodes/1/resources/runtime_driver agent a asks for the runtime driver"
                + " moon; the drivers of this node are host_local",
            "/manifest/nodes/2 agent b asks for a node with capabilities contains tpu",
            "/manifest/nodes/2/config/constraints agent b asks for a node with capabilities contains qpu");
  }
}
