package io.mirrorneuron.untrusted;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * A function of the C library, or other machine code of this process, that takes whole numbers and
 * addresses, at most seven. All are called in one way: on 64-bit Linux each argument has a place of
 * its own, wide enough for either, and a function does not look at places that it has no use for.
 * For each other way the JVM would make classes; it would be a twentieth of a start.
 */
@SuppressWarnings("restricted") // native calls are what this class is for
public final class CFunction {
  private static final int MOST = 7;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO =
      STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle CALL =
      LINKER.downcallHandle(
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
              JAVA_LONG),
          Linker.Option.captureCallState("errno"));

  private final MemorySegment address;

  private CFunction(MemorySegment address) {
    this.address = address;
  }

  /**
   * @throws java.util.NoSuchElementException when the C library has none of that name
   */
  public static CFunction of(String name) {
    return new CFunction(LINKER.defaultLookup().findOrThrow(name));
  }

  /** Empty when there is none of that name, and elsewhere than on Linux. */
  public static Optional<CFunction> find(String name) {
    return System.getProperty("os.name").equals("Linux")
        ? LINKER.defaultLookup().find(name).map(CFunction::new)
        : Optional.empty();
  }

  /** Machine code that keeps to the conventions of the C library, by its first instruction. */
  public static CFunction at(long address) {
    return new CFunction(MemorySegment.ofAddress(address));
  }

  /** Memory of one thread that calls a function often. */
  public static MemorySegment state(Arena arena) {
    return arena.allocate(STATE);
  }

  /** Calls a function that says what is wrong by its answer, and by nothing else. */
  public long plain(long... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      return answer(state(arena), arguments);
    }
  }

  /** Calls a function that answers an {@code int}; instead of -1 it is a negative error number. */
  public int call(long... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = state(arena);
      int result = (int) answer(state, arguments);
      return result == -1 ? -error(state) : result;
    }
  }

  /** The same for one that answers a {@code long}. */
  public long callLong(long... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      return callWith(state(arena), arguments);
    }
  }

  /** The same for many calls in a row. */
  public long callWith(MemorySegment state, long... arguments) {
    long result = answer(state, arguments);
    return result == -1 ? -error(state) : result;
  }

  private static int error(MemorySegment state) {
    return state.get(JAVA_INT, ERRNO);
  }

  private long answer(MemorySegment state, long[] a) {
    if (a.length > MOST) {
      throw new IllegalArgumentException("more than " + MOST + " arguments");
    }
    try {
      return (long)
          CALL.invokeExact(
              address, state, at(a, 0), at(a, 1), at(a, 2), at(a, 3), at(a, 4), at(a, 5), at(a, 6));
    } catch (Throwable e) {
      // A native call throws nothing; what arrives here is an error of the binding itself.
      throw new AssertionError("native call failed", e);
    }
  }

  private static long at(long[] arguments, int index) {
    return index < arguments.length ? arguments[index] : 0;
  }
}
