package io.mirrorneuron.runtime.manifest.graph;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.Manifests.Checked;
import io.mirrorneuron.runtime.manifest.reading.Findings;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.ResourceRequest.DeviceDemand;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.StepGraph.Requirement;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which a manifest can ask for resources. */
class RequestSpellingsTest {
  private final Manifests manifests = new Manifests(DefaultRunner.HOST_LOCAL);

  /** Thousandths of a core, MB of memory, MB of disk. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                        |    0 |    0 |     0",
        "{'cpu':500}                               |  500 |    0 |     0",
        "{'cpu':'500m'}                            |  500 |    0 |     0",
        "{'cpu':'500 m'}                           |  500 |    0 |     0",
        "{'cpu':'500'}                             |  500 |    0 |     0",
        "{'cpu':'2 cores'}                         | 2000 |    0 |     0",
        "{'cpu':'0.25core'}                        |  250 |    0 |     0",
        "{'cpu':100.5}                             |  101 |    0 |     0",
        "{'cpu':0}                                 |    0 |    0 |     0",
        "{'cpu':null}                              |    0 |    0 |     0",
        "{'cpu_cores':2}                           | 2000 |    0 |     0",
        "{'cpu_cores':0.1}                         |  100 |    0 |     0",
        "{'cpu_cores':0.3}                         |  300 |    0 |     0",
        "{'cpu_cores':1.1}                         | 1100 |    0 |     0",
        "{'cpu_cores':0.0001}                      |    1 |    0 |     0",
        "{'cpu_cores':'1.5'}                       | 1500 |    0 |     0",
        "{'cpu_cores':'1500m'}                     | 1500 |    0 |     0",
        "{'cores':4}                               | 4000 |    0 |     0",
        "{'cores':2,'cpu_cores':2.0,'cpu':2000}    | 2000 |    0 |     0",
        "{'cpu':'2000m','cores':'2'}               | 2000 |    0 |     0",
        "{'memory_mb':512}                         |    0 |  512 |     0",
        "{'memory_mb':0.5}                         |    0 |    1 |     0",
        "{'memory_mb':'512'}                       |    0 |  512 |     0",
        "{'memory':512}                            |    0 |  512 |     0",
        "{'memory':'512Mi'}                        |    0 |  512 |     0",
        "{'memory':'512 MiB'}                      |    0 |  512 |     0",
        "{'memory':'512MB'}                        |    0 |  512 |     0",
        "{'memory':'512m'}                         |    0 |  512 |     0",
        "{'memory':'2GiB'}                         |    0 | 2048 |     0",
        "{'memory':'2g'}                           |    0 | 2048 |     0",
        "{'memory':'1.5 Gi'}                       |    0 | 1536 |     0",
        "{'memory':'1 TB'}                         |    0 | 1048576 |  0",
        "{'memory':'1Pi'}                          |    0 | 1073741824 | 0",
        "{'memory':'2048Ki'}                       |    0 |    2 |     0",
        "{'memory':'1 KB'}                         |    0 |    1 |     0",
        "{'memory':'1048577B'}                     |    0 |    2 |     0",
        "{'memory_gb':2}                           |    0 | 2048 |     0",
        "{'memory_gb':0.1}                         |    0 |  103 |     0",
        "{'memory_gb':'2'}                         |    0 | 2048 |     0",
        "{'memory_gb':1,'memory_mb':1024,'memory':'1Gi'} | 0 | 1024 |  0",
        "{'disk_mb':100}                           |    0 |    0 |   100",
        "{'disk':100}                              |    0 |    0 |   100",
        "{'disk':'10GiB'}                          |    0 |    0 | 10240",
        "{'disk_gb':0.5}                           |    0 |    0 |   512",
        "{'disk_gb':1,'disk':'1024MB'}             |    0 |    0 |  1024",
        "{'memory_mb':1099511627776}               |    0 | 1099511627776 | 0",
        "{'cpu':'500m','memory':'1Gi','disk_gb':1} |  500 | 1024 |  1024",
      })
  void amountsAreExact(String resources, long cpu, long memory, long disk) {
    assertThat(request(resources).amounts()).isEqualTo(new Amounts(cpu, memory, disk));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'gpu_count':2}            | 2 devices of kind gpu",
        "{'gpus':1}                 | a device of kind gpu",
        "{'gpu':'3'}                | 3 devices of kind gpu",
        "{'gpu':1,'gpus':1.0}       | a device of kind gpu",
        "{'gpus':0}                 | ''",
        "{'devices':[]}             | ''",
        "{'devices':[{}]}           | a device of kind gpu",
        "{'devices':[{'count':0}]}  | ''",
        "{'devices':[{'kind':'gpu','count':2}]}  | 2 devices of kind gpu",
        "{'devices':[{'kind':'gpu','count':2,'operator':'>'}]}  | 3 devices of kind gpu",
        "{'devices':[{'kind':'gpu','count':2,'operator':'=='}]} | 2 devices of kind gpu",
        "{'devices':[{'type':'nvidia/gpu'}]}     | a device of kind gpu",
        "{'devices':[{'kind':'cuda'}]}           | a device of kind gpu",
        "{'devices':[{'kind':'fpga'}]}           | a device of kind fpga",
        "{'devices':[{'kind':'gpu'},{'kind':'fpga'}],'gpus':1}"
            + " | a device of kind gpu; a device of kind fpga",
        "{'devices':[{'kind':'gpu','count':2,'vendor':'amd'}],'gpu_count':2}"
            + " | 2 devices of kind gpu, vendor amd",
        "{'devices':[{'vendor':'nvidia','driver':'cuda'}]}"
            + " | a device of kind gpu, vendor nvidia, driver cuda",
        "{'devices':[{'api':'rocm'}]}            | a device of kind gpu, driver rocm",
        "{'devices':[{'min_memory_mb':8000}]}    | a device of kind gpu, free MB >= 8000",
        "{'devices':[{'min_memory_mb':8000,'memory_operator':'='}]}"
            + " | a device of kind gpu, free MB == 8000",
        "{'devices':[{'min_memory_mb':'39g'}]}   | a device of kind gpu, free MB >= 39936",
        "{'devices':[{'min_memory_mb':0}]}       | a device of kind gpu",
        "{'devices':[{'min_api_version':'12.0','api_version_operator':'>'}]}"
            + " | a device of kind gpu, API > 12.0",
        "{'devices':[{'capabilities':['fp16'],'required_capabilities':['int8']}]}"
            + " | a device of kind gpu, with int8 or fp16",
        "{'devices':[{'ids':['GPU-a',1]}]}       | 2 devices of kind gpu, id GPU-a or 1",
        "{'devices':[{'ids':['GPU-a'],'count':1}]} | a device of kind gpu, id GPU-a",
      })
  void devicesAreDescribed(String resources, String words) {
    assertThat(
            request(resources).devices().stream()
                .map(DeviceDemand::words)
                .collect(Collectors.joining("; ")))
        .isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'ports':[{'label':'web'}]}                              | web 0 tcp",
        "{'ports':[{'label':'web','port':8080}]}                  | web 8080 tcp",
        "{'ports':[{'label':'web','port':8080,'protocol':'udp'}]} | web 8080 udp",
        "{'ports':[{'label':'a','protocol':'grpc'},{'label':'b','protocol':'http'}]}"
            + " | a 0 grpc; b 0 http",
        "{'ports':[{'label':'a','port':53},{'label':'b','port':53,'protocol':'udp'}]}"
            + " | a 53 tcp; b 53 udp",
        "{'volumes':[{'name':'d','source':'/srv','target':'/d'}]} | d /srv /d rw",
        "{'volumes':[{'name':'d','source':'/srv','target':'/d','mode':'ro','type':'host'}]}"
            + " | d /srv /d ro",
        "{'runtime_driver':'docker'}                              | docker",
        "{'runtime_driver':null}                                  | ''",
      })
  void portsVolumesAndDriversAreRead(String resources, String read) {
    ResourceRequest request = request(resources);
    String ports =
        request.ports().stream()
            .map(one -> one.label() + " " + one.number() + " " + one.protocol())
            .collect(Collectors.joining("; "));
    String volumes =
        request.volumes().stream()
            .map(one -> String.join(" ", one.name(), one.source(), one.target(), one.mode()))
            .collect(Collectors.joining("; "));
    String driver = request.runtimeDriver() == null ? "" : request.runtimeDriver();
    assertThat(ports + volumes + driver).isEqualTo(read);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'cpu':-1} | cpu must be a non-negative number, or one with its unit such as 500m",
        "{'cpu':true} | cpu must be a non-negative number, or one with its unit such as 500m",
        "{'cpu':'500Mi'} | cpu must be a non-negative number, or one with its unit such as 500m",
        "{'cpu_cores':'-1'}"
            + " | cpu_cores must be a non-negative number, or one with its unit such as 500m",
        "{'cores':[]} | cores must be a non-negative number, or one with its unit such as 500m",
        "{'memory':'lots'}"
            + " | memory must be a non-negative number, or one with its unit such as 512Mi",
        "{'memory':'1e3'}"
            + " | memory must be a non-negative number, or one with its unit such as 512Mi",
        "{'memory':'5 XiB'}"
            + " | memory must be a non-negative number, or one with its unit such as 512Mi",
        "{'memory':''}"
            + " | memory must be a non-negative number, or one with its unit such as 512Mi",
        "{'memory_gb':-0.5}"
            + " | memory_gb must be a non-negative number, or one with its unit such as 512Mi",
        "{'disk':{}} | disk must be a non-negative number, or one with its unit such as 512Mi",
        "{'memory_gb':1073741825} | memory_gb must be at most 2^40 MB: 1073741825",
        "{'memory_mb':1e300} | memory_mb must be at most 2^40 MB: 1.0E300",
        "{'cpu_cores':2,'cpu':500} | cpu (500 thousandths of a core) contradicts"
            + " nodes.a.resources.cpu_cores (2000 thousandths of a core): keep one of them",
        "{'cores':1,'cpu_cores':2} | cores (1000 thousandths of a core) contradicts"
            + " nodes.a.resources.cpu_cores (2000 thousandths of a core): keep one of them",
        "{'memory_gb':1,'memory_mb':1000} | memory_gb (1024 MB) contradicts"
            + " nodes.a.resources.memory_mb (1000 MB): keep one of them",
        "{'disk':'1Gi','disk_mb':1} | disk (1024 MB) contradicts nodes.a.resources.disk_mb (1 MB):"
            + " keep one of them",
        "{'gpus':1,'gpu':2} | gpu (2 devices) contradicts nodes.a.resources.gpus (1 devices): keep"
            + " one of them",
        "{'gpus':3,'devices':[{'count':2}]} | gpus (3 devices) contradicts"
            + " nodes.a.resources.devices (2 devices of kind gpu): keep one of them",
        "{'gpus':-1} | gpus must be a non-negative number",
        "{'gpu':'one'} | gpu must be a non-negative number",
        "{'gpu_count':0.5} | gpu_count must be a whole number, as devices are not shared: 0.5",
        "{'devices':[{'count':1.5}]} | devices.0.count must be a non-negative integer",
        "{'devices':[{'count':1,'ids':['a','b']}]} | devices.0.count (1) contradicts"
            + " nodes.a.resources.devices.0.ids (2 devices): ids are exactly those that are asked"
            + " for",
        "{'devices':[{'ids':['a','a']}]} | devices.0.ids.1 names a again",
        "{'devices':[{'ids':[-1]}]} | devices.0.ids.0 must be the id of a device or its index: -1",
        "{'devices':[{'memory_operator':'<'}]} | devices.0.memory_operator has unsupported value",
        "{'devices':{}} | devices must be a list",
        "{'ports':[{'label':'a','port':0}]} | ports.0.port must be a number from 1 to 65535",
        "{'ports':[{'port':80}]} | ports.0.label is required",
        "{'ports':[{'label':'a','port':80},{'label':'b','port':80,'protocol':'http'}]}"
            + " | ports.1.port asks for 80, as nodes.a.resources.ports.0.port does",
        "{'ports':[{'label':'a-b'},{'label':'A_B'}]}"
            + " | ports.1.label asks for A_B, as nodes.a.resources.ports.0.label does with a-b",
        "{'volumes':[{'name':'d','target':'/d'}]}"
            + " | volumes.0.source is required: a folder of the node",
        "{'volumes':[{'name':'d','source':'srv','target':'/d'}]}"
            + " | volumes.0.source must be an absolute path",
        "{'volumes':[{'name':'d','source':'/a','target':'/d'},"
            + "{'name':'D','source':'/b','target':'/d'}]}"
            + " | volumes.1.name asks for D, as nodes.a.resources.volumes.0.name does with d",
        "{'volumes':[{'name':'x','source':'/a','target':'/d'},"
            + "{'name':'x_target','source':'/b','target':'/d'}]}"
            + " | volumes.1.name and nodes.a.resources.volumes.0.name give the same variable:"
            + " MN_VOLUME_X_TARGET",
        "{'ports':[{'label':'a','port':'8200'}]} | ports.0.port must be a number from 1 to 65535,"
            + " not a text: write the number without quotes",
        "{'ports':[{'label':'a=b'}]} | ports.0.label must be of letters, digits, _ and -",
        "{'devices':[{'min_memory_mb':'lots'}]} | devices.0.min_memory_mb must be a non-negative"
            + " number, or one with its unit such as 512Mi",
        "{'runtime_driver':7} | runtime_driver must be a non-empty string",
      })
  void othersAreRefusedByName(String resources, String refusal) {
    assertThat(errors(node(",'resources':" + resources), ""))
        .containsExactly("nodes.a.resources." + refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'resources':{'cpu':-1} | a non-negative number, or one with its unit such as 500m | -1",
        "'resources':{'ports':[{'label':'a','port':0}]} | a number from 1 to 65535 | 0",
        "'resources':{'ports':[{'label':'a','protocol':'x'}]} | one of grpc, http, tcp, udp | x",
        "'resources':{'devices':{}} | a list | {}",
        "'resources':{'gpu':0.5} | a whole number | 0.5",
        "'resources':{'limits':{'open_files':0}} | a whole number from 1 to 2^40 | 0",
        "'config':{'emit_type':{'api_token':'s3cret'}} | a non-empty string"
            + " | {\"api_token\":\"s3cret\"}",
        "'policies':{'restart':{'mode':7}} | one of delay, fail | 7",
      })
  void theReportSaysWhatIsWantedAndWhatIsThere(String members, String expected, String actual) {
    Issue issue = check(node("," + members), "").issues().getFirst();
    assertThat(issue.code()).startsWith("manifest.");
    assertThat(issue.expected()).isEqualTo(expected);
    assertThat(issue.actual()).isEqualTo(actual);
  }

  @Test
  void theReportPointsToALimitThatThereIsNotAndSaysWhatToDoWithTooMuch() {
    Issue unknown = check(node(",'resources':{'limits':{'files':9}}"), "").issues().getFirst();
    assertThat(unknown.location().pointer()).isEqualTo("/manifest/nodes/0/resources/limits/files");
    assertThat(unknown.expected()).asString().contains("open_files");
    Issue much = check(node(",'resources':{'cores':1e308}"), "").issues().getFirst();
    assertThat(much.help()).isEqualTo("Write a smaller number.");
  }

  /** Each entry costs everybody who asks for something later. */
  @Test
  void longListsAreRefused() {
    for (String list : List.of("devices", "ports", "volumes")) {
      String entries = String.join(",", Collections.nCopies(40_000, "{'label':'a'}"));
      Issue issue =
          check(node(",'resources':{'%s':[%s]}".formatted(list, entries)), "").issues().getFirst();
      assertThat(issue.message())
          .isEqualTo(
              "nodes.a.resources.%s has 40000 %1$s; at most 100 are allowed".formatted(list));
      assertThat(issue.code()).isEqualTo("manifest.limit_exceeded");
    }
    String ids = IntStream.range(0, 101).mapToObj(Integer::toString).collect(joining(","));
    assertThat(errors(node(",'resources':{'devices':[{'ids':[%s]}]}".formatted(ids)), ""))
        .containsExactly("nodes.a.resources.devices.0.ids has 101 ids; at most 100 are allowed");
  }

