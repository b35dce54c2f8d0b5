package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Checks that relative paths stay below a root. Looks at the text only, never at the disk. */
public final class PayloadPaths {
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);

  private static final int MAX_NAME_BYTES = 255;
  private static final int MAX_PATH_BYTES = 2048;

  /** Maximum of listed errors. */
  private static final int MOST_TOLD = 20;

  private PayloadPaths() {}

  /**
   * Checks the path of a payload file.
   *
   * @return the path without {@code .} and empty segments
   * @throws MnException INVALID when it is empty, absolute, leaves the root or is the root itself
   */
  public static String requireSafe(String path) {
    if (staysInside(path) && !canonical(path).isEmpty()) {
      return canonical(path);
    }
    throw MnException.invalid(
        "payload path must be relative and stay inside payloads/: " + Json.write(path));
  }

  /**
   * Checks the paths of all payload files of a bundle: each as {@link #requireSafe} does, its
   * length, and that no file is also a folder.
   *
   * @throws MnException INVALID with the refused paths, up to a limit
   */
  public static void requireStorable(Collection<String> paths) {
    Set<String> files = new HashSet<>();
    List<String> refused = new ArrayList<>();
    for (String path : paths) {
      try {
        String file = requireSafe(path);
        requireFitting(file);
        if (!files.add(file)) {
          refused.add("payload path is there twice: " + Json.write(file));
        }
      } catch (MnException e) {
        refused.add(e.getMessage());
      }
    }
    for (String file : files) {
      for (int end = file.indexOf('/'); end > 0; end = file.indexOf('/', end + 1)) {
        if (files.contains(file.substring(0, end))) {
          refused.add(
              "payload path %s is a file, so %s cannot lie below it"
                  .formatted(Json.write(file.substring(0, end)), Json.write(file)));
        }
      }
    }
    if (!refused.isEmpty()) {
      throw MnException.invalid(
          refused.stream().sorted().limit(MOST_TOLD).collect(Collectors.joining("; ")));
    }
  }

  /** Limits of common file systems. */
  private static void requireFitting(String path) {
    if (bytes(path) > MAX_PATH_BYTES) {
      throw MnException.invalid(
          "payload path has more than %d bytes: %s"
              .formatted(MAX_PATH_BYTES, ManifestValue.shown(path)));
    }
    for (String name : path.split("/")) {
      if (bytes(name) > MAX_NAME_BYTES) {
        throw MnException.invalid(
            "payload file name has more than %d bytes: %s"
                .formatted(MAX_NAME_BYTES, ManifestValue.shown(name)));
      }
    }
  }

  private static int bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Whether the path is relative, with forward slashes, and never climbs; it may be the root. */
  static boolean staysInside(String path) {
    return !path.startsWith("/")
        && path.indexOf('\\') < 0
        && path.indexOf('\0') < 0
        && !DRIVE.matcher(path).matches()
        && Arrays.stream(path.split("/")).noneMatch(".."::equals);
  }

  /** The path without {@code .} and empty segments; empty when it is the root. */
  public static String canonical(String path) {
    return Arrays.stream(path.split("/"))
        .filter(segment -> !segment.isEmpty() && !segment.equals("."))
        .collect(Collectors.joining("/"));
  }
}
