package io.mirrorneuron.app;

import io.mirrorneuron.cli.Screen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * The page of all commands of {@code mn} with their options and examples. The build makes it from
 * the commands themselves; a server shows it at {@code /docs/cli}.
 */
public final class CliReference {
  private static final int COLUMNS = 100;
  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en">
      <head>
        <meta charset="utf-8">
        <title>The mn program</title>
        <style>
          body { font-family: sans-serif; margin: 2em auto; max-width: 62em; padding: 0 1em; }
          nav { columns: 4 12em; }
          nav a { display: block; }
          pre { background: #f4f4f4; overflow-x: auto; padding: 1em; }
        </style>
      </head>
      <body>
      <h1>The mn program</h1>
      """;

  private final StringBuilder links = new StringBuilder("<nav>\n");
  private final StringBuilder sections = new StringBuilder();

  private CliReference() {}

  /** Argument: the file to write. */
  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    Files.createDirectories(file.getParent());
    Files.writeString(file, page());
  }

  static String page() {
    CliReference reference = new CliReference();
    reference.add(Main.commandLine(new Screen(Map.of(), false, Path.of("/"))));
    return HEAD + reference.links + "</nav>\n" + reference.sections + "</body>\n</html>\n";
  }

  private void add(CommandLine command) {
    String name = command.getCommandSpec().qualifiedName();
    String anchor = name.replace(' ', '-');
    links.append("<a href=\"#%s\">%s</a>%n".formatted(anchor, name));
    sections.append("<h2 id=\"%s\">%s</h2>%n".formatted(anchor, name));
    sections.append("<pre>").append(escaped(usage(command))).append("</pre>\n");
    new LinkedHashSet<>(command.getSubcommands().values())
        .stream()
            .filter(subcommand -> !subcommand.getCommandSpec().usageMessage().hidden())
            .forEach(this::add);
  }

  static String usage(CommandLine command) {
    command.setUsageHelpWidth(COLUMNS);
    return command.getUsageMessage(Ansi.OFF).replaceAll("(?m)[ \\t\\r]+$", "").stripTrailing();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
