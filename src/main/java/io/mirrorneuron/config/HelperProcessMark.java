package io.mirrorneuron.config;

import java.io.IOException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Environment variable that marks the server's own helper processes which may leave its session:
 * they are no leftovers of programs.
 */
public final class HelperProcessMark {
  private static final String NAME = "MN_SERVICE";

  /** Held while this process has what a program that it starts is to inherit. */
  private static final Lock STARTS = new ReentrantLock();

  private HelperProcessMark() {}

  /** Starts a process that is the server's own, and not while it starts a program. */
  public static Process start(ProcessBuilder builder, String service) throws IOException {
    builder.environment().put(NAME, service);
    STARTS.lock();
    try {
      return builder.start();
    } finally {
      STARTS.unlock();
    }
  }

  /** Held during the start of a program: one at a time, and no helper process meanwhile. */
  public static Lock starts() {
    return STARTS;
  }

  /**
   * @param environment {@code NAME=value} entries that end with a zero character
   */
  public static boolean isIn(String environment) {
    return environment.startsWith(NAME + "=") || environment.contains('\0' + NAME + "=");
  }
}
