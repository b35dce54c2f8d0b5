package io.mirrorneuron.blueprint.bundle;

import io.mirrorneuron.blueprint.Blueprint;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** What a bundle that stands in no catalog tells of itself. */
final class DerivedRecord {
  private static final int LONGEST_ID = 160;

  private static final List<String> IDS =
      List.of(
          "metadata.blueprint_id",
          "identity.blueprint_id",
          "blueprint_id",
          "id",
          "workflow_id",
          "workflow.workflow_id");
  private static final List<String> NAMES = List.of("name", "job_name", "metadata.name");
  private static final List<String> DESCRIPTIONS = List.of("description", "metadata.description");

  private DerivedRecord() {}

  static Blueprint of(BundleOrigin origin, Path folder, Map<String, Object> manifest) {
    String directory = folder.getFileName().toString();
    String id = id(manifest, directory);
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("name", first(manifest, NAMES, id));
    told.put("description", first(manifest, DESCRIPTIONS, ""));
    told.put("job_name", first(manifest, List.of("job_name"), ""));
    told.put("workflow_id", first(manifest, List.of("workflow_id", "workflow.workflow_id"), ""));
    told.put("path", directory);
    String place = origin == BundleOrigin.PATH ? folder.toString() : null;
    return Blueprint.ofBundle(id, told, manifest, origin.recorded(), place);
  }

  /** The name of a manifest with steps at its root is its id. */
  private static String id(Map<String, Object> manifest, String directory) {
    boolean isWorkflow =
        manifest.get("workflow") instanceof Map<?, ?>
            || "Workflow".equals(manifest.get("kind"))
            || manifest.get("apiVersion") != null;
    String last =
        isWorkflow ? null : manifest.get("steps") instanceof List<?> ? "name" : "graph_id";
    List<String> paths = Stream.concat(IDS.stream(), Stream.ofNullable(last)).toList();
    String safe = first(manifest, paths, directory).strip().replaceAll("[^A-Za-z0-9_.-]", "_");
    return safe.substring(0, Math.min(safe.length(), LONGEST_ID));
  }

  private static String first(Map<String, Object> manifest, List<String> paths, String otherwise) {
    return paths.stream()
        .map(path -> DottedPath.text(DottedPath.of(path).in(manifest)))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(otherwise);
  }
}
