package io.mirrorneuron.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bundles that are named by their path lie where the operator says, links or not. */
@Timeout(90)
class PathRootsIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir Path folder;

  private record Answer(int status, JsonNode body) {}

  private static Answer post(WholeServer server, String path, Path bundle) throws Exception {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(server.uri(path))
                .header("Content-Type", "application/json")
                .POST(
                    BodyPublishers.ofString(
                        Json.write(Map.of("source", "path", "path", bundle.toString()))))
                .build(),
            BodyHandlers.ofString());
    return new Answer(answer.statusCode(), Json.parse(answer.body()));
  }

  private Path bundle(String place) throws Exception {
    Path bundle = Files.createDirectories(folder.resolve(place));
    Files.writeString(
        bundle.resolve("manifest.json"),
        "{\"name\": \"hi\", \"steps\": [{\"id\": \"say\", \"run\": [\"echo\", \"hi\"]}]}");
    return bundle;
  }

  @Test
  void aBundleOutsideOfTheRootsIsRefused_whetherItIsThereOrNot() throws Exception {
    Path inside = bundle("roots/inside");
    Path outside = bundle("outside");
    Path link = Files.createSymbolicLink(folder.resolve("roots/link"), outside);
    Path up = folder.resolve("roots/../outside");
    try (WholeServer server =
        WholeServer.start(
            folder.resolve("home"),
            Map.of("blueprint.path_roots", folder.resolve("roots").toString()))) {
      Answer launched = post(server, "/blueprints/launch/runs", inside);
      assertThat(launched.status()).as("%s", launched.body()).isEqualTo(200);
      for (Path place : new Path[] {outside, link, up, folder.resolve("nowhere"), folder}) {
        for (String endpoint : new String[] {"runs", "validate"}) {
          Answer refused = post(server, "/blueprints/launch/" + endpoint, place);
          assertThat(refused.status()).as("%s %s", place, refused.body()).isEqualTo(403);
          assertThat(refused.body().get("error").asText()).isEqualTo("path_not_allowed");
          assertThat(refused.body().get("detail").asText()).contains("MN_BLUEPRINT_PATH_ROOTS");
        }
      }
    }
  }
}
