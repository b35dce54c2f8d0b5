package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.runtime.exec.confine.Confiner.Reach;
import io.mirrorneuron.runtime.exec.process.Command;
import io.mirrorneuron.runtime.exec.process.ProcessLimits;
import io.mirrorneuron.runtime.exec.process.PythonEnvironment;
import io.mirrorneuron.runtime.exec.spawn.Program;
import io.mirrorneuron.runtime.exec.spawn.SearchPath;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.exec.workspace.Workspace;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Builds the program of one execution with its confinement and limits. */
record ProgramStart(ProgramRun.Machinery machinery, Runner.Prepared prepared) {

  /**
   * @param limits of its node
   * @param group file by which the program enters its control group, or null
   */
  Program program(Map<String, String> environment, Map<ProgramLimit, Long> limits, Path group)
      throws NotStarted {
    var workspace = prepared.workspace();
    var command =
        Command.of(
            prepared.execution().config().path("command"),
            new Command.Setting(
                () -> workspace.placeholders(prepared.execution()),
                SearchPath.of(environment.get("PATH")),
                workspace.workdir(),
                machinery.interpreters(),
                prepared.python(),
                machinery.config().maxCommandBytes()));
    var reach = ExecutionReach.of(prepared, machinery.config());
    return ProcessLimits.apply(
        limits,
        new Program(
            command.executable(),
            command.words(),
            environment,
            workspace.workdir(),
            machinery.confiner().around(reach),
            group,
            List.of()),
        machinery.spawner().setsLimits());
  }

  Spawner.Child spawn(Program program, Spawner.Watcher watcher) throws NotStarted {
    try {
      return machinery.spawner().spawn(program, watcher);
    } catch (IOException e) {
      String why = machinery.confiner().explained(e.getMessage(), e.getMessage());
      throw e instanceof Spawner.NoMeansException
          ? NotStarted.here(why, e)
          : new NotStarted(why, e);
    }
  }

  /** The paths and devices that the program of an execution may use besides the common ones. */
  private static final class ExecutionReach {
    /** A single path segment without special meaning. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._:-]*");

    private ExecutionReach() {}

    /**
     * @param prepared its Python environment may be null
     */
    static Reach of(Runner.Prepared prepared, Config.Executors config) {
      Execution execution = prepared.execution();
      Workspace workspace = prepared.workspace();
      PythonEnvironment python = prepared.python();
      Allocation given = prepared.lease().allocation();
      var write = new ArrayList<Path>(List.of(workspace.root()));
      Path run = prepared.submission().run();
      if (run != null) {
        write.add(run);
      } else if (PLAIN.matcher(execution.runId()).matches()) {
        write.add(config.runsRoot().resolve(execution.runId()));
      }
      if (python != null) {
        write.add(python.folder());
      }
      write.add(prepared.submission().folder());
      execution.demands().write().forEach(path -> write.add(real(path)));
      var read = new ArrayList<Path>(prepared.submission().readable());
      execution.demands().read().forEach(path -> read.add(real(path)));
      return new Reach(read, write, given == null ? List.of() : given.devices());
    }

    private static Path real(String path) {
      try {
        return Path.of(path).toRealPath();
      } catch (IOException e) {
        return Path.of(path);
      }
    }
  }
}
