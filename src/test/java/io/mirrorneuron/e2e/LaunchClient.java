package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Zips;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A client that wants launches of a blueprint, folders and zips, and asks for each again while
 * nobody answers, as it cannot know whether its launch was taken.
 */
final class LaunchClient {
  private static final Duration PATIENCE = Duration.ofSeconds(100);

  /** A program that says its payload file. */
  private static final String MANIFEST =
      """
      {"name": "%s", "steps": [{"id": "say", "run": ["cat", "said.json"]}]}""";

  /** Where the bundle of a launch is. */
  enum From {
    CATALOG,
    PATH,
    BUNDLE
  }

  private final PackagedServer server;
  private final Path folder;

  /** Of all uploads that were answered. */
  final Queue<String> handles = new ConcurrentLinkedQueue<>();

  /**
   * @param folder for bundles
   */
  LaunchClient(PackagedServer server, Path folder) {
    this.server = server;
    this.folder = folder;
  }

  /** A launch that was taken. */
  record Wish(int number, From from) {
    String run() {
      return "run-" + number;
    }

    String progress() {
      return "p-" + number;
    }

    /** What only this launch has in its result. */
    String said() {
      return "word" + number;
    }
  }

  /** Returns when the server has taken the launch. */
  void launch(Wish wish) {
    ObjectNode body = body(wish);
    Eventually.eventually(wish + " is taken", PATIENCE, () -> isTaken(body));
  }

  private boolean isTaken(ObjectNode body) {
    Optional<HttpResponse<String>> answer =
        server.trySend(
            server
                .request("/blueprints/launch/runs?wait=0s")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Json.write(body))));
    answer.ifPresent(
        given -> assertThat(given.statusCode()).as(given.body()).isIn(Set.of(200, 202, 409, 503)));
    return answer.filter(given -> given.statusCode() != 503).isPresent();
  }

  private ObjectNode body(Wish wish) {
    ObjectNode body =
        Json.object()
            .put("source", wish.from().name().toLowerCase(Locale.ROOT))
            .put("run_id", wish.run())
            .put("progress_id", wish.progress());
    String name = "own-" + wish.number();
    String said = Json.write(Map.of("said", wish.said()));
    switch (wish.from()) {
      case CATALOG -> {
        body.put("blueprint_id", "word-count");
        body.putObject("inputs").putArray("texts").add(wish.said());
      }
      case PATH -> body.put("path", made(name, said).toString());
      case BUNDLE -> body.put("_bundle_path", uploaded(name, said));
    }
    return body;
  }

  private Path made(String name, String said) {
    try {
      Path bundle = folder.resolve(name);
      Files.createDirectories(bundle.resolve("payloads"));
      Files.writeString(bundle.resolve("payloads/said.json"), said);
      return Files.writeString(bundle.resolve("manifest.json"), MANIFEST.formatted(name))
          .getParent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String uploaded(String name, String said) {
    byte[] zip =
        new Zips()
            .file("manifest.json", MANIFEST.formatted(name))
            .file("payloads/said.json", said.getBytes(StandardCharsets.UTF_8))
            .bytes();
    String[] handle = new String[1];
    Eventually.eventually(
        name + " is uploaded",
        PATIENCE,
        () -> {
          server.trySend(upload(zip)).ifPresent(answer -> handle[0] = handle(answer));
          return handle[0] != null;
        });
    handles.add(handle[0]);
    return handle[0];
  }

  private HttpRequest.Builder upload(byte[] zip) {
    return server
        .request("/bundles/upload")
        .header("Content-Type", "multipart/form-data; boundary=" + BundleUpload.BOUNDARY)
        .POST(BodyPublishers.ofByteArray(BundleUpload.multipart(zip)));
  }

  private static String handle(HttpResponse<String> answer) {
    return PackagedServer.answer(answer).path("bundle_path").asText();
  }

  /** What is told of the launch once it is over. */
  JsonNode end(Wish wish) {
    String path = "/blueprints/launch/progress/" + wish.progress();
    Eventually.eventually(
        wish + " is over", PATIENCE, () -> server.get(path).path("completed").asBoolean());
    return server.get(path);
  }
}
