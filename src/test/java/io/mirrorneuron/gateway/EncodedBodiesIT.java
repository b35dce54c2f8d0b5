package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies are taken as they are: what says that it is compressed is refused, and not guessed at. */
class EncodedBodiesIT extends WithSharedGateway {
  private static final byte[] SUBMISSION =
      Json.write(
              Json.object().put("manifest_json", "{\"graph_id\":\"g\",\"job_name\":\"encoded\"}"))
          .getBytes(StandardCharsets.UTF_8);

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "GZIP", "identity, gzip", "utf-8"})
  void areRefusedWithASentence(String encoding) throws Exception {
    int before = gateway.jobs.submissions().size();
    var zipped = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(zipped)) {
      gzip.write(SUBMISSION);
    }
    for (byte[] body : new byte[][] {SUBMISSION, zipped.toByteArray()}) {
      refuses(encoding, post("/api/v1/jobs", "application/json", encoding, body));
      refuses(encoding, post("/api/v1/hooks/x", "application/json", encoding, body));
    }
    refuses(
        encoding,
        post(
            "/api/v1/jobs:restore",
            "multipart/form-data; boundary=" + BundleUpload.BOUNDARY,
            encoding,
            BundleUpload.multipart("backup", SUBMISSION)));
    assertThat(gateway.jobs.submissions()).hasSize(before);
  }

  @Test
  void identityIsNoEncoding() throws Exception {
    assertThat(post("/api/v1/jobs", "application/json", "identity", SUBMISSION).statusCode())
        .isEqualTo(200);
  }

  private static void refuses(String encoding, HttpResponse<String> answer) throws Exception {
    JsonNode problem = Json.parse(answer.body());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(415);
    assertThat(problem.path("error").asText()).isEqualTo("unsupported_media_type");
    assertThat(problem.path("detail").asText())
        .isEqualTo(
            "the body has Content-Encoding: %s, and this server takes bodies as they are: send it"
                    .formatted(encoding)
                + " uncompressed, without that header");
  }

  private static HttpResponse<String> post(String path, String type, String encoding, byte[] body)
      throws Exception {
    HttpRequest.Builder request = gateway.request(path);
    return gateway.send(
        request
            .header("Content-Type", type)
            .header("Content-Encoding", encoding)
            .POST(BodyPublishers.ofByteArray(body))
            .build());
  }
}
