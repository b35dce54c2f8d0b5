package io.mirrorneuron.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.deployment.DeploymentPlan.Mode;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Content;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Present;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.shorthand.ManifestContent;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.HealthSource;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.UpdateStrategy;
import io.mirrorneuron.wire.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeploymentPlannerTest {
  private static final Manifests MANIFESTS = new Manifests(DefaultRunner.HOST_LOCAL);
  private static final String SERVICE = "{'job_type':'service'}";

  private static Graph graph(int... versions) {
    Graph graph = new Graph().router("start").with("policies", SERVICE);
    for (int i = 0; i < versions.length; i++) {
      graph.program("w" + i, "{'v':%d,'first':1}".formatted(versions[i]));
      graph.edge("start", "w" + i, "*");
    }
    return graph;
  }

  private static Content content(Object manifest, String bundle) {
    String text = manifest.toString();
    return new Content(text, MANIFESTS.parse(text), bundle);
  }

  private static UpdatePolicy policy(UpdateStrategy strategy, int parallel, int canary) {
    return new UpdatePolicy(strategy, parallel, canary, 1, 2, 3, HealthSource.CHECKS, false, false);
  }

  private static final UpdatePolicy ROLLING = policy(UpdateStrategy.ROLLING, 2, 0);

  private static DeploymentPlan plan(Content before, Content after, UpdatePolicy policy) {
    Present present = before == null ? null : new Present("1", "job-1", before, true);
    return DeploymentPlanner.plan(present, after, "2", "job-2", policy);
  }

  private static DeploymentPlan plan(Object before, Object after, UpdatePolicy policy) {
    return plan(content(before, "files"), content(after, "files"), policy);
  }

  @Test
  void theFirstIsMade() {
    DeploymentPlan plan = plan(null, content(graph(1), null), ROLLING);
    assertThat(plan.mode()).isEqualTo(Mode.FIRST);
    assertThat(plan.targetJob()).isEqualTo("job-2");
  }

  @Test
  void withoutARequiredCheckItIsToldThatAgentsDecide() {
    String job = "health_check is checks, but no service of the version has a required check";
    assertThat(plan(null, content(graph(1), null), ROLLING).warning()).startsWith(job);
    assertThat(plan(null, content(checked(1, "tcp", false), null), ROLLING).warning())
        .startsWith(job);
    assertThat(plan(null, content(checked(1, "tcp", true), null), ROLLING).warning()).isNull();
    assertThat(plan(graph(1, 1), graph(2, 1), ROLLING).warning())
        .contains("no service of agents w0 has a required check");
    assertThat(plan(checked(1, "tcp", true), checked(2, "tcp", true), ROLLING).warning()).isNull();
  }

  @Test
  void whoGoesByAgentsOrLooksAtNothingIsNotWarned() {
    UpdatePolicy states =
        new UpdatePolicy(
            UpdateStrategy.ROLLING, 1, 0, 1, 2, 3, HealthSource.AGENT_STATES, false, false);
    assertThat(plan(graph(1), graph(2), states).warning()).isNull();
    assertThat(plan(graph(1), graph(1), ROLLING).warning()).as("nothing changes").isNull();
    Graph batch = new Graph().router("start").with("type", "'batch'");
    assertThat(plan(batch, batch, ROLLING).warning()).as("it runs once more").isNull();
  }

  private static Graph checked(int version, String type, boolean required) {
    return graph(version)
        .with(
            "services",
            "[{'name':'shop','address':'127.0.0.1','port':9,'checks':[{'type':'%s','required':%s}]}]"
                .formatted(type, required));
  }

  @Test
  void agentsThatDifferChangeSoManyAtATime() {
    DeploymentPlan plan = plan(graph(1, 1, 1, 1), graph(2, 1, 2, 2), ROLLING);
    assertThat(plan.mode()).isEqualTo(Mode.AGENT_LEVEL);
    assertThat(plan.batches()).containsExactly(List.of("w0", "w2"), List.of("w3"));
    assertThat(plan.why()).isEqualTo("agents w0, w2, w3 differ");
    assertThat(plan.sourceJob()).isEqualTo("job-1");
    assertThat(plan.targetJob()).isNull();
  }

  @Test
  void theCanaryIsOneAtLeastAndAllAtMost() {
    Graph before = graph(1, 1, 1);
    Graph after = graph(2, 2, 2);
    assertThat(plan(before, after, policy(UpdateStrategy.CANARY, 2, 0)).batches())
        .containsExactly(List.of("w0"), List.of("w1", "w2"));
    assertThat(plan(before, after, policy(UpdateStrategy.CANARY, 1, 2)).batches())
        .containsExactly(List.of("w0", "w1"), List.of("w2"));
    assertThat(plan(before, after, policy(UpdateStrategy.CANARY, 1, 9)).batches())
        .containsExactly(List.of("w0", "w1", "w2"));
  }

  @Test
  void otherPayloadFilesAreOfAllPrograms() {
    DeploymentPlan plan = plan(content(graph(1, 1), "a"), content(graph(1, 1), "b"), ROLLING);
    assertThat(plan.batches()).containsExactly(List.of("w0", "w1"));
  }

  @Test
  void theSameInAnotherOrderIsTheSame() {
    String text = graph(1, 1).toString();
    String other =
        text.replace("\"v\":1,\"first\":1", "\"first\":1,\"v\":1")
            .replace(
                "\"manifest_version\":\"1.0\",\"graph_id\":\"g\"",
                "\"graph_id\":\"g\",\"manifest_version\":\"1.0\"");
    assertThat(other).isNotEqualTo(text);
    assertThat(plan(text, other, ROLLING).mode()).isEqualTo(Mode.NOOP);
    assertThat(new ManifestContent(other).fingerprint())
        .isEqualTo(new ManifestContent(text).fingerprint());
  }

  @Test
  void namesAndWhatIsOfDeploymentsDoNotMatter() {
    Graph named =
        graph(1)
            .with("metadata", "{'deployment_key':'k','owner':'sue'}")
            .with("job_name", "'other'")
            .with("policies", "{'job_type':'service','update':{'max_parallel':3}}");
    DeploymentPlan plan = plan(graph(1), named, ROLLING);
    assertThat(plan.mode()).isEqualTo(Mode.NOOP);
    assertThat(plan.why()).isEqualTo("no agent differs");
  }

  @Test
  void whatIsMoreThanAgentsTakesANewJob() {
    assertBlueGreen(graph(1, 1), graph(1), "the graph is another: it lacks agent w1 (executor)");
    assertBlueGreen(
        graph(1),
        graph(1).with("initial_inputs", "{'start':[{'n':1}]}"),
        "more differs than agents");
    assertBlueGreen(
        graph(1),
        graph(1).with("policies", "{'job_type':'service','recovery_mode':'manual_recover'}"),
        "more differs than agents");
    String condition =
        graph(1)
            .toString()
            .replace(
                "\"message_type\":\"*\"",
                "\"message_type\":\"*\",\"conditions\":{\"path\":\"message.body.n\",\"op\":\"==\",\"value\":1}");
    assertBlueGreen(graph(1), condition, "more differs than agents");
  }

  @Test
  void aJobThatOffersOtherServicesTakesThePlaceOfTheOld() {
    Graph web = graph(1).with("services", "[{'name':'web'}]");
    assertBlueGreen(graph(1), web, "the services are others");
    Graph next = graph(2).with("services", "[{'name':'web'}]");
    assertThat(plan(web, next, ROLLING).mode()).isEqualTo(Mode.AGENT_LEVEL);
  }

  /** With an agent that needs that port of its machine. */
  private static String requesting(int version, int port) {
    return graph(version)
        .toString()
        .replace(
            "\"node_id\":\"w0\"",
            "\"node_id\":\"w0\",\"resources\":{\"ports\":[{\"label\":\"web\",\"port\":%d}]}"
                .formatted(port));
  }

  @Test
  void portsThatTwoJobsCannotHaveBothAreToldBeforehand() {
    String reported =
        "the strategy is blue-green; port %s is that of the running job, too, and no machine gives"
            + " a port twice: where both are on one, the new job does not become healthy, and the"
            + " old one goes on; have the runtime choose ports";
    UpdatePolicy policy = policy(UpdateStrategy.BLUE_GREEN, 1, 0);
    String web = "[{'name':'web','port':8123},{'name':'far','port':9,'address':'10.0.0.%d'}]";
    Graph before = graph(1).with("services", web.formatted(1));
    assertThat(plan(before, graph(2).with("services", web.formatted(2)), policy).why())
        .isEqualTo("the services are others" + reported.formatted("8123").substring(26));
    String listening = requesting(1, 8200);
    assertThat(plan(listening, requesting(2, 8200), policy).why())
        .isEqualTo(reported.formatted("8200"));
    assertThat(plan(listening, requesting(2, 8201), policy).why())
        .isEqualTo("the strategy is blue-green");
    assertThat(plan(listening, requesting(2, 8200), ROLLING).why()).doesNotContain("8200");
  }

  private static void assertBlueGreen(Object before, Object after, String why) {
    DeploymentPlan plan = plan(before, after, ROLLING);
    assertThat(plan.mode()).isEqualTo(Mode.BLUE_GREEN);
    assertThat(plan.why()).isEqualTo(why);
    assertThat(plan.targetJob()).isEqualTo("job-2");
    assertThat(plan.batches()).isEmpty();
  }

  @Test
  void itIsANewJobWhereThatIsWantedOrTheOldOneHasEnded() {
    UpdatePolicy policy = policy(UpdateStrategy.BLUE_GREEN, 1, 0);
    assertThat(plan(graph(1), graph(2), policy).why()).isEqualTo("the strategy is blue-green");
    assertThat(plan(graph(1), graph(1), policy).mode()).isEqualTo(Mode.NOOP);
    DeploymentPlan plan =
        DeploymentPlanner.plan(
            new Present("1", "job-1", content(graph(1), null), false),
            content(graph(1), null),
            "2",
            "job-2",
            ROLLING);
    assertThat(plan.mode()).isEqualTo(Mode.BLUE_GREEN);
    assertThat(plan.why()).isEqualTo("job job-1 has ended");
  }

  @Test
  void whatRunsToItsEndRunsOnceMore() {
    Graph batch = graph(1).with("policies", "{}");
    assertThat(plan(batch, batch, ROLLING).mode()).isEqualTo(Mode.RERUN);
  }

  private static String shorthand(int a, int b) {
    return """
        {"name":"short","type":"service","steps":[
          {"id":"a","run":["true"],"config":{"v":%d}},
          {"id":"b","run":["true"],"needs":["a"],"config":{"v":%d}}]}
        """
        .formatted(a, b);
  }

  @Test
  void whatIsWrittenShortChangesInOneBatchOrInANewJob() {
    DeploymentPlan one = plan(shorthand(1, 1), shorthand(1, 2), ROLLING);
    assertThat(one.mode()).as(one.why()).isEqualTo(Mode.AGENT_LEVEL);
    assertThat(one.batches()).hasSize(1);
    DeploymentPlan two =
        plan(shorthand(1, 1), shorthand(2, 2), policy(UpdateStrategy.ROLLING, 1, 0));
    assertThat(two.mode()).isEqualTo(Mode.BLUE_GREEN);
    assertThat(two.why())
        .isEqualTo(
            "the manifest is written short, so that agents cannot change one after the other");
  }

  @Test
  void aMixtureOfManifestsWithDefaultsHasThemInEachProgram() {
    Graph before = graph(1, 1).with("defaults", "{'max_attempts':2}");
    Graph after = graph(2, 2).with("defaults", "{'max_attempts':3}");
    DeploymentPlan plan = plan(before, after, policy(UpdateStrategy.ROLLING, 1, 0));
    assertThat(plan.mode()).as(plan.why()).isEqualTo(Mode.AGENT_LEVEL);
    assertThat(plan.batches()).containsExactly(List.of("w0"), List.of("w1"));
    String mixture =
        new ManifestContent(before.toString())
            .with(List.of("w0"), new ManifestContent(after.toString()))
            .orElseThrow();
    assertThat(MANIFESTS.parse(mixture).agents().get("w0").config())
        .isEqualTo(MANIFESTS.parse(after.toString()).agents().get("w0").config());
    assertThat(MANIFESTS.parse(mixture).agents().get("w1").config())
        .isEqualTo(MANIFESTS.parse(before.toString()).agents().get("w1").config());
    DeploymentPlan rest = plan(mixture, after, policy(UpdateStrategy.ROLLING, 1, 0));
    assertThat(rest.mode()).as(rest.why()).isEqualTo(Mode.AGENT_LEVEL);
    assertThat(rest.batches()).containsExactly(List.of("w1"));
  }

  @Test
  void aBlendHasTheNamedAgentsOfTheOther() {
    ManifestContent before = new ManifestContent(graph(1, 1, 1).toString());
    ManifestContent after = new ManifestContent(graph(2, 2, 2).toString());
    assertThat(before.with(List.of("w1"), after)).contains(graph(1, 2, 1).toString());
    assertThat(before.with(List.of(), after)).contains(graph(1, 1, 1).toString());
    assertThat(before.with(List.of("w0", "w1", "w2"), after)).contains(graph(2, 2, 2).toString());
    assertThat(before.with(List.of("none"), after)).isEmpty();
  }

  @Test
  void noVersionKeepsTheRunOfItsAuthor() {
    String text =
        "{\"run_id\":\"r\",\"metadata\":{\"mn_cli\":{\"run_id\":\"r\",\"a\":1}},\"n\":{}}";
    assertThat(Json.parseObject(ManifestContent.withoutRun(text), "it"))
        .isEqualTo(Json.parseObject("{\"metadata\":{\"mn_cli\":{\"a\":1}},\"n\":{}}", "it"));
    assertThat(ManifestContent.withoutRun("{ \"a\": 1 }")).isEqualTo("{ \"a\": 1 }");
  }
}
