package io.mirrorneuron.cli;

import io.mirrorneuron.config.Config;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Option;

/**
 * Options and connection of commands that work over both endpoints: the HTTP API if its address is
 * known, else gRPC.
 */
public final class EitherClient extends Client {
  @Option(
      names = "--api",
      paramLabel = "URL",
      description =
          "The HTTP API; else MN_API_BASE_URL, else the one of MN_HOME, else --target is asked.")
  String api;

  EitherClient(Screen screen) {
    super(screen);
  }

  /** A query to the API. */
  @FunctionalInterface
  public interface RestQuestion {
    RestAnswer to(RestClient rest) throws InterruptedException;
  }

  /** A query to the API about a job. */
  @FunctionalInterface
  public interface JobRestQuestion {
    RestAnswer to(RestClient rest, String jobId) throws InterruptedException;
  }

  @Override
  Map<String, String> flags() {
    Map<String, String> flags = super.flags();
    if (api != null) {
      flags.put("api.base_url", api);
    }
    return flags;
  }

  /** Work that needs the API. */
  @FunctionalInterface
  public interface ApiWork<T> {
    T with(RestClient rest) throws InterruptedException;
  }

  /**
   * Does work over the API, even if gRPC is configured.
   *
   * @throws io.mirrorneuron.model.MnException when the API address is unknown, and the work's
   *     failures
   */
  public <T> T atApi(ApiWork<T> work) throws InterruptedException {
    try (RestClient rest = RestClient.of(config(), this)) {
      return work.with(rest);
    }
  }

  /** The same for a command as a whole: explains failures. Returns the exit code. */
  public int callApi(ApiWork<Integer> work) throws InterruptedException {
    return explained(() -> atApi(work));
  }

  /**
   * Queries the known endpoint, and prints the answer, as JSON or for people.
   *
   * @param ofRuntime answers with a record of the same JSON form
   */
  public <T> int show(
      RestQuestion ofApi, Question<?> ofRuntime, Class<T> form, Consumer<T> forPeople)
      throws InterruptedException {
    return ask(
        ofApi,
        ofRuntime,
        answer -> {
          print(answer, form, forPeople);
          return ExitCode.OK;
        });
  }

  /**
   * The same about a job.
   *
   * @param id of the job, or of its run
   */
  public <T> int show(
      String id,
      JobRestQuestion ofApi,
      JobQuestion<?> ofRuntime,
      Class<T> form,
      Consumer<T> forPeople)
      throws InterruptedException {
    Config config = config();
    return ask(
        rest ->
            JobAddress.either(
                id,
                config,
                this,
                limit -> JobAddress.newest(rest, limit),
                job -> ofApi.to(rest, job)),
        mn -> {
          try {
            return JobAddress.either(id, config, this, rows(mn), job -> ofRuntime.to(mn, job));
          } catch (InterruptedException e) {
            throw new IllegalStateException("nobody is asked who could be waited for", e);
          }
        },
        answer -> {
          print(answer, form, forPeople);
          return ExitCode.OK;
        });
  }

  /**
   * The same for an answer that decides the exit code.
   *
   * @param reader prints and returns the exit code
   */
  public int ask(RestQuestion ofApi, Question<?> ofRuntime, ToIntFunction<RestAnswer> reader)
      throws InterruptedException {
    Config config = config();
    if (!config.api().isKnown()) {
      return call(config, mn -> reader.applyAsInt(RestAnswer.like(ofRuntime.to(mn))));
    }
    return explained(
        () -> {
          try (RestClient rest = RestClient.of(config, this)) {
            return reader.applyAsInt(ofApi.to(rest));
          }
        });
  }
}
