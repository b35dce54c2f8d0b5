package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.cli.Output;
import io.mirrorneuron.config.NearestMatch;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Messages for invalid command lines: one sentence and the way to help. The wording for unknown or
 * missing parts is that of the original client, which scripts match.
 */
public final class Misuse implements IParameterExceptionHandler {
  private static final int USAGE = 2;

  /** What others call a command. */
  private static final Map<String, String> SYNONYMS =
      Map.of(
          "restart", "fork",
          "rerun", "fork",
          "retry", "fork",
          "rewind", "fork",
          "replay", "fork",
          "stop", "cancel",
          "kill", "cancel");

  @Override
  public int handleParseException(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    String sentence = Output.printable(sentence(failure, command)).replaceFirst("\\.$", "");
    err.println(
        "mn: %s%s %s --help"
            .formatted(
                sentence,
                sentence.endsWith("?") ? " Try" : "; try",
                command.getCommandSpec().qualifiedName()));
    err.flush();
    return USAGE;
  }

  /** Refuses words that nobody knows also where help was asked for, which says nothing of them. */
  public static IExecutionStrategy refusing(IExecutionStrategy strategy) {
    return parsed -> {
      for (ParseResult level = parsed; level != null; level = level.subcommand()) {
        if (!level.unmatched().isEmpty()) {
          throw new UnmatchedArgumentException(
              level.commandSpec().commandLine(), level.unmatched());
        }
      }
      return strategy.execute(parsed);
    };
  }

  private static String sentence(ParameterException failure, CommandLine command) {
    return switch (failure) {
      case UnmatchedArgumentException unknown when !unknown.getUnmatched().isEmpty() ->
          unknown(unknown.getUnmatched().getFirst(), command);
      case MissingParameterException missing when !missing.getMissing().isEmpty() ->
          missing(missing.getMissing().getFirst());
      case ParameterException wrong when isNoneOfAList(wrong) -> noneOf(wrong);
      default ->
          failure
              .getMessage()
              .lines()
              .findFirst()
              .orElse("")
              .replaceFirst("is not an? (int|long)$", "is not a whole number");
    };
  }

  private static boolean isNoneOfAList(ParameterException failure) {
    return failure.getArgSpec() != null
        && failure.getArgSpec().typeInfo().isEnum()
        && failure.getValue() != null;
  }

  private static String noneOf(ParameterException failure) {
    ArgSpec argument = failure.getArgSpec();
    List<String> words =
        argument.typeInfo().getEnumConstantNames().stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .toList();
    return "%s must be %s or %s, but is %s"
        .formatted(
            argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel(),
            String.join(", ", words.subList(0, words.size() - 1)),
            words.getLast(),
            failure.getValue());
  }

  private static String unknown(String word, CommandLine command) {
    if (word.startsWith("-")) {
      String name = word.replaceFirst("=.*", "");
      return "No such option: " + name + meant(name, options(command));
    }
    List<String> commands = commands(command);
    return commands.isEmpty()
        ? "Got unexpected extra argument '" + word + "'"
        : "No such command '" + word + "'" + meantCommand(word, commands);
  }

  private static String meantCommand(String word, List<String> commands) {
    String synonym = SYNONYMS.get(word);
    return meant(commands.contains(synonym) ? synonym : word, commands);
  }

  private static String meant(String word, Collection<String> known) {
    return NearestMatch.of(word, known).map(near -> ", did you mean " + near + "?").orElse("");
  }

  private static String missing(ArgSpec argument) {
    return argument instanceof OptionSpec option
        ? "Missing option '" + option.longestName() + "'"
        : "Missing argument '" + argument.paramLabel() + "'";
  }

  private static List<String> options(CommandLine command) {
    return command.getCommandSpec().options().stream()
        .filter(option -> !option.hidden())
        .flatMap(option -> List.of(option.names()).stream())
        .filter(name -> name.startsWith("--"))
        .toList();
  }

  private static List<String> commands(CommandLine command) {
    List<String> names = new ArrayList<>();
    command
        .getSubcommands()
        .forEach(
            (name, sub) -> {
              if (!sub.getCommandSpec().usageMessage().hidden()) {
                names.add(name);
              }
            });
    return names;
  }
}
