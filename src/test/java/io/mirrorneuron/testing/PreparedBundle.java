package io.mirrorneuron.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A manifest with the folder of its submission, as the original's terminal prepares them. */
public final class PreparedBundle {
  private final Path folder;
  private final ObjectNode manifest;

  private PreparedBundle(Path folder, ObjectNode manifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  /**
   * @param shared the folder for all submissions and more
   * @param runId of the run that the terminal means to have
   * @param scripts for {@code sh -c}, one after the other
   */
  public static PreparedBundle of(Path shared, String runId, String... scripts) {
    String id = runId + "-0123456789abcdef";
    PreparedBundle bundle =
        new PreparedBundle(shared.resolve("submissions").resolve(id), Json.object());
    bundle.write(shared, id, runId, scripts);
    for (String part : List.of("inputs", "outputs/user", "outputs/runs")) {
      bundle.make(part);
    }
    return bundle;
  }

  /** The same as if the terminal were on another machine: nothing of it is on this one's disk. */
  public static PreparedBundle elsewhere(Path shared, String runId, String... scripts) {
    String id = runId + "-0123456789abcdef";
    PreparedBundle bundle =
        new PreparedBundle(shared.resolve("submissions").resolve(id), Json.object());
    bundle.write(shared, id, runId, scripts);
    return bundle;
  }

  private void make(String part) {
    try {
      Files.createDirectories(folder.resolve(part));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(Path shared, String id, String runId, String... scripts) {
    manifest.put("manifest_version", "1.0").put("graph_id", "prepared").put("job_name", "prepared");
    ObjectNode metadata = manifest.putObject("metadata");
    metadata
        .putObject("mn_cli")
        .put("blueprint_id", "prepared")
        .put("blueprint_run_id", runId)
        .put("blueprint_revision", "local");
    ObjectNode storage = metadata.putObject("mn_storage");
    storage
        .put("version", "mn.shared_storage/v1")
        .put("submission_id", id)
        .put("host_root", shared.toString())
        .put("host_submission_path", folder.toString())
        .put("runtime_root", shared.toString())
        .put("submission_path", folder.toString());
    storage.putObject("inputs").put("root", path("inputs")).putArray("folders");
    storage
        .putObject("outputs")
        .put("root", path("outputs"))
        .put("user", path("outputs/user"))
        .put("runs", path("outputs/runs"));
    storage.putArray("output_copy");
    for (int i = 0; i < scripts.length; i++) {
      node(i, scripts[i], runId, id);
    }
  }

  private void node(int n, String script, String runId, String id) {
    ObjectNode node = manifest.withArray("nodes").addObject();
    node.put("node_id", "agent" + n).put("agent_type", "executor");
    if (n == 0) {
      node.put("role", "root");
    } else {
      manifest
          .withArray("edges")
          .addObject()
          .put("edge_id", "edge" + n)
          .put("from_node", "agent" + (n - 1))
          .put("to_node", "agent" + n)
          .put("message_type", "*");
    }
    ObjectNode config = node.putObject("config");
    config.putArray("command").add("sh").add("-c").add(script);
    config
        .putObject("environment")
        .put("MN_RUN_ID", runId)
        .put("MN_RUNS_ROOT", path("outputs/runs"))
        .put("MN_JOB_INPUT_DIR", path("inputs"))
        .put("MN_JOB_OUTPUT_DIR", path("outputs/user"))
        .put("MN_JOB_SHARED_STORAGE_ROOT", folder.toString())
        .put("MN_STORAGE_SUBMISSION_ID", id)
        .put(
            "MN_BLUEPRINT_CONFIG_JSON",
            Json.write(
                Json.object()
                    .put("input_folder", path("inputs/data"))
                    .put("output_folder", path("outputs/user"))
                    .put("api_key", "very-secret")
                    .put("colour", "blue")));
  }

  private String path(String part) {
    return folder.resolve(part).toString();
  }

  /** The folder of the submission. */
  public Path folder() {
    return folder;
  }

  /** To be changed. */
  public ObjectNode manifest() {
    return manifest;
  }

  public String json() {
    return Json.write(manifest);
  }

  public Submission submission() {
    return Submission.of(json());
  }
}
