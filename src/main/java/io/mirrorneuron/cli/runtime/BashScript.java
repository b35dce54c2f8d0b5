package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.cli.runtime.CompletedCommand.Kind;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The completion script of bash, which zsh takes, too. */
final class BashScript {
  /** Filled in: the paths of all commands, and a case for each of them. */
  private static final String SCRIPT =
      """
      # Completion of mn, by mn completion.
      _mn_ids() { # of a list: a group of commands, the name of the id, and what is typed of it
        case "$1 $3" in
          "human "* | "job ") mn "$1" list --json --limit 200 ;;
          *) mn run list --json --limit 200 --id-prefix="$3" || mn job list --json --limit 200 ;;
        esac 2>/dev/null | grep -o "\\"$2\\": *\\"[^\\"]*\\"" | cut -d'"' -f4 | sort -u
      }

      _mn_steps() { # of a job
        mn job status "$1" --json 2>/dev/null |
          sed -n '/"step_order": *\\[/,/\\]/s/^ *"\\([^"]*\\)",\\{0,1\\}$/\\1/p'
      }

      _mn() { # without names that mean something to zsh: path, words
        local cur prev at here all values kinds kind word i begin nth subject
        cur=${COMP_WORDS[COMP_CWORD]}
        prev=${COMP_WORDS[COMP_CWORD-1]}
        at=mn here= all= values= kinds= kind=none begin=0 nth=0 subject=
        for ((i = 1; i < COMP_CWORD; i++)); do
          case "$at ${COMP_WORDS[i]}" in
      %s
              at="$at ${COMP_WORDS[i]}" begin=$i ;;
          esac
        done
        case "$at" in
      %s
        esac
        for ((i = begin + 1; i < COMP_CWORD; i++)); do
          case "${COMP_WORDS[i]}" in -*) continue ;; esac
          case " $values = " in *" ${COMP_WORDS[i-1]} "*) continue ;; esac
          nth=$((nth + 1))
          if [ $nth -eq 1 ]; then subject=${COMP_WORDS[i]}; fi
        done
        i=0
        for word in $kinds; do
          if [ $i -eq $nth ]; then kind=$word; fi
          i=$((i + 1))
        done
        if [ $nth -eq 0 ]; then all="$here $all"; fi
        COMPREPLY=()
        case " $values " in *" $prev "*) kind=none all= ;; esac
        case "$at $prev" in
      %s
        esac
        case "$kind $cur" in
          *" -"*) ;;
          job*) all="$all $(_mn_ids job job_id "$cur")" ;;
          run*) all="$all $(_mn_ids run run_id "$cur")" ;;
          asked*) all="$all $(_mn_ids human run_id "$cur")" ;;
          request*) all="$all $(_mn_ids human request_id "$cur")" ;;
          step*) all="$all $(_mn_steps "$subject")" ;;
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
                "    \"%s\") here='%s' all='%s' values='%s' kinds='%s' ;;"
                    .formatted(
                        one.path(),
                        Stream.concat(
                                one.commands().keySet().stream(), one.arguments().values().stream())
                            .collect(Collectors.joining(" ")),
                        one.options().stream()
                            .map(CompletedCommand.Word::name)
                            .collect(Collectors.joining(" ")),
                        one.options().stream()
                            .filter(CompletedCommand.Word::takesValue)
                            .flatMap(option -> option.names().stream())
                            .collect(Collectors.joining(" ")),
                        one.arguments().kinds().stream()
                            .map(Kind::word)
                            .collect(Collectors.joining(" "))))
        .collect(Collectors.joining("\n"));
  }

  /** Options whose values have a list or can be named otherwise. */
  private static String values(List<CompletedCommand> commands) {
    return commands.stream()
        .flatMap(
            command ->
                command.options().stream()
                    .filter(option -> option.value() != Kind.NONE || !option.values().isEmpty())
                    .map(
                        option ->
                            "    %s) kind=%s all='%s' ;;"
                                .formatted(
                                    option.names().stream()
                                        .map(name -> "\"" + command.path() + " " + name + "\"")
                                        .collect(Collectors.joining(" | ")),
                                    option.value().word(),
                                    String.join(" ", option.values()))))
        .collect(Collectors.joining("\n"));
  }
}
