package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bodies that are small as text and large in memory. */
@Whole
class ManyValuesIT {
  private static final String VALIDATE = "/api/v1/blueprints/launch/validate";
  private static final String LAUNCH =
      "{'source':'catalog','blueprint_id':'word-count','config_overwrite':{'x':%s}}";

  @TempDir private static Path folder;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    gateway = GatewayFixture.open(folder, null);
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        VALIDATE + " | " + LAUNCH,
        "/api/v1/jobs:validate | {'manifest':{'graph_id':'g','metadata':{'x':%s}}}",
        "/api/v1/jobs | {'manifest':{'graph_id':'g','metadata':{'x':%s}}} and no JSON",
      })
  void tooManyValuesAreRefusedWithTheLimit(String path, String body) throws Exception {
    int before = gateway.jobs.calls().size();
    HttpResponse<String> answer = post(path, body, "[" + "{},".repeat(1_700_000) + "{}]");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
    assertThat(answer.body()).contains("too_many_values", "more than 500000 values");
    assertThat(gateway.jobs.calls()).hasSize(before);
  }

  @Test
  void aConfigurationHasItsOwnLimitWhereItIsOnlyLookedAt() throws Exception {
    HttpResponse<String> answer = post(VALIDATE, LAUNCH, "'" + "x".repeat(2 << 20) + "'");
    assertThat(answer.body()).contains("\"ok\":false", "at most 1048576 are passed on");
  }

  /** The checks end soon, and nothing else waits for them. */
  @Test
  @Timeout(180)
  void valuesThatAreAllWrongDelayNobody() throws Exception {
    String launch =
        "{'source':'catalog','blueprint_id':'word-count','inputs':{'texts':%s}}"
            .formatted("[" + "{},".repeat(498_999) + "{}]")
            .replace('\'', '"');
    var request =
        gateway
            .request(VALIDATE)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(launch))
            .build();
    var first = gateway.http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    var second = gateway.http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    assertThat(gateway.get("/api/v1/jobs").statusCode()).isEqualTo(200);
    for (HttpResponse<String> answer : List.of(first.join(), second.join())) {
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.body())
          .contains("\"ok\":false", "texts.99 must be a text", "there are more faults");
      assertThat(answer.body()).doesNotContain("texts.100");
    }
  }

  @Test
  @Timeout(60)
  void aLongListThatMayHaveNothingTwiceIsRefused() throws Exception {
    String ids =
        IntStream.range(0, 400_000)
            .mapToObj(i -> "'" + i + "'")
            .collect(Collectors.joining(",", "[", "]"));
    HttpResponse<String> answer = post("/api/v1/runs:compare", "{'run_ids':%s}", ids);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
    assertThat(answer.body()).contains("too_long").doesNotContain("Duplicate");
  }

  /** It is JSON, and a client that is told it were none would look in vain. */
  @ParameterizedTest
  @CsvSource({
    "1, 1001, has a number of more than 1000 digits",
    "-1, 1001, has a number of more than 1000 digits",
    "name, 60000, has a name of more than 50000 characters",
  })
  void whatIsBeyondALimitIsToldAsThat(String what, int length, String said) throws Exception {
    String value =
        what.equals("name")
            ? "{'%s':1}".formatted("n".repeat(length))
            : what.replace("1", "1".repeat(length));
    for (String path : List.of("/api/v1/jobs", "/api/v1/jobs:validate")) {
      HttpResponse<String> answer = post(path, "{'manifest':{'n':%s}}", value);
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(Json.parse(answer.body()).path("detail").asText())
          .isEqualTo("the request body " + said);
    }
  }

  private static HttpResponse<String> post(String path, String body, String value)
      throws Exception {
    return gateway.post(path, body.formatted(value).replace('\'', '"'));
  }
}
