package io.mirrorneuron.runtime.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.runtime.workflow.AgentSettings.HumanTask;
import io.mirrorneuron.runtime.workflow.AgentSettings.HumanTask.Follow;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What human steps may ask, in both forms, and what their authors are told. */
class HumanConfigTest {
  private static Workflow parse(String manifest) {
    return new Manifests(DefaultRunner.HOST_LOCAL).parse(manifest.replace('\'', '"'));
  }

  private static String graph(String config) {
    return """
    {'manifest_version':'1.0','graph_id':'g','nodes':[
      {'node_id':'ask','agent_type':'human','role':'root','config':%s}]}
    """
        .formatted(config);
  }

  private static String steps(String step) {
    return """
    {'apiVersion':'mn.workflow/v1','kind':'Workflow','id':'w','name':'W','manifest_version':'1.0',
     'workflow':{'workflow_id':'w','source':'draft','sink':'send',
       'steps':[{'id':'draft','run':'draft'},%s,{'id':'send','run':'send'}],
       'edges':[{'from':'draft','to':'review'},{'from':'review','to':'send'}]},
     'agents':{'entrypoints':['draft'],'nodes':[{'node_id':'draft','agent_type':'router'},
       {'node_id':'send','agent_type':'router'},
       {'node_id':'boss','agent_type':'human','config':{'prompt':'Sure?'}}]}}
    """
        .formatted(step);
  }

  @Test
  void aStepNeedsNoAgentOfItsOwn() {
    Workflow workflow =
        parse(steps("{'id':'review','kind':'human','human':{'prompt':'Send it?'}}"));

    HumanTask task = workflow.agents().get("review").settings().human();
    assertThat(task.decisions().keySet()).containsExactly("approve", "reject");
    assertThat(task.decisions().get("reject")).isInstanceOf(Follow.Fail.class);
    assertThat(workflow.steps().steps().get("review").timeoutMs()).isZero();
    assertThat(workflow.warnings()).isEmpty();
  }

  @Test
  void aStepMayRunAnAgentThatAsks() {
    Workflow workflow = parse(steps("{'id':'review','run':'boss'}"));

    assertThat(workflow.steps().steps().get("review").agentIds()).isEqualTo(List.of("boss"));
  }

  @Test
  void aStepOfThatNameWithoutAQuestionIsOneLikeAnyOther() {
    assertThat(parse(steps("{'id':'review','kind':'human','run':'send'}")).warnings()).isEmpty();
  }

