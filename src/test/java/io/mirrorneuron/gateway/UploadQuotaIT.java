package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.WithGuardedGateway;
import io.mirrorneuron.testing.Zips;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Uploads that find no room are told so, and leave nothing. */
class UploadQuotaIT extends WithGuardedGateway {
  private static final long ROOM = 64 << 20;

  @Test
  void anUploadWithoutRoomIsToldWhatToSet() throws Exception {
    gateway.quota.take(ROOM - 100);

    HttpResponse<String> answer = gateway.send(upload());

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(429);
    assertThat(answer.headers().firstValue("Retry-After")).contains("60");
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    var problem = Json.parseObject(answer.body(), "problem");
    assertThat(problem.path("error").asText()).isEqualTo("too_many_uploads");
    assertThat(problem.path("detail").asText()).contains("uploads.max_bytes");
    nothingStays();
    gateway.quota.take(100); // all that was taken meanwhile was given back
  }

  @Test
  void anUploadWithoutAPlaceIsToldWhatToSet() throws Exception {
    for (int i = 0; i < 1000; i++) {
      gateway.quota.takePlace();
    }
    HttpResponse<String> answer = gateway.send(upload());

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(429);
    assertThat(answer.body()).contains("uploads.max_count");
    nothingStays();
    gateway.quota.take(ROOM);
  }

  @Test
  void uploadsThatComeTogetherDoNotPassTogether() throws Exception {
    gateway.quota.take(ROOM - 30_000); // one takes twice 4096 bytes and some
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      answers.add(gateway.http.sendAsync(upload(), HttpResponse.BodyHandlers.ofString()));
    }
    long taken =
        answers.stream().map(CompletableFuture::join).filter(a -> a.statusCode() == 200).count();

    assertThat(taken).isBetween(1L, 3L);
    assertThat(onDisk()).hasSize((int) taken);
  }

  @Test
  void aBrokenUploadGivesItsRoomBack() throws Exception {
    HttpRequest broken =
        gateway
            .request("/api/v1/bundles/upload")
            .header("Content-Type", "multipart/form-data; boundary=b")
            .POST(HttpRequest.BodyPublishers.ofString("--b\r\nnonsense" + "x".repeat(100_000)))
            .build();
    assertThat(gateway.send(broken).statusCode()).isBetween(400, 499);
    nothingStays();
    gateway.quota.take(ROOM);
  }

  private HttpRequest upload() {
    byte[] form = BundleUpload.multipart(Zips.bundle("{}").bytes());
    return gateway
        .request("/api/v1/bundles/upload")
        .header("Content-Type", "multipart/form-data; boundary=" + BundleUpload.BOUNDARY)
        .POST(HttpRequest.BodyPublishers.ofByteArray(form))
        .build();
  }

  /** A file that was being made when its upload was refused goes a moment after the answer. */
  private void nothingStays() {
    Eventually.eventually("nothing stays", () -> String.join(" ", onDisk()), String::isEmpty);
  }

  private List<String> onDisk() {
    List<String> names = new ArrayList<>();
    for (String place : List.of("uploads", "bundles")) {
      String[] there = folder.resolve(place).toFile().list();
      names.addAll(there == null ? List.of() : List.of(there));
    }
    return names;
  }
}
