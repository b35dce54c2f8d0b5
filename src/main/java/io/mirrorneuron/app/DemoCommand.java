package io.mirrorneuron.app;

import io.mirrorneuron.blueprint.SampleRun;
import io.mirrorneuron.blueprint.Samples;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mn demo}. */
@Command(
    name = "demo",
    description = "Starts a server, runs a sample workflow and shows how it goes.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  mn demo", "  mn demo python-fanout --once"})
final class DemoCommand implements Callable<Integer> {
  @Spec CommandSpec spec;
  @Mixin ServerOptions options;

  @Parameters(
      arity = "0..1",
      paramLabel = "SAMPLE",
      defaultValue = "shell-chain",
      completionCandidates = Samples.Candidates.class,
      description = "One of ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
  String sample;

  @Option(
      names = "--once",
      description = "End after the result. Without a terminal that is so anyway.")
  boolean once;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    ServerProcess server = ServerProcess.start(options.loadForOneJob(), ServerRole.UP);
    boolean completed = runSample(server.app(), out);
    out.println();
    out.println("The server is at");
    server.printEndpoints(out);
    if (!once && isAtTerminal()) {
      server.stay(out);
    }
    return completed ? 0 : 1;
  }

  private boolean runSample(App app, PrintWriter out) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("mn-sample");
    try {
      Samples.unpack(sample, folder);
      return new SampleRun(app.jobs(), out).run(folder);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static boolean isAtTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
