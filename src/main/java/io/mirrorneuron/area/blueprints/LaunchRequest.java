package io.mirrorneuron.area.blueprints;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.IgnoredMembers;
import io.mirrorneuron.launch.LaunchOrder;
import io.mirrorneuron.launch.LaunchOrder.Source;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The body of a launch, and the order it contains.
 *
 * @param warnings sentences about members that have no meaning here
 */
record LaunchRequest(LaunchOrder order, List<String> warnings) {
  private static final String OLDER_HANDLE = "_bundle_path";

  private static final Set<String> OF_RUN =
      Set.of("run_id", "config_overwrite", "config_overrides", "inputs", "force", "progress_id");

  private static final Map<Source, Set<String>> OF_SOURCE =
      Map.of(
          Source.CATALOG, Set.of("source", "blueprint_id"),
          Source.PATH, Set.of("source", "path"),
          Source.BUNDLE, Set.of("source", "bundle_path", OLDER_HANDLE));

  private static final Map<String, Source> SOURCES = new HashMap<>();

  static {
    for (String word : List.of("catalog", "blueprint")) {
      SOURCES.put(word, Source.CATALOG);
    }
    for (String word : List.of("path", "filesystem", "filesystem_path", "local")) {
      SOURCES.put(word, Source.PATH);
    }
    for (String word : List.of("bundle", "zip", "upload", "uploaded")) {
      SOURCES.put(word, Source.BUNDLE);
    }
  }

  private record Body(
      String source,
      String blueprintId,
      String path,
      String bundlePath,
      @JsonProperty(OLDER_HANDLE) String olderHandle,
      String runId,
      Map<String, Object> configOverwrite,
      Map<String, Object> configOverrides,
      Map<String, Object> inputs,
      boolean force,
      String progressId) {

    Map<String, Object> config() {
      return configOverwrite == null || configOverwrite.isEmpty()
          ? configOverrides
          : configOverwrite;
    }

    LaunchOrder order(Source from, String place, String by) {
      String progress = progressId == null ? "" : progressId.strip();
      return new LaunchOrder(
          from, place, runId, config(), inputs, force, progress.isEmpty() ? null : progress, by);
    }
  }

  /** Members that have a meaning for this source. */
  static Set<String> members(Source source) {
    Set<String> known = new HashSet<>(OF_RUN);
    known.addAll(OF_SOURCE.get(source));
    return known;
  }

  /** The order for a catalog blueprint whose models are to be installed. */
  static LaunchOrder installed(ApiCall call) {
    return new LaunchOrder(
        Source.CATALOG,
        call.text("blueprint_id"),
        null,
        null,
        null,
        call.flag("force"),
        null,
        call.subject());
  }

  /** A launch of the blueprint in the path of the call. */
  static LaunchRequest ofBlueprint(ApiCall call) {
    Body body = Json.read(call.body(), Body.class, "body");
    return new LaunchRequest(
        body.order(Source.CATALOG, call.text("blueprint_id"), call.subject()),
        IgnoredMembers.of(call.members().stream(), OF_RUN));
  }

  /**
   * A launch of the source in the body.
   *
   * @throws MnException INVALID when the body has no source
   */
  static LaunchRequest ofSource(ApiCall call) {
    Body body = Json.read(call.body(), Body.class, "body");
    String word = body.source == null ? "" : body.source.toLowerCase(Locale.ROOT).replace('-', '_');
    Source source = SOURCES.get(word.strip());
    if (source == null) {
      throw invalid(
          "source must be catalog, path, or bundle (also zip, upload), with blueprint_id, path, or"
              + " bundle_path"
              + (body.source == null ? "" : ", and is " + Json.write(body.source)));
    }
    return new LaunchRequest(
        body.order(source, place(source, body), call.subject()),
        IgnoredMembers.of(call.members().stream(), members(source)));
  }

  private static String place(Source source, Body body) {
    return switch (source) {
      case CATALOG -> required(body.blueprintId, "blueprint_id");
      case PATH -> required(body.path, "path");
      case BUNDLE ->
          required(
              body.olderHandle == null ? body.bundlePath : body.olderHandle,
              "bundle_path (or _bundle_path), as the upload answered it,");
    };
  }

  private static String required(String value, String member) {
    if (value == null || value.isBlank()) {
      throw invalid(member + " is required");
    }
    return value.strip();
  }

  private static MnException invalid(String message) {
    return new MnException(ErrorCode.INVALID, "invalid_launch", message);
  }
}
