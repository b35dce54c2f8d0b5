package io.mirrorneuron.cli.shell;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The completion script of bash, which zsh takes, too. */
final class BashScript {
  /** Filled in: the paths of all commands, and a case for each of them. */
  private static final String SCRIPT =
      """
      # Completion of mn, by mn completion.
      _mn_ids() { # of jobs or runs: a group of commands and the name of the id
        mn "$1" list --json 2>/dev/null | grep -o "\\"$2\\": *\\"[^\\"]*\\"" | cut -d'"' -f4
      }

      _mn() { # without names that mean something to zsh: path, words
        local cur prev at all values kind word i
        cur=${COMP_WORDS[COMP_CWORD]}
        prev=${COMP_WORDS[COMP_CWORD-1]}
        at=mn all= values= kind=none
        for ((i = 1; i < COMP_CWORD; i++)); do
          case "$at ${COMP_WORDS[i]}" in
      %s
              at="$at ${COMP_WORDS[i]}" ;;
          esac
        done
        case "$at" in
      %s
        esac
        COMPREPLY=()
        case " $values " in *" $prev "*) kind=file all= ;; esac
        case "$at $prev" in
      %s
        esac
        case "$kind $cur" in
          *" -"*) ;;
          job*) all="$all $(_mn_ids job job_id)" ;;
          run*) all="$all $(_mn_ids run run_id)" ;;
          file*) COMPREPLY=($(compgen -f -- "$cur")) ;;
        esac
        for word in $all; do
          case "$word" in "$cur"*) COMPREPLY+=("$word") ;; esac
        done
      }
      complete -o filenames -F _mn mn
      """;

  private BashScript() {}

  static String of(List<CompletedCommand> commands) {
    return SCRIPT.formatted(paths(commands), cases(commands), values(commands));
  }

  static String forZsh(List<CompletedCommand> commands) {
    return "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"
        + of(commands);
  }

  private static String paths(List<CompletedCommand> commands) {
    return commands.stream()
        .skip(1)
        .map(one -> "        \"" + one.path() + "\"")
        .collect(Collectors.joining(" | \\\n", "", ")"));
  }

  private static String cases(List<CompletedCommand> commands) {
    return commands.stream()
        .map(
            one ->
                "    \"%s\") all='%s' values='%s' kind=%s ;;"
                    .formatted(
                        one.path(),
                        Stream.of(
                                one.commands().keySet().stream(),
                                one.arguments().values().stream(),
                                one.options().stream().map(option -> option.names().getLast()))
                            .flatMap(words -> words)
                            .collect(Collectors.joining(" ")),
                        one.options().stream()
                            .filter(CompletedCommand.Word::takesValue)
                            .flatMap(option -> option.names().stream())
                            .collect(Collectors.joining(" ")),
                        one.arguments().kind().name().toLowerCase(Locale.ROOT)))
        .collect(Collectors.joining("\n"));
  }

  /** Options with a list of values. */
  private static String values(List<CompletedCommand> commands) {
    return commands.stream()
        .flatMap(
            command ->
                command.options().stream()
                    .filter(option -> !option.values().isEmpty())
                    .map(
                        option ->
                            "    %s) kind=none all='%s' ;;"
                                .formatted(
                                    option.names().stream()
                                        .map(name -> "\"" + command.path() + " " + name + "\"")
                                        .collect(Collectors.joining(" | ")),
                                    String.join(" ", option.values()))))
        .collect(Collectors.joining("\n"));
  }
}
