package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A file that a client may have. Programs may replace it before it is opened, so open it only with
 * {@link io.mirrorneuron.untrusted.UntrustedFiles}.
 *
 * @param path the real path
 * @param within the folder in which all its names must lie
 */
public record ServedFile(Path path, String contentType, Path within) {
  /** Where programs put results for people; files of all kinds are served from there. */
  private static final Path RESULTS = Path.of("outputs");

  private static final Map<String, String> TYPES =
      Map.of(
          "json", "application/json",
          "jsonl", "application/x-ndjson",
          "md", "text/markdown; charset=utf-8",
          "pdf", "application/pdf",
          "txt", "text/plain; charset=utf-8",
          "log", "text/plain; charset=utf-8",
          "gz", "application/gzip");

  /** Other common kinds of results. */
  private static final Map<String, String> MORE_TYPES =
      Map.of(
          "csv", "text/csv; charset=utf-8",
          "html", "text/html; charset=utf-8",
          "jpeg", "image/jpeg",
          "jpg", "image/jpeg",
          "png", "image/png",
          "svg", "image/svg+xml",
          "xml", "application/xml",
          "yaml", "application/yaml",
          "zip", "application/zip");

  /** Error text for an existing file that is not for clients. */
  static final String OTHER_KIND =
      "%s is not served, only files below outputs/ and those that end in .json, .jsonl, .md, .pdf,"
          + " .txt, .log or .gz are; it lies in the folder of the run";

  static ServedFile of(Path path, String name, Path within) {
    return new ServedFile(path, contentType(name), within);
  }

  /**
   * Whether its name allows clients to have it.
   *
   * @param relative to the folder of the run
   */
  public static boolean isForClients(Path relative) {
    return TYPES.containsKey(suffix(relative.toString()))
        || relative.startsWith(RESULTS) && !relative.equals(RESULTS);
  }

  static String contentType(String name) {
    String suffix = suffix(name);
    return TYPES.getOrDefault(suffix, MORE_TYPES.getOrDefault(suffix, "application/octet-stream"));
  }

  /**
   * Builds the members common to all references.
   *
   * @param url of the file, below that of the run
   */
  static ObjectNode reference(
      RunFolder folder, String id, Path path, String relative, Checksums.Sum sum, String url) {
    String whole = "/api/v1/runs/" + quoted(folder.runId()) + url;
    return Json.object()
        .put("artifact_id", id)
        .put("path", path.toString())
        .put("relative_path", relative)
        .put("size_bytes", sum.size())
        .put("sha256", sum.sha256())
        .put("content_type", contentType(relative))
        .put("url", whole)
        .put("reveal_url", whole + "/reveal");
  }

  /** Percent-encodes all but slashes. */
  static String quoted(String path) {
    return Arrays.stream(path.split("/", -1))
        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining("/"));
  }

  /**
   * Lower case; each sequence of other characters than letters and digits becomes one underscore.
   */
  static String slug(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_").replaceAll("^_|_$", "");
  }

  private static String suffix(String name) {
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
