package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The {@code posix_spawn} family of calls. A class of its own, so that a machine without them
 * breaks this one and not the spawner that asks for them.
 */
final class SpawnCalls {
  private static final int SET_SIGNAL_DEFAULTS = 4;
  private static final int SET_SIGNAL_MASK = 8;
  private static final int SET_SESSION = 0x80;
  private static final int O_RDONLY = 0;

  /** Room for the opaque structures of the C library: 336 and 80 bytes on 64-bit machines. */
  private static final long ROOM = 1024;

  static final MethodHandle SPAWN =
      Libc.call("posix_spawn", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  static final MethodHandle ACTIONS_DESTROY =
      Libc.call("posix_spawn_file_actions_destroy", JAVA_INT, ADDRESS);
  private static final MethodHandle ACTIONS_INIT =
      Libc.call("posix_spawn_file_actions_init", JAVA_INT, ADDRESS);
  private static final MethodHandle ADD_OPEN =
      Libc.call(
          "posix_spawn_file_actions_addopen",
          JAVA_INT,
          ADDRESS,
          JAVA_INT,
          ADDRESS,
          JAVA_INT,
          JAVA_INT);
  private static final MethodHandle ADD_DUP2 =
      Libc.call("posix_spawn_file_actions_adddup2", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle ADD_CLOSE =
      Libc.call("posix_spawn_file_actions_addclose", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle ADD_CHDIR =
      Libc.call("posix_spawn_file_actions_addchdir_np", JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle ADD_CLOSE_FROM =
      Libc.call("posix_spawn_file_actions_addclosefrom_np", JAVA_INT, ADDRESS, JAVA_INT);

  /** Own session, all signals as by default and none blocked. Shared: nobody changes it. */
  static final MemorySegment ATTRIBUTES = attributes();

  private SpawnCalls() {}

  private static MemorySegment attributes() {
    MethodHandle init = Libc.call("posix_spawnattr_init", JAVA_INT, ADDRESS);
    MethodHandle flags = Libc.call("posix_spawnattr_setflags", JAVA_INT, ADDRESS, JAVA_SHORT);
    MethodHandle defaults = Libc.call("posix_spawnattr_setsigdefault", JAVA_INT, ADDRESS, ADDRESS);
    MethodHandle mask = Libc.call("posix_spawnattr_setsigmask", JAVA_INT, ADDRESS, ADDRESS);
    MethodHandle fill = Libc.call("sigfillset", JAVA_INT, ADDRESS);
    MethodHandle empty = Libc.call("sigemptyset", JAVA_INT, ADDRESS);
    MemorySegment attributes = Arena.global().allocate(ROOM, 16);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment signals = arena.allocate(ROOM, 16);
      check((int) init.invokeExact(state, attributes));
      check((int) fill.invokeExact(state, signals));
      check((int) defaults.invokeExact(state, attributes, signals));
      check((int) empty.invokeExact(state, signals));
      check((int) mask.invokeExact(state, attributes, signals));
      short all = SET_SIGNAL_DEFAULTS | SET_SIGNAL_MASK | SET_SESSION;
      check((int) flags.invokeExact(state, attributes, all));
      return attributes;
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Nothing to read, and what it writes to. */
  static MemorySegment fileActions(Arena arena, Program program, ProgramCall.Files files)
      throws Throwable {
    MemorySegment actions = actions(arena, files);
    return last(arena, actions, program, Program.GROUP_FD + (files.group() < 0 ? 0 : 1));
  }

  /** The same, with what the {@link Launcher} needs. */
  static MemorySegment launchActions(
      Arena arena, Program program, ProgramCall.Files files, int ruleset, int report)
      throws Throwable {
    MemorySegment state = Libc.state(arena);
    MemorySegment actions = actions(arena, files);
    if (files.group() < 0) {
      check((int) ADD_CLOSE.invokeExact(state, actions, Program.GROUP_FD));
    }
    check((int) ADD_DUP2.invokeExact(state, actions, ruleset, Launcher.RULESET));
    check((int) ADD_DUP2.invokeExact(state, actions, report, Launcher.REPORT));
    check((int) ADD_DUP2.invokeExact(state, actions, Launcher.descriptor(), Launcher.ITSELF));
    return last(arena, actions, program, Launcher.ITSELF + 1);
  }

  private static MemorySegment actions(Arena arena, ProgramCall.Files files) throws Throwable {
    MemorySegment state = Libc.state(arena);
    MemorySegment actions = arena.allocate(ROOM, 16);
    MemorySegment nothing = arena.allocateFrom("/dev/null");
    check((int) ACTIONS_INIT.invokeExact(state, actions));
    check((int) ADD_OPEN.invokeExact(state, actions, 0, nothing, O_RDONLY, 0));
    check((int) ADD_DUP2.invokeExact(state, actions, files.out(), 1));
    check((int) ADD_DUP2.invokeExact(state, actions, files.err(), 2));
    if (files.group() >= 0) {
      check((int) ADD_DUP2.invokeExact(state, actions, files.group(), Program.GROUP_FD));
    }
    return actions;
  }

  /**
   * @param first descriptor that is not the program's
   */
  private static MemorySegment last(Arena arena, MemorySegment actions, Program program, int first)
      throws Throwable {
    MemorySegment state = Libc.state(arena);
    MemorySegment folder = arena.allocateFrom(program.workingFolder().toString());
    // The JDK leaves sockets and files inheritable and relies on its own spawner to close them.
    check((int) ADD_CLOSE_FROM.invokeExact(state, actions, first));
    check((int) ADD_CHDIR.invokeExact(state, actions, folder));
    return actions;
  }

  private static void check(int error) {
    if (error != 0) {
      throw new IllegalStateException("spawn set-up failed with error " + error);
    }
  }
}
