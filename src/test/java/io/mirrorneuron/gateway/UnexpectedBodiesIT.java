package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.testing.PublishedContract;
import io.mirrorneuron.testing.PublishedContract.Operation;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An operation that takes no body refuses one that says something, and does nothing. */
class UnexpectedBodiesIT extends WithSharedGateway {

  static Stream<Operation> operations() {
    return PublishedContract.read().operations().stream()
        .filter(operation -> !operation.isSocket())
        .filter(operation -> !operation.declared().containsKey("requestBody"));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void everyOperationWithoutABodyRefusesOne(Operation operation) throws Exception {
    int before = gateway.jobs.calls().size();
    String path = operation.path().replaceAll("\\{\\w+}", "1");
    refuses(send(operation.method(), path, BodyPublishers.ofString("{\"dry_run\": true}")));
    assertThat(gateway.jobs.calls()).hasSize(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "null", "[]", "{}{}", "{", "dry_run=true", "\0"})
  void soIsJunk(String body) throws Exception {
    refuses(send("POST", "/jobs/1/pause", BodyPublishers.ofString(body)));
    refuses(send("POST", "/jobs/1/pause", ofUnknownLength(body.getBytes())));
  }

  @Test
  void soIsWhatIsLong() throws Exception {
    refuses(send("POST", "/jobs/1/pause", BodyPublishers.ofByteArray(new byte[6 << 20])));
    refuses(send("POST", "/jobs/1/pause", ofUnknownLength(new byte[200_000])));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", " { }\r\n", "\n"})
  void anEmptyObjectCountsAsNone(String body) throws Exception {
    for (BodyPublisher sent :
        new BodyPublisher[] {BodyPublishers.ofString(body), ofUnknownLength(body.getBytes())}) {
      assertThat(send("POST", "/jobs/1/pause", sent).statusCode()).isEqualTo(404);
      assertThat(send("GET", "/health", sent).statusCode()).isEqualTo(200);
    }
  }

  /** There the head does not say whether a body follows. */
  @Test
  void overHttp2ItIsTheSame() throws Exception {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
      var none = gateway.request("/api/v1/jobs/1/pause").POST(BodyPublishers.noBody());
      var junk = gateway.request("/api/v1/jobs/1/pause").POST(ofUnknownLength("NaN".getBytes()));
      var list = gateway.request("/api/v1/jobs");
      assertThat(client.send(none.build(), BodyHandlers.ofString()).statusCode()).isEqualTo(404);
      assertThat(client.send(list.build(), BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      refuses(client.send(junk.build(), BodyHandlers.ofString()));
    }
  }

  private static void refuses(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).isEqualTo(400);
    JsonNode problem = Json.parse(answer.body());
    assertThat(problem.path("error").asText()).isEqualTo("malformed_request");
    assertThat(problem.path("detail").asText())
        .isEqualTo("body: is not taken by this operation; send none, or {}");
    assertThat(problem.at("/errors/0/type").asText()).isEqualTo("unexpected_body");
  }

  private static BodyPublisher ofUnknownLength(byte[] bytes) {
    return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
  }

  private static HttpResponse<String> send(String method, String path, BodyPublisher body)
      throws Exception {
    HttpRequest.Builder request = gateway.request("/api/v1" + path);
    return gateway.send(
        request.header("Content-Type", "application/json").method(method, body).build());
  }
}
