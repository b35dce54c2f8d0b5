package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run as one JSON document: {@code run, config, inputs, events, logs, errors, human, resources,
 * timeline, observability_summary, result, final_artifact, web_ui, job}. Of each log it has the
 * last records; {@code truncated} says of which logs that is not all, and how many there are.
 *
 * @param json all of it; members that somebody else's document lacks count as empty
 */
public record RunDocument(ObjectNode json) {
  private static final int RECORDS = 200;
  private static final String TRUNCATED = "truncated";

  public static RunDocument of(RunStory story) {
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
    json.set(TRUNCATED, truncated);
    return new RunDocument(json);
  }

  /** As the API answered it. */
  public static RunDocument of(JsonNode answer) {
    return new RunDocument(answer instanceof ObjectNode object ? object : Json.object());
  }

  /** The same without the word on what is cut. */
  public JsonNode withoutTruncated() {
    return json.deepCopy().without(TRUNCATED);
  }

  public String runId() {
    return part("run").path("run_id").asText("");
  }

  /** Where its folder is on the machine that told it. */
  public String folder() {
    return part("run").path("run_dir").asText("");
  }

  /** Of the documents the first that has it; empty when none does. */
  public String text(String member) {
    for (String name : new String[] {"run", "job", "observability_summary"}) {
      if (part(name).hasNonNull(member)) {
        return part(name).get(member).asText();
      }
    }
    return "";
  }

  /** All events that were recorded, not only those of this document. */
  public long events() {
    JsonNode cut = json.path(TRUNCATED).path(RunLog.EVENTS.channel());
    return cut.isObject() ? cut.path("total").asLong() : json.path("events").size();
  }

  public boolean hasFinalArtifact() {
    return !part("final_artifact").isEmpty();
  }

  /** The members of the final artifact that are neither lists nor objects. */
  public Map<String, String> artifactScalars() {
    Map<String, String> scalars = new LinkedHashMap<>();
    part("final_artifact").properties().stream()
        .filter(member -> member.getValue().isValueNode())
        .forEach(member -> scalars.put(member.getKey(), member.getValue().asText()));
    return scalars;
  }

  /** One sentence for each log of which only the last records are here. */
  public List<String> whatIsCut() {
    List<String> sentences = new ArrayList<>();
    json.path(TRUNCATED)
        .properties()
        .forEach(
            log ->
                sentences.add(
                    "%s has the last %d of %d records"
                        .formatted(
                            log.getKey(),
                            log.getValue().path("kept").asLong(),
                            log.getValue().path("total").asLong())));
    return sentences;
  }

  ObjectNode part(String name) {
    return json.get(name) instanceof ObjectNode object ? object : Json.object();
  }

  /** The last events, oldest first. */
  List<JsonNode> lastEvents(int limit) {
    List<JsonNode> all = Json.elements(json.path("events")).toList();
    return all.subList(Math.max(0, all.size() - limit), all.size());
  }
}
