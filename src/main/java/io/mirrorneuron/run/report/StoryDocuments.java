package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.RedactedRun;
import io.mirrorneuron.wire.Json;

/** The JSON documents of a run, as they may be shown. */
record StoryDocuments(RedactedRun run) {
  private static final long LARGEST = 8 << 20;

  /**
   * Without secrets; empty when there is none; {@code {truncated: true, size_bytes}} in the place
   * of one that is too large to be part of an answer.
   */
  ObjectNode get(String name) {
    long size = run.size(name);
    if (size > LARGEST) {
      return Json.object().put("truncated", true).put("size_bytes", size);
    }
    return run.peek(name).orElseGet(Json::object);
  }

  /** {@code run.json}, with what every reader wants to know in it. */
  ObjectNode runDocument() {
    ObjectNode document = get("run.json").deepCopy().put("run_id", run.runId());
    return document.put("run_dir", run.path().toString());
  }

  /** {@code final_artifact.json}, else what the result has as one. */
  ObjectNode finalArtifact() {
    ObjectNode own = get("final_artifact.json");
    return own.isEmpty() && get("result.json").get("final_artifact") instanceof ObjectNode part
        ? part
        : own;
  }
}
