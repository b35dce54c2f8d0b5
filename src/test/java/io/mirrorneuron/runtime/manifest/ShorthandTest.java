package io.mirrorneuron.runtime.manifest;

import static io.mirrorneuron.runtime.manifest.ManifestTexts.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.manifest.Manifests.Checked;
import io.mirrorneuron.runtime.manifest.graph.ServiceDemands;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.runtime.workflow.StepGraph.Step;
import io.mirrorneuron.runtime.workflow.StepGraph.StepEdge;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What authors may leave unsaid. */
class ShorthandTest {
  private static final String THREE =
      """
      {"name": "Morning report",
       "steps": [
         {"id": "fetch", "run": ["python3", "fetch.py"]},
         {"id": "check", "shell": "sh check.sh | tail -1", "config": {"timeout_seconds": 5}},
         {"id": "publish", "run": ["python3", "publish.py"]}]}
      """;
  private final Manifests manifests = new Manifests(DefaultRunner.HOST_LOCAL);

  @Test
  void stepsAtTheRootFollowEachOther() {
    Workflow workflow = manifests.parse(THREE);

    assertThat(workflow.warnings()).isEmpty();
    assertThat(workflow.source()).isEqualTo(json(THREE));
    assertThat(workflow.graphId()).isEqualTo("Morning report");
    assertThat(workflow.jobName()).isEqualTo("Morning report");
    assertThat(workflow.entrypoints()).containsExactly("fetch");
    assertThat(workflow.steps().steps().keySet()).containsExactly("fetch", "check", "publish");
    assertThat(workflow.steps().source()).isEqualTo("fetch");
    assertThat(workflow.steps().sink()).isEqualTo("publish");
    assertThat(parents(workflow, "publish")).containsExactly("check");
    Step check = workflow.steps().steps().get("check");
    assertThat(check.plain()).isTrue();
    assertThat(check.timeoutMs()).isEqualTo(5000);
    assertThat(check.retry().maxAttempts()).isEqualTo(1);
  }

  @Test
  void theirAgentsRunTheCommandInACopyOfThePayloads() {
    Workflow workflow = manifests.parse(THREE);

    Agent fetch = workflow.agents().get("fetch");
    assertThat(fetch.config().get("command")).hasToString("[\"python3\",\"fetch.py\"]");
    assertThat(fetch.config().get("upload_paths"))
        .hasToString("[{\"source\":\".\",\"target\":\".\"}]");
    assertThat(fetch.settings().silent()).isTrue();
    assertThat(workflow.agents().get("check").config().get("command"))
        .hasToString("[\"bash\",\"-eo\",\"pipefail\",\"-c\",\"sh check.sh | tail -1\"]");
    Manifests.checkUploads(workflow, Set.of());
  }

  @Test
  void needsReplaceTheOrderOfTheList() {
    Workflow workflow =
        manifests.parse(
            """
            {"name": "n", "steps": [
              {"id": "a", "run": ["true"]},
              {"id": "b", "run": ["true"], "needs": ["a"]},
              {"id": "c", "run": ["true"], "needs": ["a"]},
              {"id": "d", "run": ["true"], "needs": ["b", "c"]}]}
            """);

    assertThat(parents(workflow, "c")).containsExactly("a");
    assertThat(parents(workflow, "d")).containsExactly("b", "c");
  }

  @Test
  void aStepMayAskPeopleInsteadOfRunningSomething() {
    Workflow workflow =
        manifests.parse(
            """
            {"name": "n", "steps": [
              {"id": "draft", "run": ["sh", "draft.sh"]},
              {"id": "review", "human": {"prompt": "Pay ${payload.amount}?"}},
              {"id": "pay", "run": ["sh", "pay.sh"], "needs": ["draft", "review"]}]}
            """);

    assertThat(workflow.warnings()).isEmpty();
    assertThat(workflow.agents().get("review").type()).isEqualTo(AgentType.HUMAN);
    assertThat(parents(workflow, "review")).containsExactly("draft");
    assertThat(parents(workflow, "pay")).containsExactly("draft", "review");
  }

  @Test
  void whatIsWrongWithAQuestionIsToldWhereItWasWritten() {
    Checked checked =
        manifests.check(
            """
            {"name": "n", "steps": [
              {"id": "a", "human": {"promt": "Pay?"}},
              {"id": "b", "kind": "task", "human": {"prompt": "Pay?"}},
              {"id": "c", "kind": "human"},
              {"id": "d", "run": ["true"], "human": {"prompt": "Pay?"}}]}
            """,
            Set.of(),
            Purpose.NEW);

    assertThat(checked.issues())
        .extracting(issue -> issue.location().pointer() + " " + issue.message())
        .containsExactlyInAnyOrder(
            "/manifest/steps/0/human/prompt steps.a.human.prompt is required",
            "/manifest/steps/0/human/promt unknown member steps.a.human.promt; did you mean"
                + " prompt?",
            "/manifest/steps/1/kind steps.b.kind has unsupported value",
            "/manifest/steps/2/human steps.c.human is required",
            "/manifest/steps/3 step d asks people and runs something: make two steps of it");
  }

