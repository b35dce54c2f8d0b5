package io.mirrorneuron.runtime.exec;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.exec.spawn.SearchPath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The program of an executor and its arguments, ready to be executed.
 *
 * @param executable absolute path
 * @param words as the author wrote them, placeholders replaced; the first names the program
 */
record Command(Path executable, List<String> words) {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z_]+)}");
  private static final Pattern PYTHON = Pattern.compile("python(3(\\.\\d+)?)?");

  Command {
    words = List.copyOf(words);
  }

  /**
   * @param value {@code config.command}: a list is executed as it is, a string by {@code bash -lc}
   * @param placeholders values by name; braces around any other name stay as they are
   * @param path where programs are searched
   * @param folder the working folder, for programs named with a relative path
   */
  static Command of(
      JsonNode value, Map<String, String> placeholders, SearchPath path, Path folder, int maxBytes)
      throws NotStarted {
    List<String> words = words(value).stream().map(word -> replace(word, placeholders)).toList();
    int bytes = 0;
    for (String word : words) {
      bytes += word.getBytes(StandardCharsets.UTF_8).length;
      if (word.indexOf('\0') >= 0) {
        throw new NotStarted("command holds a zero character");
      }
    }
    if (bytes > maxBytes) {
      throw new NotStarted("command exceeds MN_MAX_COMMAND_LENGTH");
    }
    return new Command(locate(words.getFirst(), path, folder), words);
  }

  private static List<String> words(JsonNode value) throws NotStarted {
    if (value.isTextual() && !value.asText().isBlank()) {
      return List.of("bash", "-lc", value.asText());
    }
    var words = new ArrayList<String>();
    if (value.isArray()) {
      for (JsonNode word : value) {
        if (!word.isValueNode() || word.isNull()) {
          throw new NotStarted("config.command must hold strings only");
        }
        words.add(word.asText());
      }
    }
    if (words.isEmpty() || words.getFirst().isBlank()) {
      throw new NotStarted("config.command is missing");
    }
    return words;
  }

  /** One pass: what a value brings in is not looked at again. */
  private static String replace(String word, Map<String, String> placeholders) {
    return PLACEHOLDER
        .matcher(word)
        .replaceAll(
            match ->
                Matcher.quoteReplacement(placeholders.getOrDefault(match.group(1), match.group())));
  }

  private static Path locate(String name, SearchPath path, Path folder) throws NotStarted {
    if (name.contains("/")) {
      Path file = folder.resolve(name);
      if (!Files.exists(file) || Files.isDirectory(file)) {
        throw new NotStarted("command not found: " + name);
      }
      if (!Files.isExecutable(file)) {
        throw new NotStarted("command is not executable: " + name);
      }
      return file;
    }
    return path.find(name)
        // Bundles name the interpreter their author had; any Python 3 is closer than none.
        .or(
            () ->
                PYTHON.matcher(name).matches() ? path.find("python3") : java.util.Optional.empty())
        .orElseThrow(() -> new NotStarted("command not found: " + name));
  }
}
