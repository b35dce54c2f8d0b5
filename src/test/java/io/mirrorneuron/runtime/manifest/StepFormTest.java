package io.mirrorneuron.runtime.manifest;

import static io.mirrorneuron.runtime.manifest.Junk.put;
import static io.mirrorneuron.runtime.manifest.ManifestTexts.json;
import static io.mirrorneuron.runtime.manifest.ManifestTexts.refusal;
import static io.mirrorneuron.runtime.manifest.ManifestTexts.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.workflow.RestartPolicy.Backpressure;
import io.mirrorneuron.runtime.workflow.StepGraph;
import io.mirrorneuron.runtime.workflow.StepGraph.Condition;
import io.mirrorneuron.runtime.workflow.StepGraph.FailurePolicy;
import io.mirrorneuron.runtime.workflow.StepGraph.Retry;
import io.mirrorneuron.runtime.workflow.StepGraph.Rule;
import io.mirrorneuron.runtime.workflow.StepGraph.Step;
import io.mirrorneuron.runtime.workflow.StepGraph.StepEdge;
import io.mirrorneuron.runtime.workflow.StepGraph.Trigger;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.runtime.workflow.Workflow.Edge;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The form {@code mn.workflow/v1}. */
class StepFormTest {
  private final Manifests manifests = new Manifests(DefaultRunner.HOST_LOCAL);

  @Test
  void readsWhatTheCompilerOfTheSdkWrites() {
    Workflow workflow = parse(resource("steps-compiled.json"));

    assertThat(workflow.warnings()).isEmpty();
    assertThat(workflow.graphId()).isEqualTo("bakery_flow");
    assertThat(workflow.jobName()).isEqualTo("bakery-flow");
    assertThat(workflow.entrypoints()).containsExactly("knead");
    assertThat(workflow.initialInputs())
        .hasToString("{knead=[{\"args\":[\"rye\"],\"kwargs\":{}}]}");
    assertThat(workflow.agents().keySet()).containsExactly("knead", "bake");
    assertThat(workflow.agents().get("knead").policies().backpressure())
        .isEqualTo(new Backpressure(50, 40, 10, 250));
    StepGraph steps = workflow.steps();
    assertThat(steps.source()).isEqualTo("knead");
    assertThat(steps.sink()).isEqualTo("bake");
    assertThat(steps.maxParallel()).isZero();
    Step knead = steps.steps().get("knead");
    assertThat(knead.agentIds()).containsExactly("knead");
    assertThat(knead.label()).isEqualTo("Knead");
    assertThat(knead.failurePolicy()).isEqualTo(FailurePolicy.FAIL_WORKFLOW);
    assertThat(knead.timeoutMs()).isEqualTo(20_000);
    assertThat(knead.retry()).isEqualTo(new Retry(3, 200, 2));
    assertThat(knead.outgoing()).extracting(StepEdge::id).containsExactly("knead_bake");
    assertThat(steps.steps().get("bake").incoming()).isEqualTo(knead.outgoing());
    assertThat(steps.steps().get("bake").timeoutMs()).isEqualTo(300_000);
  }

  /**
   * The command line adds {@code flow}, {@code graph_id} and {@code entrypoints} before it sends.
   */
  @Test
  void readsWhatTheCommandLineMakesOfIt() {
    ObjectNode prepared = (ObjectNode) json(resource("steps-compiled.json"));
    prepared.putObject("flow").setAll((ObjectNode) prepared.get("agents").deepCopy());
    prepared.put("graph_id", "bakery_flow").putArray("entrypoints").add("knead");

    Workflow workflow = parse(prepared);

    Workflow plain = parse(resource("steps-compiled.json"));
    assertThat(workflow.steps().steps().keySet()).isEqualTo(plain.steps().steps().keySet());
    assertThat(workflow.agents()).isEqualTo(plain.agents());
    assertThat(workflow.edges()).isEqualTo(plain.edges());
    assertThat(workflow.entrypoints()).isEqualTo(plain.entrypoints());
    assertThat(workflow.source()).isEqualTo(prepared);
  }

