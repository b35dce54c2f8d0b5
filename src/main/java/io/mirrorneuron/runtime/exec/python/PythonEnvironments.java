package io.mirrorneuron.runtime.exec.python;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.runtime.exec.confine.Reach;
import io.mirrorneuron.runtime.exec.process.CappedBytes;
import io.mirrorneuron.runtime.exec.process.Deadline;
import io.mirrorneuron.runtime.exec.process.Interpreters;
import io.mirrorneuron.runtime.exec.process.Notice;
import io.mirrorneuron.runtime.exec.process.Preparation;
import io.mirrorneuron.runtime.exec.process.PreparationScripts;
import io.mirrorneuron.runtime.exec.process.PythonEnvironment;
import io.mirrorneuron.runtime.exec.spawn.SearchPath;
import io.mirrorneuron.runtime.exec.workspace.FolderTree;
import io.mirrorneuron.runtime.exec.workspace.NotStarted;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The virtual environments of executors that list Python packages. One is made for each set of
 * packages and version of Python, when it is needed first, and kept. Making one is done once at a
 * time, also across processes that share the folder. Thread-safe.
 */
public final class PythonEnvironments {
  private static final Logger LOG = LoggerFactory.getLogger(PythonEnvironments.class);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration PROBE = Duration.ofSeconds(30);
  private static final int SHOWN_LINES = 5;
  private static final String PREFIX = "env-";

  private static final String VERSION =
      """
      exec "$1" -c 'import sys
      print(sys.implementation.name, "%d.%d.%d" % sys.version_info[:3])' 2>&1
      """;

  private final Config.Python config;
  private final Interpreters interpreters;
  private final PreparationScripts tools;
  private final SharedWork builds = new SharedWork();
  private final ConcurrentMap<Path, String> versions = new ConcurrentHashMap<>();

  public PythonEnvironments(
      Config.Python config, Interpreters interpreters, PreparationScripts tools) {
    this.config = config;
    this.interpreters = interpreters;
    this.tools = tools;
  }

  /**
   * Finds or makes the environment that the execution's node asks for.
   *
   * @param inbox of the execution, which holds no slots yet: only a stop can come in
   */
  public Preparation prepare(Execution execution, Notice.Inbox inbox) throws NotStarted {
    PythonPackages packages = PythonPackages.of(execution);
    if (packages == null) {
      return Preparation.NOT_NEEDED;
    }
    Path base = base(execution.config().path("command"));
    String version = version(base, execution, inbox);
    if (version == null) {
      return new Preparation.Stopped();
    }
    String key = packages.key(version);
    Path folder = config.environments().resolve(key);
    try {
      Optional<PythonEnvironment> present = PythonEnvironment.in(folder);
      if (present.isPresent()) {
        return new Preparation.Ready(present.get());
      }
    } catch (IOException e) {
      throw new NotStarted("python environment cannot be read: " + e.getMessage(), e);
    }
    return builds.get(key, inbox, () -> make(folder, packages, base, execution, inbox));
  }

  /** The Python that the command names, else the usual one. */
  private Path base(JsonNode command) throws NotStarted {
    String first = command.path(0).asText("");
    String name = Interpreters.isPython(first) ? first : "python3";
    return interpreters
        .find(name, SearchPath.of(tools.environment().path()))
        .orElseThrow(() -> new NotStarted("python_environment needs " + name + ", not found here"));
  }

  /** Null when the execution was stopped meanwhile. */
  private String version(Path base, Execution execution, Notice.Inbox inbox) throws NotStarted {
    String known = versions.get(base);
    if (known != null) {
      return known;
    }
    PreparationScripts.Result result =
        tools.run(
            execution.executionId(),
            new PreparationScripts.Script(
                VERSION, List.of(base.toString()), Map.of(), Reach.writing()),
            Path.of("/"),
            Deadline.in(PROBE),
            inbox);
    if (result.forced() == Ending.STOPPED) {
      return null;
    }
    if (result.forced() != null || result.exitCode() != 0) {
      throw new NotStarted(base + " does not run: " + result.tail(1));
    }
    String version = result.output().text().strip();
    versions.put(base, version);
    return version;
  }

