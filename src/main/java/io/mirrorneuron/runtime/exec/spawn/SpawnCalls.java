package io.mirrorneuron.runtime.exec.spawn;

import io.mirrorneuron.untrusted.CFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

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

  static final CFunction SPAWN = CFunction.of("posix_spawn");
  static final CFunction ACTIONS_DESTROY = CFunction.of("posix_spawn_file_actions_destroy");
  private static final CFunction ACTIONS_INIT = CFunction.of("posix_spawn_file_actions_init");
  private static final CFunction ADD_OPEN = CFunction.of("posix_spawn_file_actions_addopen");
  private static final CFunction ADD_DUP2 = CFunction.of("posix_spawn_file_actions_adddup2");
  private static final CFunction ADD_CLOSE = CFunction.of("posix_spawn_file_actions_addclose");
  private static final CFunction ADD_CHDIR = CFunction.of("posix_spawn_file_actions_addchdir_np");
  private static final CFunction ADD_CLOSE_FROM =
      CFunction.of("posix_spawn_file_actions_addclosefrom_np");

  /** Own session, all signals as by default and none blocked. Shared: nobody changes it. */
  static final MemorySegment ATTRIBUTES = attributes();

  private SpawnCalls() {}

  private static MemorySegment attributes() {
    MemorySegment made = Arena.global().allocate(ROOM, 16);
    long attributes = made.address();
    try (Arena arena = Arena.ofConfined()) {
      long signals = arena.allocate(ROOM, 16).address();
      check(CFunction.of("posix_spawnattr_init").call(attributes));
      check(CFunction.of("sigfillset").call(signals));
      check(CFunction.of("posix_spawnattr_setsigdefault").call(attributes, signals));
      check(CFunction.of("sigemptyset").call(signals));
      check(CFunction.of("posix_spawnattr_setsigmask").call(attributes, signals));
      int all = SET_SIGNAL_DEFAULTS | SET_SIGNAL_MASK | SET_SESSION;
      check(CFunction.of("posix_spawnattr_setflags").call(attributes, all));
      return made;
    }
  }

  /** Nothing to read, and what it writes to. */
  static MemorySegment fileActions(Arena arena, Program program, ProgramCall.Files files) {
    MemorySegment actions = actions(arena, files);
    return last(arena, actions, program, Program.GROUP_FD + (files.group() < 0 ? 0 : 1));
  }

  /** The same, with what the {@link Launcher} needs. */
  static MemorySegment launchActions(
      Arena arena, Program program, ProgramCall.Files files, int ruleset, int report) {
    MemorySegment actions = actions(arena, files);
    if (files.group() < 0) {
      check(ADD_CLOSE.call(actions.address(), Program.GROUP_FD));
    }
    check(ADD_DUP2.call(actions.address(), ruleset, Launcher.RULESET));
    check(ADD_DUP2.call(actions.address(), report, Launcher.REPORT));
    check(ADD_DUP2.call(actions.address(), Launcher.descriptor(), Launcher.ITSELF));
    return last(arena, actions, program, Launcher.ITSELF + 1);
  }

  private static MemorySegment actions(Arena arena, ProgramCall.Files files) {
    MemorySegment actions = arena.allocate(ROOM, 16);
    MemorySegment nothing = arena.allocateFrom("/dev/null");
    check(ACTIONS_INIT.call(actions.address()));
    check(ADD_OPEN.call(actions.address(), 0, nothing.address(), O_RDONLY, 0));
    check(ADD_DUP2.call(actions.address(), files.out(), 1));
    check(ADD_DUP2.call(actions.address(), files.err(), 2));
    if (files.group() >= 0) {
      check(ADD_DUP2.call(actions.address(), files.group(), Program.GROUP_FD));
    }
    return actions;
  }

  /**
   * @param first descriptor that is not the program's
   */
  private static MemorySegment last(
      Arena arena, MemorySegment actions, Program program, int first) {
    MemorySegment folder = arena.allocateFrom(program.workingFolder().toString());
    // The JDK leaves sockets and files inheritable and relies on its own spawner to close them.
    check(ADD_CLOSE_FROM.call(actions.address(), first));
    check(ADD_CHDIR.call(actions.address(), folder.address()));
    return actions;
  }

  private static void check(int error) {
    if (error != 0) {
      throw new IllegalStateException("spawn set-up failed with error " + error);
    }
  }
}
