package io.mirrorneuron.runtime.port;

import java.util.List;

/** The end of a long output, for people. */
public final class OutputTail {
  private static final int LINES = 20;

  /** Fits into an error envelope. */
  private static final int CHARS = 2000;

  private OutputTail() {}

  /** The last 20 lines without trailing blank ones, 2,000 characters at most. */
  public static String of(String text) {
    List<String> lines = text.stripTrailing().lines().toList();
    String last = String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
    int from = Math.max(0, last.length() - CHARS);
    boolean halves = from > 0 && Character.isLowSurrogate(last.charAt(from));
    return last.substring(halves ? from + 1 : from);
  }
}
