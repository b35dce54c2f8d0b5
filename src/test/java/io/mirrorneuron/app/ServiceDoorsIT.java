package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A manifest that gives its services the ports of the server itself has none of them asked. */
class ServiceDoorsIT {
  @TempDir Path home;

  @Test
  void checksDoNotKnockAtTheDoorsOfTheirServer() throws Exception {
    try (WholeServer server = WholeServer.start(home);
        HttpClient client = HttpClient.newHttpClient()) {
      JsonNode announced = Json.parse(Files.readString(home.resolve("runtime-endpoints.json")));
      int api = server.uri("/health").getPort();
      int grpc = Integer.parseInt(announced.at("/grpc/target").asText().replaceAll(".*:", ""));
      server.jobs().submit(Submission.of(Json.write(manifest(api, grpc))));

      eventually("all are judged", () -> messages(server, client).size() == 4);
      assertThat(messages(server, client))
          .allSatisfy(message -> assertThat(message).contains("is a port of this server"));
    }
  }

  private static ObjectNode manifest(int... ports) {
    ObjectNode manifest =
        Json.parseObject(SampleManifests.program("doors", "sleep", "600"), "manifest");
    for (int port : ports) {
      for (String type : List.of("http", "tcp")) {
        ObjectNode service = manifest.withArray("/services").addObject();
        service.put("name", type + "-" + port).put("port", port);
        service.putArray("checks").addObject().put("type", type).put("interval_ms", 100);
      }
    }
    return manifest;
  }

  private static List<String> messages(WholeServer server, HttpClient client) {
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/services?status=critical&passing_only=false")).build();
    try {
      String body = client.send(request, BodyHandlers.ofString()).body();
      return Json.elements(Json.parse(body).get("services"))
          .map(one -> one.at("/health/reason").asText())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
