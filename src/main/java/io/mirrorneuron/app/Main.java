package io.mirrorneuron.app;

import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.Screen;
import io.mirrorneuron.cli.blueprint.BlueprintCommand;
import io.mirrorneuron.cli.blueprint.InitCommand;
import io.mirrorneuron.cli.blueprint.PlanCommand;
import io.mirrorneuron.cli.blueprint.ValidateCommand;
import io.mirrorneuron.cli.human.HumanCommand;
import io.mirrorneuron.cli.job.JobCommand;
import io.mirrorneuron.cli.run.RunCommand;
import io.mirrorneuron.cli.runtime.CompletionCommand;
import io.mirrorneuron.cli.runtime.HelpCommand;
import io.mirrorneuron.cli.runtime.Misuse;
import io.mirrorneuron.cli.runtime.ModelCommand;
import io.mirrorneuron.cli.runtime.NodeCommand;
import io.mirrorneuron.cli.runtime.ProgramHelp;
import io.mirrorneuron.cli.runtime.ResourceCommand;
import io.mirrorneuron.cli.runtime.ServiceCommand;
import io.mirrorneuron.cli.runtime.VersionCommand;
import io.mirrorneuron.cli.schedule.DeploymentCommand;
import io.mirrorneuron.cli.schedule.EventCommand;
import io.mirrorneuron.cli.schedule.ScheduleCommand;
import io.mirrorneuron.cli.schedule.TriggerCommand;
import io.mirrorneuron.cli.schedule.WebhookCommand;
import io.mirrorneuron.config.ConfigException;
import io.mirrorneuron.model.Build;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.storage.OutOfRoom;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** The {@code mn} program: servers and clients of MirrorNeuron. */
@Command(
    name = "mn",
    description = "Runs durable workflows of programs, and talks to servers that do.",
    versionProvider = Main.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn demo                           see a workflow run",
      "  mn up                             start a server",
      "  mn up --api-port 8080             on another port",
      "  mn run my-bundle/                 run a workflow there",
      "  mn job list                       see what became of it",
      "",
      "Exit codes: 0 done, 1 it did not work, 2 the command or the configuration is wrong;"
          + " mn run --help has the others."
    })
public final class Main extends CommandGroup {
  /** In the order in which help lists them. */
  private static final List<Class<?>> COMMANDS =
      List.of(
          UpCommand.class,
          GatewayCommand.class,
          RuntimeCommand.class,
          DemoCommand.class,
          RehearseCommand.class,
          FakeModelsCommand.class,
          InitCommand.class,
          RunCommand.class,
          ValidateCommand.class,
          PlanCommand.class,
          JobCommand.class,
          HumanCommand.class,
          NodeCommand.class,
          ResourceCommand.class,
          ServiceCommand.class,
          BlueprintCommand.class,
          DeploymentCommand.class,
          ScheduleCommand.class,
          TriggerCommand.class,
          EventCommand.class,
          WebhookCommand.class,
          ModelCommand.class,
          HelpCommand.class,
          VersionCommand.class,
          CompletionCommand.class);

  /** Commands that describe all others. */
  private static final Set<Class<?>> OF_ALL = Set.of(HelpCommand.class, CompletionCommand.class);

