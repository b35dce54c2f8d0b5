package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.PublishedContract;
import io.mirrorneuron.testing.PublishedContract.Operation;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.testing.SocketClient.Refused;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.wire.Json;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A query that asks for something that no operation does is refused, and nothing happens. */
@Timeout(60) // a stream that is not refused has no end
class UnknownQueriesIT extends WithSharedGateway {
  private static final PublishedContract CONTRACT = PublishedContract.read();

  static Stream<Operation> operations() {
    return CONTRACT.operations().stream()
        .filter(operation -> !operation.isSocket() && !takesAny(operation));
  }

  static Stream<Operation> sockets() {
    return CONTRACT.operations().stream().filter(Operation::isSocket);
  }

  private static boolean takesAny(Operation operation) {
    return "any".equals(operation.declared().getString("x-mn-query"));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void everyOperationRefusesNamesThatItDoesNotKnow(Operation operation) throws Exception {
    int before = gateway.jobs.calls().size();
    HttpResponse<String> answer = send(operation, "?no_such_name=1");
    assertThat(answer.statusCode()).isEqualTo(400);
    JsonNode problem = Json.parse(answer.body());
    assertThat(problem.path("error").asText()).isEqualTo("unknown_parameter");
    assertThat(problem.path("detail").asText()).startsWith("query.no_such_name: is not known; ");
    assertThat(gateway.jobs.calls()).hasSize(before);
  }

  static Stream<Arguments> queries() {
    return operations().flatMap(UnknownQueriesIT::queries);
  }

  static Stream<Arguments> queriesOfSockets() {
    return sockets().flatMap(UnknownQueriesIT::queries);
  }

  /** What is given as often as it has elements. */
  private static boolean isList(JsonObject parameter) {
    return "array".equals(parameter.getJsonObject("schema").getString("type"));
  }

  private static Stream<Arguments> queries(Operation operation) {
    return CONTRACT.parameters(operation).stream()
        .filter(parameter -> parameter.getString("in").equals("query"))
        .filter(parameter -> !isList(parameter))
        .map(parameter -> Arguments.of(operation, parameter.getString("name")));
  }

  /** One of the two would be ignored. */
  @ParameterizedTest
  @MethodSource("queries")
  void everyOperationRefusesAParameterThatIsGivenTwice(Operation operation, String name)
      throws Exception {
    int before = gateway.jobs.calls().size();
    HttpResponse<String> answer = send(operation, "?%1$s=1&%1$s=2".formatted(name));
    assertThat(answer.statusCode()).isEqualTo(400);
    JsonNode problem = Json.parse(answer.body());
    assertThat(problem.path("error").asText()).isEqualTo("repeated_parameter");
    assertThat(problem.path("detail").asText())
        .isEqualTo("query." + name + ": was given more than once; send one value");
    assertThat(problem.at("/errors/0/loc/1").asText()).isEqualTo(name);
    assertThat(gateway.jobs.calls()).hasSize(before);
  }

  @ParameterizedTest
  @MethodSource("queriesOfSockets")
  void soDoSocketsWithOneThatIsGivenTwice(Operation operation, String name) {
    assertThat(refusalOfSocket(operation, "?%1$s=1&%1$s=1".formatted(name))).isEqualTo(400);
  }

  @ParameterizedTest
  @MethodSource("sockets")
  void soDoSockets(Operation operation) {
    assertThat(refusalOfSocket(operation, "?tokn=1")).isEqualTo(400);
  }

  private static int refusalOfSocket(Operation operation, String query) {
    var uri = gateway.uri(path(operation) + query);
    return Assertions.catchThrowableOfType(
            Refused.class, () -> SocketClient.open(uri, GatewayFixture.TOKEN))
        .status();
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /jobs?dry_run=true, this operation takes wait",
    "GET, /runs/r/logs?steps=one, did you mean step?",
    "GET, /jobs?limt=3, did you mean limit?",
    "GET, /health?deep=1, this operation takes no query",
  })
  void theAnswerShowsTheWay(String method, String path, String way) throws Exception {
    HttpRequest.Builder request = gateway.request("/api/v1" + path);
    var answer = gateway.send(request.method(method, BodyPublishers.ofString("{}")).build());
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(Json.parse(answer.body()).path("detail").asText()).endsWith(way);
  }

  /** Pages among the files of a run read their own query. */
  @Test
  void filesOfRunsTakeAnyQuery() throws Exception {
    assertThat(CONTRACT.operations().stream().filter(UnknownQueriesIT::takesAny).map(Operation::id))
        .containsExactlyInAnyOrder("getRunArtifact", "getRunOutput", "getRunUiVideo");
    assertThat(gateway.get("/api/v1/runs/r/artifacts/page.html?events=e").statusCode())
        .isEqualTo(404);
  }

  private static HttpResponse<String> send(Operation operation, String query) throws Exception {
    HttpRequest.Builder request = gateway.request(path(operation) + query);
    return gateway.send(
        request
            .header("Content-Type", "application/json")
            .method(
                operation.method().toUpperCase(java.util.Locale.ROOT),
                BodyPublishers.ofString("{}"))
            .build());
  }

  private static String path(Operation operation) {
    return "/api/v1" + operation.path().replaceAll("\\{\\w+}", "1");
  }
}
