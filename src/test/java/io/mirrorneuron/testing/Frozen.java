package io.mirrorneuron.testing;

import java.io.IOException;

/** A process that stands still (SIGSTOP) until this is closed (SIGCONT). */
public final class Frozen implements AutoCloseable {
  private final long pid;

  private Frozen(long pid) {
    this.pid = pid;
  }

  /** Returns when the process has been told to stop. */
  public static Frozen process(long pid) {
    Tally.count("standstills", 1);
    signal("-STOP", pid);
    return new Frozen(pid);
  }

  @Override
  public void close() {
    signal("-CONT", pid);
  }

  private static void signal(String name, long pid) {
    try {
      int code = new ProcessBuilder("kill", name, Long.toString(pid)).start().waitFor();
      if (code != 0) {
        throw new AssertionError("process " + pid + " cannot be signalled");
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