  @Test
  void aStepInWorkflowMayNameACommandToo() {
    Workflow workflow =
        manifests.parse(
            """
            {"apiVersion": "mn.workflow/v1", "kind": "Workflow", "id": "mixed",
             "workflow": {"workflow_id": "mixed",
               "steps": [{"id": "a", "run": ["echo", "1"]}, {"id": "b", "run": "worker"}],
               "edges": [{"from": "a", "to": "b"}]},
             "agents": {"nodes": [{"node_id": "worker", "agent_type": "executor",
               "config": {"command": ["cat"]}}]}}
            """);

    assertThat(workflow.warnings()).isEmpty();
    assertThat(workflow.agents().keySet()).containsExactly("worker", "a");
    assertThat(workflow.entrypoints()).containsExactly("a");
    assertThat(workflow.steps().steps().get("a").plain()).isTrue();
    assertThat(workflow.steps().steps().get("b").plain()).isFalse();
  }

  @Test
  void defaultsAreForWhatANodeDoesNotSay() {
    Workflow workflow =
        manifests.parse(
            """
            {"manifest_version": "1", "graph_id": "g", "entrypoints": ["a"],
             "defaults": {"workdir": "/sandbox/job/p", "upload_path": "p", "timeout_seconds": 9,
               "environment": {"A": "1", "B": "2"}},
             "nodes": [
               {"node_id": "a", "agent_type": "executor",
                "config": {"command": ["true"], "timeout_seconds": 3, "environment": {"B": "3"}}},
               {"node_id": "b", "agent_type": "executor",
                "config": {"command": ["true"], "upload_paths": [{"source": "q"}]}},
               {"node_id": "c", "agent_type": "router"}],
             "edges": [{"from": "a", "to": "b", "message_type": "*"},
               {"from": "b", "to": "c", "message_type": "*"}]}
            """);

    assertThat(workflow.agents().get("a").config())
        .isEqualTo(
            json(
                """
                {"workdir": "/sandbox/job/p", "upload_path": "p", "timeout_seconds": 3,
                 "environment": {"A": "1", "B": "3"}, "command": ["true"]}
                """));
    assertThat(workflow.agents().get("b").config().has("upload_path")).isFalse();
    assertThat(workflow.agents().get("b").config().get("workdir").textValue())
        .isEqualTo("/sandbox/job/p");
    assertThat(workflow.agents().get("c").config()).isEmpty();
  }

  private static final String DEMANDING =
      """
      {"id": "a", "run": ["true"],
       "resources": {"memory_mb": 8, "limits": {"processes": 5}},
       "constraints": [{"attribute": "os", "value": "linux"}],
       "placement_requirements": {"arch": "x"},
       "services": [{"name": "web", "port": 8080}], "requires_services": ["db"]}
      """;

  @Test
  void stepsWithACommandAskForWhatNodesDo() {
    for (String manifest :
        List.of(
            "{\"name\": \"n\", \"steps\": [" + DEMANDING + "]}",
            "{\"apiVersion\": \"mn.workflow/v1\", \"name\": \"n\","
                + " \"workflow\": {\"workflow_id\": \"n\", \"source\": \"a\", \"sink\": \"a\", \"steps\": ["
                + DEMANDING
                + "]}}")) {
      Workflow workflow = manifests.parse(manifest);

      Agent agent = workflow.agents().get("a");
      assertThat(workflow.warnings()).noneMatch(one -> one.contains("unknown"));
      assertThat(agent.request().amounts().memoryMb()).isEqualTo(8);
      assertThat(agent.resources().has("limits")).isTrue();
      assertThat(agent.policies().scheduling().constraints().stream().map(one -> one.words()))
          .containsExactly("os = linux", "arch = x");
      ServiceDemands services = ServiceDemands.of(workflow);
      assertThat(services.offered()).extracting(one -> one.agentId()).containsExactly("a");
      assertThat(services.byAgent()).containsOnlyKeys("a");
    }
  }

