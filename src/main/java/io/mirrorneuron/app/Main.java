package io.mirrorneuron.app;

import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.JobCommand;
import io.mirrorneuron.cli.NodeCommand;
import io.mirrorneuron.cli.RunCommand;
import io.mirrorneuron.cli.Screen;
import io.mirrorneuron.config.ConfigException;
import io.mirrorneuron.model.MnException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** The {@code mn} program: servers and clients of MirrorNeuron. */
@Command(
    name = "mn",
    description = "Runs durable workflows of programs, and talks to servers that do.",
    versionProvider = Main.Version.class,
    subcommands = {
      UpCommand.class,
      GatewayCommand.class,
      RuntimeCommand.class,
      DemoCommand.class,
      RehearseCommand.class,
      RunCommand.class,
      JobCommand.class,
      NodeCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn demo                           see a workflow run",
      "  mn up                             start a server",
      "  mn up --api-port 8080             on another port",
      "  mn run my-bundle/                 run a workflow there",
      "  mn job list                       see what became of it",
      "%nExit codes: 0 done, 1 it did not work, 2 the command or the configuration is wrong;"
          + " mn run --help has the others."
    })
public final class Main extends CommandGroup {
  @Option(
      names = {"-v", "--version"},
      versionHelp = true,
      description = "Show the version.")
  boolean version;

  public static void main(String[] arguments) {
    System.exit(commandLine(Screen.ofProcess()).execute(arguments));
  }

  /** The whole command line with its error handling. */
  static CommandLine commandLine(Screen screen) {
    return new CommandLine(new Main(), screen.factory())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((failure, command, parsed) -> explain(failure, command));
  }

  /** One sentence for each problem on stderr; the whole story only in the log. */
  private static int explain(Exception failure, CommandLine command) {
    PrintWriter out = command.getErr();
    List<String> sentences =
        switch (failure) {
          case ConfigException config -> config.problems();
          case MnException known -> List.of(known.getMessage());
          default -> List.of("unexpected: " + failure);
        };
    sentences.forEach(sentence -> out.println("mn: " + sentence));
    out.flush();
    LoggerFactory.getLogger(Main.class).debug("The command failed", failure);
    return failure instanceof ConfigException ? 2 : 1;
  }

  static String version() {
    return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"MirrorNeuron " + version()};
    }
  }
}
