package io.mirrorneuron.runtime.service;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Services of real jobs with real programs and real listeners, from their beginning to their end.
 */
@Whole
class ServicesIT {
  @TempDir Path home;

  private final Listeners listeners = new Listeners();
  private RuntimeFixture node;

  @BeforeEach
  void start() {
    Map<String, String> settings =
        Map.of("MN_CORE_ALLOW_SCRIPT_CHECKS", "true", "MN_API_PORT", "8080");
    node = new RuntimeFixture(home, RuntimeFixture.config(home, settings));
  }

  @AfterEach
  void stop() {
    node.close();
    listeners.close();
  }

  private static JsonNode json(String text) {
    try {
      return Json.parse(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /** A job whose agent {@code work} runs until it is told to end, and offers these services. */
  private static ObjectNode job(String services, String... command) {
    String[] program = command.length > 0 ? command : new String[] {"sleep", "600"};
    ObjectNode manifest = (ObjectNode) json(SampleManifests.program("offers", program));
    ((ObjectNode) manifest.get("nodes").get(0)).set("services", json(services));
    return manifest;
  }

  private String submit(ObjectNode manifest) {
    return node.jobs().submit(Submission.of(manifest.toString())).jobId();
  }

  private ObjectNode only(String name) {
    List<JsonNode> found = all(name);
    return found.isEmpty() ? null : (ObjectNode) found.getFirst();
  }

  private List<JsonNode> all(String name) {
    ServiceFilter any = ServiceFilter.tagged(List.of(), false);
    return node.runtime().services().resolve(name, any).services().stream()
        .<JsonNode>map(Json.MAPPER::valueToTree)
        .toList();
  }

  private void awaitStatus(String name, String status) {
    eventually(
        name + " is " + status + ": " + all(name),
        () -> only(name) != null && only(name).get("status").asText().equals(status));
  }

  private List<String> events(String jobId) {
    return node.jobs().events(jobId, 0, 1000).events().stream()
        .map(event -> Json.parseObject(event, "event").get("type").asText())
        .filter(type -> type.startsWith("service_"))
        .toList();
  }

  @Test
  void aServiceFollowsItsProgramAndItsCheckAndEndsWithItsJob() {
    int port = listeners.http();
    listeners.well(false);
    String id =
        submit(
            job(
                "[{'name':'web','port':%d,'tags':['a','b'],'meta':{'url':'http://${node}'},"
                        .formatted(port)
                    + "'checks':[{'type':'http','interval_ms':100}]}]"));

    awaitStatus("web", "critical");
    listeners.well(true);
    awaitStatus("web", "passing");

    ObjectNode reported = only("web");
    assertThat(reported.get("id").asText()).isEqualTo(id + ":work:web");
    assertThat(reported.get("job_id").asText()).isEqualTo(id);
    assertThat(reported.get("agent_id").asText()).isEqualTo("work");
    assertThat(reported.get("port").asInt()).isEqualTo(port);
    assertThat(reported.get("address").asText()).isEqualTo("127.0.0.1");
    assertThat(reported.get("node").asText()).isEqualTo("mirror_neuron@test");
    assertThat(reported.get("meta").get("url").asText()).isEqualTo("http://mirror_neuron@test");
    assertThat(reported.get("checks").get(0).get("interval_ms").asInt()).isEqualTo(100);
    assertThat(reported.get("health").get("checks").get(0).get("status").asText())
        .isEqualTo("passing");

    node.jobs().cancel(id, null, null);
    node.awaitEnd(id);
    eventually("it has ended with its job", () -> all("web").isEmpty());
    assertThat(events(id))
        .startsWith("service_registered", "service_health_changed", "service_health_changed");
  }

  @Test
  void aServiceOfAProgramIsThereWhileTheProgramRuns() {
    ObjectNode manifest = job("{'name':'short'}", "sh", "-c", "read x < gate || true; echo {}");
    manifest.set("services", json("[{'name':'whole'}]"));
    ObjectNode config = (ObjectNode) manifest.get("nodes").get(0).get("config");
    config.set(
        "command",
        json("['sh','-c','while [ ! -e %s ]; do sleep 0.05; done']".formatted(home.resolve("go"))));
    String id = submit(manifest);

    awaitStatus("short", "passing"); // it has no checks
    awaitStatus("whole", "passing");
    assertThat(only("whole").get("id").asText()).isEqualTo(id + ":job:whole");
    assertThat(only("whole").has("agent_id")).isFalse();

    try {
      Files.createFile(home.resolve("go"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    node.awaitEnd(id);
    eventually("both have ended", () -> all("short").isEmpty() && all("whole").isEmpty());
  }

  @Test
  void whatATemplateCannotSayIsToldAsCritical() {
    submit(job("[{'name':'odd','port':'${config.nothing}','checks':[{'type':'tcp'}]}]"));
    awaitStatus("odd", "critical");
    assertThat(only("odd").get("health").get("reason").asText())
        .isEqualTo("the template ${config.nothing} has no value");
  }

  @Test
  void aDoorOfTheServerIsNoServiceOfAJob() {
    submit(
        job(
            """
            [{'name':'here','port':8080},{'name':'named','port':8080,'address':'localhost'},
             {'name':'any','port':8080,'address':'0.0.0.0'},
             {'name':'odd','port':8080,'address':'127.1'},
             {'name':'there','port':8080,'address':'192.0.2.1'},{'name':'beside','port':8081}]
            """));
    for (String name : List.of("here", "named", "any", "odd")) {
      awaitStatus(name, "critical");
      assertThat(only(name).at("/health/reason").asText()).contains("is a port of this server");
    }
    awaitStatus("there", "passing");
    awaitStatus("beside", "passing");
  }

  @Test
  void whoBringsChecksThatCanNeverPassHereIsTold(@TempDir Path other) {
    ObjectNode manifest =
        job(
            "[{'name':'a','port':8123,'checks':[{'type':'script','script':['true']}]},"
                + "{'name':'b','port':8123,'checks':[{'type':'http','url':'http://169.254.1.1/'}]},"
                + "{'name':'c','port':8124,'checks':[{'type':'tcp','name':'far','address':'2130706433'},"
                + "{'type':'http'},{'type':'http','url':'http://${node}:8000/'}]}]");
    try (RuntimeFixture strict = new RuntimeFixture(other)) {
      Submission submission = Submission.of(manifest.toString());
      String[] reported = {
        "check script-1 of service a can never pass on this server: scripts check nothing here"
            + " unless the operator allows it (core.allow_script_checks,"
            + " MN_CORE_ALLOW_SCRIPT_CHECKS)",
        "check http-1 of service b can never pass on this server: 169.254.1.1 is an address that"
            + " checks may not ask; an operator may allow it (services.check_addresses)",
        "check far of service c can never pass on this server: 2130706433 is an unusual spelling of"
            + " an address"
      };
      assertThat(strict.jobs().validate(submission).warnings()).contains(reported);
      assertThat(strict.jobs().submit(submission).warnings())
          .filteredOn(warning -> warning.startsWith("check "))
          .containsExactly(reported);
    }
    assertThat(node.jobs().plan(Submission.of(manifest.toString())).warnings())
        .noneMatch(warning -> warning.contains("service a can never pass"));
  }

  @Test
  void secretsOfTheServerAreNoTemplates() {
    submit(job("[{'name':'leak','meta':{'x':'${env.MN_GRPC_ADMIN_TOKEN}'}}]"));
    awaitStatus("leak", "critical");
  }

  @Test
  void servicesOfAPausedJobAreCriticalAndComeBackByTheirChecks() {
    int port = listeners.http();
    String id =
        submit(
            job(
                "[{'name':'web','port':%d,'checks':[{'type':'http','interval_ms':100}]}]"
                    .formatted(port)));
    awaitStatus("web", "passing");

    node.jobs().pause(id, false, null);
    awaitStatus("web", "critical");
    assertThat(only("web").get("health").get("reason").asText()).isEqualTo("job_paused");
    int asked = listeners.asked();

    node.jobs().resume(id, null);
    awaitStatus("web", "passing");
    assertThat(listeners.asked()).isGreaterThan(asked);
  }

  @Test
  void aServerThatIsStartedAnewRegistersItsServicesAgain() {
    int port = listeners.http();
    String id =
        submit(
            job(
                "[{'name':'web','port':%d,'checks':[{'type':'http','interval_ms':100}]}]"
                    .formatted(port)));
    awaitStatus("web", "passing");

    node.restart();
    eventually(
        "it is registered again",
        () -> events(id).stream().filter("service_registered"::equals).count() > 1);
    awaitStatus("web", "passing");
    assertThat(events(id)).filteredOn("service_registered"::equals).hasSize(2);
  }

  @Test
  void theServicesOfANodeThatLeavesAreThoseOfItsHeir(@TempDir Path other) {
    int port = listeners.http();
    try (RuntimeFixture heir = RuntimeFixture.beside(node, other)) {
      String id =
          submit(
              job(
                  "[{'name':'web','port':%d,'checks':[{'type':'http','interval_ms':100}]}]"
                      .formatted(port)));
      awaitStatus("web", "passing");

      node.leave();
      ServiceFilter passing = ServiceFilter.tagged(List.of(), true);
      eventually(
          "the heir has it",
          Duration.ofSeconds(30),
          () ->
              heir.runtime().services().resolve("web", passing).services().size() == 1
                  && heir.jobs().events(id, 0, 1000).events().stream()
                          .filter(event -> event.contains("\"service_registered\""))
                          .count()
                      == 2);
    }
  }

  @Test
  void aJobThatNeedsAServiceIsRefusedUntilItPasses() {
    ObjectNode needy = (ObjectNode) json(SampleManifests.program("needy", "true"));
    needy.set("required_services", json("[{'name':'db','tags':['sql']}]"));

    assertThatThrownBy(() -> submit(needy))
        .isInstanceOfSatisfying(
            MnException.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(ErrorCode.PRECONDITION);
              assertThat(refused.error()).isEqualTo("service_requirements_not_met");
              JsonNode report = refused.validation();
              assertThat(report.get("version").asText()).isEqualTo("validation.report/v1");
              JsonNode issue = report.get("issues").get(0);
              assertThat(issue.get("code").asText()).isEqualTo("service.required_missing");
              assertThat(issue.get("location").get("pointer").asText())
                  .isEqualTo("/manifest/required_services/0");
            });
    assertThat(node.jobs().validate(Submission.of(needy.toString())).errors())
        .containsExactly("required_services.0: no instance of db with sql is registered");
    assertThatThrownBy(() -> node.jobs().plan(Submission.of(needy.toString())))
        .hasMessage("required_services.0: no instance of db with sql is registered");

    submit(job("[{'name':'db','tags':['sql','x']}]"));
    awaitStatus("db", "passing");
    node.awaitEnd(submit(needy));
  }

  @Test
  void whoForcesDoesWithout() {
    ObjectNode needy = (ObjectNode) json(SampleManifests.program("needy", "true"));
    needy.set("required_services", json("['db']"));
    needy.set("metadata", json("{'mn_validation':{'force':true}}"));
    node.awaitEnd(submit(needy));
  }

  @Test
  void aProgramWaitsForTheServicesThatItsAgentNeeds() {
    ObjectNode needy = (ObjectNode) json(SampleManifests.program("waits", "true"));
    ((ObjectNode) needy.get("nodes").get(0)).set("requires_services", json("['db']"));
    String id = submit(needy);

    eventually(
        "why tells",
        () ->
            Json.MAPPER
                .valueToTree(node.jobs().why(id))
                .toString()
                .contains("no passing instance of db"));
    Why why = node.jobs().why(id);
    assertThat(Json.MAPPER.valueToTree(why).toString()).contains("\"cause\":\"services\"");

    submit(job("[{'name':'db'}]"));
    node.awaitEnd(id);
  }

  @Test
  void aScriptOfTheBundleChecksWhereItIsAllowed() throws Exception {
    ObjectNode manifest =
        job(
            "[{'name':'s','port':1234,'checks':[{'type':'script','interval_ms':100,"
                + "'script':['sh','check.sh']}]}]");
    Path well = home.resolve("well");
    byte[] script =
        ("echo \"$MN_SERVICE_NAME $MN_SERVICE_PORT ${MN_GRPC_ADMIN_TOKEN-none}\"\n"
                + "test -e "
                + well)
            .getBytes(StandardCharsets.UTF_8);
    node.jobs()
        .submit(
            new Submission(
                manifest.toString(),
                new Submission.Payloads.Inline(Map.of("check.sh", script), Set.of()),
                null));
    awaitStatus("s", "critical");
    assertThat(only("s").get("health").get("checks").get(0).get("message").asText())
        .isEqualTo("exit code 1: s 1234 none");
    Files.createFile(well);
    awaitStatus("s", "passing");
    Files.delete(well);
    awaitStatus("s", "critical");
  }

  @Test
  void aScriptThatFailsSaysWhy() {
    ObjectNode manifest =
        job(
            "[{'name':'e','port':1,'checks':[{'type':'script','script':['ls','/no/such']}]},"
                + "{'name':'p','port':1,'checks':[{'type':'script','script':'check.sh'}]}]");
    node.jobs()
        .submit(
            new Submission(
                manifest.toString(),
                new Submission.Payloads.Inline(Map.of("check.sh", new byte[0]), Set.of()),
                null));
    awaitStatus("e", "critical");
    awaitStatus("p", "critical");
    assertThat(only("e").get("health").get("checks").get(0).get("message").asText())
        .startsWith("exit code ")
        .contains("/no/such");
    assertThat(only("p").get("health").get("checks").get(0).get("message").asText())
        .isEqualTo(
            "there is no program check.sh; the file of that name in the bundle is called"
                + " ./check.sh");
  }

  @Test
  void fourListenersChangeTheirMind() throws Exception {
    ServerSocket endpoint = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Path well = Files.createFile(home.resolve("well"));
    String check = "'interval_ms':100,'failures_before_critical':2";
    submit(
        job(
            "[{'name':'h','port':%d,'checks':[{'type':'http',%s}]},"
                    .formatted(listeners.http(), check)
                + "{'name':'g','port':%d,'checks':[{'type':'grpc',%s}]},"
                    .formatted(listeners.grpc(), check)
                + "{'name':'t','port':%d,'checks':[{'type':'tcp',%s}]},"
                    .formatted(endpoint.getLocalPort(), check)
                + "{'name':'s','checks':[{'type':'script','script':['test','-e','%s'],%s}]}]"
                    .formatted(well, check)));
    List<String> all = List.of("h", "g", "t", "s");
    all.forEach(name -> awaitStatus(name, "passing"));

    listeners.well(false);
    Files.delete(well);
    endpoint.close();
    all.forEach(name -> awaitStatus(name, "critical"));

    listeners.well(true);
    Files.createFile(well);
    try (ServerSocket _ = again(endpoint.getLocalPort())) {
      all.forEach(name -> awaitStatus(name, "passing"));
    }
  }

  private static ServerSocket again(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
    return socket;
  }

  @Test
  void instancesTakeTurns() {
    for (int i = 0; i < 3; i++) {
      submit(job("[{'name':'many'}]", "sleep", "600"));
    }
    eventually("three are there", () -> all("many").size() == 3);
    Set<String> first =
        Stream.generate(() -> only("many").get("id").asText()).limit(3).collect(Collectors.toSet());
    assertThat(first).hasSize(3);
  }
}
