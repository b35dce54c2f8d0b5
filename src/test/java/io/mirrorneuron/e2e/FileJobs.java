package io.mirrorneuron.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Random;

/** Jobs of the usual kinds whose programs look first whether their payload files are all there. */
final class FileJobs {
  private static final List<String> KINDS = List.of("fan", "chain", "join", "scatter");
  private static final int LINES = 20_000; // 1.3 to 1.5 MB: several parts

  /** Started by its executable bit. */
  private static final String CHECK =
      """
      #!/bin/sh
      [ "$(wc -l < tools/lines)" = "$(cat tools/count)" ] || { echo 'lines are missing' >&2; exit 9; }
      """;

  private FileJobs() {}

  static List<JobKind> kinds() {
    return JobKind.all().stream().filter(kind -> KINDS.contains(kind.name())).toList();
  }

  /**
   * The body of a submission.
   *
   * @param own text that makes the files those of this job alone; empty for files that other jobs
   *     have too
   */
  static ObjectNode of(JobKind kind, String graph, Random random, String own) {
    ObjectNode manifest = Json.parseObject(kind.manifest().of(graph, random), "manifest");
    addFiles(manifest);
    int lines = random.nextInt(4) == 0 ? LINES : 3;
    ObjectNode body = Json.object().put("manifest_json", Json.write(manifest));
    ObjectNode files = body.putObject("payloads");
    files.put("tools/check", CHECK).put("tools/count", Integer.toString(lines));
    files.put("tools/lines", (own + "x".repeat(63) + "\n").repeat(lines));
    return body;
  }

  private static void addFiles(JsonNode tree) {
    if (tree instanceof ObjectNode config && config.get("command") instanceof ArrayNode command) {
      config.put("upload_path", "tools").put("upload_as", "tools");
      int last = command.size() - 1; // sh, -c, script
      command.set(last, "tools/check || exit 9; " + command.get(last).asText());
    }
    tree.forEach(FileJobs::addFiles);
  }
}
