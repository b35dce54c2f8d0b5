package io.mirrorneuron.cli;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Option;

/**
 * Options and connection of commands that read runs, from a server's HTTP API or from local
 * folders.
 */
public final class RunsClient extends ClientOptions {
  @Option(
      names = "--api",
      paramLabel = "URL",
      description =
          "The HTTP API; else MN_API_BASE_URL, else the one of MN_HOME, else folders are read as with"
              + " --runs-root.")
  String api;

  @Option(
      names = "--runs-root",
      paramLabel = "DIR",
      description =
          "Read the folders of runs there, without a server; where none is known that of"
              + " MN_RUNS_ROOT, else runs in MN_HOME.")
  String runsRoot;

  RunsClient(Screen screen) {
    super(screen);
  }

  /** The work of a command. */
  @FunctionalInterface
  public interface Work<T> {
    /** Returns the exit code. */
    int with(T runs) throws InterruptedException;
  }

  /** What is closed when the work is done. */
  public interface Source extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Opens the one source or the other, does the work and explains failures. What is not there ends
   * with 1, as scripts of the original know it.
   *
   * @param ofServer the runs of a server
   * @param ofFolders the runs in a folder, which may not be there
   * @return the exit code
   */
  public <T extends Source> int call(
      Function<RestClient, T> ofServer, Function<Path, T> ofFolders, Work<T> work)
      throws InterruptedException {
    if (api != null && runsRoot != null) {
      throw misuse("give --api or --runs-root, not both");
    }
    if (runsRoot != null && runsRoot.isBlank()) {
      throw misuse("--runs-root must be a folder");
    }
    Map<String, String> flags = new HashMap<>();
    put(flags, "api.base_url", api);
    put(flags, "runs_root", runsRoot);
    Config config = config(flags);
    return explained(
        () -> {
          try {
            return work(config, ofServer, ofFolders, work);
          } catch (MnException e) {
            if (e.code() != ErrorCode.NOT_FOUND) {
              throw e;
            }
            complain(e.getMessage());
            return ExitCode.FAILED;
          }
        });
  }

  private <T extends Source> int work(
      Config config, Function<RestClient, T> ofServer, Function<Path, T> ofFolders, Work<T> work)
      throws InterruptedException {
    if (runsRoot != null || !config.api().isKnown()) {
      try (T runs = ofFolders.apply(config.executors().runsRoot())) {
        return work.with(runs);
      }
    }
    try (RestClient rest = RestClient.of(config, this);
        T runs = ofServer.apply(rest)) {
      return work.with(runs);
    }
  }

  private static void put(Map<String, String> flags, String key, String value) {
    if (value != null) {
      flags.put(key, value);
    }
  }
}
