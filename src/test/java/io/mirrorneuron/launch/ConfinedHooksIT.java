package io.mirrorneuron.launch;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hooks reach their bundle and their run, and nothing else of this server. */
@Timeout(90)
class ConfinedHooksIT {
  @TempDir Path folder;

  @Test
  void aHookWritesToItsRunAndReadsNothingOfTheServer() throws Exception {
    Path trusted = Files.createDirectories(folder.resolve("trusted"));
    Path bundle = Files.createDirectories(trusted.resolve("bundle"));
    Path home = Files.createDirectories(folder.resolve("home"));
    Files.writeString(home.resolve("secret"), "hidden");
    Files.createDirectories(bundle.resolve("scripts"));
    Files.writeString(
        bundle.resolve("manifest.json"),
        "{\"name\": \"kept\", \"steps\": [{\"id\": \"say\", \"run\": [\"true\"]}]}");
    Files.writeString(
        bundle.resolve("scripts/pre-launch.sh"),
        """
        #!/bin/sh
        cat '%s' > "$MN_RUN_DIR/read" 2>/dev/null && echo read
        echo x > '%s' 2>/dev/null && echo wrote
        echo here > own && echo done > "$MN_PRE_LAUNCH_READY_FILE"
        """
            .formatted(home.resolve("secret"), bundle.resolve("written")));
    try (WholeServer server =
        WholeServer.start(
            home,
            Map.of(
                "executor.confine", "auto",
                "validation.commands", "trusted",
                "validation.trusted_folders", trusted.toString()))) {
      var launched =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(server.uri("/blueprints/launch/runs"))
                      .header("Content-Type", "application/json")
                      .POST(
                          BodyPublishers.ofString(
                              Json.write(
                                  Map.of(
                                      "source", "path", "path", bundle + "", "run_id", "kept-1"))))
                      .build(),
                  BodyHandlers.ofString());
      JsonNode reported = Json.parse(launched.body());
      assertThat(launched.statusCode()).as("%s", reported).isEqualTo(200);
      String job = reported.get("job_id").asText();
      eventually("the job has ended", () -> server.jobs().brief(job).status().equals("completed"));
      JsonNode health = Json.parse(get(server, "/health"));
      assumeThat(health.findValue("confinement").toString()).contains("\"on\"");
      assertThat(Files.readAllLines(server.runsRoot().resolve("kept-1/pre_launch.log")))
          .doesNotContain("read", "wrote");
      assertThat(server.runsRoot().resolve("kept-1/read")).isEmptyFile();
      assertThat(bundle.resolve("written")).doesNotExist();
    }
  }

  private static String get(WholeServer server, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(server.uri(path)).build(), BodyHandlers.ofString())
        .body();
  }
}
