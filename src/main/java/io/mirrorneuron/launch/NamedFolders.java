package io.mirrorneuron.launch;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/**
 * The members of a configuration that name folders, by their names: {@code input_folder}, {@code
 * outputDir}, {@code photos_input_directory}, {@code input_folders} with a list of texts.
 */
final class NamedFolders {
  private static final Pattern INPUT = name("inputs?");
  private static final Pattern OUTPUT = name("outputs?");

  private NamedFolders() {}

  /** What a folder is for. */
  enum Use {
    INPUT,
    OUTPUT
  }

  /**
   * A folder that is named.
   *
   * @param place names of members with dots between them
   */
  record Named(String place, Use use, String text) {

    /** As a path; empty for a text that can be none. */
    Optional<Path> path() {
      try {
        return Optional.of(Path.of(text));
      } catch (InvalidPathException e) {
        return Optional.empty();
      }
    }
  }

  private static Pattern name(String use) {
    return Pattern.compile("(.*_)?" + use + "_(folder|dir|directory|folders|dirs|directories)");
  }

  static List<Named> in(Map<String, Object> config) {
    List<Named> found = new ArrayList<>();
    replaced(
        config,
        (named, text) -> {
          found.add(named);
          return text;
        });
    return found;
  }

  /**
   * The same configuration with other folders.
   *
   * @param by what comes in the place of a text
   */
  static Map<String, Object> replaced(
      Map<String, Object> config, BiFunction<Named, String, Object> by) {
    Map<String, Object> all = new LinkedHashMap<>();
    config.forEach((name, value) -> all.put(name, replaced(value, name, use(name), by)));
    return all;
  }

  private static Object replaced(
      Object value, String place, Use use, BiFunction<Named, String, Object> by) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, Object> all = new LinkedHashMap<>();
        map.forEach(
            (name, member) -> {
              String inner = place.isEmpty() ? "" + name : place + "." + name;
              all.put("" + name, replaced(member, inner, use("" + name), by));
            });
        yield all;
      }
      case List<?> list -> {
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
          all.add(replaced(list.get(i), place + "." + i, use, by));
        }
        yield all;
      }
      case String text when use != null && !text.isBlank() ->
          by.apply(new Named(place, use, text), text);
      case null, default -> value;
    };
  }

  /** Null for a member that names none. */
  private static Use use(String name) {
    String plain =
        name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").replace('-', '_').toLowerCase(Locale.ROOT);
    return INPUT.matcher(plain).matches()
        ? Use.INPUT
        : OUTPUT.matcher(plain).matches() ? Use.OUTPUT : null;
  }
}
