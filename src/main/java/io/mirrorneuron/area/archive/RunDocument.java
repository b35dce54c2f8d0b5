package io.mirrorneuron.area.archive;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.wire.Json;

/**
 * A run as one JSON document: {@code run, config, inputs, events, logs, errors, human, resources,
 * timeline, observability_summary, result, final_artifact, web_ui, job}. Of each log it has the
 * last records; {@code truncated} says of which logs that is not all, and how many there are.
 */
final class RunDocument {
  private static final int RECORDS = 200;

  private RunDocument() {}

  static ObjectNode of(RunStory story) {
    StoryDocuments documents = story.documents;
    ObjectNode json = Json.object();
    json.set("run", documents.runDocument());
    json.set("config", documents.get("config.json"));
    json.set("inputs", documents.get("inputs.json"));
    ObjectNode truncated = Json.object();
    for (RunLog log : RunLog.values()) {
      json.set(log.channel(), story.last(log, RECORDS));
      if (story.count(log) > RECORDS) {
        truncated.putObject(log.channel()).put("kept", RECORDS).put("total", story.count(log));
      }
    }
    json.set("observability_summary", story.summary);
    json.set("result", documents.get("result.json"));
    json.set("final_artifact", documents.finalArtifact());
    json.set("web_ui", documents.get("web_ui.json"));
    json.set("job", documents.get("job.json"));
    json.set("truncated", truncated);
    return json;
  }
}
