package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.blueprint.Templates;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.ServerAddress;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mn init}; needs no server. */
@Command(
    name = "init",
    description = {
      "Makes a folder with a workflow that runs as it is, to go on from.",
      "script is one step, pipeline three, and review has a step that asks a person. All are Python"
          + " and need nothing but python3."
    },
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the folder is made",
      "1:something is there already",
      "2:the command is wrong",
      "5:there is no such template"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn init                       a script in the folder script/",
      "  mn init review my-review      three steps, one of them a person's",
      "  mn run my-review"
    })
public final class InitCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Mixin ServerAddress server;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "TEMPLATE",
      defaultValue = "script",
      completionCandidates = Templates.Candidates.class,
      description = "One of ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
  String template;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "DIR",
      description = "Where it is made; default the name of the template.")
  Path folder;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @Override
  public Integer call() {
    Path target = folder == null ? Path.of(template) : folder;
    PrintWriter out = spec.commandLine().getOut();
    try {
      Templates.unpack(template, target, server.address().orElse(Templates.SERVER))
          .forEach(file -> out.println(Output.printable(target.resolve(file).toString())));
    } catch (MnException e) {
      return complain(e);
    }
    out.println();
    out.println("Next: mn run " + Output.printable(shown(target)));
    if (template.equals("review")) {
      out.println("and, while it waits for you: mn human list");
    }
    out.flush();
    return ExitCode.OK;
  }

  private int complain(MnException failure) {
    boolean unknown = failure.code() == ErrorCode.NOT_FOUND;
    PrintWriter err = spec.commandLine().getErr();
    err.println(
        "mn: "
            + Output.printable(failure.getMessage())
            + (unknown ? "; there are " + String.join(", ", Templates.names()) : ""));
    err.flush();
    return ExitCode.of(failure.code());
  }

  /** As a shell takes it. A folder that looks like a command of mn run is written as a path. */
  private static String shown(Path target) {
    String text = target.toString();
    String path = target.isAbsolute() || text.contains("/") ? text : "./" + text;
    return path.matches("[\\w./-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
  }
}
