package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator says of a server, and what jobs may ask for because of it. */
@Timeout(120)
class NodeMarksIT {
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void constraintsMeetWhatTheOperatorSays(@TempDir Path home) throws Exception {
    try (WholeServer server =
        WholeServer.start(
            home,
            Map.of("node.labels", "rack=a1,Zone=eu", "node.capabilities", "licensed,fast-disk"))) {
      for (String met :
          new String[] {
            "{'attribute':'meta.rack','value':'a1'}",
            "{'attribute':'${meta.zone}','operator':'=','value':['us','eu']}",
            "{'attribute':'node.meta.zone','operator':'regexp','value':'^e'}",
            "{'attribute':'meta.floor','operator':'not_exists'}",
            "'licensed'",
            "['fast-disk','linux',{'attribute':'capabilities','operator':'contains','value':'licensed'}]"
          }) {
        HttpResponse<String> answer = plan(server, met);
        assertThat(answer.statusCode()).as("%s: %s", met, answer.body()).isEqualTo(200);
        assertThat(json(answer).at("/placements/0/node").asText()).isNotEmpty();
      }
      assertUnmet(server, "{'attribute':'meta.rack','value':'a2'}", "meta.rack");
      assertUnmet(server, "{'attribute':'meta.floor','operator':'exists'}", "meta.floor");
      assertUnmet(server, "'unlicensed'", "unlicensed");

      JsonNode node = json(get(server, "/resource")).at("/nodes/0");
      assertThat(node.path("meta")).hasToString("{\"rack\":\"a1\",\"zone\":\"eu\"}");
      assertThat(node.path("capabilities")).hasToString("[\"licensed\",\"fast-disk\"]");
      assertThat(node.path("problems").isArray()).isTrue();
    }
  }

  private void assertUnmet(WholeServer server, String constraint, String named) throws Exception {
    HttpResponse<String> answer = plan(server, constraint);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
    assertThat(answer.body()).contains("placement_failed", named);
  }

  private HttpResponse<String> plan(WholeServer server, String constraint) throws Exception {
    ObjectNode manifest =
        Json.parseObject(
            """
            {"manifest_version":"1.0","graph_id":"choosy","entrypoints":["work"],
             "nodes":[{"node_id":"work","agent_type":"executor",
               "config":{"command":["true"]}}]}
            """,
            "manifest");
    ((ObjectNode) manifest.at("/nodes/0"))
        .set("constraints", Json.parse(constraint.replace('\'', '"')));
    ObjectNode body = Json.object().set("manifest_json", manifest);
    return http.send(
        HttpRequest.newBuilder(server.uri("/jobs:plan"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(body)))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(WholeServer server, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(server.uri(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> answer) {
    return Json.parseObject(answer.body(), "answer");
  }
}
