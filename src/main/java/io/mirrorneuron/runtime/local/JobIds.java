package io.mirrorneuron.runtime.local;

import java.util.Locale;
import java.util.regex.Pattern;

/** Job ids: they sort by time within a graph and are safe in URLs and file names. */
public final class JobIds {
  private static final int MAX_SLUG = 60;
  private static final Pattern UNSAFE = Pattern.compile("[^a-z0-9_.-]+");
  private static final Pattern EDGES = Pattern.compile("^[.-]+|[.-]+$");
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{12}");

  private JobIds() {}

  /**
   * {@code <slug>-<epoch ms>-<hex>}.
   *
   * @param hex twelve lower-case hexadecimal digits, chosen by the caller
   */
  public static String jobId(String graphId, long epochMillis, String hex) {
    if (epochMillis < 0 || !HEX.matcher(hex).matches()) {
      throw new IllegalArgumentException(
          "not a time and 12 hex digits: " + epochMillis + " " + hex);
    }
    return slug(graphId) + "-" + epochMillis + "-" + hex;
  }

  /** At most 60 characters of {@code [a-z0-9_.-]}, {@code job} when nothing is left. */
  public static String slug(String graphId) {
    String safe = UNSAFE.matcher(graphId.toLowerCase(Locale.ROOT)).replaceAll("-");
    String trimmed = EDGES.matcher(safe).replaceAll("");
    String head = trimmed.substring(0, Math.min(MAX_SLUG, trimmed.length()));
    String slug = EDGES.matcher(head).replaceAll("");
    return slug.isEmpty() ? "job" : slug;
  }
}
