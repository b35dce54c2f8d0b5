package io.mirrorneuron.blueprint.bundle;

import static io.mirrorneuron.blueprint.bundle.BundleFixture.object;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.blueprint.bundle.BundleOrigin.RunIdentity;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.RuntimeFixture;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs of a launched blueprint find, whatever form its manifest has. */
class LaunchedProgramsIT {
  private static final AtomicInteger RUNS = new AtomicInteger();
  @TempDir static Path home;
  private static RuntimeFixture runtime;
  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    runtime = new RuntimeFixture(home);
  }

  @AfterAll
  static void stop() {
    runtime.close();
  }

  private BundleFixture bundle() {
    return new BundleFixture(folder)
        .write(
            "payloads/show.sh",
            "echo \"run $MN_RUN_ID json $MN_BLUEPRINT_CONFIG_JSON\"\n"
                + "echo \"file $(cat \"$MN_BLUEPRINT_CONFIG_FILE\" | cut -c1-200)\"\n"
                + "echo \"bytes $(wc -c <\"$MN_BLUEPRINT_CONFIG_FILE\")${MN_BLUEPRINT_CONFIG_JSON+ both}\"\n"
                + "echo \"scenario $MN_BLUEPRINT_SCENARIO_JSON $(cat \"$MN_BLUEPRINT_SCENARIO_FILE\")\"\n"
                + "echo \"input $(cat \"$MN_INPUT_FILE\")\"\n")
        .write("config/default.json", "{'site':{'name':'Harbour','port':1}}")
        .write("scenario.json", "{'day':2}");
  }

  private static ObjectNode run(ConfiguredBundle launch) {
    RunIdentity identity = new RunIdentity(launch.bundle().id(), "r-" + RUNS.incrementAndGet(), "");
    Submission submission =
        new Submission(launch.manifest(identity, false), launch.bundle().payloads(), null);
    assertThat(runtime.jobs().validate(submission).ok()).isTrue();
    ObjectNode details = runtime.awaitEnd(runtime.jobs().submit(submission).jobId());
    assertThat(details.at("/job/status").asText()).as(details.toString()).isEqualTo("completed");
    assertThat(details.at("/job/run_id").asText()).isEqualTo(identity.runId());
    return details;
  }

  /** What the program printed, wherever the form keeps that. */
  private static String printed(JsonNode details) {
    JsonNode stdout = details.at("/job/result").findValue("stdout");
    return (stdout == null ? details.at("/job/result/output") : stdout).asText() + "\n";
  }

  private static final String SHORT =
      "{'name':'short','steps':[{'id':'a','run':['sh','show.sh']}]}";
  private static final String GRAPH =
      """
      {'manifest_version':'1.0','graph_id':'graph','entrypoints':['a'],'nodes':[
        {'node_id':'a','agent_type':'executor','config':{'command':['sh','show.sh'],
         'upload_paths':[{'source':'show.sh','target':'show.sh'}],'output_message_type':null,
         'complete_run':true}}]}
      """;
  private static final String BINDINGS =
      """
      {'apiVersion':'mn.workflow/v1','kind':'Workflow','id':'bound','name':'Bound',
       'manifest_version':'1.0','job_name':'bound','contract':{},
       'workflow':{'workflow_id':'bound','entrypoint':'a','source':'a','sink':'a',
         'steps':[{'id':'a','run':'a'}],'edges':[]},
       'runtime':{'bindings':{'a':{'workers':[{'id':'worker','with':{'command':['sh','show.sh'],
         'upload_paths':[{'source':'show.sh','target':'show.sh'}]}}]}}}}
      """;

  @ParameterizedTest
  @ValueSource(strings = {SHORT, GRAPH, BINDINGS})
  void programsFindTheConfigurationWithWhatTheLaunchSays(String manifest) {
    String said = printed(run(bundle().manifest(manifest).configured("{'site':{'port':2}}", "{}")));
    String config = "{\"site\":{\"name\":\"Harbour\",\"port\":2}}";
    assertThat(said)
        .contains("run r-", " json " + config, "file " + config, " both")
        .contains("scenario {\"day\":2} {\"day\":2}");
  }

  @Test
  void aConfigurationThatNoVariableCanHoldComesInItsFile() {
    ConfiguredBundle launch =
        bundle().manifest(SHORT).configured("{'text':'" + "x".repeat(400_000) + "'}", "{}");
    assertThat(printed(run(launch)))
        .contains("json \n")
        .contains("bytes " + launch.config().json().length() + "\n");
  }

  @Test
  void whatAProgramSaysItselfGoesBefore() {
    String own =
        "{'name':'own','steps':[{'id':'a','run':['sh','show.sh'],"
            + "'config':{'environment':{'MN_BLUEPRINT_CONFIG_JSON':'mine'}}}]}";
    assertThat(printed(run(bundle().manifest(own).configured("{}", "{}")))).contains("json mine\n");
  }

  @Test
  void answersReachTheProgram() {
    BundleFixture bundle =
        bundle()
            .manifest(
                "{'name':'asking','inputs':{'subject':'x'},'steps':[{'id':'a','run':['sh','show.sh']}],"
                    + "'metadata':{'init_config_review':{'fields':['site.name']}}}");
    ConfiguredBundle launch = bundle.configured("{}", "{'subject':'gulls','site.name':'Port'}");
    assertThat(launch.inputs()).isEqualTo(object("{'subject':'gulls'}"));
    assertThat(printed(run(launch)))
        .contains("input {\"subject\":\"gulls\"}")
        .contains("json {\"site\":{\"name\":\"Port\",\"port\":1}}");
  }

  @Test
  void secretsOfTheConfigurationAreToldProgramsAlone() {
    String quiet =
        "{'name':'quiet','steps':[{'id':'a','shell':'grep -c hush <$MN_BLUEPRINT_CONFIG_FILE'}]}";
    ObjectNode details =
        run(bundle().manifest(quiet).configured("{'site':{'api_key':'hush'}}", "{}"));
    assertThat(printed(details)).isEqualTo("1\n");
    assertThat(details.findValue("blueprint_config").at("/site/api_key").asText())
        .isEqualTo("[REDACTED]");
    assertThat(details.findValue("blueprint_config").at("/site/name").asText())
        .isEqualTo("Harbour");
  }
}
