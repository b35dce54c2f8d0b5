package io.mirrorneuron.cli.runtime;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mn completion}. */
@Command(
    name = "completion",
    description = {
      "Prints a script that completes commands, options and the ids of jobs and runs.",
      "The shell reads it at its start; ids are asked of the server that mn finds."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn completion bash > ~/.local/share/bash-completion/completions/mn",
      "  mn completion zsh > ~/.mn-completion.zsh   and, in ~/.zshrc: source ~/.mn-completion.zsh",
      "  mn completion fish > ~/.config/fish/completions/mn.fish"
    })
public final class CompletionCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  enum Shell {
    BASH,
    ZSH,
    FISH
  }

  @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
  Shell shell;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @Override
  public Integer call() {
    var commands = CompletedCommand.all(spec.root());
    spec.commandLine()
        .getOut()
        .print(
            switch (shell) {
              case BASH -> BashScript.of(commands);
              case ZSH -> BashScript.forZsh(commands);
              case FISH -> FishScript.of(commands);
            });
    spec.commandLine().getOut().flush();
    return 0;
  }
}
