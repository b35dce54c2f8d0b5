package io.mirrorneuron.cli;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.job.ListedJob;
import io.mirrorneuron.cli.job.ShortIds;
import io.mirrorneuron.config.Config;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options and connection of commands that call a runtime over gRPC. */
public class Client extends ClientOptions {
  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      description = "The runtime; else MN_GRPC_TARGET, else the one of MN_HOME.")
  String target;

  Client(Screen screen) {
    super(screen);
  }

  /** The work of a command. */
  @FunctionalInterface
  public interface Work {
    /** Returns the exit code. */
    int with(MirrorNeuron mn) throws InterruptedException;
  }

  /** A query to the runtime. */
  @FunctionalInterface
  public interface Question<T> {
    T to(MirrorNeuron mn) throws InterruptedException;
  }

  /**
   * @throws io.mirrorneuron.config.ConfigException when a variable is wrong
   */
  public Config config() {
    return config(flags());
  }

  /** The same with another deadline for calls. */
  public Config config(Duration timeout) {
    Map<String, String> flags = flags();
    flags.put("grpc.timeout_seconds", Double.toString(timeout.toMillis() / 1000.0));
    return config(flags);
  }

  Map<String, String> flags() {
    Map<String, String> flags = new HashMap<>();
    if (target != null) {
      flags.put("grpc.target", target);
    }
    return flags;
  }

  /** Connects, does the work, and explains failures. Returns the exit code. */
  public int call(Work work) throws InterruptedException {
    return call(config(), work);
  }

  public int call(Config config, Work work) throws InterruptedException {
    return explained(
        () -> {
          try (MirrorNeuron mn = connect(config)) {
            return work.with(mn);
          }
        });
  }

  /** Runs a query and prints the answer, as JSON or for people. */
  public <T> int show(Question<T> question, Consumer<T> forPeople) throws InterruptedException {
    return call(
        mn -> {
          print(question.to(mn), forPeople);
          return ExitCode.OK;
        });
  }

  /** Work on a job. */
  @FunctionalInterface
  public interface JobWork {
    /** Returns the exit code. */
    int with(MirrorNeuron mn, String jobId) throws InterruptedException;
  }

  /** A query about a job. */
  @FunctionalInterface
  public interface JobQuestion<T> {
    T to(MirrorNeuron mn, String jobId);
  }

  /**
   * Does work on a job.
   *
   * @param id of the job, or of its run: lists of runs and of requests to people show that; or a
   *     short id that {@link ShortIds} resolves
   */
  public int call(String id, JobWork work) throws InterruptedException {
    Config config = config();
    return call(
        config, mn -> JobAddress.either(id, config, this, rows(mn), job -> work.with(mn, job)));
  }

  /** Runs a query about a job and prints the answer. */
  public <T> int show(String id, JobQuestion<T> question, Consumer<T> forPeople)
      throws InterruptedException {
    return call(
        id,
        (mn, jobId) -> {
          print(question.to(mn, jobId), forPeople);
          return ExitCode.OK;
        });
  }

  /**
   * Resolves the id of a job.
   *
   * @param id as of {@link #call(String, JobWork)}
   * @throws io.mirrorneuron.model.MnException NOT_FOUND when there is no such job
   */
  public String jobId(MirrorNeuron mn, String id) throws InterruptedException {
    return JobAddress.either(
        id,
        config(),
        this,
        rows(mn),
        job -> {
          mn.jobDetails(job);
          return job;
        });
  }

  static ShortIds.Rows rows(MirrorNeuron mn) {
    return limit -> ListedJob.newest(mn, limit, true);
  }

  /** Prints an answer, as JSON or for people. */
  public <T> void print(T answer, Consumer<T> forPeople) {
    if (json) {
      output().json(answer);
    } else {
      forPeople.accept(answer);
    }
  }

  private MirrorNeuron connect(Config config) {
    try {
      return MirrorNeuron.connect(config);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage());
    }
  }
}
