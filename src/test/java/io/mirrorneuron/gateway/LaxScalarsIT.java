package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.WithSharedGateway;
import java.net.http.HttpResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How numbers and truth may be spelled in a query and in a body. */
class LaxScalarsIT extends WithSharedGateway {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=3",
        "limit=3.0",
        "limit=%203%20",
        "limit=%2B3",
        "include_terminal=true",
        "include_terminal=False",
        "include_terminal=1",
        "include_terminal=0",
        "include_terminal=YES",
        "include_terminal=no",
        "include_terminal=On",
        "include_terminal=off",
        "include_terminal=t",
        "include_terminal=F",
        "include_terminal=y",
        "include_terminal=n"
      })
  void aQueryIsReadGenerously(String query) throws Exception {
    HttpResponse<String> answer = gateway.get("/api/v1/jobs?" + query);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "limit=3.5, int_parsing",
    "limit=three, int_parsing",
    "limit=, int_parsing",
    "limit=0x3, int_parsing",
    "limit=-1, greater_than_equal",
    "include_terminal=maybe, bool_parsing",
    "include_terminal=2, bool_parsing",
    "include_terminal=, bool_parsing"
  })
  void whatSpellsNoSuchValueIsRefused(String query, String fault) throws Exception {
    HttpResponse<String> answer = gateway.get("/api/v1/jobs?" + query);
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body()).contains("\"type\":\"" + fault + "\"");
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"cpu\":75}', 200",
    "'{\"cpu\":\"75\"}', 200",
    "'{\"cpu\":75.0}', 200",
    "'{\"cpu\":75.5}', 422",
    "'{\"cpu\":true}', 422",
    "'{\"cpu\":\"most\"}', 422"
  })
  void aBodyIsReadAlike(String body, int status) throws Exception {
    HttpResponse<String> answer = gateway.post("/api/v1/resource", body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({"true, 200", "1, 200", "'\"yes\"', 200", "'\"off\"', 200", "2, 422", "'\"so\"', 422"})
  void truthInABodyIsReadAlike(String force, int status) throws Exception {
    String body = "{\"manifest_json\":\"{\\\"graph_id\\\":\\\"g\\\"}\",\"force\":" + force + "}";
    HttpResponse<String> answer = gateway.post("/api/v1/jobs", body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
  }
}
