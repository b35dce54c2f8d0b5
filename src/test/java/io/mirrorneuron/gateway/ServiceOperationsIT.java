package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** What the operations about services ask of the runtime, and answer. */
class ServiceOperationsIT extends WithSharedGateway {
  private static JsonNode json(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.parse(answer.body());
  }

  @Test
  void listsAreOfThoseThatPassByDefault() throws Exception {
    assertThat(json(gateway.get("/api/v1/services")).get("services").isArray()).isTrue();
    assertThat(gateway.services.asked()).isEqualTo("list {\"tags\":[],\"passing_only\":true}");
  }

  @Test
  void filtersAreHandedOnAndTagsMayBeSeveral() throws Exception {
    json(
        gateway.get(
            "/api/v1/services?name=n&node=a&job_id=j&agent_id=g&status=critical"
                + "&tag=x&tag=y&passing_only=false"));
    assertThat(gateway.services.asked())
        .isEqualTo(
            "list {\"name\":\"n\",\"node\":\"a\",\"job_id\":\"j\",\"agent_id\":\"g\","
                + "\"status\":\"critical\",\"tags\":[\"x\",\"y\"],\"passing_only\":false}");
  }

  @Test
  void whatIsResolvedIsTheFirst() throws Exception {
    gateway.services.add(
        "{'id':'j:a:web','name':'web','status':'passing','port':1,'meta':{'k':[1]},"
            + "'health':{'status':'passing','checks':[]}}");
    JsonNode answer = json(gateway.get("/api/v1/services/we%2Fb/resolve?tag=x"));
    assertThat(gateway.services.asked())
        .isEqualTo("resolve we/b {\"tags\":[\"x\"],\"passing_only\":true}");
    assertThat(answer.get("service")).isEqualTo(answer.get("services").get(0));
    assertThat(answer.get("service").get("meta").get("k").get(0).asInt()).isEqualTo(1);
    assertThat(answer.get("service").has("agent_id")).isFalse();
  }

  @Test
  void requirementsOrThoseOfAManifestAreChecked() throws Exception {
    for (String path : new String[] {"/api/v1/services:check", "/api/v1/services/check"}) {
      assertThat(
              json(gateway.post(path, "{\"services\":[{\"name\":\"db\"}]}")).get("ok").asBoolean())
          .isTrue();
      assertThat(gateway.services.asked()).isEqualTo("check [{\"name\":\"db\"}]");
    }
    json(
        gateway.post(
            "/api/v1/services:check",
            "{\"manifest\":{\"required_services\":[\"a\"],"
                + "\"nodes\":[{\"requires_services\":{\"name\":\"b\"}}]}}"));
    assertThat(gateway.services.asked()).isEqualTo("check [\"a\",{\"name\":\"b\"}]");
    assertThat(gateway.post("/api/v1/services:check", "{}").statusCode()).isEqualTo(422);
  }
}