  @Test
  void whatStepsAskForIsNeverIgnored() {
    Checked checked =
        manifests.check(
            """
            {"name": "n", "agents": {"nodes": [
               {"node_id": "w", "agent_type": "executor", "config": {"command": ["true"]}}]},
             "steps": [
              {"id": "a", "run": "w", "resources": {"memory_mb": 8}},
              {"id": "b", "human": {"prompt": "?"}, "constraints": "gpu"},
              {"id": "c", "run": ["true"], "resources": {"memory_mb": -1}}]}
            """,
            Set.of(),
            Purpose.NEW);

    assertThat(checked.issues())
        .extracting(issue -> issue.location().pointer() + " " + issue.message())
        .contains(
            "/manifest/steps/0/resources steps.a.resources has no effect: step a is work of the"
                + " agent w: write it there",
            "/manifest/steps/1/constraints steps.b.constraints has no effect: step b asks people,"
                + " and runs no program that could have it")
        .anyMatch(one -> one.startsWith("/manifest/steps/2/resources/memory_mb "));
  }

  @Test
  void resourcesOfANodeReplaceThoseOfTheDefaults() {
    Workflow workflow =
        manifests.parse(
            """
            {"manifest_version": "1", "graph_id": "g", "entrypoints": ["a"],
             "defaults": {"resources": {"memory_mb": 7}},
             "nodes": [
               {"node_id": "a", "agent_type": "executor", "resources": {"memory_mb": 8},
                "config": {"command": ["true"]}},
               {"node_id": "b", "agent_type": "executor", "config": {"command": ["true"]}}],
             "edges": [{"from": "a", "to": "b", "message_type": "*"}]}
            """);

    assertThat(workflow.agents().get("a").request().amounts().memoryMb()).isEqualTo(8);
    assertThat(workflow.agents().get("b").request().amounts().memoryMb()).isEqualTo(7);
    assertThat(workflow.warnings()).noneMatch(one -> one.contains("resources"));
  }

  @Test
  void inputsReachTheFirstStepByName() {
    Workflow workflow =
        manifests.parse(
            """
            {"name": "n", "inputs": {"city": {"default": "Lisbon", "description": "where"},
               "days": 3, "note": {"value": "hot", "default": "x"}},
             "steps": [{"id": "a", "run": ["true"]}]}
            """);

    assertThat(workflow.initialInputs())
        .hasToString("{a=[{\"city\":\"Lisbon\",\"days\":3,\"note\":\"hot\"}]}");
  }

  @Test
  void aSchemaWhosePatternTakesForEverIsRefusedWhereItIsDeclared() {
    Checked checked =
        manifests.check(
            """
            {"name": "n", "steps": [{"id": "a", "run": ["true"]}],
             "inputs": {"city": {"schema": {"pattern": "^(a+)+\\\\1b$"}}}}
            """,
            Set.of(),
            Purpose.NEW);

    assertThat(checked.issues())
        .extracting(issue -> issue.location().pointer() + " " + issue.message())
        .anyMatch(
            reported ->
                reported.startsWith("/manifest/inputs/city/schema ")
                    && reported.contains("the back reference \\1 is not supported"));
  }

