package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file or folder that is copied from the payloads into the workspace of an executor. Both paths
 * are relative, with forward slashes, and empty for the root itself.
 *
 * @param source below {@code payloads/}
 * @param target below the workspace
 */
public record Upload(String source, String target) {

  /**
   * The uploads in the config of a valid node: {@code upload_paths}, else {@code uploads}, else
   * {@code upload_path} with {@code upload_as}.
   */
  public static List<Upload> of(ObjectNode config) {
    for (String list : List.of("upload_paths", "uploads")) {
      if (config.hasNonNull(list)) {
        return Json.elements(config.get(list)).map(Upload::listed).toList();
      }
    }
    return Stream.of(config)
        .filter(node -> node.hasNonNull("upload_path"))
        .map(node -> upload(node.get("upload_path"), node.path("upload_as")))
        .toList();
  }

  private static Upload listed(JsonNode item) {
    return upload(item.get("source"), item.path("target"));
  }

  private static Upload upload(JsonNode source, JsonNode target) {
    String from = PayloadPaths.canonical(source.textValue());
    boolean named = target.isTextual() && !target.textValue().isBlank();
    String to =
        named
            ? PayloadPaths.canonical(target.textValue())
            : from.substring(from.lastIndexOf('/') + 1);
    return new Upload(from, to);
  }
}
