package io.mirrorneuron.runtime.exec.log;

import java.time.Instant;
import java.util.Locale;

/**
 * A line that a program has printed.
 *
 * @param at when its end arrived
 * @param bytes as printed, without its end; of a long line the beginning
 * @param length bytes that it has
 */
record PrintedLine(Instant at, Stream stream, byte[] bytes, long length) {
  enum Stream {
    STDOUT,
    STDERR;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether there is nothing in it but blanks. */
  boolean isBlank() {
    return first() < 0;
  }

  /** Its first byte that is no blank, or -1. */
  int first() {
    for (byte each : bytes) {
      if (each != ' ' && each != '\t') {
        return each & 0xff;
      }
    }
    return -1;
  }
}
