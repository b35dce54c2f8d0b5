package io.mirrorneuron.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names by which a server is called, as {@code Host} headers and settings write them. */
public final class HostName {
  /** A name, an IPv4 address, or an IPv6 address in brackets. */
  public static final String PATTERN = "[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._~-]+)?]";

  private static final Pattern AUTHORITY = Pattern.compile("(" + PATTERN + ")(?::\\d{1,5})?");
  private static final Pattern NAME = Pattern.compile(PATTERN);
  private static final Pattern LOOPBACK =
      Pattern.compile(
          "localhost|127(?:\\.(?:25[0-5]|2[0-4]\\d|1?\\d{1,2})){3}|\\[::1]|\\[0:0:0:0:0:0:0:1]");

  private HostName() {}

  /** The host of {@code host[:port]} in small letters; nothing when it is not written so. */
  public static Optional<String> of(String authority) {
    Matcher form = AUTHORITY.matcher(authority);
    return form.matches() ? Optional.of(form.group(1).toLowerCase(Locale.ROOT)) : Optional.empty();
  }

  /** Whether it is a name without a port. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /**
   * Whether the name means this machine wherever it is looked up: no name server can make it mean
   * another one.
   *
   * @param host in small letters
   */
  public static boolean isLoopback(String host) {
    return LOOPBACK.matcher(host).matches();
  }
}
