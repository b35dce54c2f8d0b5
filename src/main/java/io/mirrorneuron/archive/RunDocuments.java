package io.mirrorneuron.archive;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runstore.RunFolder;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.nio.file.Path;

/** The JSON documents of a run, as they may be shown. */
record RunDocuments(RunFolder folder) {
  private static final long LARGEST = 8 << 20;

  /**
   * Redacted; empty when there is none; {@code {truncated: true, size_bytes}} in the place of one
   * that is too large to be part of an answer.
   */
  ObjectNode get(String name) {
    Path file = folder.inside(name);
    long size = file == null ? 0 : file.toFile().length();
    if (size > LARGEST) {
      return Json.object().put("truncated", true).put("size_bytes", size);
    }
    return Redaction.of(folder.peek(name).orElseGet(Json::object));
  }

  /** {@code run.json}, with what every reader wants to know in it. */
  ObjectNode run() {
    ObjectNode run = get("run.json").deepCopy().put("run_id", folder.runId());
    return run.put("run_dir", folder.path().toString());
  }

  /** {@code final_artifact.json}, else what the result has as one. */
  ObjectNode finalArtifact() {
    ObjectNode own = get("final_artifact.json");
    return own.isEmpty() && get("result.json").get("final_artifact") instanceof ObjectNode part
        ? part
        : own;
  }
}
