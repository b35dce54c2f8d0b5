package io.mirrorneuron.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Counts what the tests of the layer proof do and find, for the table in {@code docs/proofs.md}.
 * Each call appends a line such as {@code 1 kills} to the file that {@code -Dproof.tally} names;
 * {@code .ci/proof} adds them up. Without that property nothing is written.
 */
public final class Tally {
  private static final String FILE = System.getProperty("proof.tally");

  private Tally() {}

  /** Kills a process by SIGKILL, and counts that. */
  public static void kill(ProcessHandle process) {
    count("kills", 1);
    process.destroyForcibly();
  }

  /** Adds to what is told of a kind of deed or finding. */
  public static synchronized void count(String what, long number) {
    if (FILE == null) {
      return;
    }
    try {
      Files.writeString(
          Path.of(FILE),
          number + " " + what + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
