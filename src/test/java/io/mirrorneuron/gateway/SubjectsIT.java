package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.store.BackupArchive;
import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom a caller's token names reaches the jobs and the people's decisions. */
class SubjectsIT {
  private static final String MANIFEST = "{\"graph_id\":\"g\",\"job_name\":\"n\"}";
  private static final String APPROVE = "{\"decision\":\"approve\"}";

  /** A token is the name it vouches for; the shared one vouches for none. */
  private static final Auth NAMES =
      authorization -> {
        String token = authorization.substring("Bearer ".length());
        return Future.succeededFuture(
            token.equals("shared")
                ? Principal.unnamed(Role.ADMIN)
                : new Principal(token, Role.OPERATOR, null));
      };

  @TempDir Path folder;
  private GatewayFixture gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = GatewayFixture.asking(folder, NAMES);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {"anna, ' by anna', anna", "shared, '', -"})
  void theRuntimeHearsWhoAsks(String token, String by, String subject) throws Exception {
    ObjectNode submission = Json.object().put("manifest_json", MANIFEST);
    assertThat(post(token, "/jobs", Json.write(submission), null).statusCode()).isEqualTo(200);
    post(token, "/jobs/fake-1/fork", "{\"at\":0}", null);
    post(token, "/jobs/fake-1/pause", "", null);
    byte[] backup = BackupArchive.pack(gateway.jobs.backup("fake-1"));
    HttpRequest restore =
        HttpRequest.newBuilder(gateway.uri("/api/v1/jobs:restore?run_id=r2"))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "multipart/form-data; boundary=" + BundleUpload.BOUNDARY)
            .POST(BodyPublishers.ofByteArray(BundleUpload.multipart("backup", backup)))
            .build();
    assertThat(gateway.send(restore).statusCode()).isEqualTo(200);
    post(token, "/jobs/fake-1/resume", "", null);
    post(token, "/jobs/fake-1/pause?drain=true", "", null);
    post(token, "/jobs/fake-1/cancel?reason=other", "{\"reason\":\" wrong input \"}", null);
    post(token, "/jobs/fake-1/cancel?reason=why%20not", "", null);
    post(token, "/jobs/fake-1/cancel", "", null);

    assertThat(gateway.jobs.calls())
        .contains(
            "pause fake-1" + by,
            "restore null r2" + by,
            "resume fake-1" + by,
            "drain fake-1" + by,
            "cancel fake-1" + by + ": wrong input",
            "cancel fake-1" + by + ": why not",
            "cancel fake-1" + by);
    assertThat(gateway.jobs.submissions())
        .hasSize(2)
        .extracting(Submission::submittedBy)
        .containsOnly(subject);
    JsonNode compact = get("/jobs/fake-1");
    JsonNode row = get("/jobs").path("data").get(0);
    for (JsonNode shown : List.of(compact.path("job"), compact.path("summary"), row)) {
      assertThat(shown.path("submitted_by").textValue()).isEqualTo(subject);
    }
  }

  @Test
  void oneTokenUnderTwoNamesDoesNotPassFourEyes() throws Exception {
    asked("{\"request_id\":\"q\",\"prompt\":\"?\",\"four_eyes\":true}");
    String path = "/runs/r/human/q/response";

    assertThat(post("anna", path, APPROVE, "anna").statusCode()).isEqualTo(200);
    for (HttpResponse<String> refused :
        List.of(
            post("anna", path, APPROVE, "bob"),
            post("anna", path, "{\"decision\":\"approve\",\"by\":\"bob\"}", null),
            post("anna", path, "{\"decision\":\"approve\",\"user\":\"bob\"}", "anna"))) {
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(json(refused).path("error").asText()).isEqualTo("not_you");
      assertThat(json(refused).path("detail").asText())
          .isEqualTo("the token is that of anna, who cannot act as bob");
    }
    HttpResponse<String> shared = post("shared", path, APPROVE, "bob");
    assertThat(shared.statusCode()).isEqualTo(403);
    assertThat(json(shared).path("error").asText()).isEqualTo("unproven_name");
    JsonNode request = get("/runs/r/human").at("/requests/0");
    assertThat(request.path("status").asText()).isEqualTo("pending");
    assertThat(request.path("decisions")).hasSize(1);

    assertThat(post("bob", path, APPROVE, "Bob").statusCode()).isEqualTo(200);

    request = get("/runs/r/human").at("/requests/0");
    assertThat(request.path("status").asText()).isEqualTo("answered");
    assertThat(request.path("decisions"))
        .allSatisfy(one -> assertThat(one.path("by_verified").asBoolean()).isTrue())
        .extracting(one -> one.path("by").asText())
        .containsExactly("anna", "bob", "bob");
  }

  @ParameterizedTest
  @CsvSource({"claim", "release", "ack"})
  void noOtherDecisionIsTakenInSomebodyElsesName(String decision) throws Exception {
    asked("{\"request_id\":\"q\",\"prompt\":\"?\"}");

    HttpResponse<String> refused = post("anna", "/runs/r/human/q/" + decision, "", "bob");

    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(json(refused).path("error").asText()).isEqualTo("not_you");
  }

  @Test
  void aSharedTokenIsAnsweredForByWhomItsBearerNames() throws Exception {
    asked("{\"request_id\":\"q\",\"prompt\":\"?\"}");

    HttpResponse<String> answer = post("shared", "/runs/r/human/q/response", APPROVE, "bob");

    assertThat(json(answer).at("/payload/by").asText()).isEqualTo("bob");
    assertThat(json(answer).path("payload").has("by_verified")).isFalse();
  }

  private void asked(String payload) throws Exception {
    RunFolder run = gateway.runs.open("r");
    run.write("run.json", Json.object().put("run_id", "r").put("status", "running"));
    Files.writeString(
        run.path().resolve(RunLog.HUMAN.file()),
        "{\"ts\":\"2026-01-02T03:00:00Z\",\"type\":\"human_input_requested\",\"payload\":"
            + payload
            + "}\n");
  }

  private JsonNode get(String path) throws Exception {
    return json(gateway.get("/api/v1" + path));
  }

  private HttpResponse<String> post(String token, String path, String body, String user)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(gateway.uri("/api/v1" + path))
            .header("Authorization", "Bearer " + token)
            .POST(BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    if (user != null) {
      request.header("X-MN-User", user);
    }
    return gateway.send(request.build());
  }

  private static JsonNode json(HttpResponse<String> answer) {
    return Json.parseObject(answer.body(), "answer");
  }
}