  @Option(
      names = {"-v", "-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  boolean version;

  public static void main(String[] arguments) {
    StandardOutput out = StandardOutput.ofProcess();
    CommandLine program = commandLine(Screen.ofProcess(), arguments).setOut(out.writer());
    System.exit(out.end(execute(program, arguments), program.getErr()));
  }

  /** Runs a command; an error, which picocli lets through, ends it as any other failure does. */
  static int execute(CommandLine program, String... arguments) {
    try {
      return program.execute(arguments);
    } catch (Throwable failure) {
      return explain(failure, program);
    }
  }

  /**
   * The command line with its error handling, as much of it as these arguments need: to read the
   * descriptions of all commands takes longer than to start a server. Without arguments it is
   * whole.
   */
  static CommandLine commandLine(Screen screen, String... arguments) {
    CommandLine program = new CommandLine(new Main(), screen.factory());
    named(arguments).map(List::<Class<?>>of).orElse(COMMANDS).forEach(program::addSubcommand);
    program.getSubcommands().values().forEach(Main::addVersion);
    return program
        .setHelpFactory(ProgramHelp::new)
        .setExpandAtFiles(false) // @last is a job, whatever files there are
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(Misuse.refusing(program.getExecutionStrategy()))
        .setParameterExceptionHandler(new Misuse())
        .setExecutionExceptionHandler((failure, command, parsed) -> explain(failure, command));
  }

  private static Optional<Class<?>> named(String[] arguments) {
    return COMMANDS.stream()
        .filter(command -> arguments.length > 0 && isNamed(command, arguments[0]))
        .filter(command -> !OF_ALL.contains(command))
        .findFirst();
  }

  private static boolean isNamed(Class<?> command, String word) {
    Command described = command.getAnnotation(Command.class);
    return described.name().equals(word) || List.of(described.aliases()).contains(word);
  }

  private static void addVersion(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    if (spec.findOption("--version") == null) {
      spec.versionProvider(new Version())
          .addOption(
              OptionSpec.builder("-V", "--version")
                  .versionHelp(true)
                  .description("Show the version.")
                  .build());
    }
    command.getSubcommands().values().forEach(Main::addVersion);
  }

  /** Prints one sentence per problem to stderr; details go only to the log. */
  static int explain(Throwable failure, CommandLine command) {
    PrintWriter out = command.getErr();
    List<String> sentences =
        switch (failure) {
          case ConfigException config -> config.problems();
          case MnException known -> List.of(known.getMessage());
          case Throwable full when OutOfRoom.isIn(full) ->
              List.of("a disk is full: " + rootCause(full) + "; make room on it, and try again");
          case Output.ReaderGone _ -> List.of();
          default -> List.of("unexpected: " + failure + cause(failure));
        };
    sentences.forEach(sentence -> out.println("mn: " + Output.harmless(sentence)));
    out.flush();
    LoggerFactory.getLogger(Main.class).debug("The command failed", failure);
    return failure instanceof ConfigException ? 2 : 1;
  }

  /** The cause, if the failure's message lacks it. */
  private static String cause(Throwable failure) {
    String cause = String.valueOf(failure.getCause());
    return failure.getCause() == null || failure.toString().contains(cause)
        ? ""
        : ", caused by " + cause;
  }

  private static String rootCause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage();
  }

  static String version() {
    return Build.current().version();
  }

  /** The version and its build, in short. */
  static String program() {
    return Build.current().brief();
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"MirrorNeuron " + Build.current().words()};
    }
  }

  /**
   * Standard output of commands. Remembers write errors, which {@code System.out} hides: a command
   * whose output is lost has failed.
   */
  private static final class StandardOutput extends FilterOutputStream {
    private final PrintWriter writer;
    private volatile IOException lost;

    StandardOutput(OutputStream out, Charset charset) {
      super(out);
      writer = new PrintWriter(this, true, charset);
    }

    static StandardOutput ofProcess() {
      return new StandardOutput(new FileOutputStream(FileDescriptor.out), System.out.charset());
    }

    PrintWriter writer() {
      return writer;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        lost = e;
        throw e;
      }
    }

    /**
     * Reports lost output, unless its reader closed the pipe on purpose, as {@code | head} does.
     *
     * @return the exit code, a failure if output was lost
     */
    int end(int exitCode, PrintWriter err) {
      writer.flush();
      IOException why = lost;
      if (why == null || isReaderGone(why)) {
        return exitCode;
      }
      err.println("mn: the output cannot be written: " + why.getMessage());
      err.flush();
      return exitCode == 0 ? 1 : exitCode;
    }

    /** The system's message is localised; but a pipe fails for no other reason. */
    private static boolean isReaderGone(IOException why) {
      return String.valueOf(why.getMessage()).contains("Broken pipe") || isPipe();
    }

    private static boolean isPipe() {
      try {
        return Files.readSymbolicLink(Path.of("/proc/self/fd/1"))
            .toString()
            .matches("(pipe|socket):.*");
      } catch (IOException e) {
        return false;
      }
    }
  }
}
