package io.mirrorneuron.golden;

import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What manifests ask for that is not there, at each door that takes one. */
final class RuleScenarios {
  private static final Map<String, String> ASKED = new LinkedHashMap<>();

  static {
    ASKED.put("requirements", "\"requirements\":{\"gpu\":{\"min_count\":64}}");
    ASKED.put("services", "\"required_services\":[\"nobody-offers-it\"]");
    ASKED.put(
        "inputs",
        "\"input_validation\":[{\"type\":\"pattern\",\"path\":\"api_token\",\"pattern\":\"^sk-\"},"
            + "{\"type\":\"pattern\",\"name\":\"city\",\"path\":\"city\",\"pattern\":\"^p\",\"ignore_case\":false}],"
            + "\"inputs\":{\"api_token\":\"hunter2\",\"city\":\"Porto\"}");
    ASKED.put("all", String.join(",", ASKED.values()));
  }

  private final GoldenServer golden;
  private final Path folder;

  /**
   * @param home of the server, which the answers call by a name of its own
   */
  RuleScenarios(GoldenServer golden, Path home) {
    this.golden = golden;
    this.folder = home.resolve("ruled");
  }

  /** Nothing of it becomes a job. */
  void refused() {
    ASKED.forEach(
        (name, members) -> {
          String manifest =
              """
              {"manifest_version":"1.0","graph_id":"ruled","entrypoints":["a"],%s,"edges":[],
               "nodes":[{"node_id":"a","agent_type":"executor","config":{"command":["true"]}}]}"""
                  .formatted(members);
          String body = "{\"manifest\":" + manifest + "}";
          golden.call("submitJob").body(body).keep("rules-" + name);
          golden.call("validateJob").body(body).keep("rules-" + name);
          golden.call("launch").body(launch(name, manifest)).keep("rules-" + name);
          golden.call("validateLaunch").body(launch(name, manifest)).keep("rules-" + name);
        });
  }

  private String launch(String name, String manifest) {
    try {
      Path bundle = Files.createDirectories(folder.resolve(name));
      Files.writeString(bundle.resolve("manifest.json"), manifest);
      return Json.write(
          Json.object()
              .put("source", "path")
              .put("path", bundle.toString())
              .put("run_id", "ruled-" + name)
              .put("progress_id", "ruled-" + name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
