package io.mirrorneuron.cli.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The completion script of fish, with a line of help for each word. */
final class FishScript {
  /** Filled in: the paths of all commands. */
  private static final String HEAD =
      """
      # Completion of mn, by mn completion.
      function __mn_at
          set -l path mn
          for word in (commandline -opc)[2..]
              switch "$path $word"
                  case %s
                      set path "$path $word"
              end
          end
          test "$path" = "$argv"
      end

      function __mn_ids
          mn $argv[1] list --json 2>/dev/null | string match -arg "\\"$argv[2]\\": *\\"([^\\"]*)\\""
      end

      complete -c mn -f
      """;

  private FishScript() {}

  static String of(List<CompletedCommand> commands) {
    List<String> lines = new ArrayList<>();
    for (CompletedCommand command : commands) {
      String at = "complete -c mn -n " + quoted("__mn_at " + command.path());
      command
          .commands()
          .forEach((name, what) -> lines.add(at + " -a " + name + " -d " + quoted(what)));
      command.options().forEach(option -> lines.add(at + option(option)));
      lines.addAll(arguments(at, command.arguments()));
    }
    String paths =
        commands.stream()
            .skip(1)
            .map(command -> quoted(command.path()))
            .collect(Collectors.joining(" "));
    return HEAD.formatted(paths) + String.join("\n", lines) + "\n";
  }

  private static String option(CompletedCommand.Word option) {
    String names =
        option.names().stream()
            .map(
                name ->
                    name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1))
            .collect(Collectors.joining());
    String value = "";
    if (!option.values().isEmpty()) {
      value = " -x -a " + quoted(String.join(" ", option.values()));
    } else if (option.takesValue()) {
      value = " -r -F";
    }
    return names + value + " -d " + quoted(option.description());
  }

  private static List<String> arguments(String at, CompletedCommand.Arguments arguments) {
    List<String> lines = new ArrayList<>();
    switch (arguments.kind()) {
      case JOB -> lines.add(at + " -a '(__mn_ids job job_id)'");
      case RUN -> lines.add(at + " -a '(__mn_ids run run_id)'");
      case FILE -> lines.add(at + " -F");
      case NONE -> {
        // only what is listed
      }
    }
    if (!arguments.values().isEmpty()) {
      lines.add(at + " -a " + quoted(String.join(" ", arguments.values())));
    }
    return lines;
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
