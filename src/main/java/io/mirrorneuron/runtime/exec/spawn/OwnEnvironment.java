package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiPredicate;

/** The variables this process was started with, as {@code /proc} shows them to its account. */
@SuppressWarnings("restricted") // the memory of the kernel's copy is what this class is for
public final class OwnEnvironment {
  /** Where the line of {@code stat} says that the variables begin; where they end comes next. */
  private static final int START_FIELD = 50;

  private OwnEnvironment() {}

  /**
   * Overwrites values in the memory that {@code /proc/self/environ} shows and that started programs
   * inherit. What {@link System#getenv} answers stays when it was asked before. Does nothing where
   * there is no {@code /proc}.
   *
   * @param isForgotten by name and value
   */
  public static void forget(BiPredicate<String, String> isForgotten) {
    long[] bounds = bounds();
    if (bounds[0] == 0 || bounds[1] <= bounds[0]) {
      return;
    }
    MemorySegment memory = MemorySegment.ofAddress(bounds[0]).reinterpret(bounds[1] - bounds[0]);
    String text = new String(memory.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    int start = 0;
    for (int end; (end = text.indexOf('\0', start)) >= 0; start = end + 1) {
      int equals = text.indexOf('=', start);
      if (equals > start
          && equals < end
          && isForgotten.test(text.substring(start, equals), text.substring(equals + 1, end))) {
        memory.asSlice(equals + 1L, end - equals - 1L).fill((byte) 0);
      }
    }
  }

  /** First address and the one behind the last; zeros when the kernel does not tell. */
  private static long[] bounds() {
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1);
      // The name, in parentheses, may itself hold parentheses and blanks; it is field 2.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ");
      int start = START_FIELD - 3;
      return fields.length > start + 1
          ? new long[] {
            Long.parseUnsignedLong(fields[start]), Long.parseUnsignedLong(fields[start + 1])
          }
          : new long[2];
    } catch (IOException e) {
      return new long[2];
    }
  }
}
