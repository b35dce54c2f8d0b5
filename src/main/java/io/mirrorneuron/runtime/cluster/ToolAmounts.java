package io.mirrorneuron.runtime.cluster;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses amounts as the tools write them: negative when unknown. Pure. */
final class ToolAmounts {
  private static final Pattern NUMBER =
      Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?)\\s*(GB|GiB|MB|MiB|%)?");

  private static final int KIBI = 1024;

  private ToolAmounts() {}

  /** Of {@code 24564}, {@code 24564 MiB} and {@code 24 GB}; not of {@code [N/A]}. */
  static long megabytes(String text) {
    Matcher number = match(text);
    if (number == null) {
      return -1;
    }
    String unit = number.group(2) == null ? "" : number.group(2);
    double value = Double.parseDouble(number.group(1));
    return Math.round(unit.startsWith("G") ? value * KIBI : value);
  }

  /** Of a number of bytes. */
  static long megabytesOfBytes(String text) {
    Matcher number = match(text);
    return number == null ? -1 : (long) (Double.parseDouble(number.group(1)) / KIBI / KIBI);
  }

  /** Of {@code 7} and {@code 7 %}: 0.07. */
  static double ratio(String text) {
    Matcher number = match(text);
    return number == null ? -1 : Math.min(1, Double.parseDouble(number.group(1)) / 100);
  }

  private static Matcher match(String text) {
    if (text == null) {
      return null;
    }
    Matcher number = NUMBER.matcher(text.strip());
    return number.matches() ? number : null;
  }
}
