package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes the manifest of one job of a schedule. Replaces the run that the stored manifest names, as
 * clients write it for their own submission, by the job's run, so that two firings never use the
 * same run. Pure.
 */
public final class ChildManifest {
  private static final List<String> RUN_IDS = List.of("run_id", "blueprint_run_id");

  /** The runtime sets these for each program; values of the manifest would override them. */
  private static final Set<String> RUN_VARIABLES = Set.of("MN_RUN_ID", "MN_RUNS_ROOT");

  private ChildManifest() {}

  /**
   * @param manifest as the author wrote it
   * @param runId of the job's run
   * @param dispatch why the programs run, for the programs
   * @param body replaces the first messages of the manifest; null to keep them
   * @param entrypoints that get it
   */
  public static String of(
      String manifest,
      String runId,
      Map<String, Object> dispatch,
      Map<String, Object> body,
      List<String> entrypoints) {
    ObjectNode root = Json.parseObject(manifest, "manifest_json");
    rename(root, runId);
    root.withObject("/metadata").set("schedule_dispatch", Json.MAPPER.valueToTree(dispatch));
    if (body != null) {
      begin(root, Json.MAPPER.valueToTree(body), entrypoints);
    }
    return Json.write(root);
  }

  private static void rename(JsonNode json, String runId) {
    switch (json) {
      case ObjectNode object -> {
        for (String name : RUN_IDS) {
          if (object.get(name) instanceof JsonNode named && named.isTextual()) {
            object.put(name, runId);
          }
        }
        object.remove(RUN_VARIABLES);
        object.forEach(member -> rename(member, runId));
      }
      case ArrayNode list -> list.forEach(element -> rename(element, runId));
      default -> {}
    }
  }

  private static void begin(ObjectNode root, JsonNode body, List<String> entrypoints) {
    if (root.get("runtime") instanceof ObjectNode runtime) {
      runtime.remove("initial_inputs");
    }
    ObjectNode inputs = root.putObject("initial_inputs");
    entrypoints.forEach(agent -> inputs.putArray(agent).add(body.deepCopy()));
  }
}