  /** Also where no value shows it: no default is given, or the keyword is passed over. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'type':'nope'} | type must be one of array, boolean, integer, null, number, object,"
            + " string, or a list of them, but is 'nope'",
        "{'type':'integer','enum':'x'} | enum must be a list of values, but is 'x'",
        "{'minimum':'x'} | minimum must be a number, but is 'x'",
        "{'required':'x'} | required must be a list of names, but is 'x'",
        "{'minLength':-1} | minLength must be a whole number, 0 or more, but is -1",
        "{'properties':{'a':{'items':[{'type':7}]}}} | properties.a.items.0.type must be one of"
            + " array, boolean, integer, null, number, object, string, or a list of them, but is 7",
        "{'properties':{'a':7}} | properties.a must be a schema, which is an object, true or false,"
            + " but is 7",
        "{'$ref':'#/$defs/none'} | $ref is '#/$defs/none', which leads to nothing in this schema",
        "{'properties':{'a':{'$ref':'other.json'}}} | properties.a.$ref is 'other.json', which"
            + " leads to nothing in this schema",
      })
  void aSchemaThatIsNoneIsRefusedWithTheKeyword(String schema, String says) {
    assertThat(issuesOfInput(schema))
        .containsExactly(
            "/manifest/inputs/n/schema inputs.n.schema: it is no JSON Schema: "
                + says.replace('\'', '"'));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':['integer','null'],'enum':[1,null],'default':'x','title':7,'unknown':{'type':7}}",
        "{'properties':{'type':{'type':'string'},'$ref':{'minimum':2.5}},'required':['type']}",
        "{'$ref':'#/$defs/a~1b%20c','$defs':{'a/b c':{'const':{'type':'nope','$ref':'#/none'}}}}",
        "{'$ref':'#a','$defs':{'x':{'$anchor':'a','minItems':2.0,'items':false}}}",
        "{'examples':[{'$ref':'#/none'}],'items':[{'type':'string'},true],'not':{'$ref':'#/items/0'}}",
      })
  void aSchemaThatIsOneIsTaken(String schema) {
    assertThat(issuesOfInput(schema)).isEmpty();
  }

  private List<String> issuesOfInput(String schema) {
    String manifest =
        """
        {"name": "n", "steps": [{"id": "a", "run": ["true"]}],
         "inputs": {"n": {"schema": %s}}}
        """;
    return manifests
        .check(manifest.formatted(schema.replace('\'', '"')), Set.of(), Purpose.NEW)
        .issues()
        .stream()
        .map(issue -> issue.location().pointer() + " " + issue.message())
        .filter(reported -> !reported.contains("has no default"))
        .toList();
  }

  @Test
  void anEmptyNameIsToldOnceInTheWordsOfTheForm() {
    assertThat(
            manifests.check(THREE.replace("Morning report", " "), Set.of(), Purpose.NEW).issues())
        .extracting(issue -> issue.location().pointer() + " " + issue.message())
        .containsExactly("/manifest/name name must be a non-empty string");
  }

  @Test
  void whatIsWrongIsToldWhereItWasWritten() {
    Checked checked =
        manifests.check(
            """
            {"name": "n", "stepps": 1, "inputs": {"city": null, "n": {"schema": {"type": "integer"}, "default": "x"}},
             "defaults": {"timeout_seconds": "long"},
             "steps": [
              {"id": "a", "run": ["true"], "config": {"pool_slots": 0}},
              {"id": "b", "run": "python3 b.py", "timeout_seconds": 3},
              {"id": "c", "needs": ["aa"], "control": {"retry": {"attempts": 3}}}]}
            """,
            Set.of(),
            Purpose.NEW);

    assertThat(checked.issues())
        .extracting(issue -> issue.location().pointer() + " " + issue.message())
        .containsExactlyInAnyOrder(
            "/manifest/inputs/city input city has no default, so each run must give it: mn run"
                + " --input city=…",
            "/manifest/inputs/n input n does not fit its schema: Instance type string is invalid."
                + " Expected integer",
            "/manifest/defaults/timeout_seconds defaults.timeout_seconds must be a number of"
                + " seconds from 0 to 10^9",
            "/manifest/steps/0/config/pool_slots steps.a.config.pool_slots must be a positive"
                + " integer",
            "/manifest/steps/1/run steps.b.run python3 b.py is no agent: write a command as a"
                + " list, [python3, b.py], or a line for a shell as shell",
            "/manifest/steps/2 step c says nothing to do: add run with a command, as [python3,"
                + " c.py]",
            "/manifest/steps/2/needs/0 step c needs aa, which is no step; did you mean a?",
            "/manifest/stepps unknown member stepps; did you mean steps?",
            "/manifest/steps/1/timeout_seconds unknown member steps.b.timeout_seconds; did you"
                + " mean config.timeout_seconds?",
            "/manifest/steps/2/control/retry/attempts unknown member"
                + " steps.c.control.retry.attempts; did you mean max_attempts?");
  }

  private static List<String> parents(Workflow workflow, String step) {
    return workflow.steps().steps().get(step).incoming().stream().map(StepEdge::from).toList();
  }

  @Test
  void anInputWithoutAValueIsAnErrorOfARunOnly() {
    String text =
        """
        {"name": "n", "inputs": {"who": {"description": "Whom to greet"}},
         "steps": [{"id": "a", "run": ["true"]}]}
        """;

    Checked checked = manifests.check(text, Set.of(), Purpose.STRICT);

    assertThat(checked.workflow()).isNotNull();
    assertThat(checked.issues()).extracting(issue -> issue.severity()).containsExactly("warning");
    assertThatThrownBy(() -> manifests.parse(text))
        .hasMessage("input who has no default, and no value was given");
  }

  @Test
  void defaultsAreCheckedThoughNobodyCanHaveThem() {
    String text = "{\"name\": \"n\", \"defaults\": {\"timeout_seconds\": \"soon\"}, \"steps\": []}";

    assertThat(manifests.check(text, Set.of(), Purpose.NEW).issues())
        .extracting(issue -> issue.message())
        .containsExactly(
            "steps must not be empty",
            "defaults.timeout_seconds must be a number of seconds from 0 to 10^9");
  }
}
