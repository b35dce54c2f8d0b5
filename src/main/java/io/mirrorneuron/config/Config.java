package io.mirrorneuron.config;

import io.mirrorneuron.config.NodeSettings.PortRange;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Everything that can be set, as one tree. {@code conf/default.yaml} says what each key means.
 *
 * @param webUi where people find a web page of this server; empty when nobody says
 */
public record Config(
    Env env,
    Path home,
    Api api,
    Grpc grpc,
    JwtSettings jwt,
    RedisSettings redis,
    Executors executors,
    Retention retention,
    Recovery recovery,
    Outputs outputs,
    Storage storage,
    Log log,
    ConnectionLimits connections,
    BundleSettings.Uploads uploads,
    Manifests manifests,
    NodeSettings node,
    BundleSettings bundles,
    ServiceSettings services,
    BlueprintSettings blueprints,
    ModelSettings models,
    String webUi) {

  public enum Env {
    DEV,
    TEST,
    PROD
  }

  /**
   * The HTTP endpoint.
   *
   * @param corsAllowOrigins origins whose pages may call, {@code *} for all
   * @param allowedHosts names of this server, in small letters
   * @param bodyLimitBytes of a request body
   * @param uploadLimitBytes of an uploaded zip
   * @param baseUrl of the API for clients of this process, without a slash at the end
   * @param isKnown whether the URL was set, or announced by a server of this home
   */
  public record Api(
      String host,
      int port,
      Secret token,
      List<String> corsAllowOrigins,
      List<String> allowedHosts,
      long bodyLimitBytes,
      long uploadLimitBytes,
      String baseUrl,
      boolean isKnown) {
    public Api {
      corsAllowOrigins = List.copyOf(corsAllowOrigins);
      allowedHosts = List.copyOf(allowedHosts);
    }

    /** All names of this server, in small letters, beside those of loopback. */
    public Set<String> hostNames() {
      Set<String> names = new HashSet<>(allowedHosts);
      names.add(host.toLowerCase(Locale.ROOT));
      Origin.ofUrl(baseUrl).map(Origin::host).ifPresent(names::add);
      return names;
    }
  }

  /**
   * The gRPC endpoint and, for {@code mn gateway} and the CLI, the one to call.
   *
   * @param target {@code host:port} of the runtime that clients of this process call
   * @param timeout deadline of a unary call; zero means none
   * @param maxMessageBytes of a received message
   */
  public record Grpc(
      String host,
      int port,
      String target,
      Duration timeout,
      Secret authToken,
      Secret adminToken,
      Secret joinToken,
      boolean networkOnly,
      long maxMessageBytes) {

    /** The same endpoint with other tokens. */
    public Grpc withTokens(Secret auth, Secret admin, Secret join) {
      return new Grpc(host, port, target, timeout, auth, admin, join, networkOnly, maxMessageBytes);
    }
  }

  public enum Fsync {
    /** Each commit is on disk before it is acknowledged. */
    ALWAYS,
    /** Commits are on disk within a second; a power cut may lose that second. */
    EVERYSEC
  }

  public enum DefaultRunner {
    HOST_LOCAL,
    REJECT
  }

  /**
   * How processes run.
   *
   * @param pools slots by pool name; {@code default} is always there
   * @param queueTimeout wait for a pool at most; zero means no limit
   * @param releaseWhileWaiting whether programs that wait for people give their slots away
   * @param tempDir where workspaces are made
   * @param output what is kept of what programs print
   * @param beaconsPerSecond how many of one process are recorded in the long run
   */
  public record Executors(
      Map<String, Integer> pools,
      PortRange ports,
      int maxQueueLength,
      Duration queueTimeout,
      boolean releaseWhileWaiting,
      Path tempDir,
      Path runsRoot,
      int maxCommandBytes,
      ProgramOutput output,
      int beaconsPerSecond,
      DefaultRunner defaultRunner,
      Python python,
      Confinement confinement) {
    public Executors {
      pools = Map.copyOf(pools);
    }
  }

  /**
   * How Python is found and prepared.
   *
   * @param standIn program that runs what names an interpreter that is not installed; may be empty
   * @param environments where virtual environments are kept
   * @param setupLimit longest time to make one
   */
  public record Python(String standIn, Path environments, Duration setupLimit) {}

  /**
   * What is kept of jobs, and how long.
   *
   * @param inlineLimit bytes of a JSON value from which on a job keeps it apart, once
   * @param bundles how long payload files that no job has stay after their last use
   * @param runsOnDemand whether folders of runs without programs wait until somebody looks
   */
  public record Retention(
      Duration terminalJobs,
      int eventsPerJob,
      int inlineLimit,
      Duration bundles,
      boolean runsOnDemand) {}

  public enum InFlight {
    RERUN,
    /** Pause the job until a person has looked at it. */
    REVIEW
  }

  /** What happens to steps that a crash cut short and that their manifest does not call unsafe. */
  public record Recovery(InFlight inFlight) {}

  /**
   * Which files that documents of runs name may be served.
   *
   * @param roots folders besides those of the runs and {@code shared} of the home
   */
  public record Outputs(List<Path> roots) {
    public Outputs {
      roots = List.copyOf(roots);
    }
  }

  /** Below so many free bytes no new work is accepted; 0: only writes that fail count. */
  public record Storage(long minFreeBytes) {}

  public enum LogFormat {
    TEXT,
    JSON
  }

  /**
   * @param level one of logback's level names, in capitals
   * @param folder of the log files of servers
   */
  public record Log(String level, LogFormat format, Path folder, long maxBytes, int backupCount) {}

  public enum UnknownMembers {
    /** Accept the manifest and tell its author. */
    WARN,
    REFUSE
  }

  /**
   * What is done about manifests.
   *
   * @param unknownMembers what becomes of members that mean nothing
   * @param trusted whose programs may run before a job does
   */
  public record Manifests(UnknownMembers unknownMembers, TrustedFolders trusted) {}

  /** Whether callers of the API must authenticate. */
  public boolean asksWhoCalls() {
    return api.token().isSet() || jwt.isOn();
  }

  /** The same configuration with other doors and another store. */
  public Config with(Api otherApi, Grpc otherGrpc, RedisSettings otherRedis) {
    return new Config(
        env,
        home,
        otherApi,
        otherGrpc,
        jwt,
        otherRedis,
        executors,
        retention,
        recovery,
        outputs,
        storage,
        log,
        connections,
        uploads,
        manifests,
        node,
        bundles,
        services,
        blueprints,
        models,
        webUi);
  }
}
