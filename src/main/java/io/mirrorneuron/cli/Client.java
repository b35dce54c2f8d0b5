package io.mirrorneuron.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all client commands have in common: options, connection, output and failures. */
final class Client {
  private final Screen screen;

  @Spec(Spec.Target.MIXEE)
  CommandSpec command;

  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      description = "The runtime; else MN_GRPC_TARGET, else the one of MN_HOME.")
  String target;

  @Option(names = "--json", description = "For programs: JSON on stdout and nothing else.")
  boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  Client(Screen screen) {
    this.screen = screen;
  }

  /** The work of a command. */
  @FunctionalInterface
  interface Work {
    /** Returns the exit code. */
    int with(MirrorNeuron mn) throws InterruptedException;
  }

  /** What a command asks the runtime for. */
  @FunctionalInterface
  interface Question<T> {
    T to(MirrorNeuron mn);
  }

  Screen screen() {
    return screen;
  }

  Output output() {
    return new Output(out(), screen.paint(), json ? Integer.MAX_VALUE : screen.columns());
  }

  PrintWriter out() {
    return command.commandLine().getOut();
  }

  /** One sentence on stderr. */
  void complain(String sentence) {
    PrintWriter err = command.commandLine().getErr();
    err.println("mn: " + sentence.replaceAll("[\\p{Cntrl}&&[^\\n]]", "?"));
    err.flush();
  }

  /**
   * @throws io.mirrorneuron.config.ConfigException when a variable is wrong
   */
  Config config() {
    return config(target == null ? Map.of() : Map.of("grpc.target", target));
  }

  /** The same with another deadline for calls. */
  Config config(Duration timeout) {
    Map<String, String> flags = new HashMap<>();
    flags.put("grpc.timeout_seconds", Double.toString(timeout.toMillis() / 1000.0));
    if (target != null) {
      flags.put("grpc.target", target);
    }
    return config(flags);
  }

  private Config config(Map<String, String> flags) {
    return new ConfigLoader(screen.environment(), null, flags, screen.userHome()).loadForClient();
  }

  /**
   * What was given with an option that takes JSON.
   *
   * @throws ParameterException when it is none
   */
  JsonNode parsed(String option, String text) {
    try {
      return Json.parse(text);
    } catch (JsonProcessingException e) {
      throw new ParameterException(
          command.commandLine(), option + " must be JSON; a text needs its own quotes");
    }
  }

  /** Connects, does the work, and explains what goes wrong. Returns the exit code. */
  int call(Work work) throws InterruptedException {
    return call(config(), work);
  }

  /** The same for work that is a question: prints the answer, as it is or as people read it. */
  <T> int show(Question<T> question, Consumer<T> forPeople) throws InterruptedException {
    return call(
        mn -> {
          T answer = question.to(mn);
          if (json) {
            output().json(answer);
          } else {
            forPeople.accept(answer);
          }
          return ExitCode.OK;
        });
  }

  int call(Config config, Work work) throws InterruptedException {
    try (MirrorNeuron mn = connect(config.grpc())) {
      return work.with(mn);
    } catch (MnException e) {
      explain(e);
      return ExitCode.of(e.code());
    } catch (UncheckedIOException e) {
      return ExitCode.FAILED; // the reader of the output is gone, so nothing can be reported
    }
  }

  private MirrorNeuron connect(Config.Grpc config) {
    try {
      return MirrorNeuron.connect(config);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage());
    }
  }

  private void explain(MnException failure) {
    List<String> errors = new ArrayList<>();
    if (failure.validation() != null) {
      for (JsonNode error : failure.validation().path("errors")) {
        errors.add("  " + Output.printable(error.asText()));
      }
    }
    complain(
        errors.isEmpty()
            ? Output.printable(failure.getMessage()) + wayOut(failure)
            : "the manifest cannot run:\n" + String.join("\n", errors));
  }

  private static String wayOut(MnException failure) {
    return switch (failure.error()) {
      case "job_not_found" -> "; mn job list shows those that are there";
      case "unavailable" ->
          failure.getCause() == null
              ? ""
              : "; start one with mn up, or name another with --target HOST:PORT";
      case "unauthenticated" ->
          "; set MN_GRPC_AUTH_TOKEN, or MN_HOME to the data directory of the server";
      case "timeout" -> "; MN_GRPC_TIMEOUT_SECONDS says how long to wait for an answer";
      default -> "";
    };
  }
}