  @Test
  void aJobHasSoManyPortsTogether() {
    String ports =
        IntStream.range(0, 100).mapToObj("{'label':'p%d'}"::formatted).collect(joining(","));
    String node = "{'node_id':'%s','agent_type':'router','resources':{'ports':[%s]}}";
    String most =
        Stream.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")
            .map(name -> node.formatted(name, ports))
            .collect(joining(","));
    assertThat(errors(most, "")).isEmpty();
    assertThat(errors(most + "," + node.formatted("k", "{'label':'p'}"), ""))
        .containsExactly("nodes ask for 1001 ports together; at most 1000 are allowed");
  }

  @Test
  void theReportTellsNoSecret() {
    Findings findings = new Findings(false, Purpose.NEW);
    ManifestValue.root(Json.object().put("api_token", "s3cret"), findings)
        .at("api_token")
        .check(Shape.LIST);
    assertThat(findings.issues().getFirst().actual()).isEqualTo("[redacted]");
  }

  @Test
  void plainFewThousandthsAreProbablyCores() {
    assertThat(reported(check(node(",'resources':{'cpu':2}"), "").workflow()))
        .containsExactly(
            "nodes.a.resources.cpu counts thousandths of a core: for 2 cores write cpu_cores: 2");
    assertThat(reported(check(node(",'resources':{'cpu':'2m','cores':0.002}"), "").workflow()))
        .isEmpty();
  }

