package io.mirrorneuron.bundle;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bundle.Malformed.FileName;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonText;
import io.mirrorneuron.wire.ValueCount;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

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
  /** What the file of a manifest may be called. */
  public static final List<String> NAMES =
      List.of("manifest.json", "manifest.yaml", "manifest.yml");

  private static final String ROOT = "/manifest";

  /** Errors first; what stands nowhere last. */
  private static final Comparator<Issue> BY_PLACE =
      Comparator.<Issue, Boolean>comparing(issue -> !issue.severity().equals("error"))
          .thenComparing(
              issue -> issue.location().line(), Comparator.nullsLast(Comparator.naturalOrder()))
          .thenComparing(
              issue -> issue.location().column(), Comparator.nullsLast(Comparator.naturalOrder()));

  /**
   * Bytes. The reader of YAML takes more than twice as long for twice as much, a second for 2 MiB.
   */
  private static final int MOST_YAML = 1 << 20;

  private static final int MOST_JSON = 32 << 20;

  /** Whether the folder has a manifest. */
  public static boolean isIn(Path folder) {
    return NAMES.stream().anyMatch(name -> Files.isRegularFile(folder.resolve(name)));
  }

  /** Whether a file of this name can be a manifest on its own. */
  public static boolean isNameOfOne(String file) {
    String name = file.toLowerCase(Locale.ROOT);
    return name.endsWith(".json") || isYaml(name);
  }

  /** Whether it has rules of inputs, for which its configuration must be known. */
  public boolean hasInputRules() {
    return tree.findValue("input_validation") != null || tree.findValue("inputValidation") != null;
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
    return in(folder, what, Files::newInputStream);
  }

  /**
   * The same for a folder that others may change meanwhile: nothing is read that lies elsewhere.
   *
   * @param folder an absolute path without links
   */
  public static ManifestFile within(Path folder, String what) {
    return in(folder, what, file -> UntrustedFiles.openLinked(file, folder).stream());
  }

  @FunctionalInterface
  private interface Opening {
    InputStream open(Path file) throws IOException;
  }

  private static ManifestFile in(Path folder, String what, Opening opening) {
    List<String> found = NAMES.stream().filter(name -> Files.exists(folder.resolve(name))).toList();
    if (found.size() > 1) {
      throw malformed(
          what + found.getFirst() + " and " + found.get(1) + " are both there: keep one of them");
    }
    if (found.isEmpty()) {
      throw malformed(
          what
              + "manifest.yaml is missing, and so is manifest.json; a bundle has one of them at its root");
    }
    String name = found.getFirst();
    return of(folder.resolve(name), what + name, opening);
  }

  /**
   * Reads one file.
   *
   * @param what how the file is called in errors
   * @throws MnException MALFORMED when it cannot be read, with line and column in its report;
   *     TOO_LARGE before anything of it is parsed
   */
  public static ManifestFile of(Path file, String what) {
    return of(file, what, Files::newInputStream);
  }

  private static ManifestFile of(Path file, String what, Opening opening) {
    FileName called = new FileName(file.getFileName().toString(), what);
    boolean yaml = isYaml(called.name().toLowerCase(Locale.ROOT));
    if (!yaml) {
      requireFewValues(file, what, opening);
    }
    String text = JsonText.decode(bytes(file, what, yaml ? MOST_YAML : MOST_JSON, opening), what);
    if (yaml) {
      ObjectNode tree = YamlText.read(text, called).tree();
      return new ManifestFile(called.name(), Json.write(tree), tree, text);
    }
    try {
      return new ManifestFile(called.name(), text, JsonText.distinct(text), text);
    } catch (JsonText.Fault e) {
      throw Malformed.at(called, e.line(), e.column(), e.getMessage());
    }
  }

  /** Before a large file is in memory, and much less a tree of it. */
  private static void requireFewValues(Path file, String what, Opening opening) {
    try {
      long size = Files.size(file);
      boolean isLarge = size > ValueCount.MOST && size <= MOST_JSON;
      if (isLarge && values(file, opening) > ValueCount.MOST) {
        throw new MnException(
            ErrorCode.TOO_LARGE,
            "too_many_values",
            "%s has more than %d values (objects, lists, texts, numbers, true, false and null)"
                    .formatted(what, ValueCount.MOST)
                + ": keep what is large in files below payloads/");
      }
    } catch (RefusedFile e) {
      throw malformed(what + " " + e.getReason());
    } catch (IOException e) {
      throw unreadable(what);
    }
  }

  private static int values(Path file, Opening opening) throws IOException {
    try (InputStream in = opening.open(file);
        JsonParser parser = Json.MAPPER.createParser(in)) {
      return ValueCount.of(parser);
    }
  }

  private static byte[] bytes(Path file, String what, int most, Opening opening) {
    try (InputStream in = opening.open(file)) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new MnException(
            ErrorCode.TOO_LARGE,
            "bundle_too_large",
            "%s has %d bytes; at most %d are read%s"
                .formatted(
                    what,
                    Math.max(Files.size(file), bytes.length),
                    most,
                    most == MOST_YAML
                        ? ". A manifest.json may have %d".formatted(MOST_JSON)
                        : ": keep what is large in files below payloads/"));
      }
      return bytes;
    } catch (RefusedFile e) {
      throw malformed(what + " " + e.getReason());
    } catch (IOException e) {
      throw unreadable(what);
    }
  }

  private static MnException unreadable(String what) {
    return malformed(what + " cannot be read");
  }

  /** The report, in line order, with line and column for what is about a place in this file. */
  public Validation located(Validation report) {
    Places places = places();
    List<Issue> issues =
        report.issues().stream()
            .map(issue -> issue.at(located(issue.location(), places)))
            .sorted(BY_PLACE)
            .toList();
    return Validation.of(issues, report.results(), report.plan());
  }

  private Places places() {
    return isYaml(name.toLowerCase(Locale.ROOT))
        ? YamlText.read(text, new FileName(name, name)).places()
        : Places.ofJson(text);
  }

  /** Of a value that is not there, the place of what it should be in. */
  private Location located(Location location, Places places) {
    if (!location.pointer().startsWith(ROOT)) {
      return location;
    }
    Places place = places.nearest(location.pointer().substring(ROOT.length()));
    return location.at(name, place.line(), place.column());
  }

  private static MnException malformed(String message) {
    return new MnException(ErrorCode.MALFORMED, "invalid_bundle", message);
  }
}
