package io.mirrorneuron.runtime.exec.process;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.exec.spawn.SearchPath;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The command line of an executor, ready to be executed.
 *
 * @param executable absolute path
 * @param words as in the manifest, with placeholders replaced; the first names the program
 */
public record Command(Path executable, List<String> words) {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z_]+)}");

  public Command {
    words = List.copyOf(words);
  }

  /**
   * The context of a command.
   *
   * @param placeholders values by name, requested only for words with braces; braces around an
   *     unknown name stay
   * @param folder the working folder, for programs named with a relative path
   * @param environment Python environment, or null for the installed Python
   */
  public record Setting(
      Supplier<Map<String, String>> placeholders,
      SearchPath path,
      Path folder,
      Interpreters interpreters,
      PythonEnvironment environment,
      int maxBytes) {}

  /**
   * @param value {@code config.command}: a list is executed as it is, a string by {@code bash -lc}
   */
  public static Command of(JsonNode value, Setting setting) throws NotStarted {
    var words = new ArrayList<String>();
    int bytes = 0;
    for (String written : words(value)) {
      String word = replace(written, setting.placeholders());
      bytes += word.getBytes(StandardCharsets.UTF_8).length;
      if (word.indexOf('\0') >= 0) {
        throw new NotStarted("command holds a zero character");
      }
      words.add(word);
    }
    if (bytes > setting.maxBytes()) {
      throw new NotStarted("command exceeds MN_MAX_COMMAND_LENGTH");
    }
    if (setting.environment() != null) {
      useEnvironment(words, setting.environment(), value.isTextual());
    }
    return new Command(locate(words.getFirst(), setting), words);
  }

  private static void useEnvironment(
      List<String> words, PythonEnvironment environment, boolean shell) {
    if (shell) {
      // A login shell resets PATH; this puts the environment back in front.
      words.add(PythonEnvironment.RESTORE_PATH + words.removeLast());
    } else if (Interpreters.isPython(words.getFirst())) {
      words.set(0, environment.interpreter().toString());
    }
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

  /** One pass: placeholders within values are not replaced. */
  private static String replace(String word, Supplier<Map<String, String>> values) {
    if (word.indexOf('{') < 0) {
      return word;
    }
    Map<String, String> placeholders = values.get();
    return PLACEHOLDER
        .matcher(word)
        .replaceAll(
            match ->
                Matcher.quoteReplacement(placeholders.getOrDefault(match.group(1), match.group())));
  }

  private static Path locate(String name, Setting setting) throws NotStarted {
    if (name.contains("/")) {
      Path file = setting.folder().resolve(name);
      boolean isExecutable = Files.isExecutable(file);
      if (!isExecutable && !Files.exists(file) || Files.isDirectory(file)) {
        throw new NotStarted("command not found: " + name);
      }
      if (!isExecutable) {
        throw new NotStarted("command is not executable: " + name);
      }
      return file;
    }
    return setting
        .interpreters()
        .find(name, setting.path())
        .orElseThrow(() -> new NotStarted("command not found: " + name));
  }
}
