package io.mirrorneuron.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a web page comes from: scheme, host and port (RFC 6454). Two texts of the same origin make
 * equal records.
 *
 * @param scheme in small letters
 * @param host in small letters; an IPv6 address has its brackets
 * @param port the scheme's own where none is written; -1 when the scheme has none
 */
public record Origin(String scheme, String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(" + HostName.PATTERN + ")(?::(\\d{1,5}))?");

  /** Nothing for {@code null}, for blanks and for whatever is no origin. */
  public static Optional<Origin> parse(String text) {
    Matcher form = FORM.matcher(text == null ? "" : text);
    if (!form.matches()) {
      return Optional.empty();
    }
    String scheme = form.group(1).toLowerCase(Locale.ROOT);
    String port = form.group(3);
    return Optional.of(
        new Origin(
            scheme,
            form.group(2).toLowerCase(Locale.ROOT),
            port == null ? usualPort(scheme) : Integer.parseInt(port)));
  }

  /** The origin of an http or https URL; nothing when it has none. */
  public static Optional<Origin> ofUrl(String url) {
    int path = url.indexOf('/', url.indexOf("://") + 3);
    return parse(path < 0 ? url : url.substring(0, path));
  }

  /** Whether a server that was called so, {@code host[:port]}, is where the page comes from. */
  public boolean isAt(String authority) {
    return parse(scheme + "://" + authority).filter(this::equals).isPresent();
  }

  private static int usualPort(String scheme) {
    return switch (scheme) {
      case "http" -> 80;
      case "https" -> 443;
      default -> -1;
    };
  }
}
