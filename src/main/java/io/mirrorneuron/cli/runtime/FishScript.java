package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.cli.runtime.CompletedCommand.Kind;
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

      function __mn_arguments # those that stand there by themselves, behind a path of so many words
          set -l before
          set -l words (commandline -opc)
          set -l first (math $argv[1] + 1)
          for word in $words[$first..]
              if not string match -q -- '-*' $word $before
                  echo $word
              end
              set before $word
          end
      end

      function __mn_nth # whether that many stand there: a path, and their number
          __mn_at $argv[1]
          and test (count (__mn_arguments (count (string split ' ' $argv[1])))) -eq $argv[2]
      end

      function __mn_ids # of a list: a group of commands and the name of the id
          set -l typed (commandline -ct | string replace -r '^--[^=]*=' '')
          begin
              if test "$argv[1]" = human -o "$argv[1] $typed" = 'job '
                  mn $argv[1] list --json --limit 200
              else
                  mn run list --json --limit 200 --id-prefix="$typed"
                  or mn job list --json --limit 200
              end
          end 2>/dev/null | string match -arg "\\"$argv[2]\\": *\\"([^\\"]*)\\"" | sort -u
      end

      function __mn_steps # of the job that a command of two words is about
          mn job status (__mn_arguments 3)[1] --json 2>/dev/null \\
              | sed -n '/"step_order": *\\[/,/\\]/s/^ *"\\([^"]*\\)",\\{0,1\\}$/\\1/p'
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
      lines.addAll(arguments(command));
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
      value = option.value() == Kind.FILE ? " -r -F" : " -x" + named(option.value());
    }
    return names + value + " -d " + quoted(option.description());
  }

  private static List<String> arguments(CompletedCommand command) {
    List<String> lines = new ArrayList<>();
    List<Kind> kinds = command.arguments().kinds();
    for (int i = 0; i < kinds.size(); i++) {
      String at = "complete -c mn -n " + quoted("__mn_nth '" + command.path() + "' " + i);
      if (kinds.get(i) != Kind.NONE) {
        lines.add(at + (kinds.get(i) == Kind.FILE ? " -F" : named(kinds.get(i))));
      }
      if (i == 0 && !command.arguments().values().isEmpty()) {
        lines.add(at + " -a " + quoted(String.join(" ", command.arguments().values())));
      }
    }
    return lines;
  }

  private static String named(Kind kind) {
    return switch (kind) {
      case JOB -> " -a '(__mn_ids job job_id)'";
      case RUN -> " -a '(__mn_ids run run_id)'";
      case ASKED -> " -a '(__mn_ids human run_id)'";
      case REQUEST -> " -a '(__mn_ids human request_id)'";
      case STEP -> " -a '(__mn_steps)'";
      case FILE, NONE -> "";
    };
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