  @Test
  void whatHasNoEffectIsTold() {
    Workflow workflow =
        parse(
            steps(
                "{'id':'review','kind':'human','human':{'prompt':'Send it?','promt':'x'},'control':{'timeout_seconds':5}}"));

    assertThat(workflow.warnings())
        .anyMatch(text -> text.contains("promt; did you mean prompt?"))
        .anyMatch(text -> text.contains("timeout_seconds has no effect on a human step"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{} | prompt is required",
        "{'prompt':''} | prompt must be a non-empty string",
        "{'prompt':'${payload.a'} | has ${ without }",
        "{'prompt':'${body.a}'} | path body.a must begin with",
        "{'prompt':'a','form':{'type':'objekt'}} | form is no JSON Schema",
        "{'prompt':'a','form':7} | form must be an object",
        "{'prompt':'a','decisions':{}} | must name a decision",
        "{'prompt':'a','decisions':{'yes':'complet'}} | did you mean complete?",
        "{'prompt':'a','decisions':{'yes':{'branch':[]}}} | must be complete, fail or",
        "{'prompt':'a','decisions':{'yes':{'branch':'x'}}} | node ask works for no step",
        "{'prompt':'a','default':'yes','timeout_seconds':5} | must be a decision or an object with one, of: approve, reject",
        "{'prompt':'a','default':'approve'} | counts when time is over, so timeout_seconds is required",
        "{'prompt':'a','escalate_to':['bob']} | so timeout_seconds is required",
        "{'prompt':'a','timeout_seconds':0} | above 0",
        "{'prompt':'a','four_eyes':true,'decisions':{'yes':'complete'}} | counts the decision approve",
        "{'prompt':'a','approvals_required':3,'assignees':['a','A','b']} | must name 3 people",
        "{'prompt':'a','assignees':'bob'} | assignees must be a list of non-empty strings",
        "{'prompt':'a','default':'approve','timeout_seconds':5,'form':{'type':'object','required':['n']}} | does not fit the form",
      })
  void whatDoesNotFitIsRefused(String config, String reported) {
    assertThatThrownBy(() -> parse(graph(config)))
        .isInstanceOf(MnException.class)
        .hasMessageContaining(reported.strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {"'yes' | yes", "{'decision':'yes'} | {\"decision\":\"yes\"}", "7 | 7"})
  void aDefaultThatIsNoDecisionIsToldWithWhatIsExpected(String given, String actual) {
    MnException refused =
        catchThrowableOfType(
            MnException.class,
            () -> parse(graph("{'prompt':'a','default':%s,'timeout_seconds':5}".formatted(given))));
    JsonNode issue = refused.validation().at("/issues/0");

    assertThat(issue.path("code").asText()).isEqualTo("manifest.invalid_value");
    assertThat(issue.path("expected").asText())
        .isEqualTo("a decision or an object with one, of: approve, reject");
    assertThat(issue.path("actual").asText()).isEqualTo(actual);
    assertThat(issue.toString()).doesNotContain("node or step");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'human':{'prompt':'a'} | its kind must be human",
        "'kind':'human','run':'send','human':{'prompt':'a'} | keep human or run",
        "'kind':'human','human':7 | human must be an object",
        "'kind':'human','human':{'prompt':'a','decisions':{'yes':{'branch':'sent'}}} | these follow: send; did you mean send?",
      })
  void stepsThatContradictThemselvesAreRefused(String members, String reported) {
    assertThatThrownBy(() -> parse(steps("{'id':'review'," + members + "}")))
        .isInstanceOf(MnException.class)
        .hasMessageContaining(reported.strip());
  }

  /** Jobs that are there already go on, though nobody can answer them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'prompt':'a','four_eyes':true,'assignees':['ada','Ada ']} | assignees must name 2 people, as so many must approve, and names 1",
        "{'prompt':'a','form':{'properties':{'decision':{'type':'number'}}}} | decision is no field of a form: it is what a person decides, one of approve, reject",
        "{'prompt':'a','form':{'required':['decision']}} | decision is no field of a form",
        "{'prompt':'a','form':{'type':'array'}} | form must be a schema of an object, as an answer is one; its type is \"array\"",
        "{'prompt':'a','form':{'type':['string','null']}} | form must be a schema of an object",
        "{'prompt':'a','form':{'properties':{'n':{'multipleOf':0}}}} | form: multipleOf must be above 0, and is 0",
        "{'prompt':'a','form':{'$schema':'http://nowhere/x'}} | $schema \"http://nowhere/x\" is not known here",
        "{'prompt':'a','decisions':{'':'complete'}} | has the decision \"\": the name of a decision is not empty",
        "{'prompt':'a','decisions':{'a\\u001b[2J':'complete'}} | has the decision \"a [2J\"",
      })
  void whatNobodyCanAnswerIsNotAcceptedAnew(String config, String reported) {
    String manifest = graph(config).replace('\'', '"');
    assertThat(
            new Manifests(DefaultRunner.HOST_LOCAL).check(manifest, Set.of(), Purpose.NEW).issues())
        .filteredOn(issue -> issue.severity().equals("error"))
        .extracting(Issue::message)
        .singleElement()
        .asString()
        .contains(reported.strip());
    assertThat(parse(manifest).warnings()).isNotEmpty();
  }

  @Test
  void aDefaultThatLacksFieldsIsToldHowToHaveThem() {
    String config =
        "{'prompt':'a','default':'reject','timeout_seconds':5,'form':{'required':['n']}}";
    Issue issue =
        new Manifests(DefaultRunner.HOST_LOCAL)
            .check(graph(config).replace('\'', '"'), Set.of(), Purpose.NEW)
            .issues()
            .getFirst();
    assertThat(issue.message()).endsWith("with the fields: {decision: reject, …}");
    assertThat(issue.help()).isEqualTo("Add the missing member.");
  }

  @Test
  void timeIsANumberUpToTenYears() {
    assertThatThrownBy(() -> parse(graph("{'prompt':'a','timeout_seconds':true}")))
        .hasMessageEndingWith(
            "timeout_seconds must be a number of seconds above 0 and up to 315360000 (ten years)");
  }

  @Test
  void spaceAroundANameIsNotPartOfIt() {
    HumanTask task =
        parse(graph("{'prompt':'a','assignees':[' Ada ']}")).agents().get("ask").settings().human();
    assertThat(task.question().get("assignees")).hasToString("[\"Ada\"]");
  }
}
