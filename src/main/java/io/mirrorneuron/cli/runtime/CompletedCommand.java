package io.mirrorneuron.cli.runtime;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What may follow a command on its line.
 *
 * @param path its words, for example {@code mn job list}
 * @param commands those below it with what they do
 * @param arguments what stands there by itself
 */
record CompletedCommand(
    String path, Map<String, String> commands, List<Word> options, Arguments arguments) {

  /** What a shell can name. */
  enum Kind {
    NONE,
    FILE,
    JOB,
    RUN,
    /** A run that waits for a person. */
    ASKED,
    /** What a person is asked. */
    REQUEST,
    /** A step of the job that the command is about. */
    STEP;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static Kind of(String label, String path) {
      return switch (label) {
        case "JOB_ID" -> JOB;
        case "RUN_ID" -> path.matches("mn human (show|respond|claim|release)") ? ASKED : RUN;
        case "REQUEST_ID" -> REQUEST;
        case "STEP", "STEP|SEQ" -> STEP;
        case "FILE", "PATH", "FOLDER", "DIR", "BUNDLE", "MANIFEST", "ZIP" -> FILE;
        default -> NONE;
      };
    }
  }

  /**
   * @param value what it takes, as far as a shell can name it
   * @param values that are allowed; empty when any is, or none is taken
   */
  record Word(
      List<String> names, String description, boolean takesValue, Kind value, List<String> values) {

    /** The name that the documentation uses: the first one that is a word. */
    String name() {
      return names.stream()
          .filter(one -> one.startsWith("--"))
          .findFirst()
          .orElse(names.getFirst());
    }
  }

  /**
   * What a command is about.
   *
   * @param kinds of the first argument, the second, and so on
   * @param values that are allowed as the first
   */
  record Arguments(List<Kind> kinds, List<String> values) {}

  /** All commands that are shown, the root first. */
  static List<CompletedCommand> all(CommandSpec root) {
    List<CompletedCommand> all = new ArrayList<>();
    add(root, root.name(), all);
    return all;
  }

  private static void add(CommandSpec spec, String path, List<CompletedCommand> all) {
    Map<String, String> commands = new LinkedHashMap<>();
    List<CompletedCommand> below = new ArrayList<>();
    for (Map.Entry<String, CommandLine> sub : spec.subcommands().entrySet()) {
      CommandSpec one = sub.getValue().getCommandSpec();
      if (!one.usageMessage().hidden()) {
        commands.put(sub.getKey(), first(one.usageMessage().description()));
        add(one, path + " " + sub.getKey(), below);
      }
    }
    List<Word> options =
        spec.options().stream()
            .filter(option -> !option.hidden())
            .map(option -> word(option, path))
            .toList();
    all.add(new CompletedCommand(path, commands, options, arguments(spec, path)));
    all.addAll(below);
  }

  private static Word word(OptionSpec option, String path) {
    return new Word(
        List.of(option.names()),
        first(option.description()),
        option.arity().max() > 0,
        Kind.of(option.paramLabel(), path),
        values(option));
  }

  private static Arguments arguments(CommandSpec spec, String path) {
    List<PositionalParamSpec> all = spec.positionalParameters();
    return new Arguments(
        all.stream().map(one -> Kind.of(one.paramLabel(), path)).toList(),
        all.isEmpty() ? List.of() : values(all.getFirst()));
  }

  private static List<String> values(ArgSpec argument) {
    List<String> values = new ArrayList<>();
    if (argument.typeInfo().isEnum()) {
      argument
          .typeInfo()
          .getEnumConstantNames()
          .forEach(name -> values.add(name.toLowerCase(Locale.ROOT)));
    } else if (argument.completionCandidates() != null) {
      Iterator<String> candidates = argument.completionCandidates().iterator();
      candidates.forEachRemaining(values::add);
    }
    return values;
  }

  private static String first(String[] lines) {
    return lines.length == 0 ? "" : lines[0].replaceAll("\\$\\{[^}]*}", "");
  }
}
