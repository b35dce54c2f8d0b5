package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is said of open jobs when their server does not come up, and that it is so. */
@Timeout(120)
@Proof.Cluster
class FailedStartIT {
  private static final String PORT_TAKEN = "uses it; set another grpc.port (MN_GRPC_PORT)";

  @TempDir Path home;

  @Test
  void openJobsStandStillUntilTheirServerIsUpAgain() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      Map<String, String> onTaken = Map.of("grpc.port", String.valueOf(taken.getLocalPort()));
      assertThatThrownBy(() -> WholeServer.start(home, onTaken))
          .isInstanceOf(MnException.class)
          .hasMessageEndingWith(PORT_TAKEN); // no server has been here before
      String job;
      try (WholeServer server = WholeServer.start(home)) {
        job = submit(server);
        assertThatThrownBy(() -> WholeServer.start(home)).hasMessageEndingWith("another --home");
      }

      assertThatThrownBy(() -> WholeServer.start(home, onTaken))
          .isInstanceOf(MnException.class)
          .hasMessageEndingWith(
              PORT_TAKEN
                  + "; open jobs of "
                  + home
                  + ", if it has any, stand still until a server is up there, or others on the same"
                  + " Redis take them over");

      try (WholeServer server = WholeServer.start(home)) {
        assertThat(get(server, "/jobs/" + job + "?include=status&wait=60s"))
            .contains("\"completed\"");
      }
    }
  }

  private static String submit(WholeServer server) throws IOException, InterruptedException {
    String manifest = SampleManifests.program("kept", "sleep", "1");
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/jobs"))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    Json.write(Json.object().put("manifest_json", manifest))))
            .build();
    return Json.parse(send(request)).path("job_id").asText();
  }

  private static String get(WholeServer server, String path)
      throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(server.uri(path)).build());
  }

  private static String send(HttpRequest request) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }
}
