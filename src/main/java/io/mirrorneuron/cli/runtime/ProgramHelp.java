package io.mirrorneuron.cli.runtime;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;

/** Help with examples to copy: long lines are not wrapped. */
public final class ProgramHelp extends Help {
  private static final String MARGIN = "  ";

  public ProgramHelp(CommandSpec command, ColorScheme colours) {
    super(command, colours);
  }

  @Override
  public String footer(Object... values) {
    return Stream.of(commandSpec().usageMessage().footer())
        .map(
            line -> line.startsWith(MARGIN) ? line + System.lineSeparator() : wrapped(line, values))
        .collect(Collectors.joining());
  }

  private String wrapped(String line, Object... values) {
    return join(
            colorScheme().ansi(),
            commandSpec().usageMessage().width(),
            commandSpec().usageMessage().adjustLineBreaksForWideCJKCharacters(),
            new String[] {line},
            new StringBuilder(),
            values)
        .toString();
  }
}
