package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which relative paths stay below a root. Looks at the text only, never at the disk. */
public final class PayloadPaths {
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);

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