  @Test
  void readsABundleOfJune() {
    Workflow workflow = parse(resource("steps-june.json"));

    assertThat(workflow.warnings()).isEmpty();
    assertThat(workflow.entrypoints()).containsExactly("gate");
    assertThat(workflow.initialInputs())
        .hasToString("{gate=[{\"port\":\"Kiel\"}, {\"port\":\"Wismar\"}]}");
    StepGraph graph = workflow.steps();
    assertThat(graph.maxParallel()).isEqualTo(2);
    Step collect = graph.steps().get("collect");
    assertThat(collect.agentIds()).containsExactly("collector");
    assertThat(collect.retry()).isEqualTo(new Retry(2, 1500, 2));
    assertThat(collect.timeoutMs()).isEqualTo(60_000);
    assertThat(collect.beaconTimeoutMs()).isEqualTo(45_000);
    Step tides = graph.steps().get("tides");
    assertThat(tides.agentIds()).containsExactly("tide_a", "tide_b");
    assertThat(tides.failurePolicy()).isEqualTo(FailurePolicy.CONTINUE_PARTIAL);
    assertThat(tides.timeoutMs()).isEqualTo(12_500);
    assertThat(tides.retry()).isEqualTo(new Retry(1, 250, 2));
    Step winds = graph.steps().get("winds");
    assertThat(winds.agentIds()).containsExactly("wind_agent");
    assertThat(winds.required()).isFalse();
    assertThat(winds.timeoutMs()).isZero();
    assertThat(winds.retry().maxAttempts()).isEqualTo(4);
    Step publish = graph.steps().get("publish");
    assertThat(publish.trigger()).isEqualTo(new Trigger(Rule.QUORUM_SUCCESS, 1));
    assertThat(publish.unsafe()).isTrue();
    assertThat(collect.unsafe()).isFalse();
    assertThat(publish.incoming())
        .extracting(StepEdge::accepts)
        .containsExactly(Set.of("done", "partial"), Set.of("done"));
    assertThat(publish.incoming()).extracting(StepEdge::required).containsExactly(true, false);
    Condition strongWind = publish.incoming().get(1).condition();
    assertThat(strongWind.test(output("{\"knots\":25}"))).isTrue();
    assertThat(strongWind.test(output("{\"knots\":5}"))).isFalse();
  }

  private static Condition.Context output(String body) {
    return new Condition.Context(Json.object(), Json.object(), json(body), Json.object());
  }

  @Test
  void workersOfBindingsAreTheNodesWhenThereAreNoOthers() {
    Workflow workflow = parse(resource("steps-bindings.json"));

    assertThat(workflow.warnings()).isEmpty();
    assertThat(workflow.graphId()).isEqualTo("orchard_v1");
    assertThat(workflow.jobName()).isEqualTo("orchard");
    assertThat(workflow.agents().keySet())
        .containsExactly("foreman", "picker", "presser", "packer");
    assertThat(workflow.agents().values())
        .extracting(Workflow.Agent::type)
        .containsExactly(
            AgentType.ROUTER, AgentType.EXECUTOR, AgentType.EXECUTOR, AgentType.AGGREGATOR);
    assertThat(workflow.agents().values())
        .extracting(Workflow.Agent::template)
        .containsExactly("map", "generic", "stream", "reduce");
    assertThat(workflow.edges())
        .extracting(Edge::id)
        .containsExactly("foreman_picker", "picker_presser", "to_pack");
    assertThat(workflow.entrypoints()).containsExactly("foreman");
    assertThat(workflow.initialInputs()).hasToString("{foreman=[{\"trees\":3}]}");
    assertThat(workflow.steps().maxParallel()).isEqualTo(1);
    assertThat(workflow.steps().steps().values())
        .extracting(Step::agentIds)
        .containsExactly(
            List.of("foreman", "picker"), List.of("presser"), List.of("packer", "presser"));
    assertThat(workflow.steps().steps().get("press").outgoing())
        .extracting(StepEdge::to)
        .containsExactly("pack");
  }

  @Test
  void errorsOfWorkersStandWhereTheirAuthorWroteThem() {
    ObjectNode manifest = (ObjectNode) json(resource("steps-bindings.json"));
    put(manifest, "/runtime/bindings/pickers/workers/1/with/max_attempts", json("0"));

    JsonNode location = failure(manifest).validation().at("/issues/0/location");

    assertThat(location.get("path").asText())
        .isEqualTo("runtime.bindings.pickers.workers.1.with.max_attempts");
    assertThat(location.get("pointer").asText())
        .isEqualTo("/manifest/runtime/bindings/pickers/workers/1/with/max_attempts");
  }

  @Test
  void missingUploadsArePlacedInEitherKindOfNode() {
    Workflow bound = parse(resource("steps-bindings.json"));
    Workflow listed = parse(resource("steps-compiled.json"));

    assertThat(pointers(bound))
        .containsExactly("/manifest/runtime/bindings/pickers/workers/1/with");
    assertThat(pointers(listed))
        .containsExactly("/manifest/agents/nodes/0/config", "/manifest/agents/nodes/1/config");
    Manifests.checkUploads(bound, Set.of("pick/pick.sh"));
    Manifests.checkUploads(listed, Set.of("mn_python_workflow/mn_worker.py"));
  }

  private static List<String> pointers(Workflow workflow) {
    MnException failure =
        catchThrowableOfType(
            MnException.class, () -> Manifests.checkUploads(workflow, Set.of("other")));
    return Json.elements(failure.validation().get("issues"))
        .map(issue -> issue.at("/location/pointer").asText())
        .toList();
  }

