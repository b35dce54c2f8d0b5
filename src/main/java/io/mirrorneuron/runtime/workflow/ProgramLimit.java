package io.mirrorneuron.runtime.workflow;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What one run of a program can be kept to: the members of {@code resources.limits}. */
public enum ProgramLimit {
  /** Of each process. */
  OPEN_FILES,
  ADDRESS_SPACE_MB,
  CPU_SECONDS,

  /** Of all processes of the program together: memory that they have, without what is swapped. */
  MEMORY_MB,
  /** Processes and their threads, as the kernel counts tasks. */
  PROCESSES,
  /** Thousandths of a core. */
  CPU_MILLIS;

  /** The largest value that any of them may have. */
  public static final long MOST = 1L << 40;

  /** How a program is kept to a limit. */
  public enum Enforcement {
    /** By a control group of the kernel, which no process leaves. */
    CGROUP,
    /** By what the kernel keeps each process to, or by looking at them again and again. */
    PROCESS,
    /** Not at all. */
    NONE;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** As it is written in a manifest. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it is about all processes of a program together. */
  public boolean isOfTree() {
    return compareTo(MEMORY_MB) >= 0;
  }

  /** All names, in the order of this type. */
  public static List<String> words() {
    return Arrays.stream(values()).map(ProgramLimit::word).toList();
  }

  public static Optional<ProgramLimit> of(String word) {
    return Arrays.stream(values()).filter(one -> one.word().equals(word)).findFirst();
  }
}