  /** What an earlier version accepted must be read, or nobody could cancel its job. */
  @Test
  void storedManifestsThatContradictThemselvesAskForTheMost() {
    String resources = ",'resources':{'cpu':500,'cores':2,'gpus':3,'devices':[{'count':2}]}";
    Workflow stored = manifests.parse(manifest(node(resources), ""));
    ResourceRequest request = stored.agents().get("a").request();
    assertThat(request.amounts().cpuMillis()).isEqualTo(2000);
    assertThat(request.devices().stream().mapToInt(DeviceDemand::minCount).sum()).isEqualTo(3);
    assertThat(reported(stored)).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'cpu':2}                            | 2 CPU cores",
        "{'cpu':'500m'}                       | 0.5 CPU cores",
        "{'cpu':{'min_cores':0.5}}            | 0.5 CPU cores",
        "{'cpu':{'min':1,'cores':'1000m'}}    | 1 CPU cores",
        "{'memory':4}                         | 4096 MB of memory",
        "{'memory':'512 MiB'}                 | 512 MB of memory",
        "{'memory':{'min_gb':1,'min_mb':1024}} | 1024 MB of memory",
        "{'memory':{'mb':100}}                | 100 MB of memory",
        "{'disk':{'gb':'1TB'}}                | 1048576 MB of disk",
        "{'disk':{'min':'10GB'},'gpu':1}      | 10240 MB of disk; a device of kind gpu",
        "{'gpu':{'ids':['x']}}                | a device of kind gpu, id x",
        "{'gpu':0,'cpu':0,'memory':{}}        | ''",
      })
  void requirementsOfTheJob(String requirements, String words) {
    Workflow workflow = check(node(""), ",'requirements':" + requirements).workflow();
    assertThat(reported(workflow)).isEmpty();
    assertThat(
            RequirementReader.of(workflow).stream()
                .map(Requirement::words)
                .collect(Collectors.joining("; ")))
        .isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'cpu':'2GB'} | requirements.cpu must be a non-negative number, a size or an object with min",
        "{'memory':[]} | requirements.memory must be a non-negative number, a size or an object"
            + " with min",
        "{'disk':{'gb':-1}} | requirements.disk.gb must be a non-negative number or a size",
        "{'memory':{'min_gb':1,'min_mb':1}} | requirements.memory.min_mb (1 MB) contradicts"
            + " requirements.memory.min_gb (1024 MB): keep one of them",
        "{'gpu':{'count':1,'min_count':2}} | requirements.gpu.count (1 devices) contradicts"
            + " requirements.gpu.min_count (2 devices): keep one of them",
      })
  void otherRequirementsAreRefusedByName(String requirements, String refusal) {
    assertThat(errors(node(""), ",'requirements':" + requirements)).containsExactly(refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"gpu\"                                      | capabilities contains gpu",
        "['a','b']                                  | capabilities contains a; capabilities contains b",
        "{'attribute':'os','value':'linux'}         | os = linux",
        "{'attribute':'os','operator':'==','value':'linux'} | os = linux",
        "{'target':'meta.rack','operand':'!=','value':'r1'} | meta.rack != r1",
        "{'l_target':'${attr.cpu_cores}','operand':'>=','r_target':4} | cpu_cores >= 4",
        "{'l_target':'${node.name}','operand':'regexp','r_target':'^a.*'} | name regexp ^a.*",
        "{'attribute':'arch','operator':'in','value':['amd64','aarch64']}"
            + " | arch = amd64 or aarch64",
        "{'attribute':'capabilities','operator':'set-contains','value':'x'}"
            + " | capabilities contains x",
        "{'attribute':'meta.ssd','operator':'is_set'}  | meta.ssd exists",
        "{'attribute':'meta.ssd','operator':'not_exists'} | meta.ssd not_exists",
        "{'attribute':'meta.ssd','value':true}      | meta.ssd = true",
        "[] | ''",
        "{} | ''",
      })
  void constraints(String constraints, String words) {
    for (String member :
        List.of(
            node(",'constraints':" + constraints) + "#",
            node(",'config':{'constraints':" + constraints + "}") + "#",
            node(",'policies':{'constraints':" + constraints + "}") + "#",
            node("") + "#,'constraints':" + constraints,
            node("") + "#,'policies':{'constraints':" + constraints + "}",
            node("") + "#,'policies':{'scheduler':{'constraints':" + constraints + "}}")) {
      String[] parts = member.split("#", 2);
      Workflow workflow = check(parts[0], parts[1]).workflow();
      assertThat(reported(workflow)).isEmpty();
      assertThat(
              workflow.agents().get("a").policies().scheduling().constraints().stream()
                  .map(one -> one.words())
                  .collect(Collectors.joining("; ")))
          .as(member)
          .isEqualTo(words);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "7 | constraints must be the name of a capability, or an object with attribute, operator"
            + " and value",
        "[{'value':1}] | constraints.0 must be the name of a capability, or an object with"
            + " attribute, operator and value",
        "{'attribute':'os','operator':'~','value':1} | constraints.operator must be one of"
            + " = != > >= < <= contains regexp exists not_exists: ~",
        "{'attribute':'os'} | constraints.value must be a text, a number, a boolean or a list of"
            + " these",
        "{'attribute':'os','operator':'regexp','value':'('} | constraints.value must be a"
            + " regular expression: Unclosed group",
        "{'attribute':'cpu_cores','operator':'>','value':'many'} | constraints.value must be a"
            + " number, or a version as 12.4, for the operator >",
        "{'attribute':'meta.size','operator':'<=','value':[3,'x']} | constraints.value must be a"
            + " number, or a version as 12.4, for the operator <=",
        "{'attribute':'meta.size','operator':'>=','value':true} | constraints.value must be a"
            + " number, or a version as 12.4, for the operator >=",
        "{'attribute':'os','operator':'>','value':4} | constraints.operator must be one of = !="
            + " contains regexp exists not_exists, as os is a text without an order",
      })
  void otherConstraintsAreRefused(String constraints, String refusal) {
    assertThat(errors(node(",'constraints':" + constraints), ""))
        .containsExactly("nodes.a." + refusal);
  }

  @Test
  void whatCannotBeComparedIsToldWithItsPlaceAndWhatShouldStandThere() {
    String written = ",'constraints':[{'attribute':'cpu_cores','operator':'>','value':'many'}]";
    for (String member : List.of("constraints", "placement_requirements")) {
      boolean isList = member.equals("constraints");
      String node =
          isList
              ? written
              : ",'placement_requirements':{'cpu_cores':{'operator':'>','value':'many'}}";
      assertThat(check(node(node), "").issues())
          .filteredOn(issue -> issue.severity().equals("error"))
          .singleElement()
          .satisfies(
              issue -> {
                assertThat(issue.code()).isEqualTo("manifest.invalid_value");
                assertThat(issue.expected())
                    .isEqualTo("a number, or a version as 12.4, for the operator >");
                assertThat(issue.actual()).isEqualTo("many");
                assertThat(issue.location().pointer())
                    .isEqualTo(
                        "/manifest/nodes/0/%s/%s/value"
                            .formatted(member, isList ? "0" : "cpu_cores"));
              });
    }
  }

  @ParameterizedTest
  @CsvSource({
    "12.4, true",
    "4, true",
    "-0.5, true",
    "1e3, true",
    ".5, true",
    "1.2.3, true",
    "'', false",
    "many, false",
    "1.2.x, false",
    "0x10, false",
    "NaN, false"
  })
  void numbersAndVersionsHaveAnOrder(String value, boolean hasOne) {
    String ordered =
        ",'constraints':{'attribute':'meta.v','operator':'>=','value':'%s'}".formatted(value);
    assertThat(errors(node(ordered), "").isEmpty()).isEqualTo(hasOne);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rack | rack, which no node has; did you mean meta.rack?",
        "gpu | gpu, which no node has; did you mean meta.gpu?",
        "node.cpu_core | cpu_core, which no node has; did you mean cpu_cores?",
        "meta.rack |",
        "${attr.gpu_count} |",
        "unique.name |",
      })
  void attributesThatNoNodeHasAreTold(String attribute, String hint) {
    String written = "{'attribute':'%s','operator':'exists'}".formatted(attribute);
    List<String> reported = reported(check(node(",'constraints':" + written), "").workflow());
    if (hint == null) {
      assertThat(reported).isEmpty();
    } else {
      assertThat(reported)
          .containsExactly(
              "nodes.a.constraints.attribute asks for "
                  + hint
                  + " Labels of node.labels begin with meta.");
    }
  }

  /** Else the constraint would be read as its reverse. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'attribute':'os','op':'!=','value':'linux'} | constraints.op",
        "{'attribute':'os','Operator':'!=','value':'linux'} | constraints.Operator",
        "{'attribute':'os','opertor':'exists'} | constraints.opertor",
        "[{'attribute':'os','comparator':'!=','value':'linux'}] | constraints.0.comparator",
        "{'attribute':'os','how':'!=','value':'linux'} | constraints.how",
      })
  void aMisspeltOperatorIsRefused(String written) {
    String[] parts = written.split(" [|] ");
    assertThat(errors(node(",'constraints':" + parts[0]), ""))
        .contains("unknown member nodes.a." + parts[1] + "; did you mean operator?");
    assertThat(errors(node(""), ",'policies':{'constraints':" + parts[0] + "}"))
        .contains("unknown member policies." + parts[1] + "; did you mean operator?");
  }

  @Test
  void requirementsOfPlacementHaveNoUnknownMembers() {
    String reversed = ",'placement_requirements':{'os':{'op':'!=','value':'linux'}}";
    assertThat(errors(node(reversed), ""))
        .containsExactly(
            "unknown member nodes.a.placement_requirements.os.op; did you mean operator?");
    String weighed = ",'placement_requirements':{'os':{'value':'linux','weight':3}}";
    assertThat(reported(check(node(weighed), "").workflow()))
        .containsExactly("unknown member nodes.a.placement_requirements.os.weight");
    String softened = ",'constraints':{'attribute':'os','value':'linux','weight':3}";
    assertThat(reported(check(node(softened), "").workflow()))
        .containsExactly("unknown member nodes.a.constraints.weight");
  }

  @Test
  void resourcesOfANodeAndOfItsConfigComeTogether() {
    String both =
        ",'resources':{'memory_mb':200,'limits':{'processes':9}},'config':{'resources':"
            + "{'memory_mb':200.0,'cpu':500,'limits':{'memory_mb':300},'ports':[{'label':'w'}]}}";
    Workflow workflow = check(node(both), "").workflow();
    assertThat(reported(workflow)).isEmpty();
    assertThat(workflow.agents().get("a").request().amounts()).isEqualTo(new Amounts(500, 200, 0));
    assertThat(workflow.agents().get("a").request().ports()).hasSize(1);
    assertThat(LimitReader.of(workflow.agents().get("a").resources()))
        .containsOnly(
            Map.entry(ProgramLimit.PROCESSES, 9L), Map.entry(ProgramLimit.MEMORY_MB, 300L));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'memory_mb':1} | {'memory_mb':2} | nodes.a.config.resources.memory_mb (2) contradicts"
            + " nodes.a.resources.memory_mb (1): keep one of them",
        "{'memory_mb':1} | {'memory_gb':2} | nodes.a.config.resources.memory_gb (2048 MB)"
            + " contradicts nodes.a.resources.memory_mb (1 MB): keep one of them",
        "{'limits':{'processes':1}} | {'limits':{'processes':2}} |"
            + " nodes.a.config.resources.limits.processes (2) contradicts"
            + " nodes.a.resources.limits.processes (1): keep one of them",
      })
  void resourcesOfANodeAndOfItsConfigMustNotContradict(String one, String other, String refusal) {
    String node = ",'resources':" + one + ",'config':{'resources':" + other + "}";
    assertThat(errors(node(node), "")).containsExactly(refusal);
    assertThat(manifests.parse(manifest(node(node), "")).agents()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"placement_requirements", "services", "requires_services"})
  void whatBelongsBesideTheConfigIsTold(String member) {
    assertThat(reported(check(node(",'config':{'" + member + "':[]}"), "").workflow()))
        .containsExactly(
            "nodes.a.config.%s is not read; did you mean %1$s beside config?".formatted(member));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{'name':'db','address':'10.0.0.1','port':1}] | requires_services.0.address",
        "{'name':'db','url':'http://db'} | requires_services.url",
        "['x',{'name':'db','checks':[{'type':'tcp'}]}] | requires_services.1.checks",
        "[{'name':'db','origin':'external'}] | requires_services.0.origin",
      })
  void whatNoProgramWaitsForIsRefused(String services, String place) {
    assertThat(errors(node(",'requires_services':" + services), ""))
        .containsExactly(
            "nodes.a.%s is not asked: programs wait for services of the registry only; what is elsewhere belongs in required_services at the root"
                .formatted(place));
    assertThat(errors(node(""), ",'required_services':" + services)).isEmpty();
    assertThat(errors(node(",'requires_services':['a',{'name':'b','tags':['t'],'checks':[]}]"), ""))
        .isEmpty();
  }

  @Test
  void theNameOfAPortIsItsLabel() {
    Workflow workflow =
        check(node(",'resources':{'ports':[{'label':'w','name':'w'}]}"), "").workflow();
    assertThat(reported(workflow))
        .containsExactly("unknown member nodes.a.resources.ports.0.name; did you mean label?");
  }

  @Test
  void constraintsOfANodeAndOfItsConfigMustAllHold() {
    String node = ",'constraints':'a','config':{'constraints':[{'attribute':'os','value':'x'}]}";
    assertThat(
            check(node(node), "")
                .workflow()
                .agents()
                .get("a")
                .policies()
                .scheduling()
                .constraints()
                .stream()
                .map(one -> one.words()))
        .containsExactly("capabilities contains a", "os = x");
  }

  @Test
  void placementIsAskedForByPoliciesAndByNodes() {
    String node =
        node(
            ",'placement_requirements':{'os':'linux','cpu_cores':{'operator':'>=','value':2}},"
                + "'policies':{'scheduler':{'preferred_node':'two'}}");
    Workflow workflow =
        check(
                node,
                ",'policies':{'scheduler_strategy':'spread',"
                    + "'scheduler':{'preferred_node':'one','constraints':'gpu'}}")
            .workflow();
    assertThat(reported(workflow)).isEmpty();
    Scheduling ofJob = workflow.policies().scheduling();
    assertThat(ofJob.strategy()).isEqualTo(Scheduling.Strategy.SPREAD);
    assertThat(ofJob.preferredNode()).isEqualTo("one");
    Scheduling ofAgent = workflow.agents().get("a").policies().scheduling();
    assertThat(ofAgent.strategy()).isEqualTo(Scheduling.Strategy.SPREAD);
    assertThat(ofAgent.preferredNode()).isEqualTo("two");
    assertThat(ofAgent.constraints().stream().map(one -> one.words()))
        .containsExactly("capabilities contains gpu", "os = linux", "cpu_cores >= 2");
  }

  private ResourceRequest request(String resources) {
    Workflow workflow = check(node(",'resources':" + resources), "").workflow();
    assertThat(workflow).isNotNull();
    assertThat(reported(workflow)).isEmpty();
    ResourceRequest inConfig =
        check(node(",'config':{'resources':" + resources + "}"), "")
            .workflow()
            .agents()
            .get("a")
            .request();
    ResourceRequest request = workflow.agents().get("a").request();
    assertThat(inConfig).isEqualTo(request);
    return request;
  }

  private static List<String> reported(Workflow workflow) {
    return workflow.warnings().stream()
        .filter(one -> !one.startsWith("no agent can complete this job"))
        .toList();
  }

  private List<String> errors(String node, String more) {
    return check(node, more).issues().stream()
        .filter(issue -> issue.severity().equals("error"))
        .map(Issue::message)
        .toList();
  }

  private Checked check(String node, String more) {
    return manifests.check(manifest(node, more), Set.of(), Purpose.NEW);
  }

  private static String node(String more) {
    return "{'node_id':'a','agent_type':'router'" + more + "}";
  }

  private static String manifest(String node, String more) {
    ObjectNode manifest =
        Json.parseObject(
            "{'manifest_version':'1.0','graph_id':'g','entrypoints':['a'],'edges':[],'nodes':[%s]%s}"
                .formatted(node, more)
                .replace('\'', '"'),
            "test");
    return manifest.toString();
  }
}
