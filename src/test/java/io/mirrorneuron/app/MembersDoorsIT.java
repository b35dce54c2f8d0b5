package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.security.NodeToken;
import io.mirrorneuron.testing.FreePort;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Adding and removing servers over HTTP: the texts of the contract, and nothing secret anywhere.
 */
@Timeout(240)
@Whole
class MembersDoorsIT {
  private static final String WORKER = "mirror_neuron@worker";
  private static final String TOKEN = "token-of-the-worker";
  private static final String MAIN_TOKEN = "token-of-the-main-one";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir Path folder;
  private final List<String> answers = new ArrayList<>();
  private WholeServer main;
  private WholeServer worker;

  @BeforeEach
  void start() {
    main =
        WholeServer.start(
            folder.resolve("main"),
            Map.of(
                "network.expose",
                "true",
                "network.advertise_host",
                "127.0.0.1",
                "network.join_token",
                MAIN_TOKEN,
                "network.redis_port",
                Integer.toString(FreePort.at("127.0.0.1"))));
    worker =
        WholeServer.start(
            folder.resolve("worker"), Map.of("node.name", WORKER, "network.join_token", TOKEN));
  }

  @AfterEach
  void stop() {
    worker.close();
    main.close();
  }

  private HttpResponse<String> post(WholeServer at, String verb, String body) {
    return post(at.uri("/system/cluster/nodes:" + verb), body);
  }