  static Stream<Arguments> errors() {
    return Stream.of(
        schema("/apiVersion", "\"mn.workflow/v9\"", "unsupported apiVersion mn.workflow/v9: this"),
        schema(
            "/apiVersion", "\"mn.workflow.source/v2\"", "reads mn.workflow/v1 and mn.workflow/v2"),
        schema("/apiVersion", "7", "unsupported apiVersion 7"),
        schema("/kind", "\"WorkflowSource\"", "kind must be Workflow: WorkflowSource"),
        schema("/id", "7", "id must be a non-empty string"),
        schema("/agents", "[]", "agents must be an object"),
        schema("/agents/nodes", "[]", "agents.nodes must not be empty"),
        schema("/agents/nodes", "{}", "agents.nodes must be a list"),
        schema("/agents/edges", "{}", "agents.edges must be a list"),
        schema("/agents/entrypoints", "[]", "manifest must define at least one entrypoint"),
        other("/agents/entrypoints", "[\"x\"]", "entrypoint x does not reference a known node"),
        other("/agents/nodes/1/node_id", "\"picker\"", "duplicate node_id picker"),
        other("/agents/edges/1/edge_id", "\"one\"", "duplicate edge_id one"),
        other("/agents/edges/0/to_node", "\"x\"", "edge one references missing to_node x"),
        schema("/workflow/workflow_id", "7", "workflow.workflow_id must be a non-empty string"),
        schema("/workflow/mode", "\"dynamic\"", "workflow.mode has unsupported value"),
        schema("/workflow/steps", "{}", "workflow.steps must be a list"),
        schema("/workflow/steps/0", "1", "workflow.steps.0 must be an object"),
        schema("/workflow/steps/0/id", "null", "id is required for every workflow step"),
        other("/workflow/steps/1/id", "\"pick\"", "duplicate workflow step id pick"),
        schema("/workflow/steps/0/run", "{}", "workflow.steps.pick.run must be a non-empty string"),
        other("/workflow/steps/1/run", "\"nobody\"", "step wash has no agent"),
        schema("/workflow/steps/0/on", "[]", "workflow.steps.pick.on must be an object"),
        other(
            "/workflow/steps/0/on",
            "{\"success\":[\"x\"]}",
            "step pick: on.success names no step x"),
        other("/workflow/steps/0/on", "{\"failure\":5}", "step pick: on.failure names no step 5"),
        other("/workflow/source", "\"x\"", "workflow.source must name a workflow step: x"),
        other(
            "/workflow/source",
            "\"wash\"",
            "workflow.source must be pick, like workflow.entrypoint"),
        other("/workflow/sink", "\"x\"", "workflow.sink must name a workflow step: x"),
        schema("/workflow/edges", "{}", "workflow.edges must be a list"),
        schema("/workflow/edges/0", "[]", "workflow.edges.0 must be an object"),
        schema("/workflow/edges/0/from", "null", "workflow edge pick_wash must define from"),
        other("/workflow/edges/0/from", "\"x\"", "edge pick_wash references missing from step x"),
        other("/workflow/edges/0/to", "[1]", "edge pick_wash references missing to step [1]"),
        other("/workflow/edges/1/id", "\"pick_wash\"", "duplicate workflow edge id pick_wash"),
        other("/workflow/edges/0/to", "\"pick\"", "must not lead from a step to itself: pick"),
        schema(
            "/workflow/edges/0/required", "1", "workflow.edges.pick_wash.required must be a bool"),
        schema("/workflow/edges/0/accepts", "[]", "accepts must be a non-empty list of non-empty"),
        schema("/workflow/edges/0/accepts", "[1]", "accepts must be a non-empty list of non-empty"),
        schema("/workflow/edges/0/accepts", "\"done\"", "accepts must be a non-empty list of non"),
        schema(
            "/workflow/edges/0/accepts",
            "[\"ok\"]",
            "must be done, partial, skipped or failed: ok"),
        schema(
            "/workflow/edges/0/condition",
            "{\"path\":\"payload.a\",\"op\":\"~\",\"value\":1}",
            "workflow.edges.pick_wash.condition.op: unsupported operator ~"),
        other("/workflow/edges/1/to", "\"pick\"", "must be acyclic: pick -> wash -> pick"),
        other(
            "/workflow/edges/1",
            "{\"from\":\"sell\",\"to\":\"wash\"}",
            "unreachable from source pick: sell"),
        schema("/workflow/execution", "\"fast\"", "workflow.execution has unsupported value"),
        schema(
            "/workflow/execution",
            "{\"max_parallel_steps\":0}",
            "workflow.execution.max_parallel_steps must be a positive integer"),
        schema("/workflow/steps/1/control", "[]", "workflow.steps.wash.control must be an object"),
        schema(
            "/workflow/steps/1/control",
            "{\"retry\":{\"max_attempts\":0}}",
            "workflow.steps.wash.control.retry.max_attempts must be a positive integer"),
        schema(
            "/workflow/steps/1/control",
            "{\"max_attempts\":1.5}",
            "workflow.steps.wash.control.max_attempts must be a positive integer"),
        schema(
            "/workflow/steps/1/control",
            "{\"timeout_seconds\":-1}",
            "workflow.steps.wash.control.timeout_seconds must be a number of seconds"),
        schema(
            "/workflow/steps/1/control",
            "{\"retry\":{\"backoff_seconds\":\"1\"}}",
            "workflow.steps.wash.control.retry.backoff_seconds must be a number of seconds"),
        schema(
            "/workflow/steps/1/control",
            "{\"failure_policy\":\"hope\"}",
            "control.failure_policy must be fail_workflow, continue_partial, continue or skip: hope"),
        schema("/workflow/steps/1/join", "1", "workflow.steps.wash.join must be an object"),
        schema(
            "/workflow/steps/1/join",
            "{\"mode\":\"some\"}",
            "workflow.steps.wash.join.mode must be all_required or min_success: some"),
        schema(
            "/workflow/steps/1/join",
            "{\"mode\":\"min_success\",\"min_success\":0}",
            "workflow.steps.wash.join.min_success must be a positive integer"),
        schema(
            "/workflow/steps/1/trigger_rule",
            "\"whenever\"",
            "workflow.steps.wash.trigger_rule must be a trigger rule: whenever"),
        schema(
            "/workflow/steps/1/trigger_rule",
            "{\"rule\":\"quorum\"}",
            "workflow.steps.wash.trigger_rule.quorum is required"),
        other(
            "/agents/nodes/1/config/complete_run",
            "true",
            "workflow step node washer cannot declare complete_run"),
        other(
            "/agents/nodes/1/config/complete_job",
            "true",
            "workflow step node washer cannot declare complete_run"),
        other(
            "/agents/nodes/1/config/terminal_sink",
            "true",
            "terminal_sink node washer must not have outgoing edges"),
        schema("/runtime", "[]", "runtime must be an object"),
        schema("/runtime/bindings", "[]", "runtime.bindings must be an object"),
        schema("/runtime/bindings/pick", "[]", "runtime.bindings.pick must be an object"),
        other("/runtime/bindings/x", "{}", "runtime.bindings.x is the binding of no step"),
        schema(
            "/runtime/bindings/pick/workers", "{}", "runtime.bindings.pick.workers must be a list"),
        schema("/runtime/initial_inputs", "1", "runtime.initial_inputs must be an object or list"),
        schema(
            "/agents/nodes/0/policies",
            "{\"restart\":{\"attempts\":-1}}",
            "nodes.picker.policies.restart.attempts must be a non-negative integer"));
  }

