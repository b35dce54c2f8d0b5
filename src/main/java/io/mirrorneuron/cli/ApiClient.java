package io.mirrorneuron.cli;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Options and connection of commands that need the HTTP API. */
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

  /** Connects, does the work, and explains failures. Returns the exit code. */
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

  /** Runs a query and prints the answer, as JSON or for people. */
  public <T> int show(String path, Class<T> form, Consumer<T> forPeople)
      throws InterruptedException {
    return call(
        rest -> {
          print(rest.get(path), form, forPeople);
          return ExitCode.OK;
        });
  }

  /** The failure of an API command without a known API address. */
  static MnException unknown() {
    return new MnException(
        ErrorCode.UNAVAILABLE,
        "api_unknown",
        "this command asks the HTTP API, and none is known here: start a server with mn up, or set"
            + " --api URL or MN_API_BASE_URL");
  }
}
