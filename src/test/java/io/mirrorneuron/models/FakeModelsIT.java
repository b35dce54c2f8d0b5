package io.mirrorneuron.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.models.FakeFault.Door;
import io.mirrorneuron.testing.FakeRunner;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The fake runner speaks both protocols as clients of the real ones expect it. */
@Timeout(60)
class FakeModelsIT {
  private static final String CHAT =
      "{\"model\":\"ai/smollm2\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello you\"}],"
          + "\"stream\":%s,\"stream_options\":{\"include_usage\":true}}";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private FakeRunner runner;

  @BeforeEach
  void start() {
    runner = FakeRunner.with("ai/smollm2", 1000);
  }

  @AfterEach
  void stop() {
    runner.close();
    http.close();
  }

  private HttpResponse<String> ask(String method, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(runner.root() + path));
    return http.send(
        request.method(method, BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
  }

  private JsonNode json(String method, String path, String body) throws Exception {
    HttpResponse<String> answer = ask(method, path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.parse(answer.body());
  }

  @Test
  void aModelIsPulledListedAndDeleted() throws Exception {
    assertThat(json("GET", "/models", "")).isEmpty();
    assertThat(ask("GET", "/models/ai/smollm2", "").statusCode()).isEqualTo(404);

    List<String> lines =
        ask("POST", "/models/create", "{\"from\":\"ai/smollm2\"}").body().lines().toList();

    assertThat(Json.parse(lines.getFirst()).get("type").asText()).isEqualTo("progress");
    assertThat(Json.parse(lines.getFirst()).get("layer").get("size").asLong()).isEqualTo(1000);
    assertThat(Json.parse(lines.getLast()).get("type").asText()).isEqualTo("success");
    JsonNode listed = json("GET", "/models", "").get(0);
    assertThat(listed.get("tags").get(0).asText()).isEqualTo("ai/smollm2:latest");
    assertThat(listed.get("config").fieldNames())
        .toIterable()
        .containsExactly("format", "quantization", "parameters", "architecture", "size");
    assertThat(json("GET", "/models/ai/smollm2", "")).isEqualTo(listed);
    assertThat(json("GET", "/engines/v1/models", "").get("data").get(0).get("id").asText())
        .isEqualTo("ai/smollm2:latest");
    json("DELETE", "/models/ai/smollm2", "");
    assertThat(json("GET", "/v1/models", "").get("data")).isEmpty();
  }

  @Test
  void aChatIsAnsweredWholeAndAsAStream() throws Exception {
    assertThat(ask("POST", "/models/create", "{\"from\":\"ai/smollm2\"}").body())
        .contains("success");
    JsonNode whole = json("POST", "/v1/chat/completions", CHAT.formatted(false));
    String text = whole.get("choices").get(0).get("message").get("content").asText();
    assertThat(text).contains("had 2 words", "Hello you", "–");
    HttpResponse<String> streamed =
        ask("POST", "/engines/v1/chat/completions", CHAT.formatted(true));
    StringBuilder reported = new StringBuilder();
    List<String> events =
        streamed.body().lines().filter(line -> !line.isEmpty()).map(l -> l.substring(6)).toList();
    for (String event : events.subList(0, events.size() - 1)) {
      JsonNode choices = Json.parse(event).get("choices");
      reported.append(choices.path(0).path("delta").path("content").asText());
    }
    assertThat(reported.toString().strip()).isEqualTo(text);
    assertThat(events.getLast()).isEqualTo("[DONE]");
    JsonNode usage = Json.parse(events.get(events.size() - 2)).get("usage");
    assertThat(usage.get("completion_tokens").asInt()).isEqualTo(events.size() - 3);
    assertThat(whole.get("usage")).isEqualTo(usage);
  }

  @Test
  void itDoesWrongWhatItIsToldTo() throws Exception {
    runner.behave(Door.LIST, FakeFault.HTML);
    assertThat(ask("GET", "/models", "").body()).startsWith("<!doctype html>");
    runner.behave(Door.LIST, FakeFault.ERROR);
    assertThat(ask("GET", "/models", "").statusCode()).isEqualTo(500);
    runner.behave(Door.LIST, FakeFault.REDIRECT);
    assertThat(ask("GET", "/models", "").statusCode()).isEqualTo(302);
    runner.behave(Door.LIST, FakeFault.SPLIT);
    assertThat(json("GET", "/models", "")).isEmpty();
    runner.behave(Door.PULL, FakeFault.CUT);
    assertThatThrownBy(() -> ask("POST", "/models/create", "{\"from\":\"ai/smollm2\"}"))
        .isInstanceOf(IOException.class);
    long half = runner.pulled("ai/smollm2");
    assertThat(half).isBetween(1L, 999L);
    runner.behave(Door.PULL, FakeFault.NONE);
    String again = ask("POST", "/models/create", "{\"from\":\"ai/smollm2\"}").body();
    assertThat(Json.parse(again.lines().findFirst().orElseThrow()).get("pulled").asLong())
        .as("what was there is not pulled again")
        .isGreaterThan(half);
    assertThat(runner.asked(Door.PULL)).isEqualTo(2);
  }
}
