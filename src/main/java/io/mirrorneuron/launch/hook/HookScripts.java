package io.mirrorneuron.launch.hook;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.operation.HookProgram;
import io.mirrorneuron.port.operation.HookPrograms.Hook;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Starts the hooks of one run, in the copy of its bundle. */
record HookScripts(HookMeans means, String runId, String blueprintId) {
  private static final int LONGEST_VARIABLE = 96 << 10;
  private static final String CONFIG_FILE = ".mn-launch-config.json";

  /**
   * What each hook of the run sees besides the usual few.
   *
   * @param configJson null for the one that an earlier hook was given
   */
  Map<String, String> variables(String configJson) {
    Path bundle = means.store().bundle(runId);
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("MN_RUN_ID", runId);
    variables.put("MN_RUN_DIR", means.files().folder(runId).toString());
    variables.put("MN_RUNS_ROOT", means.files().root().toString());
    variables.put("MN_BLUEPRINT_ID", blueprintId);
    variables.put("MN_BUNDLE_DIR", bundle.toString());
    Path config = bundle.resolve(CONFIG_FILE);
    if (configJson != null) {
      write(config, configJson);
    }
    if (Files.exists(config)) {
      variables.put("MN_BLUEPRINT_CONFIG_FILE", config.toString());
    }
    if (configJson != null
        && configJson.getBytes(StandardCharsets.UTF_8).length <= LONGEST_VARIABLE) {
      variables.put("MN_BLUEPRINT_CONFIG_JSON", configJson);
    }
    return variables;
  }

  /** Into the copy of a bundle in which nothing runs yet. */
  private static void write(Path file, String text) {
    try {
      Files.deleteIfExists(file);
      Files.writeString(file, text);
    } catch (IOException e) {
      throw MnException.unavailable("the configuration of the hook cannot be written", e);
    }
  }

  Hook start(
      String script, Map<String, String> variables, BooleanSupplier stays, HookOutput printed) {
    Path bundle = means.store().bundle(runId);
    Path run = means.files().folder(runId);
    String id = runId + (script.equals(BundleHooks.BEFORE) ? "-before" : "-after");
    return means
        .programs()
        .start(
            new HookProgram(
                id,
                List.of(bundle.resolve(script).toString()),
                bundle,
                variables,
                List.of(run),
                means.limits().cleanup(),
                stays,
                printed));
  }
}