  private HttpResponse<String> post(URI uri, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
      answers.add(answer.body());
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private String refusal(String body) throws IOException {
    HttpResponse<String> answer = post(main, "add", body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
    return Json.parse(answer.body()).path("detail").asText();
  }

  private String worker(String token) {
    return "{\"host\":\"127.0.0.1\",\"token\":\"%s\",\"grpc_port\":%d}"
        .formatted(token, worker.grpc().port());
  }

  private static long living(WholeServer server) {
    try {
      return server.cluster().overview().nodes().stream()
          .filter(node -> !node.status().equals("offline"))
          .count();
    } catch (MnException between) {
      return 0;
    }
  }

  @Test
  void whatIsWrongIsToldInTheOrderAndWordsOfTheContract() throws IOException {
    String host = "Remote node host must be a host name or IP address.";
    assertThat(refusal("{\"host\":\" \",\"token\":\"\",\"grpc_port\":70000}")).isEqualTo(host);
    assertThat(refusal("{\"host\":\"-x\",\"token\":\"t\"}")).isEqualTo(host);
    for (String no :
        List.of("http://x", "127.0.0.1/../", "user@127.0.0.1", "127.0.0.1:43900", "unix:/tmp/x")) {
      assertThat(refusal("{\"host\":\"%s\",\"token\":\"t\"}".formatted(no))).isEqualTo(host);
    }
    assertThat(refusal("{\"host\":\"x\",\"token\":\"a b\",\"grpc_port\":70000}"))
        .isEqualTo("Remote node token is required.");
    assertThat(refusal("{\"host\":\"x\",\"token\":\"t\",\"grpc_port\":70000}"))
        .isEqualTo("Remote gRPC port must be a valid TCP port.");
    assertThat(refusal("{\"host\":\"x\",\"token\":\"t\",\"grpc_port\":1099511627776}"))
        .isEqualTo("Remote gRPC port must be a valid TCP port.");
    assertThat(refusal("{\"host\":\"x\",\"token\":\"t\",\"grpc-port\":1}"))
        .contains("grpc-port", "grpc_port");
    HttpResponse<String> other = post(main, "leave", "{\"nodename\":\"mirror_neuron@x\"}");
    assertThat(other.statusCode()).as(other.body()).isEqualTo(422);
    assertThat(other.body()).contains("did you mean node_name?");
    assertThat(refusal("{}"))
        .isEqualTo("body: member \"host\" is required; body: member \"token\" is required");
    HttpResponse<String> node = post(main, "remove", "{\"node\":\"mirror_neuron@x\"}");
    assertThat(node.statusCode()).as(node.body()).isEqualTo(422);
    assertThat(Json.parse(node.body()).path("detail").asText())
        .isEqualTo("body: member \"node_name\" is required; did you mean it by \"node\"?");
    HttpResponse<String> name = post(main, "remove", "{\"node_name\":\"nonsense\"}");
    assertThat(name.statusCode()).isEqualTo(422);
    assertThat(name.body()).contains("Remote node name must look like mirror_neuron@host.");
    HttpResponse<String> never = post(main, "remove", "{\"node_name\":\"mirror_neuron@never\"}");
    assertThat(never.statusCode()).as(never.body()).isEqualTo(200);
    assertThat(never.body())
        .doesNotContain("was removed")
        .contains(
            "\"status\":\"removed\"",
            "\"message\":\"nothing changed: there is no node mirror_neuron@never; there are ",
            "\"warnings\":[\"there is no node mirror_neuron@never; there are ");
    HttpResponse<String> nobody =
        post(main, "join", "{\"host\":\"127.0.0.1\",\"token\":\"t\",\"grpc_port\":1}");
    assertThat(nobody.statusCode()).isEqualTo(503);
    HttpResponse<String> http =
        post(
            main,
            "add",
            "{\"host\":\"127.0.0.1\",\"token\":\"t\",\"grpc_port\":%d}"
                .formatted(worker.uri("/").getPort()));
    assertThat(http.statusCode()).as(http.body()).isEqualTo(503);
    assertThat(http.body()).contains("no server answers by gRPC at 127.0.0.1:", "grpc_port");
    HttpResponse<String> wrong = post(main, "add", worker("wrong"));
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(wrong.body())
        .contains("valid MN_NETWORK_JOIN_TOKEN is required", "not the join token of the server at");
    assertThat(post(worker, "leave", "{}").statusCode()).isEqualTo(412);
  }

  @Test
  void aReasonIsCountedInCodePoints() {
    for (int length : new int[] {1000, 1001}) {
      String reason = "{\"reason\":\"%s\"}".formatted("\uD83D\uDE00".repeat(length));
      URI nodes = main.uri("/nodes/" + main.cluster().members().self() + "/maintenance");
      assertThat(post(nodes, reason).statusCode())
          .as("%d", length)
          .isEqualTo(length == 1000 ? 200 : 422);
    }
  }

  @Test
  void aDrainNeedsADeadlineThatLiesAhead() {
    URI drain = main.uri("/nodes/" + main.cluster().members().self() + "/drain");
    for (int deadline : new int[] {-1, 0}) {
      HttpResponse<String> refused =
          post(drain, "{\"dry_run\":true,\"deadline_ms\":%d}".formatted(deadline));
      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
      assertThat(refused.body()).contains("body.deadline_ms: " + deadline + " is less than 1");
    }
    assertThat(post(drain, "{\"dry_run\":true,\"deadline_ms\":null}").statusCode()).isEqualTo(200);
  }

  @Test
  void whetherADrainIsADryRunIsNeverGuessed() {
    String self = main.cluster().members().self();
    URI drain = main.uri("/nodes/" + self + "/drain");
    for (String value : List.of("\"maybe\"", "\"\"", "\"dry\"", "null", "2", "0.5", "[]", "{}")) {
      HttpResponse<String> refused = post(drain, "{\"dry_run\":%s}".formatted(value));
      assertThat(refused.statusCode()).as(value + refused.body()).isEqualTo(422);
      assertThat(refused.body()).contains("body.dry_run");
    }
    assertThat(main.cluster().upkeep().status(self).drain().status()).isNull();
    assertThat(post(drain, "{\"dry_run\":\"yes\"}").body()).contains("\"dry_run\"");
    assertThat(main.cluster().upkeep().status(self).drain().status()).isNull();
  }

  @Test
  void theEventsOfTheClusterAreAList() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(main.uri("/jobs/__cluster__/events?limit=10")).build();
    assertThat(post(main, "add", worker(TOKEN)).statusCode()).isEqualTo(200);
    eventually(
        "who has joined is listed",
        PATIENCE,
        () -> {
          try {
            HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
            return answer.statusCode() == 200 && answer.body().contains("\"node_joined\"");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** The sixth one waits longest, as do all that follow; it is answered before it is given up. */
  @Test
  void wrongTokensInARowAreAllToldAsSuch() {
    for (int i = 0; i < 6; i++) {
      assertThat(post(main, "add", worker("wrong")).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void theTerminalTellsWhichTokenIsWrong() {
    Shell.Ended wrong =
        new Shell(Main::commandLine, folder)
            .set("MN_HOME", folder.resolve("main").toString())
            .set("MN_GRPC_TARGET", main.grpc().toString())
            .run(
                "node",
                "add",
                "127.0.0.1",
                "--grpc-port",
                Integer.toString(worker.grpc().port()),
                "--token",
                "wrong");

    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.err())
        .contains("not the join token of the server at", "network.join_token")
        .doesNotContain("MN_GRPC_AUTH_TOKEN");
  }

  @Test
  void aServerJoinsAndLeavesAndNoSecretIsToldOrLogged() throws IOException {
    HttpResponse<String> added = post(main, "add", worker(TOKEN));
    assertThat(added.statusCode()).as(added.body()).isEqualTo(200);
    JsonNode answer = Json.parse(added.body());
    assertThat(answer.path("ok").asBoolean()).isTrue();
    assertThat(answer.path("host").asText()).isEqualTo("127.0.0.1");
    assertThat(answer.path("node_name").asText()).isEqualTo(WORKER);
    assertThat(answer.path("status").asText()).matches("connected|joining");
    assertThat(answer.path("message").asText()).isEqualTo(WORKER + " was added to this box.");
    assertThat(answer.path("handshake").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "node_name", "runtime_mode", "grpc_host", "grpc_port", "cluster_nodes", "network_only");
    eventually("both are there", PATIENCE, () -> living(worker) == 2 && living(main) == 2);
    HttpResponse<String> again = post(main, "add", worker(TOKEN));
    assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
    assertThat(again.body()).contains(WORKER + " was a member already.", "\"connected\"");
    HttpResponse<String> left = post(worker, "leave", "{}");
    assertThat(left.statusCode()).as(left.body()).isEqualTo(200);
    assertThat(left.body()).contains(WORKER + " was removed from this box.", "\"removed\"");
    eventually("it is alone", PATIENCE, () -> living(worker) == 1);
    String reported = String.join("\n", answers) + logs() + commandLines();
    assertThat(reported).doesNotContain(TOKEN, MAIN_TOKEN, password());
  }

  private static String password() {
    return NodeToken.redisPassword(new Secret(MAIN_TOKEN)).value();
  }

  private String logs() throws IOException {
    StringBuilder all = new StringBuilder();
    for (String server : List.of("main", "worker")) { // only logs: other files come and go
      try (Stream<Path> files = Files.list(folder.resolve(server).resolve("logs"))) {
        for (Path log : files.filter(file -> file.toString().endsWith(".log")).toList()) {
          all.append(Files.readString(log, StandardCharsets.ISO_8859_1));
        }
      }
    }
    assertThat(all).isNotEmpty();
    return all.toString();
  }

  /** Of all processes, as anybody on the machine sees them. */
  private static String commandLines() {
    StringBuilder all = new StringBuilder();
    ProcessHandle.allProcesses()
        .forEach(process -> process.info().commandLine().ifPresent(all::append));
    return all.toString();
  }
}
