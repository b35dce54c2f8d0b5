package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.mirrorneuron.runtime.exec.spawn.Spawner.ChildStart;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The call of {@code posix_spawn} for a program, by the {@link Launcher} when it is confined: where
 * there is no {@link DirectStart}.
 */
final class ProgramCall {
  private ProgramCall() {}

  /**
   * Descriptors that a program gets.
   *
   * @param group what it enters a control group by ({@link Program#group}); negative for none
   */
  record Files(int out, int err, int group) {}

  /**
   * Starts a program; what is kept from it is from its first moment. Not while another thread does.
   */
  static ChildStart.Started start(Program program, int out, int err) throws IOException {
    int group = program.group() == null ? -1 : PathHandle.openForWriting(program.group());
    try {
      var files = new Files(out, err, group);
      int pid = tryStart(program, files);
      if (pid == -Libc.ENOEXEC) {
        pid = tryStart(program.throughShell(), files);
      }
      if (pid < 0) {
        throw Libc.failure(program.arguments().getFirst() + " cannot be started", -pid);
      }
      return new ChildStart.Started(pid, handle(pid));
    } finally {
      if (group >= 0) {
        Libc.close(group);
      }
    }
  }

  private static int handle(int pid) throws IOException {
    try {
      return Libc.pidfd(pid);
    } catch (IOException e) {
      Libc.kill(-pid, Spawner.Signal.KILL.number);
      Libc.await(pid);
      throw e;
    }
  }

  /** The process id, or a negative error number. */
  private static int tryStart(Program program, Files files) throws IOException {
    String path = program.executable().toString();
    if (program.domain() == Domain.NONE) {
      return execute(
          path,
          program.arguments(),
          program,
          arena -> SpawnCalls.fileActions(arena, program, files));
    }
    int ruleset = Launcher.aside(program.domain().ruleset());
    try {
      return launch(path, program, files, ruleset);
    } finally {
      Libc.close(ruleset);
    }
  }

  private static int launch(String path, Program program, Files files, int ruleset)
      throws IOException {
    var arguments = new ArrayList<String>(List.of(path));
    arguments.addAll(program.arguments());
    int[] report = Libc.pipe();
    int pid;
    try {
      int end = Launcher.aside(report[1]);
      try {
        pid =
            ConfinedParent.call(
                () ->
                    execute(
                        Launcher.PATH,
                        arguments,
                        program,
                        arena -> SpawnCalls.launchActions(arena, program, files, ruleset, end)));
      } finally {
        Libc.close(end);
      }
      int error = Launcher.report(report[0]);
      if (pid > 0 && error != 0) {
        Libc.await(pid);
        return -error;
      }
      return pid;
    } finally {
      Libc.close(report[0]);
    }
  }

  @FunctionalInterface
  private interface FileActions {
    MemorySegment in(Arena arena);
  }

  private static int execute(
      String path, List<String> arguments, Program program, FileActions set) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pid = arena.allocate(JAVA_INT);
      MemorySegment actions = set.in(arena);
      try {
        int error =
            SpawnCalls.SPAWN.call(
                pid.address(),
                arena.allocateFrom(path).address(),
                actions.address(),
                SpawnCalls.ATTRIBUTES.address(),
                vector(arena, arguments).address(),
                vector(
                        arena,
                        program.environment().entrySet().stream()
                            .map(entry -> entry.getKey() + "=" + entry.getValue())
                            .toList())
                    .address());
        return error == 0 ? pid.get(JAVA_INT, 0) : -error;
      } finally {
        SpawnCalls.ACTIONS_DESTROY.call(actions.address());
      }
    }
  }

  private static MemorySegment vector(Arena arena, Collection<String> words) {
    MemorySegment vector = arena.allocate(ADDRESS, words.size() + 1L);
    int i = 0;
    for (String word : words) {
      vector.setAtIndex(ADDRESS, i++, arena.allocateFrom(word));
    }
    return vector;
  }
}
