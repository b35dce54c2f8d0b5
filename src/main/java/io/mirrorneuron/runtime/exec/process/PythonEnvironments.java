package io.mirrorneuron.runtime.exec.process;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.runtime.exec.confine.Confiner.Reach;
import io.mirrorneuron.runtime.exec.process.TimeLimit.Deadline;
import io.mirrorneuron.runtime.exec.spawn.SearchPath;
import io.mirrorneuron.runtime.exec.workspace.FolderTree;
import io.mirrorneuron.runtime.exec.workspace.PayloadFiles;
import io.mirrorneuron.runtime.exec.workspace.WorkspaceUploads;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Pattern;
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

  /** The script that makes an environment. */
  private static final class EnvironmentScript {
    /** Arguments: the interpreter, the environment's folder, the working folder, those of pip. */
    private static final String BUILD =
        """
        set -e
        exec 2>&1
        base=$1 environment=$2
        cd "$3"
        shift 3
        "$base" -m venv "$environment"
        for name in python python3 python3.11; do
          if [ ! -e "$environment/bin/$name" ]; then ln -s python "$environment/bin/$name"; fi
        done
        if [ $# -gt 0 ]; then
          exec "$environment/bin/python" -m pip --quiet --disable-pip-version-check --no-input \\
            install "$@"
        fi
        """;

    private static final String TEMPORARY = ".tmp";
    private static final String CACHE = "pip-cache";

    private EnvironmentScript() {}

    /**
     * Packages may bring programs that run when they are installed: these write to the new
     * environment, to a folder for temporary files in it, and to a cache that nothing else uses.
     *
     * @param folder of the new environment
     * @param environments the folder of all
     */
    static PreparationScripts.Script of(Path folder, Path environments, List<String> arguments)
        throws IOException {
      String temporary = Files.createDirectories(folder.resolve(TEMPORARY)).toString();
      Path cache = Files.createDirectories(environments.resolve(CACHE));
      Map<String, String> variables =
          Map.of(
              "TMPDIR", temporary,
              "TMP", temporary,
              "TEMP", temporary,
              "PIP_CACHE_DIR", cache.toString());
      return new PreparationScripts.Script(
          BUILD, arguments, variables, Reach.writing(folder, cache));
    }

    /** Removes what only the making needed. */
    static void tidy(Path folder) {
      FolderTree.delete(folder.resolve(TEMPORARY));
    }
  }

  /**
   * What a node's {@code python_environment} asks for.
   *
   * @param requirements content of the requirements file; empty without one
   * @param file its path below the payloads, or null
   * @param packages as pip takes them, sorted
   * @param payloads the bundle's payload folder when the requirements name files of it, else null
   */
  record PythonPackages(String requirements, Path file, List<String> packages, Path payloads) {
    private static final int KEY_CHARACTERS = 32;

    /** Lines that lead to other files: options such as {@code -r}, relative paths, archives. */
    private static final Pattern LOCAL =
        Pattern.compile(
            "(?m)^[ \\t]*(-[rcef]|--(requirement|constraint|editable|find-links)\\b|[./]"
                + "|[^#\\n]*(@[ \\t]*[./]|\\bfile:)|[^#:\\n]*\\.(whl|zip|tar\\.gz)[ \\t]*(#|;|\\r?$))");

    PythonPackages {
      packages = List.copyOf(packages);
    }

    /** As the node says it, in the form that the manifest's reader has checked. */
    private record Wanted(List<String> packages, String requirements) {}

    /** Null when the node asks for none. */
    static PythonPackages of(Execution execution) throws NotStarted {
      JsonNode config = execution.config().path("python_environment");
      if (!config.isObject()) {
        return null;
      }
      Wanted wanted = Json.read(config, Wanted.class, "python_environment");
      List<String> packages =
          wanted.packages() == null ? List.of() : wanted.packages().stream().sorted().toList();
      String named = wanted.requirements();
      if (named == null || named.isBlank()) {
        return new PythonPackages("", null, packages, null);
      }
      try {
        var payloads = PayloadFiles.of(execution.payloads(), "python_environment.requirements");
        Path file = payloads.find(named);
        String content = Files.readString(file);
        return new PythonPackages(
            content,
            payloads.root().relativize(file),
            packages,
            LOCAL.matcher(content).find() ? payloads.root() : null);
      } catch (IOException e) {
        throw new NotStarted("python_environment.requirements cannot be read: " + named, e);
      }
    }

    /** Equal for what one environment can serve. */
    String key(String pythonVersion) {
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        String bundle = payloads == null ? "" : payloads.getFileName().toString();
        for (String part :
            List.of(pythonVersion, requirements, String.join("\n", packages), bundle)) {
          digest.update((part.length() + "\0" + part).getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest()).substring(0, KEY_CHARACTERS);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    /**
     * Copies the files that pip reads into the environment's folder: never does it work inside a
     * bundle, where building a package would leave traces.
     *
     * @return what {@code pip install} is called with; empty when there is nothing to install
     */
    List<String> lay(Path folder) throws IOException, NotStarted {
      var arguments = new ArrayList<String>();
      if (payloads != null) {
        WorkspaceUploads.copyAll(payloads, folder.resolve("payloads"));
        arguments.addAll(List.of("-r", folder.resolve("payloads").resolve(file).toString()));
      } else if (!requirements.isBlank()) {
        Path copy = Files.writeString(folder.resolve("requirements.txt"), requirements);
        arguments.addAll(List.of("-r", copy.toString()));
      }
      if (!packages.isEmpty()) {
        arguments.add("--");
        arguments.addAll(packages);
      }
      return arguments;
    }

    /**
     * Where pip runs: beside the requirements file, so that relative paths in it mean what they
     * say.
     */
    Path workFolder(Path folder) {
      return payloads == null ? folder : folder.resolve("payloads").resolve(file).getParent();
    }
  }
}