  private Preparation make(
      Path folder, PythonPackages packages, Path base, Execution execution, Notice.Inbox inbox) {
    try {
      Files.createDirectories(folder);
      try (FileChannel channel =
          FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        if (!lock(channel, inbox)) {
          return new Preparation.Stopped();
        }
        Optional<PythonEnvironment> present = PythonEnvironment.in(folder);
        if (present.isPresent()) {
          return new Preparation.Ready(present.get()); // Another process was faster.
        }
        return build(new PythonEnvironment(fresh(folder)), packages, base, execution, inbox);
      }
    } catch (IOException | NotStarted e) {
      LOG.warn("python environment {} cannot be made", folder, e);
      return new Preparation.Failed(
          "python environment cannot be made: " + e.getMessage(), -1, new CappedBytes(0));
    }
  }

  /** Waits for the lock, which ends with the process that holds it; false: stopped meanwhile. */
  private static boolean lock(FileChannel channel, Notice.Inbox inbox) throws IOException {
    while (true) {
      try {
        if (channel.tryLock() != null) {
          return true;
        }
      } catch (OverlappingFileLockException e) {
        // Another runtime of this process holds it.
      }
      if (inbox.await(Deadline.in(LOOK)) != null) {
        return false;
      }
    }
  }

  /**
   * A folder that nobody has used. What others left unfinished is removed; its number is not used
   * again, because whoever was at work there may still be alive.
   */
  private static Path fresh(Path folder) throws IOException {
    var left = new ArrayList<Path>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, PREFIX + "*")) {
      entries.forEach(left::add);
    }
    int highest = 0;
    for (Path entry : left) {
      String number = entry.getFileName().toString().substring(PREFIX.length());
      highest = Math.max(highest, number.matches("\\d{1,6}") ? Integer.parseInt(number) : 0);
      FolderTree.delete(entry);
    }
    return Files.createDirectory(folder.resolve(PREFIX + (highest + 1)));
  }

  private Preparation build(
      PythonEnvironment environment,
      PythonPackages packages,
      Path base,
      Execution execution,
      Notice.Inbox inbox)
      throws IOException, NotStarted {
    Path folder = environment.folder();
    LOG.info("making Python environment {} with {}", folder, base);
    boolean published = false;
    try {
      var arguments = new ArrayList<>(List.of(base.toString(), folder.toString()));
      List<String> install = packages.lay(folder);
      arguments.add(packages.workFolder(folder).toString());
      arguments.addAll(install);
      Deadline limit = Deadline.in(config.setupLimit());
      PreparationScripts.Result result =
          tools.run(
              execution.executionId(),
              EnvironmentScript.of(folder, config.environments(), arguments),
              folder,
              limit,
              inbox);
      if (result.forced() == Ending.STOPPED) {
        return new Preparation.Stopped();
      }
      if (result.forced() != null || result.exitCode() != 0) {
        return new Preparation.Failed(reason(result), result.exitCode(), result.output());
      }
      EnvironmentScript.tidy(folder);
      environment.publish();
      published = true;
      return new Preparation.Ready(environment);
    } finally {
      if (!published) {
        FolderTree.delete(folder);
      }
    }
  }

  private String reason(PreparationScripts.Result result) {
    String what =
        result.forced() == null
            ? "ended with exit code " + result.exitCode()
            : "took longer than %d ms (blueprint.python_env_setup_timeout_ms)"
                .formatted(config.setupLimit().toMillis());
    String tail = result.tail(SHOWN_LINES);
    String reason = "making the python environment " + what + (tail.isEmpty() ? "" : "\n" + tail);
    return tools.confiner().explained(reason, result.output().text());
  }
}
