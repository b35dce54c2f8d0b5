package io.mirrorneuron.runtime.manifest;

import static io.mirrorneuron.runtime.manifest.Junk.put;
import static io.mirrorneuron.runtime.manifest.ManifestTexts.json;
import static io.mirrorneuron.runtime.manifest.ManifestTexts.refusal;
import static io.mirrorneuron.runtime.manifest.ManifestTexts.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.manifest.graph.Upload;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.runtime.workflow.Workflow.Edge;
import io.mirrorneuron.runtime.workflow.Workflow.JobType;
import io.mirrorneuron.runtime.workflow.Workflow.RecoveryMode;
import io.mirrorneuron.runtime.workflow.Workflow.Routing;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestsTest {
  private final Manifests manifests = new Manifests(DefaultRunner.HOST_LOCAL);

  @Test
  void readsAShellChain() {
    Workflow workflow = manifests.parse(resource("shell-chain.json"));

    assertThat(workflow.graphId()).isEqualTo("receipt_total");
    assertThat(workflow.jobName()).isEqualTo("Receipt total");
    assertThat(workflow.manifestVersion()).isEqualTo("1.0");
    assertThat(workflow.type()).isEqualTo("batch");
    assertThat(workflow.jobType()).isEqualTo(JobType.BATCH);
    assertThat(workflow.recoveryMode()).isEqualTo(RecoveryMode.LOCAL_RESTART);
    assertThat(workflow.entrypoints()).containsExactly("add_up");
    assertThat(workflow.initialInputs().get("add_up")).hasSize(1);
    assertThat(workflow.agents().keySet()).containsExactly("add_up", "answer");
    assertThat(workflow.agents().get("add_up").outgoing()).isEqualTo(workflow.edges());
    assertThat(workflow.agents().get("answer").type()).isEqualTo(AgentType.AGGREGATOR);
    assertThat(workflow.agents().get("answer").template()).isEqualTo("reduce");
    assertThat(workflow.warnings()).isEmpty();
  }

  @Test
  void keepsTheAuthorsTextUnchanged() throws IOException {
    String text = resource("shell-chain.json");
    assertThat(manifests.parse(text).source()).isEqualTo(Json.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "{", "{\"a\":1}}", "nope"})
  void textThatIsNoJsonIsMalformed(String text) {
    MnException failure = failure(text);
    assertThat(failure.code()).isEqualTo(ErrorCode.MALFORMED);
    assertThat(failure).hasMessageStartingWith("manifest_json is malformed");
  }

  @Test
  void whereTheTextStopsBeingJsonIsTold() {
    assertThat(failure("{\n  \"graph_id\": \"g\",\n  \"nodes\": [}\n}"))
        .hasMessageStartingWith("manifest_json is malformed at line 3, column 13: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "1", "null", "\"text\""})
  void jsonThatIsNoObjectIsMalformed(String text) {
    MnException failure = failure(text);
    assertThat(failure.code()).isEqualTo(ErrorCode.MALFORMED);
    assertThat(failure).hasMessage("manifest_json must be an object");
  }

  @Test
  void theEmptyObjectLacksEverythingAtOnce() {
    assertThat(failure("{}"))
        .hasMessage(
            "graph_id is required; manifest_version is required; nodes must not be empty;"
                + " manifest must define at least one entrypoint or one node with role"
                + " root/root_coordinator");
  }

  static Stream<Arguments> errors() {
    return Stream.of(
        row("/manifest_version", "null", "manifest_version is required"),
        row("/manifest_version", "1", "manifest_version must be a non-empty string"),
        row("/graph_id", "\" \"", "graph_id is required"),
        row("/graph_id", "7", "graph_id must be a non-empty string"),
        row("/graph_id", quoted("g".repeat(201)), "graph_id is longer than 200 characters: "),
        row("/job_name", "[]", "job_name must be a string"),
        row("/type", "\"stream\"", "type must be service or omitted for batch"),
        row("/type", "{}", "type must be service or omitted for batch"),
        row("/daemon", "1", "daemon must be a boolean"),
        row("/metadata", "[]", "metadata must be an object"),
        row("/metadata", "{\"run_id\":\"../x\"}", "metadata.run_id must be a letter or digit"),
        row("/run_id", "5", "run_id must be a letter or digit"),
        row("/requiredContextEngine", "\"y\"", "requiredContextEngine must be a boolean"),
        row("/required_context_engine", "0", "requiredContextEngine must be a boolean"),
        row("/policies", "[]", "policies must be an object"),
        row("/policies", "{\"recovery_mode\":\"hope\"}", "unsupported recovery_mode hope"),
        row("/policies", "{\"job_type\":\"cron\"}", "unsupported job_type cron"),
        row("/policies", "{\"scheduler\":{\"job_type\":1}}", "unsupported job_type 1"),
        row(
            "/policies",
            "{\"scheduler_strategy\":\"pile\"}",
            "policies.scheduler_strategy has unsupported value"),
        row(
            "/policies",
            "{\"restart\":{\"attempts\":-1}}",
            "policies.restart.attempts must be a non-negative integer"),
        row(
            "/policies",
            "{\"restart\":{\"delay_function\":\"random\"}}",
            "policies.restart.delay_function has unsupported value"),
        row(
            "/policies",
            "{\"restart\":{\"mode\":1}}",
            "policies.restart.mode has unsupported value"),
        row("/policies", "{\"reschedule\":3}", "policies.reschedule must be an object"),
        row(
            "/policies",
            "{\"backpressure\":{\"max_queue_depth\":\"x\"}}",
            "policies.backpressure.max_queue_depth must be a positive integer"),
        row("/entrypoints", "\"nobody\"", "entrypoint nobody does not reference a known node"),
        row("/entrypoints", "[3]", "entrypoint 3 does not reference a known node"),
        row("/entrypoints", "7", "entrypoints must be a list"),
        row("/entrypoints", "[]", "manifest must define at least one entrypoint or one node"),
        row("/initial_inputs", "5", "initial_inputs must be an object or list"),
        row("/nodes", "[]", "nodes must not be empty"),
        row("/nodes", "{}", "nodes must be a list"),
        row("/nodes/0", "null", "nodes.0 must be an object"),
        row("/nodes/0", "1", "nodes.0 must be an object"),
        row("/nodes/0/node_id", "null", "node_id is required for every node"),
        row("/nodes/0/node_id", "1", "node_id must be a non-empty string"),
        row("/nodes/1/node_id", "\"work\"", "duplicate node_id work"),
        row("/nodes/1/node_id", "\"a\\nb\"", "node_id must not hold control characters: a b"),
        row("/nodes/1/node_id", "\"a\\ud800\"", "node_id must not hold control characters: a"),
        row("/nodes/1/node_id", "\"/a\"", "node_id must not start or end with /: /a"),
        row("/nodes/0/agent_type", "null", "agent_type is required for node work"),
        row("/nodes/0/agent_type", "\"wizard\"", "unsupported agent_type wizard for node work"),
        row("/nodes/0/type", "\"blob\"", "unsupported template type blob for node work"),
        row(
            "/nodes/1/type",
            "\"stream\"",
            "template type stream is not supported for agent_type aggregator on node sink"),
        row("/nodes/0/role", "1", "nodes.work.role must be a string"),
        row("/nodes/0/config", "[]", "nodes.work.config must be an object"),
        row(
            "/nodes/0/policies",
            "{\"restart\":1}",
            "nodes.work.policies.restart must be an object"),
        row("/nodes/0/tool_bindings", "{}", "nodes.work.tool_bindings must be a list"),
        row(
            "/nodes/1/config/complete_run",
            "1",
            "nodes.sink.config.complete_run must be a boolean"),
        row(
            "/nodes/1/config/complete_after",
            "-1",
            "nodes.sink.config.complete_after must be a non-negative integer"),
        row(
            "/nodes/0/config/terminal_sink",
            "true",
            "terminal_sink node work must not have outgoing edges"),
        row("/edges", "{}", "edges must be a list"),
        row("/edges/0", "null", "edges.0 must be an object"),
        row("/edges/0/from", "null", "edge e must define from_node"),
        row("/edges/0/from", "\"x\"", "edge e references missing from_node x"),
        row("/edges/0/to", "\"x\"", "edge e references missing to_node x"),
        row("/edges/0/to", "[1]", "edge e references missing to_node [1]"),
        row("/edges/0/event", "null", "edge e must define message_type"),
        row("/edges/0/routing_mode", "\"luck\"", "edge e has unsupported routing_mode luck"),
        row("/edges/0/conditions", "[1]", "edges.e.conditions must be an object"),
        row(
            "/edges/0/conditions",
            "{\"all\":[{\"path\":\"payload.x\",\"op\":\"~\",\"value\":1}]}",
            "edges.e.conditions.all.0.op: unsupported operator ~"),
        row("/nodes/0/config/command", "null", "command is required for executor node work"),
        row("/nodes/0/config/command", "[]", "command is required for executor node work"),
        row("/nodes/0/config/command", "\" \"", "command is required for executor node work"),
        row(
            "/nodes/0/config/command",
            "5",
            "nodes.work.config.command must be a list of strings or a string"),
        row(
            "/nodes/0/config/command",
            "[\"sh\",1]",
            "nodes.work.config.command must be a list of strings: write 1 in quotes"),
        row(
            "/nodes/0/config/command",
            "[\"\"]",
            "nodes.work.config.command must be a list of strings that starts with a program"),
        row(
            "/nodes/0/config/command",
            "[\"sh\",\"\\u0000\"]",
            "nodes.work.config.command must not hold NUL characters"),
        row(
            "/nodes/0/config/timeout_seconds",
            "-1",
            "nodes.work.config.timeout_seconds must be a number of seconds from 0 to 10^9"),
        row(
            "/nodes/0/config/timeout_seconds",
            "1e999",
            "nodes.work.config.timeout_seconds must be a number of seconds from 0 to 10^9"),
        row(
            "/nodes/0/config/max_attempts",
            "0",
            "nodes.work.config.max_attempts must be a positive integer"),
        row(
            "/nodes/0/config/max_attempts",
            "99999999999",
            "nodes.work.config.max_attempts must be a positive integer"),
        row(
            "/nodes/0/config/pool_slots",
            "1.5",
            "nodes.work.config.pool_slots must be a positive integer"),
        row(
            "/nodes/0/config/retry_backoff_ms",
            "\"5\"",
            "nodes.work.config.retry_backoff_ms must be an integer of milliseconds"),
        row(
            "/nodes/0/config/max_output_bytes",
            "true",
            "nodes.work.config.max_output_bytes must be a positive integer"),
        row(
            "/nodes/0/config/pass_env",
            "[1]",
            "nodes.work.config.pass_env must be a list of non-empty strings"),
        row(
            "/nodes/0/config/no_retry_exit_codes",
            "[\"64\"]",
            "nodes.work.config.no_retry_exit_codes must be a list of integers"),
        row("/nodes/0/config/environment", "[]", "nodes.work.config.environment must be an object"),
        row(
            "/nodes/0/config/environment",
            "{\"A=B\":1}",
            "nodes.work.config.environment has a variable without a proper name: A=B"),
        row(
            "/nodes/0/config/environment",
            "{\"A\":\"\\u0000\"}",
            "nodes.work.config.environment.A must not hold NUL characters"),
        row("/nodes/0/config/upload_paths", "{}", "nodes.work.config.upload_paths must be a list"),
        row(
            "/nodes/0/config/upload_paths",
            "[\"a\"]",
            "nodes.work.config.upload_paths.0 must be an object"),
        row(
            "/nodes/0/config/upload_paths",
            "[{}]",
            "nodes.work.config.upload_paths.0.source is required"),
        row(
            "/nodes/0/config/upload_paths",
            "[{\"source\":\"a/../../b\"}]",
            "upload source must stay inside blueprint payloads: a/../../b"),
        row(
            "/nodes/0/config/upload_paths",
            "[{\"source\":\"a\",\"target\":\"/etc\"}]",
            "upload target must stay inside the workspace: /etc"),
        row(
            "/nodes/0/config/upload_path",
            "\"C:\\\\x\"",
            "upload source must stay inside blueprint payloads: C:\\x"),
        row(
            "/nodes/0/config",
            "{\"upload_path\":\"a\",\"upload_as\":\"..\"}",
            "upload target must stay inside the workspace: .."),
        row("/requirements", "[]", "requirements must be an object"),
        row("/requirments", "1", "requirements must be an object"),
        row(
            "/requirements",
            "{\"cpu\":-1}",
            "requirements.cpu must be a non-negative number, a size or an object with min"),
        row(
            "/requirements",
            "{\"memory\":\"lots\"}",
            "requirements.memory must be a non-negative number, a size or an object with min"),
        row(
            "/requirements",
            "{\"disk\":{\"min_gb\":true}}",
            "requirements.disk.min_gb must be a non-negative number or a size"),
        row(
            "/requirements",
            "{\"gpu\":{\"vendor\":1}}",
            "requirements.gpu.vendor must be a string"),
        row(
            "/requirements",
            "{\"gpu\":{\"memory_operator\":\"<\"}}",
            "requirements.gpu.memory_operator has unsupported value"),
        row(
            "/requirements",
            "{\"gpu\":{\"min_memory_mb\":-1}}",
            "requirements.gpu.min_memory_mb must be a non-negative number"),
        row(
            "/requirements",
            "{\"gpu\":{\"capabilities\":\"x\"}}",
            "requirements.gpu.capabilities must be a list of non-empty strings"),
        row(
            "/nodes/0/resources",
            "{\"cpu_cores\":-0.1}",
            "nodes.work.resources.cpu_cores must be a non-negative number"),
        row(
            "/nodes/0/config/resources",
            "{\"gpus\":\"two\"}",
            "nodes.work.config.resources.gpus must be a non-negative number"),
        row(
            "/nodes/0/resources",
            "{\"ports\":[{\"label\":\"web\",\"port\":70000}]}",
            "nodes.work.resources.ports.0.port must be a number from 1 to 65535"),
        row(
            "/nodes/0/resources",
            "{\"ports\":[{\"label\":\"web\",\"protocol\":\"smtp\"}]}",
            "nodes.work.resources.ports.0.protocol has unsupported value"),
        row(
            "/nodes/0/resources",
            "{\"volumes\":[{\"name\":\"d\",\"target\":\"data\"}]}",
            "nodes.work.resources.volumes.0.target must be an absolute path"),
        row(
            "/nodes/0/resources",
            "{\"devices\":[{\"count\":-1}]}",
            "nodes.work.resources.devices.0.count must be a non-negative integer"),
        row("/input_validation", "\"x\"", "input_validation must be an object or list"),
        row("/inputValidation", "1", "input_validation must be an object or list"),
        row("/input_validation", "{\"rules\":{}}", "input_validation.rules must be a list"),
        row("/input_validation", "[1]", "input_validation.0 must be an object"),
        row("/input_validation", "[{}]", "input_validation.0.type is required"),
        row(
            "/input_validation",
            "[{\"type\":\"guess\"}]",
            "input_validation.0.type must be pattern or command"),
        row(
            "/metadata",
            "{\"input_validation\":[{\"type\":\"command\"}]}",
            "metadata.input_validation.0.command must be a list of strings or a string"));
  }

  @ParameterizedTest(name = "{0} = {1}: {2}")
  @MethodSource("errors")
  void refuses(String pointer, String value, String message) throws IOException {
    ObjectNode manifest = valid();
    put(manifest, pointer, Json.parse(value));

    MnException failure = failure(manifest);

    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID);
    assertThat(failure.error()).isEqualTo("manifest_validation_failed");
    assertThat(failure.getMessage()).contains(message);
  }

  @Test
  void everyErrorIsToldWithItsPlace() {
    ObjectNode manifest = valid();
    manifest.remove("manifest_version");
    put(manifest, "/nodes/0/config/max_attempts", Json.MAPPER.getNodeFactory().numberNode(0));
    put(manifest, "/edges/0/to", Json.MAPPER.getNodeFactory().textNode("void"));

    MnException failure = failure(manifest);

    assertThat(failure)
        .hasMessage(
            "manifest_version is required; nodes.work.config.max_attempts must be a positive"
                + " integer; edge e references missing to_node void");
    JsonNode report = failure.validation();
    assertThat(report.get("version").asText()).isEqualTo("validation.report/v1");
    assertThat(report.get("ok").booleanValue()).isFalse();
    assertThat(report.get("status").asText()).isEqualTo("failed");
    assertThat(report.get("error_count").asInt()).isEqualTo(3);
    assertThat(report.get("results")).isEmpty();
    assertThat(report.get("errors").get(0).asText()).isEqualTo("manifest_version is required");
    assertThat(report.get("errors").get(1).asText())
        .startsWith("nodes.0.config.max_attempts: nodes.work.config");
    JsonNode issue = report.get("issues").get(1);
    assertThat(issue.get("code").asText()).isEqualTo("manifest.invalid_value");
    assertThat(issue.get("severity").asText()).isEqualTo("error");
    assertThat(issue.get("help").asText()).isNotBlank();
    assertThat(issue.get("location").toString())
        .isEqualTo(
            "{\"source\":\"manifest\",\"path\":\"nodes.0.config.max_attempts\","
                + "\"pointer\":\"/manifest/nodes/0/config/max_attempts\"}");
  }

  @Test
  void aFloodOfErrorsIsCutShortAndCounted() {
    ObjectNode manifest = valid();
    ArrayNode edges = manifest.putArray("edges");
    for (int i = 0; i < 500; i++) {
      edges.add(1);
    }

    MnException failure = failure(manifest);

    assertThat(failure.getMessage()).endsWith("; and 400 more errors");
    assertThat(failure.validation().get("error_count").asInt()).isEqualTo(500);
    assertThat(failure.validation().get("issues")).hasSize(100);
  }

  @Test
  void aModuleAgentNeedsAnotherRuntime() {
    ObjectNode manifest = changed("/nodes/0/agent_type", "\"module\"");
    MnException failure = failure(manifest);
    assertThat(failure.code()).isEqualTo(ErrorCode.PRECONDITION);
    assertThat(failure.error()).isEqualTo("unsupported_agent_type");
    assertThat(failure.getMessage())
        .startsWith("unsupported_agent_type: module agents need the BEAM runtime");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MirrorNeuron.Runner.DockerWorker",
        "DockerCompose",
        "MirrorNeuron.Sandbox.OpenShell",
        "Something.Else"
      })
  void aRunnerThatIsNotHereIsUnavailable(String runner) {
    MnException failure = failure(changed("/nodes/0/config/runner_module", quoted(runner)));
    assertThat(failure.code()).isEqualTo(ErrorCode.PRECONDITION);
    assertThat(failure.error()).isEqualTo("runner_unavailable");
    assertThat(failure.getMessage()).contains("node work", runner);
  }

  @Test
  void anExecutorWithoutRunnerRunsOnlyWhereTheServerHasADefault() {
    ObjectNode manifest = valid();
    config(manifest, 0).remove("runner_module");

    assertThat(manifests.parse(manifest.toString()).agents()).containsKey("work");
    Manifests strict = new Manifests(DefaultRunner.REJECT);
    MnException failure =
        catchThrowableOfType(MnException.class, () -> strict.parse(manifest.toString()));
    assertThat(failure.error()).isEqualTo("runner_unavailable");
  }

  @Test
  void aMissingRunnerDoesNotHideOtherErrors() {
    ObjectNode manifest = changed("/nodes/0/config/runner_module", "\"DockerWorker\"");
    config(manifest, 0).remove("command");

    MnException failure = failure(manifest);

    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID);
    assertThat(failure.getMessage()).contains("runner_unavailable", "command is required");
  }

  @Test
  void anUnrenderedTemplateIsNamed() {
    ObjectNode manifest = changed("/nodes/0/uses", "\"mn-agents.scout@1\"");
    ((ObjectNode) manifest.at("/nodes/0")).remove("config");
    assertThat(failure(manifest).getMessage())
        .contains("node work uses the agent template mn-agents.scout@1");
  }

  @Test
  void otherNamesOfMembersAreRead() {
    Workflow workflow =
        manifests.parse(
            """
            {"manifest_version":"1","graph_id":"g",
             "nodes":[{"id":"a","agentType":"relay","role":"root"},
                      {"node_id":"b","agent_type":"collector","kind":"accumulator"},
                      {"node_id":"c","agent_type":"sandbox_worker","config":
                        {"node_type":"batch","command":"true"}}],
             "edges":[{"from":"a","to":"b","event":"x","routing_mode":"first_match"},
                      {"from_node":"a","to_node":"b","message_type":"*"},
                      {"id":"q","from":"a","to":"c","event":"x"}]}
            """);

    assertThat(workflow.entrypoints()).containsExactly("a");
    assertThat(workflow.jobName()).isEqualTo("g");
    assertThat(workflow.agents().get("a").type()).isEqualTo(AgentType.ROUTER);
    assertThat(workflow.agents().get("a").template()).isEqualTo("generic");
    assertThat(workflow.agents().get("b").type()).isEqualTo(AgentType.AGGREGATOR);
    assertThat(workflow.agents().get("b").template()).isEqualTo("reduce");
    assertThat(workflow.agents().get("c").type()).isEqualTo(AgentType.EXECUTOR);
    assertThat(workflow.agents().get("c").template()).isEqualTo("batch");
    assertThat(workflow.edges()).extracting(Edge::id).containsExactly("a_b", "a_b_2", "q");
    assertThat(workflow.edges())
        .extracting(Edge::routing)
        .containsExactly(Routing.FIRST_MATCH, Routing.BROADCAST, Routing.BROADCAST);
    assertThat(workflow.edges().get(1).carries("anything")).isTrue();
  }

  @Test
  void oneEntrypointMayStandAlone() {
    assertThat(parse(changed("/entrypoints", "\"work\"")).entrypoints()).containsExactly("work");
  }

  @Test
  void anInputThatIsNoListIsOneMessage() {
    Workflow workflow = parse(changed("/initial_inputs", "{\"work\":{\"n\":1}}"));
    assertThat(workflow.initialInputs().get("work")).hasToString("[{\"n\":1}]");
  }

  @Test
  void aBareListOfInputsGoesToEveryEntrypoint() {
    ObjectNode manifest = changed("/initial_inputs", "[1,2]");
    manifest.putArray("entrypoints").add("work").add("sink");
    assertThat(parse(manifest).initialInputs()).hasToString("{work=[1, 2], sink=[1, 2]}");
  }

  @Test
  void anEmptyListOfInputsMeansNone() {
    assertThat(parse(changed("/initial_inputs", "{\"work\":[]}")).initialInputs()).isEmpty();
  }

  @Test
  void inputsForAnUnknownNodeGoToTheOnlyEntrypointWithAWarning() {
    Workflow workflow = parse(changed("/initial_inputs", "{\"dispatcher\":{\"n\":1}}"));
    assertThat(workflow.initialInputs().get("work")).hasToString("[{\"n\":1}]");
    assertThat(workflow.warnings())
        .containsExactly(
            "initial_inputs names no node dispatcher: its payloads go to the entrypoint work");
  }

  @Test
  void inputsForANodeThatIsNotSeededAreIgnoredWithAWarning() {
    Workflow workflow = parse(changed("/initial_inputs", "{\"sink\":{\"n\":1}}"));
    assertThat(workflow.initialInputs()).isEmpty();
    assertThat(workflow.warnings())
        .containsExactly("initial_inputs for sink are ignored: it is not an entrypoint");
  }

  @Test
  void daemonIsReadAsServiceWithAWarning() {
    Workflow workflow = parse(changed("/daemon", "true"));
    assertThat(workflow.type()).isEqualTo("service");
    assertThat(workflow.jobType()).isEqualTo(JobType.SERVICE);
    assertThat(workflow.warnings()).singleElement().asString().startsWith("daemon is an old word");
  }

  @Test
  void typeAndJobTypeAreRead() {
    assertThat(parse(changed("/type", "\" Service \"")).jobType()).isEqualTo(JobType.SERVICE);
    Workflow sysbatch = parse(changed("/policies", "{\"scheduler\":{\"job_type\":\"sysbatch\"}}"));
    assertThat(sysbatch.jobType()).isEqualTo(JobType.SYSBATCH);
    assertThat(sysbatch.type()).isEqualTo("batch");
  }

  @Test
  void completeJobIsReadAsCompleteRunWithAWarning() {
    ObjectNode manifest = changed("/nodes/1/config", "{\"complete_job\":true}");
    Workflow workflow = parse(manifest);
    assertThat(workflow.agents().get("sink").config().get("complete_run").booleanValue()).isTrue();
    assertThat(workflow.source()).isEqualTo(manifest);
    assertThat(workflow.warnings())
        .containsExactly("legacy_completion: node sink says complete_job; write complete_run");
  }

  @Test
  void aJobThatNobodyCompletesGetsAWarning() {
    Workflow workflow =
        manifests.parse(
            """
            {"manifest_version":"1","graph_id":"g","entrypoints":["a"],
             "nodes":[{"node_id":"a","agent_type":"router",
                       "config":{"complete_on_message":true}}]}
            """);
    assertThat(workflow.warnings())
        .containsExactly(
            "complete_on_message and complete_after mean nothing on node a",
            "no agent can complete this job: it ends when every message is handled");
  }

  @Test
  void repeatedEdgeIdsAreToldApartWithAWarning() {
    ObjectNode manifest = valid();
    ((ArrayNode) manifest.get("edges")).add(manifest.at("/edges/0").deepCopy());
    Workflow workflow = parse(manifest);
    assertThat(workflow.edges()).extracting(Edge::id).containsExactly("e", "e_2");
    assertThat(workflow.warnings()).hasSize(1);
  }

  @Test
  void aMisspeltConditionIsNotSilentlyDropped() {
    Workflow workflow = parse(changed("/edges/0/condition", "{\"path\":\"payload\",\"value\":1}"));
    assertThat(workflow.warnings())
        .containsExactly("edge e: condition is not read; write conditions");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"manual_review_on_recovery\":true}",
        "{\"requires_approval\":true}",
        "{\"unsafe\":true}",
        "{\"safe_to_retry\":false}",
        "{\"idempotent\":false}",
        "{\"side_effects\":true}",
        "{\"side_effects\":\"external\"}",
        "{\"side_effects\":\"writes\"}"
      })
  void marksOfTheAuthorMakeAStepUnsafe(String marks) throws IOException {
    ObjectNode inConfig = valid();
    config(inConfig, 0).setAll((ObjectNode) Json.parse(marks));
    ObjectNode onNode = valid();
    ((ObjectNode) onNode.at("/nodes/0")).setAll((ObjectNode) Json.parse(marks));

    assertThat(parse(inConfig).agents().get("work").unsafe()).isTrue();
    assertThat(parse(onNode).agents().get("work").unsafe()).isTrue();
  }

  @Test
  void aStepWithoutMarksMayRunAgain() {
    ObjectNode manifest = valid();
    config(manifest, 0).put("safe_to_retry", true).put("side_effects", "none");
    assertThat(parse(manifest).agents().get("work").unsafe()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"run_id\":\"r-1\",\"metadata\":{\"run_id\":\"x\"}}",
        "{\"metadata\":{\"blueprint_run_id\":\"r-1\",\"run_id\":\"x\"}}",
        "{\"metadata\":{\"run_id\":\"r-1\"}}",
        "{\"metadata\":{\"mn_cli\":{\"blueprint_run_id\":\"r-1\",\"run_id\":\"x\"}}}",
        "{\"metadata\":{\"mn_cli\":{\"run_id\":\"r-1\"}}}"
      })
  void theRunIdIsFoundWhereAuthorsPutIt(String members) throws IOException {
    ObjectNode manifest = valid();
    manifest.setAll((ObjectNode) Json.parse(members));
    assertThat(parse(manifest).runId()).isEqualTo("r-1");
  }

  @Test
  void unknownMembersAreKeptAndNeverAnError() {
    ObjectNode manifest = changed("/x_ray", "[1]");
    assertThat(parse(manifest).source()).isEqualTo(manifest);
  }

  @Test
  void sizesAndSmallSharesAreLegal() {
    ObjectNode manifest =
        changed("/requirements", "{\"cpu\":0.5,\"memory\":\"2 GiB\",\"gpu\":{\"min_count\":1}}");
    put(manifest, "/nodes/0/resources", json("{\"cpu_cores\":0.1,\"ports\":[{\"label\":\"a\"}]}"));
    assertThat(parse(manifest).agents()).hasSize(2);
  }

  @Test
  void theEmptyWorkflowOfTheStepFormIsLegal() {
    Workflow workflow =
        manifests.parse(
            "{\"apiVersion\":\"mn.workflow/v1\",\"kind\":\"Workflow\","
                + "\"workflow\":{\"workflow_id\":\"demo\",\"nodes\":[]}}");
    assertThat(workflow.graphId()).isEqualTo("demo");
    assertThat(workflow.jobName()).isEqualTo("demo");
    assertThat(workflow.manifestVersion()).isEqualTo("1.0");
    assertThat(workflow.agents()).isEmpty();
    assertThat(workflow.entrypoints()).isEmpty();
    assertThat(workflow.source().has("graph_id")).isFalse();
  }

  @Test
  void theStepFormWithoutAnyGraphLacksItsMembers() {
    assertThat(failure("{\"apiVersion\":\"mn.workflow/v1\"}").getMessage())
        .contains("graph_id is required", "nodes must not be empty");
  }

  @Test
  void tooManyNodesAndEdgesAreOneClearError() {
    ObjectNode manifest = valid();
    ArrayNode nodes = manifest.putArray("nodes");
    ArrayNode edges = manifest.putArray("edges");
    for (int i = 0; i <= 200_000; i++) {
      edges.add(0);
      if (i <= 50_000) {
        nodes.add(0);
      }
    }
    assertThat(failure(manifest))
        .hasMessage(
            "nodes has 50001 entries; at most 50000 are allowed;"
                + " edges has 200001 entries; at most 200000 are allowed");
  }

  @Test
  void inputsThatMultiplyAreLimited() {
    ObjectNode manifest = valid();
    ArrayNode nodes = manifest.putArray("nodes");
    ArrayNode entrypoints = manifest.putArray("entrypoints");
    ArrayNode inputs = manifest.putArray("initial_inputs");
    manifest.remove("edges");
    for (int i = 0; i < 1000; i++) {
      nodes.addObject().put("node_id", "n" + i).put("agent_type", "router");
      entrypoints.add("n" + i);
      inputs.add(i);
    }
    assertThat(failure(manifest))
        .hasMessage("initial_inputs make 1000000 messages; at most 200000 are allowed");
  }

  @Test
  void deepNestingIsRefused() {
    String deep = "[".repeat(120) + "]".repeat(120);
    assertThat(failure(changed("/metadata", "{\"x\":" + deep + "}")))
        .hasMessage("manifest is nested deeper than 100 levels");
  }

  @Test
  void hugeValuesAreShortenedInMessages() {
    MnException failure = failure(changed("/nodes/0/agent_type", quoted("x".repeat(100_000))));
    assertThat(failure.getMessage()).hasSizeLessThan(200).contains("x…");
  }

  @Test
  void uploadsMustBeAmongThePayloads() {
    ObjectNode manifest = valid();
    Consumer<String> upload =
        source -> config(manifest, 0).withArray("upload_paths").addObject().put("source", source);
    List.of("lib", "./lib/a.py", "tool.sh", "lib/b.py", "li", ".").forEach(upload);
    Workflow workflow = parse(manifest);

    MnException failure =
        catchThrowableOfType(
            MnException.class,
            () -> Manifests.checkUploads(workflow, Set.of("lib/a.py", "deep/er/x")));

    assertThat(failure)
        .hasMessage(
            "upload source does not exist locally: tool.sh;"
                + " upload source does not exist locally: lib/b.py;"
                + " upload source does not exist locally: li");
    assertThat(failure.validation().at("/issues/0/location/pointer").asText())
        .isEqualTo("/manifest/nodes/0/config");
    Manifests.checkUploads(workflow, Set.of("lib/a.py", "lib/b.py", "tool.sh", "li"));
  }

  @Test
  void aRequirementsFileMustBeAmongThePayloads() {
    ObjectNode manifest = valid();
    config(manifest, 0).putObject("python_environment").put("requirements", "py/needs.txt");
    Workflow workflow = parse(manifest);

    Manifests.checkUploads(workflow, Set.of("py/needs.txt"));
    assertThatThrownBy(() -> Manifests.checkUploads(workflow, Set.of("needs.txt")))
        .hasMessage("requirements file does not exist locally: py/needs.txt");
  }

  @Test
  void uploadsHaveATargetAndTheListWins() {
    assertThat(uploads("{\"upload_path\":\"a/b/\"}")).containsExactly(new Upload("a/b", "b"));
    assertThat(uploads("{\"upload_path\":\"a/b\",\"upload_as\":\"c/./d\"}"))
        .containsExactly(new Upload("a/b", "c/d"));
    assertThat(uploads("{\"upload_path\":\"x\",\"upload_paths\":[{\"source\":\"y/z\"}]}"))
        .containsExactly(new Upload("y/z", "z"));
    assertThat(uploads("{\"uploads\":[{\"source\":\"y\",\"target\":\".\"}]}"))
        .containsExactly(new Upload("y", ""));
    assertThat(uploads("{}")).isEmpty();
  }

  @Test
  void noValueAnywhereBreaksTheReader() throws Exception {
    ObjectNode full = (ObjectNode) json(resource("everything.json"));
    assertThat(parse(full).warnings()).allMatch(one -> one.matches(".*(this server|no effect).*"));
    Junk.isReadOrRefused(full, this::parse);
  }

  @Test
  void aLargeManifestIsReadInOnePass() {
    ObjectNode manifest = valid();
    ArrayNode nodes = manifest.putArray("nodes");
    ArrayNode edges = manifest.putArray("edges");
    manifest.put("entrypoints", "n0").remove("initial_inputs");
    for (int i = 0; i < 10_000; i++) {
      ObjectNode node = nodes.addObject().put("node_id", "n" + i).put("agent_type", "executor");
      node.putObject("config").putArray("command").add("true");
      if (i > 0) {
        edges
            .addObject()
            .put("from_node", "n" + (i - 1))
            .put("to_node", "n" + i)
            .put("message_type", "executor_result");
      }
    }
    String text = manifest.toString();

    long start = System.nanoTime();
    Workflow workflow = manifests.parse(text);
    long millis = (System.nanoTime() - start) / 1_000_000;

    System.out.println("10,000 nodes, " + text.length() + " characters: " + millis + " ms");
    assertThat(workflow.agents()).hasSize(10_000);
  }

  private static List<Upload> uploads(String config) {
    return Upload.of((ObjectNode) json(config));
  }

  private Workflow parse(ObjectNode manifest) {
    return manifests.parse(manifest.toString());
  }

  private MnException failure(ObjectNode manifest) {
    return failure(manifest.toString());
  }

  private MnException failure(String text) {
    return refusal(manifests, text);
  }

  private static Arguments row(String pointer, String value, String message) {
    return Arguments.of(pointer, value, message);
  }

  private static String quoted(String text) {
    return Json.write(text);
  }

  private static ObjectNode valid() {
    return (ObjectNode)
        json(
            """
            {"manifest_version":"1.0","graph_id":"g","entrypoints":["work"],
             "nodes":[
               {"node_id":"work","agent_type":"executor",
                "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":["true"]}},
               {"node_id":"sink","agent_type":"aggregator","type":"reduce",
                "config":{"complete_on_message":true}}],
             "edges":[{"id":"e","from":"work","to":"sink","event":"executor_result"}]}
            """);
  }

  private static ObjectNode changed(String pointer, String value) {
    ObjectNode manifest = valid();
    put(manifest, pointer, json(value));
    return manifest;
  }

  private static ObjectNode config(ObjectNode manifest, int node) {
    return (ObjectNode) manifest.at("/nodes/" + node + "/config");
  }
}
