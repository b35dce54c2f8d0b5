package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** Empties files without opening them, which some kernels refuse less than opening. */
public final class FileCuts {
  private static final MethodHandle TRUNCATE = Libc.call("truncate", JAVA_INT, ADDRESS, JAVA_LONG);

  private FileCuts() {}

  /** 0 when it was done. */
  public static int cut(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) TRUNCATE.invokeExact(Libc.state(arena), arena.allocateFrom(file.toString()), 0L);
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }
}
