package io.mirrorneuron.blueprint.bundle;

import io.mirrorneuron.bundle.GivenInputs;
import io.mirrorneuron.bundle.SkippedChecks;
import io.mirrorneuron.port.models.ConfiguredModel;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.NamedInputs;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The manifest that a launch submits: the author's, with who it is in {@code metadata}, where the
 * runtime also finds what programs are told of the launch. Whatever form the author chose, the rest
 * stays as it is.
 */
final class PreparedManifest {
  private PreparedManifest() {}

  static String of(ConfiguredBundle launch, RunIdentity identity, boolean force) {
    BlueprintBundle bundle = launch.bundle();
    var manifest = bundle.manifest().tree().deepCopy();
    var given = manifest.get("metadata");
    if (given != null && !given.isNull() && !given.isObject()) {
      throw bundle
          .origin()
          .refusal(
              "%s%s: metadata must be an object"
                  .formatted(bundle.origin().what(), bundle.manifest().name()),
              null);
    }
    var metadata =
        given == null || given.isNull()
            ? manifest.putObject("metadata")
            : manifest.withObject("/metadata");
    facts(identity).forEach(metadata::put);
    var noted = metadata.get("mn_cli");
    var cli =
        noted != null && noted.isObject()
            ? metadata.withObject("/mn_cli")
            : metadata.putObject("mn_cli");
    named(identity).forEach(cli::put);
    told(launch).forEach((name, value) -> metadata.set(name, Json.MAPPER.valueToTree(value)));
    if (manifest.has("run_id")) {
      manifest.put("run_id", identity.runId());
    }
    String text = GivenInputs.into(Json.write(manifest), manifest, values(launch));
    return force ? SkippedChecks.into(text) : text;
  }

  /** What the runtime and programs are told of the launch; nothing that is empty. */
  private static Map<String, Map<String, ?>> told(ConfiguredBundle launch) {
    Map<String, Map<String, ?>> told = new LinkedHashMap<>();
    told.put("blueprint_config", launch.config().merged());
    told.put("blueprint_environment", environment(launch));
    told.put("mn_storage", launch.storage());
    told.values().removeIf(Map::isEmpty);
    if (launch.scenario() != null) {
      told.put("blueprint_scenario", launch.scenario());
    }
    return told;
  }

  /** The model that the configuration names, and over it what a hook has set. */
  private static Map<String, String> environment(ConfiguredBundle launch) {
    ConfiguredModel model = NeededModels.ofPrograms(launch.config());
    Map<String, String> variables = new LinkedHashMap<>();
    if (model != null) {
      variables.putAll(model.variables());
    }
    variables.putAll(launch.environment());
    return variables;
  }

  private static Map<String, String> named(RunIdentity identity) {
    Map<String, String> named = new LinkedHashMap<>();
    named.put("blueprint_id", identity.blueprintId());
    named.put("blueprint_run_id", identity.runId());
    if (DottedPath.text(identity.revision()) != null) {
      named.put("blueprint_revision", identity.revision());
    }
    return named;
  }

  private static Map<String, String> facts(RunIdentity identity) {
    Map<String, String> facts = named(identity);
    facts.put("run_id", identity.runId());
    return facts;
  }

  /**
   * What inputs get: from {@code inputs} of the configuration, from a member of the request that is
   * called like one, from the answers. What the request says of inputs that nobody declares is
   * refused where there are any.
   */
  private static Map<String, Object> values(ConfiguredBundle launch) {
    Map<String, Object> declared =
        DottedPath.object(launch.bundle().facts().get(NamedInputs.MEMBER));
    BundleConfig config = launch.config();
    Map<String, Object> values = new LinkedHashMap<>();
    if (!declared.isEmpty()) {
      Map<String, Object> ofBundle = DottedPath.object(config.files().get(NamedInputs.MEMBER));
      DottedPath.object(config.merged().get(NamedInputs.MEMBER))
          .forEach(
              (name, value) -> {
                if (declared.containsKey(name) || !ofBundle.containsKey(name)) {
                  values.put(name, value);
                }
              });
      config
          .request()
          .forEach(
              (name, value) -> {
                if (declared.containsKey(name) && !config.files().containsKey(name)) {
                  values.put(name, value);
                }
              });
    }
    values.putAll(launch.inputs());
    return values;
  }
}
