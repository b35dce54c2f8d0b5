package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.Sha256;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.wire.Json;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Several runs side by side: {@code {data: [a run each], differences: {…}}}. */
public final class Comparison {
  /** From here on a step took longer rather than by chance. */
  private static final double NOTABLE_RATIO = 1.5;

  private final List<RunStory> stories;

  private Comparison(List<RunStory> stories) {
    this.stories = stories;
  }

  public static ObjectNode of(List<RunStory> stories) {
    Comparison comparison = new Comparison(stories);
    ObjectNode answer = Json.object();
    ArrayNode data = answer.putArray("data");
    stories.forEach(story -> data.add(run(story)));
    answer.set("differences", comparison.differences());
    return answer;
  }

  private static ObjectNode run(RunStory story) {
    ObjectNode run = Json.object().put("run_id", story.runId());
    for (String member :
        new String[] {"job_id", "blueprint_id", "status", "started_at", "ended_at"}) {
      String text = story.text(member);
      run.put(member, text.isEmpty() ? null : text);
    }
    run.put("duration_ms", story.durationMs());
    ArrayNode steps = run.putArray("steps");
    story.steps.steps().forEach(step -> steps.add(step.json()));
    run.set("counts", counts(story));
    for (String group : new String[] {"token_totals", "resource_peaks"}) {
      JsonNode figures = story.summary.path(group);
      run.set(group, figures.isObject() ? figures : Json.object());
    }
    run.put("result_sha256", hash(story.documents.get("result.json")));
    return run.put("final_artifact_sha256", hash(story.documents.finalArtifact()));
  }

  private static ObjectNode counts(RunStory story) {
    ObjectNode counts = Json.object();
    for (RunLog log : RunLog.values()) {
      counts.put(log.channel(), story.count(log));
    }
    return counts;
  }

  /** Of the document without blanks, members sorted; null when there is none. */
  private static String hash(ObjectNode document) {
    return document.isEmpty() ? null : Sha256.of(Records.write(document));
  }

  private ObjectNode differences() {
    ObjectNode differences = Json.object();
    differences.set(
        "config", JsonDifferences.of(each(story -> story.documents.get("config.json"))));
    differences.set(
        "inputs", JsonDifferences.of(each(story -> story.documents.get("inputs.json"))));
    differences.set(
        "result", JsonDifferences.of(each(story -> story.documents.get("result.json"))));
    differences.set("counts", JsonDifferences.of(each(Comparison::counts)));
    differences.set("steps", steps());
    return differences;
  }

  private <T> Map<String, T> each(Function<RunStory, T> part) {
    Map<String, T> parts = new LinkedHashMap<>();
    stories.forEach(story -> parts.put(story.runId(), part.apply(story)));
    return parts;
  }

  /** Steps with another status or number of attempts, or that took notably longer somewhere. */
  private ArrayNode steps() {
    Map<String, Map<String, StepTimes.Step>> byRun =
        each(
            story -> {
              Map<String, StepTimes.Step> steps = new LinkedHashMap<>();
              story.steps.steps().forEach(step -> steps.put(step.id, step));
              return steps;
            });
    Set<String> ids = new LinkedHashSet<>();
    byRun.values().forEach(steps -> ids.addAll(steps.keySet()));
    ArrayNode found = Json.MAPPER.createArrayNode();
    for (String id : ids) {
      ObjectNode status = Json.object();
      ObjectNode attempts = Json.object();
      ObjectNode durations = Json.object();
      byRun.forEach(
          (run, steps) -> {
            StepTimes.Step step = steps.get(id);
            status.put(run, step == null ? null : step.status);
            attempts.put(run, step == null ? null : step.attempts);
            durations.put(run, step == null ? null : step.durationMs());
          });
      Double ratio = ratio(durations);
      if (varies(status) || varies(attempts) || (ratio != null && ratio >= NOTABLE_RATIO)) {
        ObjectNode difference = found.addObject().put("step_id", id);
        difference.set("status", status);
        difference.set("attempts", attempts);
        difference.set("duration_ms", durations);
        difference.put("duration_ratio", ratio);
      }
    }
    return found;
  }

  private static boolean varies(ObjectNode values) {
    return Json.elements(values).distinct().count() > 1;
  }

  /** The longest by the shortest; null when fewer than two are known. */
  private static Double ratio(ObjectNode durations) {
    LongSummaryStatistics known =
        Json.elements(durations)
            .filter(Objects::nonNull)
            .filter(JsonNode::isNumber)
            .mapToLong(JsonNode::asLong)
            .summaryStatistics();
    return known.getCount() < 2
        ? null
        : (Double) (Math.round(100.0 * known.getMax() / Math.max(1, known.getMin())) / 100.0);
  }

  /**
   * Where the documents of several runs differ: {@code {pointer, values}}, the values by run; a run
   * without the value is not among them. Pointers are those of RFC 6901.
   */
  private static final class JsonDifferences {
    private static final int MOST = 200;
    private static final int VALUE_CHARS = 2000;

    private final ArrayNode found = Json.MAPPER.createArrayNode();

    private JsonDifferences() {}

    /**
     * @param documents by run
     * @return so many at most as an answer takes
     */
    static ArrayNode of(Map<String, ? extends JsonNode> documents) {
      JsonDifferences differences = new JsonDifferences();
      differences.compare("", new LinkedHashMap<>(documents));
      return differences.found;
    }

    private void compare(String pointer, Map<String, JsonNode> nodes) {
      if (found.size() == MOST || nodes.values().stream().distinct().count() < 2) {
        return;
      }
      if (nodes.values().stream().allMatch(JsonNode::isObject)) {
        Set<String> names =
            nodes.values().stream()
                .flatMap(node -> node.properties().stream().map(Map.Entry::getKey))
                .collect(Collectors.toCollection(TreeSet::new));
        names.forEach(
            name -> compare(pointer + "/" + escaped(name), each(nodes, n -> n.path(name))));
      } else if (nodes.values().stream().allMatch(JsonNode::isArray)) {
        int longest = nodes.values().stream().mapToInt(JsonNode::size).max().orElse(0);
        for (int i = 0; i < longest && found.size() < MOST; i++) {
          int index = i;
          compare(pointer + "/" + i, each(nodes, node -> node.path(index)));
        }
      } else {
        ObjectNode values = Json.object();
        nodes.forEach(
            (run, node) -> {
              if (!node.isMissingNode()) {
                values.set(run, shown(node));
              }
            });
        found.addObject().put("pointer", pointer).set("values", values);
      }
    }

    private static Map<String, JsonNode> each(
        Map<String, JsonNode> nodes, Function<JsonNode, JsonNode> part) {
      Map<String, JsonNode> parts = new LinkedHashMap<>();
      nodes.forEach(
          (run, node) -> {
            JsonNode found = part.apply(node);
            parts.put(run, found == null ? MissingNode.getInstance() : found);
          });
      return parts;
    }

    private static String escaped(String name) {
      return name.replace("~", "~0").replace("/", "~1");
    }

    private static JsonNode shown(JsonNode node) {
      String text = Records.write(node);
      return text.length() <= VALUE_CHARS
          ? node
          : Json.object()
              .put("truncated", true)
              .put("chars", text.length())
              .put("preview", text.substring(0, VALUE_CHARS));
    }
  }
}
