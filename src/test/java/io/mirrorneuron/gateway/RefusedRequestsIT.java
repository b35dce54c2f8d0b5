package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who sends something wrong is told what would be right. */
class RefusedRequestsIT extends WithSharedGateway {

  private static String detail(HttpResponse<String> answer, int status) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return Json.parse(answer.body()).get("detail").asText();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "runs:compare | {\"run_ids\":[\"a\"]} | body.run_ids: must have at least 2 elements, not 1",
        "runs:compare | {\"run_ids\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\","
            + "\"11\"]} | body.run_ids: must have at most 10 elements, not 11",
        "jobs/j/fork | {\"att\":\"a\"} | body.att: is not known here; there are at, bundle, inputs",
        "jobs/j/fork | {\"at\":[]} | body.at: Instance type array is invalid. Expected string,"
            + " integer",
      })
  void aBodyThatDoesNotFit(String path, String body, String detail) throws Exception {
    assertThat(detail(gateway.post("/api/v1/" + path, body), 422)).isEqualTo(detail);
  }

  @ParameterizedTest
  @CsvSource({"abc", "181", "-1", "30m"})
  void aTimeToWaitThatIsNone(String wait) throws Exception {
    assertThat(detail(gateway.get("/api/v1/jobs/j?wait=" + wait), 422))
        .isEqualTo("query.wait: must be a number of seconds from 0 to 180, such as 30 or 30s");
  }

  @Test
  void aFileThatIsSentInAnotherWay() throws Exception {
    String needed =
        "body.bundle: must be a file, in the part \"bundle\" of a multipart/form-data body";
    assertThat(detail(upload("application/zip", "PK"), 422))
        .isEqualTo(needed + ", not application/zip");
    String other =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.zip\"\r\n\r\nPK\r\n--b--\r\n";
    assertThat(detail(upload("multipart/form-data; boundary=b", other), 422)).isEqualTo(needed);
  }

  private HttpResponse<String> upload(String type, String body) throws Exception {
    return gateway.send(
        gateway
            .request("/api/v1/bundles/upload")
            .setHeader("Content-Type", type)
            .POST(BodyPublishers.ofString(body))
            .build());
  }
}
