package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.process.Command;
import io.mirrorneuron.runtime.exec.process.ProcessLimits;
import io.mirrorneuron.runtime.exec.spawn.Program;
import io.mirrorneuron.runtime.exec.spawn.SearchPath;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.exec.workspace.NotStarted;
import io.mirrorneuron.runtime.workflow.ProgramLimit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Starts the program of one execution within what it is kept to. */
record ProgramStart(ProgramRun.Machinery machinery, Runner.Prepared prepared) {

  /**
   * @param limits of its node
   * @param group what it enters first, or null
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
}
