package io.mirrorneuron.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Everything that can be set, as one tree. {@code conf/default.yaml} says what each key means. */
public record Config(
    Env env, Path home, Api api, Grpc grpc, Redis redis, Executors executors, Retention retention) {

  public enum Env {
    DEV,
    TEST,
    PROD
  }

  /**
   * The HTTP door.
   *
   * @param bodyLimitBytes bytes of a request body at most
   * @param uploadLimitBytes bytes of an uploaded zip at most
   */
  public record Api(
      String host,
      int port,
      Secret token,
      List<String> corsAllowOrigins,
      long bodyLimitBytes,
      long uploadLimitBytes) {
    public Api {
      corsAllowOrigins = List.copyOf(corsAllowOrigins);
    }
  }

  /**
   * The gRPC door and, for {@code mn gateway} and the CLI, the one to call.
   *
   * @param target {@code host:port} of the runtime that clients of this process call
   * @param timeout deadline of a unary call; zero means none
   */
  public record Grpc(
      String host,
      int port,
      String target,
      Duration timeout,
      Secret authToken,
      Secret adminToken,
      Secret joinToken,
      boolean networkOnly) {}

  public enum Fsync {
    /** Each commit is on disk before it is acknowledged. */
    ALWAYS,
    /** Commits are on disk within a second; a power cut may lose that second. */
    EVERYSEC
  }

  /**
   * @param url of an external server, or null for the embedded one
   */
  public record Redis(URI url, Fsync fsync, String namespace) {}

  public enum DefaultRunner {
    HOST_LOCAL,
    REJECT
  }

  /**
   * How processes run.
   *
   * @param pools slots by pool name; {@code default} is always there
   * @param tempDir where workspaces are made
   * @param maxArtifactBytes bytes of a process's output that are stored
   */
  public record Executors(
      Map<String, Integer> pools,
      int maxQueueLength,
      Duration queueTimeout,
      Path tempDir,
      Path runsRoot,
      int maxCommandBytes,
      int maxArtifactBytes,
      DefaultRunner defaultRunner) {
    public Executors {
      pools = Map.copyOf(pools);
    }
  }

  /** How long finished things stay. */
  public record Retention(Duration terminalJobs, int eventsPerJob) {}
}
