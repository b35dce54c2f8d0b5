package io.mirrorneuron.cli;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Options and connection of commands that only the HTTP API can do. */
public final class ApiClient extends ClientOptions {
  @Option(
      names = "--api",
      paramLabel = "URL",
      description = "The HTTP API; else MN_API_BASE_URL, else the one of MN_HOME.")
  String api;

  ApiClient(Screen screen) {
    super(screen);
  }

  /** The work of a command. */
  @FunctionalInterface
  public interface Work {
    /** Returns the exit code. */
    int with(RestClient rest) throws InterruptedException;
  }

  /** Connects, does the work, and explains what goes wrong. Returns the exit code. */
  public int call(Work work) throws InterruptedException {
    Map<String, String> flags = new HashMap<>();
    if (api != null) {
      flags.put("api.base_url", api);
    }
    Config config = config(flags);
    return explained(
        () -> {
          try (RestClient rest = RestClient.of(config, this)) {
            return work.with(rest);
          }
        });
  }

  /** The same for work that is a question: prints the answer, as it is or as people read it. */
  public <T> int show(String path, Class<T> form, Consumer<T> forPeople)
      throws InterruptedException {
    return call(
        rest -> {
          print(rest.get(path), form, forPeople);
          return ExitCode.OK;
        });
  }

  /** What a command is told that only the API can do, where nobody knows one. */
  static MnException unknown() {
    return new MnException(
        ErrorCode.UNAVAILABLE,
        "api_unknown",
        "this command asks the HTTP API, and none is known here: start a server with mn up, or set"
            + " --api URL or MN_API_BASE_URL");
  }
}
