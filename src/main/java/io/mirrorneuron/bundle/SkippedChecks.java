package io.mirrorneuron.bundle;

import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonText;
import java.util.List;

/** Records in the manifest the checks that a forced submission skips. */
public final class SkippedChecks {
  private static final List<String> NAMES =
      List.of("services", "input_validation", "soft_requirements");

  private SkippedChecks() {}

  /** The manifest with {@code metadata.mn_validation}. */
  public static String into(String manifestJson) {
    var manifest = JsonText.object(manifestJson, "manifest_json");
    var given = manifest.get("metadata");
    var metadata = given != null && given.isObject() ? given : manifest.putObject("metadata");
    var validation = metadata.withObject("/mn_validation").removeAll();
    validation.put("force", true).put("status", "skipped");
    validation.set("skipped_checks", Json.MAPPER.valueToTree(NAMES));
    return Json.write(manifest);
  }
}
