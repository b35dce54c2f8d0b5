package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mn resource} before a server. */
@Timeout(60)
class ResourceCommandsIT {
  @TempDir static Path home;
  private static WholeServer server;
  private final Shell shell = new Shell(Main::commandLine, home);

  @BeforeAll
  static void start() {
    server = WholeServer.start(home);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aPipeGetsAllThatIsKnown() {
    JsonNode reported = shell.run("resource", "list").json();
    assertThat(reported.at("/nodes/0/cpu_cores").asInt()).isPositive();
    assertThat(reported.at("/combined/memory_total_gb").asDouble()).isPositive();
    assertThat(reported.path("runtime_health_command").asText()).isEqualTo("mn runtime health");
    assertThat(reported.at("/native_ports/0/name").asText()).isEqualTo("api");
    assertThat(reported.at("/native_ports/0/port").asText())
        .isEqualTo(Integer.toString(server.uri("").getPort()));
    assertThat(reported.toString()).startsWith("{\"combined\":").contains(",\"disk_gb\":");
  }

  @Test
  void peopleGetTables() {
    shell.atTerminal();
    String reported = shell.run("resource", "list").out();
    assertThat(reported).contains("Cores", "Memory free", "none", "Limit", "100 %");
    assertThat(shell.run("resource", "ports").out())
        .contains("URL / target", "api (HTTP API)", "core_grpc (gRPC of the runtime)");
  }

  @Test
  void limitsAreMergedAndReported() {
    Ended set = shell.run("resource", "set", "--cpu", "50", "--memory", "75");
    assertThat(set.exitCode()).isZero();
    assertThat(set.json().at("/limits").toString())
        .isEqualTo("{\"cpu\":50,\"gpu\":100,\"memory\":75,\"disk\":100}");
    shell.atTerminal();
    assertThat(shell.run("resource", "set", "--memory", "100").out())
        .startsWith("Resource limits set: memory 100 %\n")
        .contains("50 %", " have 0.0 cores, 0 MB, 0 MB of disk, 0 of ", " slots of default");
  }

  @Test
  void peopleSeeWhichJobsHaveWhat() throws Exception {
    Path manifest = home.resolve("holds.json");
    Files.writeString(
        manifest,
        """
        {"manifest_version": "1.0", "graph_id": "holds", "entrypoints": ["work"], "edges": [],
         "nodes": [{"node_id": "work", "agent_type": "executor",
           "resources": {"memory": "64Mi", "ports": [{"label": "web", "port": 24819}]},
           "config": {"command": ["sleep", "600"], "complete_run": true}}]}
        """);
    String job = shell.run("job", "submit", manifest.toString()).out().strip();
    assertThat(job).startsWith("holds-");
    shell.atTerminal();
    shell.set("COLUMNS", "120"); // as many as its whole id needs
    Pattern row = Pattern.compile(job + " +work +1 of default +64 MB");
    eventually("it is told", () -> row.matcher(shell.run("resource", "list").out()).find());
    assertThat(shell.run("job", "cancel", job).exitCode()).isZero();
    eventually("it is gone", () -> !shell.run("resource", "list").out().contains(job));
  }

  @Test
  void overGrpcTheSameIsTold() {
    Shell remote = shell.set("MN_API_BASE_URL", "");
    String target = shell.run("resource", "ports").json().at("/ports/1/target").asText();
    JsonNode reported = remote.run("resource", "list", "--target", target).json();
    assertThat(reported.at("/nodes/0/cpu_cores").asInt()).isPositive();
    assertThat(reported.at("/native_ports").toString()).contains("\"core_grpc\"", target);
  }

  @Test
  void whatIsWrongIsOneSentence() {
    Ended nothing = shell.run("resource", "set");
    assertThat(nothing.exitCode()).isEqualTo(2);
    assertThat(nothing.err()).contains("say at least one of --cpu, --gpu, --memory and --disk");
    assertThat(shell.run("resource", "set", "--cpu", "much").exitCode()).isEqualTo(2);
    Ended odd = shell.run("resource", "set", "--cpu", "-30");
    assertThat(odd.exitCode()).isEqualTo(2);
    assertThat(odd.err()).contains("--cpu must be one of 25, 50, 75, 100, not -30");
    assertThat(odd.out()).isEmpty();
    assertThat(shell.run("resource", "--help").out()).contains("list", "set", "ports");
  }

  @Test
  void portsOfOthersAreToldOnRequest() throws Exception {
    try (ServerSocket other = new ServerSocket(0)) {
      String port = "\"port\":\"" + other.getLocalPort() + "\"";
      assertThat(compact("ports")).doesNotContain(port);
      assertThat(compact("ports", "--in-use")).contains(port, "\"label\":\"in use\"");
      URI api = server.uri("");
      assertThat(compact("ports", "--in-use")).containsOnlyOnce("\"port\":\"" + api.getPort());
    }
  }

  private String compact(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "resource";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return shell.run(all).json().toString();
  }
}
