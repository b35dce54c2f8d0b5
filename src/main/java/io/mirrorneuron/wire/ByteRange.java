package io.mirrorneuron.wire;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A part of a file, in bytes. */
public record ByteRange(long from, long length) {
  private static final Pattern ONE = Pattern.compile("bytes\\s*=\\s*(\\d*)\\s*-\\s*(\\d*)\\s*");

  static ByteRange whole(long size) {
    return new ByteRange(0, size);
  }

  /**
   * Parses the header {@code Range}. Several ranges, and units other than bytes, mean the whole
   * file, as the standard allows.
   *
   * @return null when there is no such part
   */
  static ByteRange of(String header, long size) {
    String text = header.strip().toLowerCase(Locale.ROOT);
    if (!text.startsWith("bytes") || text.contains(",")) {
      return whole(size);
    }
    Matcher one = ONE.matcher(text);
    if (!one.matches() || one.group(1).isEmpty() && one.group(2).isEmpty()) {
      return null;
    }
    if (one.group(1).isEmpty()) {
      long length = Math.min(number(one.group(2)), size);
      return length == 0 ? null : new ByteRange(size - length, length);
    }
    long from = number(one.group(1));
    long last = one.group(2).isEmpty() ? Long.MAX_VALUE : number(one.group(2));
    return from >= size || last < from
        ? null
        : new ByteRange(from, Math.min(last, size - 1) - from + 1);
  }

  /** The value of {@code Content-Range}. */
  public String header(long size) {
    return "bytes %d-%d/%d".formatted(from, from + length - 1, size);
  }

  /** Numbers too large for a long are beyond the end of every file. */
  private static long number(String digits) {
    return digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
  }
}
