package io.mirrorneuron.cli.shell;

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

/**
 * What may follow a command on its line.
 *
 * @param path its words, for example {@code mn job list}
 * @param commands those below it with what they do
 * @param arguments what stands there by itself
 */
record CompletedCommand(
    String path, Map<String, String> commands, List<Word> options, Arguments arguments) {

  /**
   * @param values that are allowed; empty when any is, or none is taken
   */
  record Word(List<String> names, String description, boolean takesValue, List<String> values) {}

  /** What a command is about, as far as a shell can name it. */
  record Arguments(Kind kind, List<String> values) {
    enum Kind {
      NONE,
      FILE,
      JOB,
      RUN
    }
  }

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
            .map(CompletedCommand::word)
            .toList();
    all.add(new CompletedCommand(path, commands, options, arguments(spec)));
    all.addAll(below);
  }

  private static Word word(OptionSpec option) {
    return new Word(
        List.of(option.names()),
        first(option.description()),
        option.arity().max() > 0,
        values(option));
  }

  private static Arguments arguments(CommandSpec spec) {
    return spec.positionalParameters().stream()
        .findFirst()
        .map(
            argument ->
                new Arguments(
                    switch (argument.paramLabel()) {
                      case "JOB_ID" -> Arguments.Kind.JOB;
                      case "RUN_ID" -> Arguments.Kind.RUN;
                      case "COMMAND", "SHELL" -> Arguments.Kind.NONE;
                      default -> Arguments.Kind.FILE;
                    },
                    values(argument)))
        .orElse(new Arguments(Arguments.Kind.NONE, List.of()));
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