  @ParameterizedTest(name = "{0} = {1}: {3}")
  @MethodSource("errors")
  void refuses(String pointer, String value, String code, String message) {
    MnException failure = failure(changed(pointer, value));

    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID);
    assertThat(failure.error()).isEqualTo("manifest_validation_failed");
    assertThat(failure.getMessage()).contains(message);
    assertThat(failure.validation().get("issues"))
        .anySatisfy(
            issue -> {
              assertThat(issue.get("message").asText()).contains(message);
              assertThat(issue.get("code").asText()).isEqualTo(code);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "all_success, ALL_SUCCESS",
    "all_required, ALL_SUCCESS",
    "all_done, ALL_DONE",
    "one_success, ONE_SUCCESS",
    "any_success, ONE_SUCCESS",
    "one_done, ONE_DONE",
    "any_done, ONE_DONE",
    "one_failed, ONE_FAILED",
    "any_failed, ONE_FAILED",
    "none_failed_min_one_success, NONE_FAILED_MIN_ONE_SUCCESS",
    "partial_success, NONE_FAILED_MIN_ONE_SUCCESS",
    "' One_Success ', ONE_SUCCESS"
  })
  void aRuleHasSeveralNames(String word, Rule rule) {
    Trigger expected = new Trigger(rule, 0);
    String quoted = Json.write(word);
    assertThat(trigger("/workflow/steps/1/trigger_rule", quoted)).isEqualTo(expected);
    assertThat(trigger("/workflow/steps/1/control", "{\"trigger_rule\":" + quoted + "}"))
        .isEqualTo(expected);
    assertThat(trigger("/workflow/steps/1/join", "{\"trigger_rule\":" + quoted + "}"))
        .isEqualTo(expected);
    assertThat(trigger("/workflow/steps/1/join", "{\"rule\":{\"rule\":" + quoted + "}}"))
        .isEqualTo(expected);
    assertThat(trigger("/workflow/steps/1/join", "{\"mode\":" + quoted + "}")).isEqualTo(expected);
    assertThat(trigger("/workflow/join_default", quoted)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/workflow/steps/1/trigger_rule | {\"rule\":\"quorum_success\",\"quorum\":2}",
        "/workflow/steps/1/control | {\"trigger_rule\":{\"rule\":\"quorum\",\"quorum\":2}}",
        "/workflow/steps/1/join | {\"rule\":\"quorum\",\"quorum\":2}",
        "/workflow/steps/1/join | {\"mode\":\"min_success\",\"min_success\":2}",
        "/workflow/join_default | {\"rule\":\"min_success\",\"min_success\":2}"
      })
  void aQuorumHasSeveralPlaces(String pointer, String value) {
    assertThat(trigger(pointer, value)).isEqualTo(new Trigger(Rule.QUORUM_SUCCESS, 2));
  }

  @Test
  void aQuorumThatParentsCannotReachGetsAWarning() {
    ObjectNode manifest =
        changed("/workflow/steps/1/trigger_rule", "{\"rule\":\"quorum\",\"quorum\":2}");
    assertThat(parse(manifest).warnings())
        .containsExactly("step wash waits for 2 successes and has 1 parents");
  }

  @Test
  void theNearestRuleWins() {
    ObjectNode manifest = changed("/workflow/join_default", "\"all_done\"");
    assertThat(trigger(manifest)).isEqualTo(new Trigger(Rule.ALL_DONE, 0));
    put(manifest, "/workflow/steps/1/join", json("{\"mode\":\"one_done\"}"));
    assertThat(trigger(manifest).rule()).isEqualTo(Rule.ONE_DONE);
    put(manifest, "/workflow/steps/1/join/rule", json("\"one_success\""));
    assertThat(trigger(manifest).rule()).isEqualTo(Rule.ONE_SUCCESS);
    put(manifest, "/workflow/steps/1/join/trigger_rule", json("\"one_failed\""));
    assertThat(trigger(manifest).rule()).isEqualTo(Rule.ONE_FAILED);
    put(manifest, "/workflow/steps/1/control", json("{\"trigger_rule\":\"all_success\"}"));
    assertThat(trigger(manifest).rule()).isEqualTo(Rule.ALL_SUCCESS);
    put(manifest, "/workflow/steps/1/trigger_rule", json("\"all_done\""));
    assertThat(trigger(manifest).rule()).isEqualTo(Rule.ALL_DONE);
  }

  private Trigger trigger(String pointer, String value) {
    return trigger(changed(pointer, value));
  }

  private Trigger trigger(ObjectNode manifest) {
    return parse(manifest).steps().steps().get("wash").trigger();
  }

  @ParameterizedTest
  @CsvSource({
    "fail_workflow, FAIL_WORKFLOW", "fail_run, FAIL_WORKFLOW", "fail_job, FAIL_WORKFLOW",
    "fail, FAIL_WORKFLOW", "fail_closed, FAIL_WORKFLOW", "continue_partial, CONTINUE_PARTIAL",
    "continue, CONTINUE", "skip, SKIP"
  })
  void failurePoliciesHaveOldNames(String word, FailurePolicy policy) {
    ObjectNode manifest =
        changed("/workflow/steps/1/control", "{\"failure_policy\":\"" + word + "\"}");
    assertThat(parse(manifest).steps().steps().get("wash").failurePolicy()).isEqualTo(policy);
  }

  /** What the step says, what the config of its agent says, what holds. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | {} | 1 | 1000 | 2.0 | 300000 | 45000",
        "{} | {\"max_attempts\":4,\"retry_backoff_ms\":7,\"timeout_seconds\":8} | 4 | 7 | 2.0 | 8000 | 45000",
        "{\"max_attempts\":2} | {\"max_attempts\":4} | 2 | 1000 | 2.0 | 300000 | 45000",
        "{\"retry\":{\"max_attempts\":1}} | {\"max_attempts\":4} | 4 | 1000 | 2.0 | 300000 | 45000",
        "{\"retry\":{\"max_attempts\":3,\"backoff_seconds\":0.5,\"backoff_multiplier\":1}} | {} | 3 | 500 | 1.0 | 300000 | 45000",
        "{\"retry_backoff_ms\":9,\"retry_backoff_multiplier\":1.5} | {\"retry_backoff_ms\":7} | 1 | 9 | 1.5 | 300000 | 45000",
        "{\"timeout_seconds\":null} | {\"timeout_seconds\":null} | 1 | 1000 | 2.0 | 300000 | 45000",
        "{\"timeout_seconds\":0} | {\"timeout_seconds\":8} | 1 | 1000 | 2.0 | 0 | 45000",
        "{\"timeout_seconds\":0.00001} | {} | 1 | 1000 | 2.0 | 1 | 45000",
        "{\"beacon_timeout_ms\":5} | {\"beacon_timeout_ms\":6} | 1 | 1000 | 2.0 | 300000 | 5",
        "{} | {\"beacon_timeout_ms\":6} | 1 | 1000 | 2.0 | 300000 | 6"
      })
  void theStepGoesBeforeItsAgentAndThatBeforeTheDefault(
      String control,
      String config,
      int attempts,
      long backoff,
      double multiplier,
      long timeout,
      long beacon) {
    ObjectNode manifest = changed("/workflow/steps/1/control", control);
    ((ObjectNode) manifest.at("/agents/nodes/1/config")).setAll((ObjectNode) json(config));

    Step wash = parse(manifest).steps().steps().get("wash");

    assertThat(wash.retry()).isEqualTo(new Retry(attempts, backoff, multiplier));
    assertThat(wash.timeoutMs()).isEqualTo(timeout);
    assertThat(wash.beaconTimeoutMs()).isEqualTo(beacon);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"parallel\" | 0",
        "\"serial\" | 1",
        "{\"strategy\":\"serial\",\"max_parallel_steps\":4} | 1",
        "{\"strategy\":\"parallel\",\"max_parallel_steps\":4} | 4",
        "{\"max_parallel_steps\":4} | 4",
        "{} | 0",
        "null | 0"
      })
  void executionLimitsWhatRunsAtOnce(String execution, int most) {
    assertThat(parse(changed("/workflow/execution", execution)).steps().maxParallel())
        .isEqualTo(most);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/workflow/steps/1/idempotent",
        "/workflow/steps/1/control/safe_to_retry",
        "/agents/nodes/1/config/idempotent",
        "/agents/nodes/1/safe_to_retry"
      })
  void aStepIsUnsafeByItsOwnWordOrItsAgents(String pointer) {
    ObjectNode manifest = changed("/workflow/steps/1/control", "{}");
    put(manifest, pointer, json("false"));
    StepGraph steps = parse(manifest).steps();
    assertThat(steps.steps().get("wash").unsafe()).isTrue();
    assertThat(steps.steps().get("sell").unsafe()).isFalse();
  }

  @Test
  void whatFollowsMayBeSaidByTheSteps() {
    ObjectNode manifest = valid();
    ((ObjectNode) manifest.get("workflow")).remove("edges");
    put(manifest, "/workflow/steps/0/on", json("{\"success\":[\"wash\",\"sell\"]}"));
    put(manifest, "/workflow/steps/1/on", json("{\"failure\":\"sell\",\"washed\":\"completed\"}"));

    StepGraph steps = parse(manifest).steps();

    assertThat(steps.steps().get("pick").outgoing())
        .extracting(StepEdge::id)
        .containsExactly("pick_wash", "pick_sell");
    assertThat(steps.steps().get("wash").outgoing())
        .containsExactly(
            new StepEdge("wash_sell", "wash", "sell", true, Set.of("failed"), Condition.ALWAYS));
  }

  @Test
  void whatEdgesAndStepsBothSayIsOneEdge() {
    ObjectNode manifest = changed("/workflow/steps/0/on", "{\"success\":\"wash\",\"x\":\"sell\"}");
    assertThat(parse(manifest).steps().steps().get("pick").outgoing())
        .extracting(StepEdge::id)
        .containsExactly("pick_wash", "pick_sell");
  }

  @Test
  void edgesWithoutIdsAreToldApart() {
    ObjectNode manifest = valid();
    ArrayNode edges = ((ObjectNode) manifest.get("workflow")).putArray("edges");
    edges.addObject().put("from", "pick").put("to", "wash");
    edges.addObject().put("from", "pick").put("to", "wash").put("event", "again");
    edges.addObject().put("from", "wash").put("to", "sell");
    assertThat(parse(manifest).steps().steps().get("wash").incoming())
        .extracting(StepEdge::id)
        .containsExactly("pick_wash", "pick_wash_2");
  }

  @Test
  void oneStepNeedsNoEdgesAndMayEndTheRun() {
    Workflow workflow =
        parse(
            """
            {"apiVersion":"mn.workflow/v1","workflow":{"workflow_id":"w","steps":[{"id":"a"}]},
             "agents":{"entrypoints":["a"],"nodes":[{"node_id":"a","agent_type":"executor",
               "config":{"command":"true","complete_run":true}}]}}
            """);
    assertThat(workflow.steps().source()).isEqualTo("a");
    assertThat(workflow.steps().sink()).isEqualTo("a");
    assertThat(workflow.steps().steps().get("a").label()).isEqualTo("a");
    assertThat(workflow.manifestVersion()).isEqualTo("1.0");
    assertThat(workflow.warnings()).isEmpty();
  }

  @Test
  void theEndsOfTheGraphAreFoundWhenOnlyOneStepCanBeEach() {
    ObjectNode manifest = valid();
    ((ObjectNode) manifest.get("workflow")).remove(List.of("entrypoint", "source", "sink"));
    assertThat(parse(manifest).steps().source()).isEqualTo("pick");
    assertThat(parse(manifest).steps().sink()).isEqualTo("sell");

    put(manifest, "/workflow/edges/1/from", json("\"pick\""));
    assertThat(failure(manifest))
        .hasMessage("workflow.sink is required: 2 steps have no successor");
  }

  @Test
  void anAgentThatServesTheSinkTooMayEndTheRun() {
    ObjectNode manifest = changed("/workflow/steps/2/run", "\"washer\"");
    put(manifest, "/agents/nodes/1/config/complete_run", json("true"));
    StepGraph steps = parse(manifest).steps();
    assertThat(steps.steps().get("wash").agentIds()).containsExactly("washer");
    assertThat(steps.steps().get("sell").agentIds()).containsExactly("washer");
  }

  @Test
  void aCollectorInTheMiddleSendsItsCollectionOn() {
    ObjectNode manifest = changed("/agents/nodes/1/agent_type", "\"aggregator\"");
    put(manifest, "/agents/nodes/1/config", json("{\"complete_after\":1}"));
    assertThat(failure(manifest))
        .hasMessage("workflow step node washer collects messages and needs output_message_type");
    put(manifest, "/agents/nodes/1/config/output_message_type", json("\"all\""));
    assertThat(parse(manifest).agents().get("washer").type()).isEqualTo(AgentType.AGGREGATOR);
  }

  @Test
  void stepsThatNobodyWorksForAreOnlyWords() {
    ObjectNode manifest = valid();
    manifest.withArray("/workflow/steps").forEach(step -> ((ObjectNode) step).remove("run"));
    manifest.remove("runtime");
    Workflow workflow = parse(manifest);
    assertThat(workflow.steps()).isEqualTo(StepGraph.NONE);
    assertThat(workflow.warnings())
        .containsExactly(
            "no agent works for step pick, so steps are not tracked:"
                + " the messages between agents alone drive the job");
  }

  /** Bundles describe workers that are no nodes, beside steps that have some. */
  @Test
  void aStepWithWorkersThatAreNoNodesTurnsTrackingOff() {
    ObjectNode manifest = changed("/workflow/steps/1/run", "\"washing\"");
    put(manifest, "/runtime/bindings/washing", json("{\"workers\":[{\"id\":\"a label\"}]}"));
    Workflow workflow = parse(manifest);
    assertThat(workflow.steps()).isEqualTo(StepGraph.NONE);
    assertThat(workflow.agents()).hasSize(3);
    assertThat(workflow.warnings())
        .containsExactly(
            "no agent works for step wash, so steps are not tracked:"
                + " the messages between agents alone drive the job");
  }

  @Test
  void stepsAreNotTrackedWhenTheirLedgerIsOff() {
    ObjectNode manifest =
        changed("/runtime/workflow_control", "{\"state_ledger\":{\"enabled\":false}}");
    assertThat(parse(manifest).steps()).isEqualTo(StepGraph.NONE);
  }

  @Test
  void inputsComeFromThreePlacesAndTheFirstThatHasSomeCounts() {
    ObjectNode manifest = changed("/agents/entrypoints", "[\"picker\",\"washer\",\"seller\"]");
    put(manifest, "/initial_inputs", json("{\"picker\":1}"));
    put(manifest, "/runtime/initial_inputs", json("{\"picker\":2,\"washer\":[3,4]}"));
    put(manifest, "/runtime/bindings/pick/initial_inputs", json("{\"washer\":5,\"seller\":6}"));
    assertThat(parse(manifest).initialInputs())
        .hasToString("{picker=[1], washer=[3, 4], seller=[6]}");
  }

  @Test
  void inputsForAnUnknownNodeGoToTheOnlyEntrypoint() {
    ObjectNode manifest = changed("/runtime/initial_inputs", "{\"dispatcher\":[{\"n\":1}]}");
    put(manifest, "/initial_inputs", json("{\"dispatcher\":[{\"n\":2}]}"));
    Workflow workflow = parse(manifest);
    assertThat(workflow.initialInputs()).hasToString("{picker=[{\"n\":2}]}");
    assertThat(workflow.warnings())
        .containsExactly(
            "initial_inputs names no node dispatcher: its payloads go to the entrypoint picker");
  }

  @Test
  void theOlderPlacesOfAGraphAreRead() {
    ObjectNode manifest = valid();
    ObjectNode workflow = (ObjectNode) manifest.remove("workflow");
    ObjectNode agents = (ObjectNode) manifest.remove("agents");
    ObjectNode flow = manifest.putObject("flow");
    flow.set("entrypoint", workflow.remove("entrypoint"));
    flow.set("steps", workflow.remove("steps"));
    flow.set("graph", workflow);
    manifest.put("graph_id", "old").set("nodes", agents.get("nodes"));
    manifest.set("edges", agents.get("edges"));
    manifest.set("entrypoints", agents.get("entrypoints"));

    Workflow read = parse(manifest);

    assertThat(read.graphId()).isEqualTo("old");
    assertThat(read.edges()).isEqualTo(parse(valid()).edges());
    assertThat(read.steps().steps().keySet()).containsExactly("pick", "wash", "sell");
    assertThat(read.steps().steps().get("sell").incoming()).hasSize(1);
  }

  @Test
  void nodesOfALaterPlaceReplaceThoseOfAnEarlier() {
    ObjectNode manifest = valid();
    manifest.remove("apiVersion");
    put(manifest, "/nodes", json("[{\"node_id\":\"washer\",\"agent_type\":\"router\"}]"));
    Workflow workflow = parse(manifest);
    assertThat(workflow.agents().keySet()).containsExactly("picker", "washer", "seller");
    assertThat(workflow.agents().get("washer").type()).isEqualTo(AgentType.ROUTER);
  }

  @Test
  void theSecondVersionIsReadLikeTheFirstWithOneWarning() {
    Workflow workflow = parse(changed("/apiVersion", "\"mn.workflow/v2\""));
    assertThat(workflow.steps().steps()).hasSize(3);
    assertThat(workflow.warnings())
        .containsExactly("apiVersion mn.workflow/v2 is read as mn.workflow/v1");
  }

  @Test
  void loopsBetweenAgentsAreLegal() {
    ObjectNode manifest = valid();
    manifest
        .withArray("/agents/edges")
        .addObject()
        .put("edge_id", "back")
        .put("from_node", "washer")
        .put("to_node", "picker")
        .put("message_type", "again");
    assertThat(parse(manifest).edges()).hasSize(3);
  }

  @Test
  void theAuthorsTextStaysUnchanged() {
    for (String name : List.of("compiled", "june", "bindings")) {
      String text = resource("steps-" + name + ".json");
      assertThat(parse(text).source()).isEqualTo(json(text));
    }
  }

  @Test
  void agentsInTheWorkflowItselfAreRead() {
    Workflow workflow =
        parse(
            """
            {"apiVersion":"mn.workflow/v1","kind":"Workflow","workflow":{"workflow_id":"demo",
              "nodes":[{"node_id":"a","agent_type":"router","role":"root"},
                       {"node_id":"b","agent_type":"aggregator","config":{"complete_after":1}}],
              "edges":[{"from":"a","to":"b","event":"init"}]}}
            """);
    assertThat(workflow.entrypoints()).containsExactly("a");
    assertThat(workflow.edges()).extracting(Edge::id).containsExactly("a_b");
    assertThat(workflow.steps().isEmpty()).isTrue();
    assertThat(workflow.warnings()).isEmpty();
  }

  @Test
  void anUnrenderedTemplateOfAWorkerIsNamed() {
    ObjectNode manifest = (ObjectNode) json(resource("steps-bindings.json"));
    put(
        manifest,
        "/runtime/bindings/press/workers/0",
        json("{\"id\":\"presser\",\"uses\":\"mn-agents.press@1\",\"with\":{\"bar\":2}}"));
    assertThat(failure(manifest).getMessage())
        .contains("node presser uses the agent template mn-agents.press@1");
  }

  @Test
  void aLongChainIsReadInOnePass() {
    ObjectNode manifest = valid();
    ArrayNode steps = manifest.withObject("/workflow").putArray("steps");
    ArrayNode edges = manifest.withObject("/workflow").putArray("edges");
    for (int i = 0; i < 20_000; i++) {
      steps.addObject().put("id", "s" + i).put("run", "picker");
      if (i > 0) {
        edges.addObject().put("from", "s" + (i - 1)).put("to", "s" + i);
      }
    }
    manifest.withObject("/workflow").remove(List.of("entrypoint", "source", "sink"));
    manifest.withObject("/runtime").remove("bindings");
    assertThat(parse(manifest).steps().sink()).isEqualTo("s19999");

    edges.addObject().put("from", "s19999").put("to", "s1");
    manifest.withObject("/workflow").put("sink", "s19999");
    assertThat(failure(manifest).getMessage()).contains("must be acyclic: s1 -> s2 -> s3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"compiled", "june", "bindings"})
  void noValueAnywhereBreaksTheReader(String name) throws Exception {
    ObjectNode full = (ObjectNode) json(resource("steps-" + name + ".json"));
    Junk.isReadOrRefused(full, this::parse);
  }

  private Workflow parse(JsonNode manifest) {
    return parse(manifest.toString());
  }

  private Workflow parse(String text) {
    return manifests.parse(text);
  }

  private MnException failure(JsonNode manifest) {
    return refusal(manifests, manifest.toString());
  }

  private static Arguments schema(String pointer, String value, String message) {
    return Arguments.of(pointer, value, "workflow_manifest.schema_failed", message);
  }

  private static Arguments other(String pointer, String value, String message) {
    return Arguments.of(pointer, value, "workflow_manifest.validation_failed", message);
  }

  @Test
  void aLoopIsNamedThoughNoStepIsFirst() {
    ObjectNode manifest = valid();
    ObjectNode workflow = manifest.withObject("/workflow");
    workflow.remove(List.of("source", "entrypoint"));
    workflow.withArray("/edges").add(json("{\"id\":\"back\",\"from\":\"sell\",\"to\":\"pick\"}"));
    assertThat(failure(manifest))
        .hasMessageContaining("workflow.edges must be acyclic: pick -> wash -> sell -> pick");
  }

  @Test
  void nullNamesNoAgent() {
    String text = valid().toString().replace("\"washer\"", "\"null\"");
    ObjectNode manifest = (ObjectNode) json(text);
    put(manifest, "/workflow/steps/1/run", json("null"));
    assertThat(failure(manifest)).hasMessageContaining("step wash has no agent");
  }

  /** Three steps in a row. */
  static ObjectNode valid() {
    return (ObjectNode)
        json(
            """
            {"apiVersion":"mn.workflow/v1","kind":"Workflow","id":"cherries","name":"Cherries",
             "manifest_version":"1.0","job_name":"cherries",
             "contract":{"inputs":{},"outputs":{"primary":{}}},
             "workflow":{"schema":"mn.workflow.problem_graph/v1","workflow_id":"cherries_v1",
               "mode":"static_dag","entrypoint":"pick","source":"pick","sink":"sell",
               "steps":[{"id":"pick","run":"picker"},{"id":"wash","run":"washer"},
                        {"id":"sell","run":"seller"}],
               "edges":[{"id":"pick_wash","from":"pick","to":"wash"},
                        {"id":"wash_sell","from":"wash","to":"sell"}]},
             "agents":{"schema":"mn.agents.communication_graph/v1","entrypoints":["picker"],
               "nodes":[
                 {"node_id":"picker","agent_type":"executor","config":{"command":["true"]}},
                 {"node_id":"washer","agent_type":"executor","config":{"command":["true"]}},
                 {"node_id":"seller","agent_type":"aggregator","type":"reduce",
                  "config":{"complete_on_message":true}}],
               "edges":[
                 {"edge_id":"one","from_node":"picker","to_node":"washer",
                  "message_type":"executor_result"},
                 {"edge_id":"two","from_node":"washer","to_node":"seller",
                  "message_type":"executor_result"}]},
             "runtime":{"bindings":{"pick":{"workers":[{"id":"picker"}]}}}}
            """);
  }

  private static ObjectNode changed(String pointer, String value) {
    ObjectNode manifest = valid();
    put(manifest, pointer, json(value));
    return manifest;
  }
}
