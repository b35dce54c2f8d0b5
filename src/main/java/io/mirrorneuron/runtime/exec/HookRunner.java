package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.HookPrograms;
import io.mirrorneuron.port.HookPrograms.HookProgram;
import io.mirrorneuron.runtime.exec.confine.Confiner.Reach;
import io.mirrorneuron.runtime.exec.process.PreparationScripts;
import io.mirrorneuron.runtime.exec.process.ProgramWatcher;
import io.mirrorneuron.runtime.exec.spawn.Program;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.exec.workspace.FolderTree;
import io.mirrorneuron.runtime.exec.workspace.Workspaces;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs hooks like programs of steps: marked, confined, and ended with all their processes. They get
 * few variables, may write to their own folder and a temporary one, and have network access.
 */
public final class HookRunner implements HookPrograms, AutoCloseable {
  private static final String PREFIX = "launch-hook-";
  private static final List<String> TEMPORARY = List.of("TMPDIR", "TMP", "TEMP");

  private final PreparationScripts scripts;
  private final Workspaces workspaces;
  private final Runnable changed;
  private final Map<String, AccompaniedHook> running = new ConcurrentHashMap<>();
  private volatile boolean isClosed;

  /**
   * @param changed called when a hook has ended and may have left processes
   */
  public HookRunner(PreparationScripts scripts, Workspaces workspaces, Runnable changed) {
    this.scripts = scripts;
    this.workspaces = workspaces;
    this.changed = changed;
  }

  public boolean isRunning(String executionId) {
    return running.containsKey(executionId);
  }

  @Override
  public Hook start(HookProgram program) {
    String id = PREFIX + program.id();
    AccompaniedHook hook = new AccompaniedHook(id, scripts, program.grace());
    if (isClosed || running.putIfAbsent(id, hook) != null) {
      throw notStarted(isClosed ? "the server is stopping" : "it runs already", null);
    }
    Path own = null;
    boolean isStarted = false;
    try {
      Path temporary = workspaces.empty();
      own = temporary;
      Spawner.Child child =
          scripts.spawner().spawn(started(id, program, temporary), watcher(hook, program));
      hook.accompany(child, program.stays(), () -> ended(id, temporary));
      isStarted = true;
      return hook;
    } catch (NotStarted | IOException e) {
      throw notStarted(e.getMessage(), e);
    } finally {
      if (!isStarted) {
        ended(id, own);
      }
    }
  }

  private static MnException notStarted(String why, Exception cause) {
    return new MnException(ErrorCode.INTERNAL, "hook_not_started", why, null, cause);
  }

  private void ended(String id, Path temporary) {
    running.remove(id);
    if (temporary != null) {
      FolderTree.delete(temporary);
    }
    changed.run();
  }

  private Program started(String id, HookProgram program, Path temporary) {
    Map<String, String> variables = new LinkedHashMap<>(program.variables());
    TEMPORARY.forEach(name -> variables.put(name, temporary.toString()));
    List<Path> writes = new ArrayList<>(program.writes());
    writes.add(program.folder());
    writes.add(temporary);
    return new Program(
        Path.of(program.command().getFirst()),
        program.command(),
        scripts.environment().ofChecks(id, variables),
        program.folder(),
        scripts.confiner().around(new Reach(List.of(), writes)));
  }

  private static Spawner.Watcher watcher(AccompaniedHook hook, HookProgram program) {
    return new ProgramWatcher(
        hook.inbox(), bytes -> tell(program, bytes), bytes -> tell(program, bytes));
  }

  /** Both streams go to one consumer, each chunk as a whole. */
  private static void tell(HookProgram program, ByteBuffer bytes) {
    byte[] piece = new byte[bytes.remaining()];
    bytes.get(piece);
    synchronized (program) {
      program.printed().accept(piece);
    }
  }

  /** Ends all hooks; new ones are refused. */
  @Override
  public void close() {
    isClosed = true;
    List.copyOf(running.values()).parallelStream().forEach(AccompaniedHook::stop);
  }
}
