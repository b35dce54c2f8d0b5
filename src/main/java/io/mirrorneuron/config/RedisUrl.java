package io.mirrorneuron.config;

import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How an address of Redis is told to people: without user and password, whatever form it has. Every
 * message, log line and answer that names one takes it from here.
 */
public final class RedisUrl {
  private static final String HIDDEN = "***";

  /** Settings of the client that are secret, behind the question mark. */
  private static final String PARAMETERS = "(?i)([?&](?:user|username|password)=)[^&]*";

  /** A password without its @ stands where a port would; without a host it may be a number. */
  private static final String NO_PORT = "^(:|[^/?]*:(?=[^/?]*[^/?\\d]))[^/?:\\]]+(?=[/?]|$)";

  private static final Pattern PORT =
      Pattern.compile("rediss?://(?:.*@)?(?:\\[[^\\]]*]|[^:/?#@\\[\\]]+):(\\d+)(?:[/?#].*)?");

  private RedisUrl() {}

  /** Whether it names a port that is none: those are from 1 to 65535. */
  public static boolean hasWrongPort(String text) {
    Matcher port = PORT.matcher(text);
    return port.matches()
        && (!port.group(1).matches("[1-9]\\d{0,4}") || Integer.parseInt(port.group(1)) > 65_535);
  }

  /**
   * The text with {@code ***} for user and password, also of one that is no URL: a password that
   * was not written as URLs have it may hold any character.
   */
  public static String shown(String text) {
    String rest = text.replaceFirst("^[A-Za-z][A-Za-z0-9+.-]*://", "");
    String scheme = text.substring(0, text.length() - rest.length());
    String shown = rest.replaceAll(PARAMETERS, "$1" + HIDDEN);
    int at = rest.lastIndexOf('@');
    if (at >= 0 && !shown.equals(rest)) { // which of the two the @ belongs to cannot be told
      return scheme + HIDDEN;
    }
    if (at >= 0) {
      return scheme + HIDDEN + rest.substring(at);
    }
    return scheme + shown.replaceFirst(NO_PORT, "$1" + HIDDEN);
  }

  /** Where it leads: scheme, host and port, or scheme and socket. */
  public static String target(URI url) {
    return url.getHost() == null
        ? url.getScheme() + "://" + url.getPath()
        : url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
  }
}
