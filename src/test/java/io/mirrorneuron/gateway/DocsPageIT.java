package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.WithGuardedGateway;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.Test;

/** What the page at {@code /docs} makes its forms of: it fills in each example of a parameter. */
class DocsPageIT extends WithGuardedGateway {

  private String body(String path) throws Exception {
    return gateway.send(HttpRequest.newBuilder(gateway.uri(path)).build()).body();
  }

  @Test
  void theCommandsOfThePageAreForTheAddressAtWhichItWasAsked() throws Exception {
    URI asked = gateway.uri("/docs/openapi.json");
    String here = "http://" + asked.getAuthority();
    JsonObject shown = new JsonObject(body("/docs/openapi.json"));
    assertThat(shown.getJsonObject("info").getString("description"))
        .contains("SERVER=" + here + "\n")
        .doesNotContain("localhost:54001");
    HttpRequest byProxy =
        HttpRequest.newBuilder(asked).header("X-Forwarded-Proto", "https").build();
    assertThat(gateway.send(byProxy).body()).contains("SERVER=https://" + asked.getAuthority());
    assertThat(body("/openapi.json")).contains("SERVER=http://localhost:54001");
  }

  private static JsonArray parameters(JsonObject document, String path, String method) {
    return document
        .getJsonObject("paths")
        .getJsonObject(path)
        .getJsonObject(method)
        .getJsonArray("parameters");
  }

  @Test
  void whatMayBeLeftOutIsEmptyUntilSomebodyFillsItIn() throws Exception {
    assertThat(body("/docs/start.js")).contains("url: '/docs/openapi.json'");
    JsonObject shown = new JsonObject(body("/docs/openapi.json"));
    for (String method : new String[] {"get", "post"}) {
      String path = method.equals("get") ? "/runs" : "/jobs";
      assertThat(parameters(shown, path, method)).isNotEmpty();
      for (Object one : parameters(shown, path, method)) {
        JsonObject parameter = (JsonObject) one;
        assertThat(parameter.fieldNames()).as("%s", parameter).doesNotContain("example");
      }
    }
    JsonObject key = parameters(shown, "/jobs", "post").getJsonObject(0);
    assertThat(key.getString("description")).endsWith("\n\nExample: `3f7c-first-try`");
    JsonObject id =
        shown.getJsonObject("components").getJsonObject("parameters").getJsonObject("job_id");
    assertThat(id.getString("example")).as("what must be given keeps its example").isNotNull();
    JsonObject published = new JsonObject(body("/openapi.json"));
    assertThat(parameters(published, "/jobs", "post").getJsonObject(0).getString("example"))
        .as("the published contract has all examples")
        .isEqualTo("3f7c-first-try");
  }
}
