package io.mirrorneuron.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Blueprints of a git repository over REST: listed, launched, updated, and there without it. */
@Timeout(90)
class RepoLaunchIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir Path folder;
  private WholeServer server;

  private JsonNode ask(String method, String path, String body) throws Exception {
    return ask(200, method, path, body);
  }

  private JsonNode ask(int status, String method, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(server.uri(path))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return Json.parse(answer.body());
  }

  private static List<String> ids(JsonNode catalog) {
    return Json.elements(catalog.get("blueprints")).map(one -> one.get("id").asText()).toList();
  }

  private static void commit(Git remote, String... ids) throws Exception {
    Path root = remote.getRepository().getWorkTree().toPath();
    for (String id : ids) {
      Files.createDirectories(root.resolve(id));
      Files.writeString(
          root.resolve(id).resolve("manifest.json"),
          """
          {"name": "%s", "steps": [{"id": "say", "run": ["echo", "hello from %1$s"]}]}"""
              .formatted(id));
    }
    List<Map<String, String>> index = List.of(ids).stream().map(id -> Map.of("id", id)).toList();
    Files.writeString(root.resolve("index.json"), Json.write(index));
    remote.add().addFilepattern(".").call();
    remote.commit().setMessage("m").setAuthor("a", "a@b").setCommitter("a", "a@b").call();
  }

  @Test
  void itIsServedUpdatedAndKept() throws Exception {
    Path repository = folder.resolve("remote");
    try (Git remote = Git.init().setDirectory(repository.toFile()).call()) {
      commit(remote, "one");
      server =
          WholeServer.start(
              folder.resolve("home"), Map.of("blueprint.repo", repository.toUri().toString()));
      try (WholeServer _ = server) {
        assertThat(ids(ask("GET", "/blueprints", ""))).containsExactly("one");
        JsonNode launched = ask("POST", "/blueprints/one/runs", "{\"run_id\": \"from-git\"}");
        assertThat(launched.get("run_id").asText()).isEqualTo("from-git");

        commit(remote, "one", "two");
        assertThat(ids(ask("POST", "/blueprints:update", ""))).containsExactly("one", "two");
        Files.move(repository, folder.resolve("away"));
        assertThat(ask("POST", "/blueprints:update", "").get("warnings").toString())
            .contains("could not be fetched, and stays as it is");
        assertThat(ids(ask("GET", "/blueprints", ""))).containsExactly("one", "two");
        assertThat(ask("POST", "/blueprints/two/runs", "{}").get("job_id").asText()).isNotEmpty();
      }
    }
  }
}
