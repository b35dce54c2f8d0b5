package io.mirrorneuron.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.SmallDisk;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a launch reads lies where it was judged to lie, and can be copied, or is refused. */
@Timeout(120)
@Whole
class LaunchPlacesIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final int RACES = 60;

  @TempDir static Path folder;
  private static WholeServer server;

  @BeforeAll
  static void start() throws Exception {
    server = WholeServer.start(folder.resolve("home"), settings());
  }

  private static Map<String, String> settings() throws Exception {
    Path roots = Files.createDirectories(folder.resolve("roots"));
    return new HashMap<>(
        Map.of(
            "blueprint.path_roots", roots.toString(),
            "validation.commands", "trusted",
            "validation.trusted_folders", roots.toString()));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private record Answer(int status, JsonNode body) {
    String detail() {
      return body.path("detail").asText();
    }
  }

  private static Answer send(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
    return new Answer(answer.statusCode(), Json.parse(answer.body()));
  }

  private static Answer post(WholeServer to, String path, Map<String, String> body)
      throws Exception {
    return send(
        HttpRequest.newBuilder(to.uri(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(Json.write(body))));
  }

  private static Answer launch(WholeServer to, Path bundle, String id) throws Exception {
    return post(
        to,
        "/blueprints/launch/runs",
        Map.of("source", "path", "path", bundle + "", "progress_id", id));
  }

  private static Path bundle(String place, String name) throws Exception {
    Path bundle = Files.createDirectories(folder.resolve(place));
    Files.createDirectories(bundle.resolve("payloads"));
    Files.writeString(bundle.resolve("payloads/of.txt"), name);
    Files.writeString(
        bundle.resolve("manifest.json"),
        "{\"name\": \"%s\", \"steps\": [{\"id\": \"say\", \"run\": [\"cat\", \"of.txt\"]}]}"
            .formatted(name));
    return bundle;
  }

  @Test
  void linksAmongThePayloadsAreNamed() throws Exception {
    Path bundle = bundle("roots/linked", "linked");
    Files.createSymbolicLink(bundle.resolve("payloads/link.txt"), Path.of("of.txt"));
    Map<String, String> order = Map.of("source", "path", "path", bundle.toString());
    String words = "links are no payload files, and the job does not get them: link.txt";

    Answer checked = post(server, "/blueprints/launch/validate", order);
    assertThat(checked.status()).as(checked.body().toPrettyString()).isEqualTo(200);
    assertThat(checked.body().at("/validation/warnings").toString()).contains(words);
    Answer launched = launch(server, bundle, "linked");
    assertThat(launched.body().at("/warnings").toString()).contains(words);
  }

  /** The last part of the path leads in and out in turn, all the time. */
  @Test
  void aLinkThatIsSwappedLeadsNoLaunchOutOfTheRoots() throws Exception {
    Path inside = bundle("roots/inside", "inside");
    Path outside = bundle("outside", "outside");
    Path place = folder.resolve("roots/swapped");
    AtomicBoolean isOver = new AtomicBoolean();
    Thread swaps =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; !isOver.get(); i++) {
                    lead(place, i % 2 == 0 ? inside : outside);
                  }
                });
    Eventually.eventually("it leads somewhere", () -> Files.exists(place));
    try {
      for (int i = 0; i < RACES; i++) {
        Answer answer =
            i % 10 == 0
                ? launch(server, place, "race-" + i)
                : post(
                    server,
                    "/blueprints/launch/validate",
                    Map.of("source", "path", "path", place.toString()));
        assertThat(answer.status()).as("%s", answer.body()).isIn(200, 403);
        assertThat(answer.body().toString()).doesNotContain("\"outside\"");
      }
    } finally {
      isOver.set(true);
      swaps.join();
    }
  }

  private static void lead(Path link, Path to) {
    Path fresh = link.resolveSibling("fresh");
    try {
      Files.createSymbolicLink(fresh, to);
      Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void payloadsThatAreALinkOutOfTheBundleAreRefused() throws Exception {
    Path bundle = bundle("roots/linked-payloads", "linked");
    Files.move(bundle.resolve("payloads"), folder.resolve("moved-payloads"));
    Files.createSymbolicLink(bundle.resolve("payloads"), folder.resolve("moved-payloads"));
    Answer refused = launch(server, bundle, "linked-1");
    assertThat(refused.status()).as("%s", refused.body()).isEqualTo(400);
    assertThat(refused.detail()).contains("payloads is a link that leads out of it");
  }

  @Test
  void aHookBehindALinkIsRefusedByItsName() throws Exception {
    Path own = bundle("roots/own-scripts", "own");
    Files.createDirectories(own.resolve("other"));
    Files.writeString(own.resolve("other/pre-launch.sh"), "#!/bin/sh\n");
    Files.createSymbolicLink(own.resolve("scripts"), own.resolve("other"));
    Answer folderLink = launch(server, own, "hook-1");
    assertThat(folderLink.status()).as("%s", folderLink.body()).isEqualTo(412);
    assertThat(folderLink.detail())
        .contains("scripts is a link")
        .doesNotContain("/hooks/", "home/");

    Path file = bundle("roots/linked-script", "file");
    Files.createDirectories(file.resolve("scripts"));
    Files.createSymbolicLink(
        file.resolve("scripts/pre-launch.sh"), own.resolve("other/pre-launch.sh"));
    Answer fileLink = launch(server, file, "hook-2");
    assertThat(fileLink.status()).as("%s", fileLink.body()).isEqualTo(412);
    assertThat(fileLink.detail()).contains("scripts/pre-launch.sh is a link");
  }

  @Test
  void aPayloadWithANameThatIsNoTextIsNamed() throws Exception {
    Path bundle = bundle("roots/names", "names");
    Process made =
        new ProcessBuilder("sh", "-c", "touch \"$(printf 'caf\\351')\".txt")
            .directory(bundle.resolve("payloads").toFile())
            .start();
    assertThat(made.waitFor()).isZero();
    Answer refused = launch(server, bundle, "name-1");
    assertThat(refused.status()).as("%s", refused.body()).isEqualTo(422);
    assertThat(refused.body().get("error").asText()).isEqualTo("payload_unreadable");
    assertThat(refused.detail()).contains("payloads/caf", ".txt", "not UTF-8");
  }

  @Test
  void payloadsThatFindNoRoomAreRefusedBeforeTheyAreRead() throws Exception {
    Path bundle = bundle("roots/huge", "huge");
    try (RandomAccessFile file =
        new RandomAccessFile(bundle.resolve("payloads/huge.bin").toFile(), "rw")) {
      file.setLength(1L << 42);
    }
    Map<String, String> body = Map.of("source", "path", "path", bundle.toString());
    assertThat(post(server, "/blueprints/launch/validate", body).status()).isEqualTo(507);
    Answer refused = launch(server, bundle, "huge-1");
    assertThat(refused.status()).as("%s", refused.body()).isEqualTo(507);
    assertThat(refused.body().get("error").asText()).isEqualTo("storage_full");
    assertProgressSays("huge-1", refused.detail());
    assertThat(folder.resolve("home/launches/launch-huge-1/bundle.arriving")).doesNotExist();
  }

  private static void assertProgressSays(String id, String detail) throws Exception {
    JsonNode reported =
        send(HttpRequest.newBuilder(server.uri("/blueprints/launch/progress/" + id))).body();
    assertThat(reported.get("status").asText()).isEqualTo("failed");
    assertThat(reported.at("/latest/message").asText()).isEqualTo(detail);
    assertThat(reported.toString()).contains("\"phase\":\"prepare_bundle\",\"status\":\"failed\"");
  }

  @Test
  void idsThatNoLaunchCanHaveAreRefusedByValidationToo() throws Exception {
    Path bundle = bundle("roots/ids", "ids");
    for (String endpoint : new String[] {"runs", "validate"}) {
      for (String id : new String[] {".", "..", "a b"}) {
        Map<String, String> body = new HashMap<>(Map.of("source", "path", "path", bundle + ""));
        body.put("progress_id", id);
        assertRefused(endpoint, body, "invalid progress id");
        body.remove("progress_id");
        body.put("run_id", id);
        assertRefused(endpoint, body, "invalid run id");
      }
    }
  }

  private static void assertRefused(String endpoint, Map<String, String> body, String detail)
      throws Exception {
    Answer refused = post(server, "/blueprints/launch/" + endpoint, body);
    assertThat(refused.status()).as("%s %s", body, refused.body()).isEqualTo(400);
    assertThat(refused.detail()).isEqualTo(detail);
  }

  @Test
  void aDiskThatFillsUpWhileItIsCopiedIsToldAsThat() throws Exception {
    Path bundle = bundle("roots/full", "full");
    Files.write(bundle.resolve("payloads/some.bin"), new byte[1 << 20]);
    Path home = folder.resolve("home-2");
    try (SmallDisk disk = SmallDisk.mounted(home.resolve("launches"), 4)) {
      try (WholeServer other = WholeServer.start(home, settings())) {
        disk.fill();
        Answer refused = launch(other, bundle, "full-1");
        assertThat(refused.status()).as("%s", refused.body()).isEqualTo(507);
        assertThat(refused.body().get("error").asText()).isEqualTo("storage_full");
      }
    }
  }
}
