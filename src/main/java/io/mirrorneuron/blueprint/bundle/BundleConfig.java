package io.mirrorneuron.blueprint.bundle;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The configuration of a launch, merged from its layers: objects member by member, of all else the
 * upper layer counts, null too.
 *
 * @param files what the bundle says: {@code config/default.json}, and over it {@code
 *     config/overwrite.json}
 * @param request what the launch says
 * @param merged both
 */
public record BundleConfig(
    Map<String, Object> files, Map<String, Object> request, Map<String, Object> merged) {
  private static final List<String> LAYERS =
      List.of("config/default.json", "config/overwrite.json");

  /** A manifest may have 100 levels, and holds the configuration in its third. */
  private static final int DEEPEST = 90;

  public BundleConfig {
    files = Collections.unmodifiableMap(files);
    request = Collections.unmodifiableMap(request);
    merged = Collections.unmodifiableMap(merged);
  }

  /**
   * @param request the uppermost layer
   * @throws MnException when a file is no object of JSON, with its name: MALFORMED, of the catalog
   *     INTERNAL; TOO_LARGE when there is more than a MiB of it; INVALID when the request is nested
   *     too deeply
   */
  static BundleConfig of(BlueprintBundle bundle, Map<String, Object> request) {
    Map<String, Object> files = Map.of();
    for (String layer : LAYERS) {
      Map<String, Object> over = BundleDocument.read(bundle, layer).orElse(Map.of());
      if (isDeeper(over, DEEPEST)) {
        throw bundle
            .origin()
            .refusal(
                "%s%s is nested deeper than %d levels"
                    .formatted(bundle.origin().what(), layer, DEEPEST),
                null);
      }
      files = merge(files, over);
    }
    return new BundleConfig(files, Map.of(), files).with(request);
  }

  /**
   * What the files of a bundle say, as JSON; null when it has none.
   *
   * @param folder of a bundle that was uploaded or named, with its manifest
   * @throws MnException MALFORMED or TOO_LARGE, as for a launch
   */
  public static String ofFiles(Path folder) {
    BundleConfig config = of(BlueprintBundle.uploaded(folder), Map.of());
    return config.files.isEmpty() ? null : config.json();
  }

  /** The same with more that the launch says. */
  BundleConfig with(Map<String, Object> more) {
    if (isDeeper(more, DEEPEST)) {
      throw MnException.invalid(
          "the configuration is nested deeper than %d levels".formatted(DEEPEST));
    }
    BundleConfig with = new BundleConfig(files, merge(request, more), merge(merged, more));
    int size = with.json().getBytes(StandardCharsets.UTF_8).length;
    if (size > BundleDocument.MOST) {
      throw new MnException(
          ErrorCode.TOO_LARGE,
          "config_too_large",
          "the configuration has %d bytes; at most %d are passed on: keep what is large in files below payloads/"
              .formatted(size, BundleDocument.MOST));
    }
    return with;
  }

  /**
   * The same with other folders.
   *
   * @param placed all of it
   */
  BundleConfig placed(Map<String, Object> placed) {
    Map<String, Object> asked = new LinkedHashMap<>();
    request.keySet().forEach(name -> asked.put(name, placed.get(name)));
    return new BundleConfig(files, asked, placed);
  }

  /** As programs find it, and as {@code config.json} of a run. */
  public String json() {
    return Json.write(merged);
  }

  /**
   * The value at a place; null when there is none.
   *
   * @param path names with dots between them
   */
  public Object value(String path) {
    return DottedPath.of(path).in(merged);
  }

  static Map<String, Object> merge(Map<String, Object> below, Map<String, Object> above) {
    Map<String, Object> merged = new LinkedHashMap<>(below);
    above.forEach(
        (name, value) ->
            merged.put(
                name,
                value instanceof Map<?, ?> && merged.get(name) instanceof Map<?, ?>
                    ? merge(DottedPath.object(merged.get(name)), DottedPath.object(value))
                    : value));
    return merged;
  }

  private static boolean isDeeper(Object value, int levels) {
    return switch (value) {
      case Map<?, ?> map -> levels == 0 || isAnyDeeper(map.values(), levels - 1);
      case List<?> list -> levels == 0 || isAnyDeeper(list, levels - 1);
      case null, default -> false;
    };
  }

  private static boolean isAnyDeeper(Iterable<?> values, int levels) {
    for (Object value : values) {
      if (isDeeper(value, levels)) {
        return true;
      }
    }
    return false;
  }
}
