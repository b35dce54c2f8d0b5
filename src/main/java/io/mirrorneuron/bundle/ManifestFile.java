package io.mirrorneuron.bundle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A manifest as its author keeps it: {@code manifest.json}, {@code manifest.yaml} or {@code
 * manifest.yml}, in UTF-8.
 *
 * @param name of the file
 * @param json what goes to runtimes: the text itself, or what its YAML stands for
 * @param tree the same, read
 * @param text as it is in the file, without a byte order mark
 */
public record ManifestFile(String name, String json, ObjectNode tree, String text) {
  private static final List<String> NAMES =
      List.of("manifest.json", "manifest.yaml", "manifest.yml");
  private static final String ROOT = "/manifest";

  /** Whether the folder has a manifest. */
  public static boolean isIn(Path folder) {
    return NAMES.stream().anyMatch(name -> Files.isRegularFile(folder.resolve(name)));
  }

  /** Whether a file of this name can be a manifest on its own. */
  public static boolean isNameOfOne(String file) {
    String name = file.toLowerCase(Locale.ROOT);
    return name.endsWith(".json") || isYaml(name);
  }

  private static boolean isYaml(String name) {
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  /**
   * Reads the manifest of a folder.
   *
   * @param what how the folder is called in errors; the name of the file is added
   * @throws MnException MALFORMED when there is none, more than one, or it cannot be read
   */
  public static ManifestFile in(Path folder, String what) {
    List<String> found = NAMES.stream().filter(name -> Files.exists(folder.resolve(name))).toList();
    if (found.size() > 1) {
      throw malformed(
          what + found.getFirst() + " and " + found.get(1) + " are both there: keep one of them");
    }
    String name = found.isEmpty() ? NAMES.getFirst() : found.getFirst();
    return of(folder.resolve(name), what + name);
  }

  /**
   * Reads one file.
   *
   * @param what how the file is called in errors
   * @throws MnException MALFORMED when it cannot be read, with line and column
   */
  public static ManifestFile of(Path file, String what) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw malformed(what + " is missing or cannot be read; a bundle has it at its root");
    }
    String text = JsonText.decode(bytes, what);
    String name = file.getFileName().toString();
    if (isYaml(name.toLowerCase(Locale.ROOT))) {
      ObjectNode tree = YamlText.read(text, what).tree();
      return new ManifestFile(name, Json.write(tree), tree, text);
    }
    return new ManifestFile(name, text, JsonText.object(text, what), text);
  }

  /** The report, with line and column for what is about a place in this file. */
  public Validation located(Validation report) {
    Map<String, YamlText.Place> places = places();
    List<Issue> issues =
        report.issues().stream()
            .map(
                issue ->
                    new Issue(
                        issue.code(),
                        issue.message(),
                        issue.help(),
                        issue.severity(),
                        located(issue.location(), places)))
            .toList();
    return Validation.of(issues, report.plan());
  }

  /** JSON that is no YAML, as where a tab indents it, has none. */
  private Map<String, YamlText.Place> places() {
    try {
      return YamlText.read(text, name).places();
    } catch (MnException e) {
      return Map.of();
    }
  }

  /** Of a value that is not there, the place of what it should be in. */
  private Location located(Location location, Map<String, YamlText.Place> places) {
    if (!location.pointer().startsWith(ROOT)) {
      return location;
    }
    String pointer = location.pointer().substring(ROOT.length());
    while (!pointer.isEmpty() && !places.containsKey(pointer)) {
      pointer = pointer.substring(0, pointer.lastIndexOf('/'));
    }
    YamlText.Place place = places.get(pointer);
    return place == null ? location : location.at(name, place.line(), place.column());
  }

  private static MnException malformed(String message) {
    return new MnException(ErrorCode.MALFORMED, "invalid_bundle", message);
  }
}
