package io.mirrorneuron.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.cli.job.ShortIds;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.model.LogLevel;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Base of client commands: options, output and failures. */
public abstract class ClientOptions {
  /** Named in the error of a server that refuses to let another server join. */
  private static final String JOIN_TOKEN = "MN_NETWORK_JOIN_TOKEN";

  /** The setting that raises the limit of new work, by exhausted resource. */
  private static final Map<String, String> RAISED_BY =
      Map.of(
          "cpu", "max_cpu_load_ratio",
          "waiting", "max_jobs_waiting_for_load",
          "memory", "max_memory_ratio",
          "gpu", "max_gpu_memory_ratio",
          "open_files", "max_open_files_ratio");

  private final Screen screen;

  @Spec(Spec.Target.MIXEE)
  CommandSpec command;

  @Option(names = "--json", description = "For programs: JSON on stdout and nothing else.")
  boolean json;

  @Option(names = "--utc", description = "Times in UTC; at a terminal they are local, else in UTC.")
  boolean utc;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  ClientOptions(Screen screen) {
    this.screen = screen;
  }

  private record Written(String file) {}

  /** The work of a command. */
  @FunctionalInterface
  interface Action {
    /** Returns the exit code. */
    int run() throws InterruptedException;
  }

  public boolean json() {
    return json;
  }

  /**
   * Also prints JSON when stdout is no terminal: tables for people become documents for programs,
   * as some scripts of the original client expect.
   */
  public void jsonInPipes() {
    json |= !screen.interactive();
  }

  public Screen screen() {
    return screen;
  }

  public Output output() {
    return new Output(
        out(),
        screen.paint(),
        json ? Integer.MAX_VALUE : screen.columns(),
        utc || json || !screen.interactive() ? ZoneOffset.UTC : screen.zone());
  }

  public PrintWriter out() {
    return command.commandLine().getOut();
  }

  public CommandLine commandLine() {
    return command.commandLine();
  }

  /**
   * A time limit in seconds from an option; zero for no limit. At most a hundred years, which fit
   * into nanoseconds.
   */
  public Duration limit(String option, double seconds) {
    if (!(seconds >= 0) || Double.isInfinite(seconds)) {
      throw misuse("%s must be 0 or more seconds, but is %s".formatted(option, seconds));
    }
    return seconds == 0
        ? Duration.ZERO
        : Duration.ofMillis((long) (Math.clamp(seconds, 0.001, 100 * 365 * 86_400.0) * 1000));
  }

  /**
   * @throws ParameterException unless an option that counts something is between 1 and so many
   */
  public void requireCount(String option, int number, int most) {
    if (number < 1 || number > most) {
      throw misuse("%s must be from 1 to %d, but is %d".formatted(option, most, number));
    }
  }

  /**
   * @param level null is allowed
   * @throws ParameterException when it is no level of a log record
   */
  public void requireLevel(String level) {
    if (level != null && LogLevel.of(level).isEmpty()) {
      throw misuse(
          "--level must be one of trace, debug, info, warning, error, critical, but is " + level);
    }
  }

  /** Asks a person yes or no; true without a terminal. */
  public boolean isConfirmed(String question) {
    if (!screen.interactive()) {
      return true;
    }
    out().print(question + " [y/N] ");
    out().flush();
    try {
      String said = screen.input().readLine();
      return said != null && said.strip().matches("(?i)y|yes");
    } catch (IOException e) {
      return false;
    }
  }

  /** A usage error; the exit code is that of wrong use. */
  public ParameterException misuse(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }

  /** Prints one sentence on stderr. */
  public void complain(String sentence) {
    PrintWriter err = command.commandLine().getErr();
    err.println("mn: " + Output.harmless(sentence));
    err.flush();
  }

  /** Prints an answer, as JSON or for people. */
  public <T> void print(RestAnswer answer, Class<T> form, Consumer<T> forPeople) {
    if (json) {
      output().json(answer.json());
    } else {
      forPeople.accept(answer.as(form));
    }
  }

  /** Reports the written file. */
  public void wrote(Path file) {
    if (json) {
      output().json(new Written(file.toString()));
    } else {
      output().line(Output.printable(file.toString()));
    }
  }

  Config config(Map<String, String> flags) {
    return new ConfigLoader(screen.environment(), null, flags, screen.userHome()).loadForClient();
  }

  /**
   * Parses the value of a JSON option.
   *
   * @throws ParameterException when it is no JSON
   */
  public JsonNode parsed(String option, String text) {
    try {
      return Json.parse(text);
    } catch (JsonProcessingException e) {
      throw misuse(option + " must be JSON; a text needs its own quotes");
    }
  }

  /** Does the work and explains failures. Returns the exit code. */
  int explained(Action effect) throws InterruptedException {
    try {
      return effect.run();
    } catch (MnException e) {
      explain(e);
      return ExitCode.of(e.code());
    } catch (Output.ReaderGone e) {
      return ExitCode.FAILED; // there is nobody to report it to
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
            ? Output.sentences(failure.getMessage()) + wayOut(failure)
            : "the manifest cannot run:\n" + String.join("\n", errors));
  }

  private static String wayOut(MnException failure) {
    return switch (failure.error()) {
      case ShortIds.UNKNOWN -> "; mn job list shows those that are there";
      case "run_not_found" -> "; mn run list shows those that are there";
      case "unavailable" ->
          failure.getCause() == null
              ? ""
              : "; start one with mn up, or name another with --target HOST:PORT";
      case "unauthenticated" ->
          failure.getMessage().contains(JOIN_TOKEN)
              ? "; it is network.join_token there, or in the file that mn node expose names there"
              : "; set MN_GRPC_AUTH_TOKEN, or MN_HOME to the data directory of the server";
      case "timeout" -> "; MN_GRPC_TIMEOUT_SECONDS says how long to wait for an answer";
      case RestClient.UNREACHABLE -> "; start a server with mn up, or name another with --api URL";
      case RestClient.UNAUTHENTICATED ->
          "; set MN_API_TOKEN, or MN_API_TOKEN_FILE to a file that holds it";
      default -> later(failure);
    };
  }

  /** When to retry, and which limit an operator may raise. */
  private static String later(MnException failure) {
    if (failure.retryAfterMs() <= 0) {
      return "";
    }
    String wait = "; come again in %d s".formatted((failure.retryAfterMs() + 999) / 1000);
    if (!failure.error().equals("resource_overloaded")) {
      return wait;
    }
    String settings =
        Stream.of("cpu", "waiting", "memory", "gpu", "open_files")
            .filter(resource -> failure.getMessage().contains(" " + resource + "="))
            .map(RAISED_BY::get)
            .collect(Collectors.joining(" and "));
    return settings.isEmpty()
        ? wait
        : "%s, or have the operator raise %s".formatted(wait, settings);
  }
}
