package io.mirrorneuron.config;

import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * All addresses that begin with the same bits.
 *
 * @param bits how many of them
 */
public record AddressRange(InetAddress first, int bits) {
  private static final String NUMBER = "(0|[1-9]\\d{0,2})";
  private static final Pattern FORM =
      Pattern.compile(
          "(?:"
              + NUMBER
              + "\\.){3}"
              + NUMBER
              + "(/\\d{1,2})?|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(/\\d{1,3})?");

  /**
   * @param text an address in its usual spelling, or one, a slash and a number of bits
   * @throws IllegalArgumentException when it is neither
   */
  public static AddressRange of(String text) {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(text);
    }
    int slash = text.indexOf('/');
    InetAddress first = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
    int written = text.indexOf(':') < 0 ? 32 : 128;
    int all = first.getAddress().length * 8; // fewer where IPv4 was written within IPv6
    int asked = slash < 0 ? written : Integer.parseInt(text.substring(slash + 1));
    int bits = asked - (written - all);
    if (bits < 0 || bits > all) {
      throw new IllegalArgumentException(text);
    }
    return new AddressRange(first, bits);
  }

  /** Whether a text is one that {@link #of} takes. */
  public static boolean isRange(String text) {
    try {
      of(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  public boolean holds(InetAddress address) {
    byte[] mine = first.getAddress();
    byte[] its = address.getAddress();
    if (mine.length != its.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >> (i % 8);
      if ((mine[i / 8] & mask) != (its[i / 8] & mask)) {
        return false;
      }
    }
    return true;
  }
}
