package io.mirrorneuron.listen;

import io.netty.util.NetUtil;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks the bytes of a request's head. An accepted head has only one meaning: one body length, one
 * host, one line per header, so that no proxy in between can have understood another request (RFC
 * 9112, sections 3 and 6).
 */
final class RequestHead {
  private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://([^/?#]*)[^#]*");
  private static final Pattern AUTHORITY =
      Pattern.compile("(?:[A-Za-z0-9._-]+|\\[([0-9A-Fa-f:.]+)])(?::([0-9]{1,5}))?");
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");
  private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";
  private static final int LAST_PORT = 65_535;

  /** With the blank before it. */
  private static final int VERSION_CHARS = " HTTP/1.1".length();

  private final String head;
  private int at;
  private String host;
  private String contentLength;
  private String transferEncoding;
  private final SingleHeaders single = new SingleHeaders();

  private RequestHead(String head) {
    this.head = head;
  }

  /**
   * @param head up to and with the empty line at its end, a character for each byte
   * @return what is wrong, or null
   */
  static BadRequest fault(String head) {
    try {
      new RequestHead(head).check();
      return null;
    } catch (BadRequest e) {
      return e;
    }
  }

  private void check() {
    while (head.startsWith("\r\n", at)) { // some clients end a body with one too many
      at += 2;
    }
    String line = nextLine();
    int method = line.indexOf(' ');
    int target = line.indexOf(' ', method + 1);
    boolean isOld = line.endsWith(" HTTP/1.0");
    if (line.length() - target != VERSION_CHARS
        || !isOld && !line.endsWith(" HTTP/1.1")
        || target == method + 1
        || line.indexOf('\t') >= 0
        || !isToken(line.substring(0, Math.max(method, 0)))) {
      throw bad("the request line must be a method, a target and HTTP/1.1, one blank between");
    }
    for (String header = nextLine(); !header.isEmpty(); header = nextLine()) {
      read(header);
    }
    checkLength(isOld);
    checkHost(isOld);
    checkTarget(line.substring(0, method), line.substring(method + 1, target));
  }

  private String nextLine() {
    int end = head.indexOf("\r\n", at);
    String line = head.substring(at, end < 0 ? head.length() : end);
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c < ' ' && c != '\t' || c == 0x7f) {
        throw bad("the head holds a control character; lines end with CR LF");
      }
    }
    if (end < 0) {
      throw bad("the head has no end; lines end with CR LF");
    }
    at = end + 2;
    return line;
  }

  private void read(String header) {
    if (header.charAt(0) == ' ' || header.charAt(0) == '\t') {
      throw bad("a header goes on in a second line; send it in one");
    }
    int colon = header.indexOf(':');
    String name = header.substring(0, Math.max(colon, 0));
    if (!isToken(name)) {
      throw bad("a header's name must be letters, digits and marks, with the colon behind it");
    }
    single.add(name);
    String value = header.substring(colon + 1).strip();
    switch (name.length()) { // most have another length than those that matter here
      case 4 -> host = name.equalsIgnoreCase("host") ? once("Host", host, value) : host;
      case 14 -> {
        if (name.equalsIgnoreCase("content-length")) {
          contentLength = once("Content-Length", contentLength, value);
        }
      }
      case 17 -> {
        if (name.equalsIgnoreCase("transfer-encoding")) {
          transferEncoding = once("Transfer-Encoding", transferEncoding, value);
        }
      }
      default -> {}
    }
  }

  private static String once(String name, String before, String value) {
    if (before != null) {
      throw twice(name);
    }
    return value;
  }

  static BadRequest twice(String name) {
    return bad(name + " is there twice; send it once");
  }

  private void checkLength(boolean isOld) {
    if (contentLength != null && !DIGITS.matcher(contentLength).matches()) {
      throw bad("Content-Length must be one number of bytes");
    }
    if (transferEncoding == null) {
      return;
    }
    if (contentLength != null) {
      throw bad("Content-Length and Transfer-Encoding contradict each other; send one of them");
    }
    if (isOld) {
      throw bad("HTTP/1.0 has no Transfer-Encoding; send Content-Length");
    }
    if (!transferEncoding.equalsIgnoreCase("chunked")) {
      throw bad("Transfer-Encoding must be chunked and nothing else");
    }
  }

  private void checkHost(boolean isOld) {
    if (host == null) {
      if (!isOld) {
        throw bad("HTTP/1.1 needs the header Host");
      }
    } else if (!isAuthority(host)) {
      throw bad("Host must be one name or address, with or without a port");
    }
  }

  static boolean isAuthority(String text) {
    if (isNameAndPort(text)) {
      return true;
    }
    Matcher parts = AUTHORITY.matcher(text);
    return parts.matches()
        && (parts.group(1) == null || NetUtil.isValidIpV6Address(parts.group(1)))
        && (parts.group(2) == null || Integer.parseInt(parts.group(2)) <= LAST_PORT);
  }

  /** The common form, without a look at the pattern. */
  private static boolean isNameAndPort(String text) {
    int at = 0;
    while (at < text.length() && (isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '.')) {
      at++;
    }
    return at > 0 && (at == text.length() || text.charAt(at) == ':' && isPort(text, at + 1));
  }

  private static boolean isPort(String text, int from) {
    int port = 0;
    for (int i = from; i < text.length() && port <= LAST_PORT; i++) {
      int digit = text.charAt(i) - '0';
      port = digit < 0 || digit > 9 ? Integer.MAX_VALUE : 10 * port + digit;
    }
    return from < text.length() && text.length() - from <= 5 && port <= LAST_PORT;
  }

  private void checkTarget(String method, String target) {
    if (target.startsWith("/") && target.indexOf('#') < 0) {
      return;
    }
    if (target.equals("*") && method.equals("OPTIONS")) {
      return;
    }
    Matcher absolute = ABSOLUTE.matcher(target);
    if (!absolute.matches() || method.equals("CONNECT")) {
      throw bad("the target must be a path that begins with a slash");
    }
    if (host != null && !sameHost(absolute.group(1), host)) {
      throw bad("the target names another host than the header Host");
    }
    if (!isAuthority(absolute.group(1))) {
      throw bad("the target must name one host");
    }
  }

  static boolean sameHost(String a, String b) {
    return plain(a).equals(plain(b));
  }

  private static String plain(String authority) {
    String lower = authority.toLowerCase(Locale.ROOT);
    return lower.endsWith(":80") ? lower.substring(0, lower.length() - 3) : lower;
  }

  private static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isLetterOrDigit(c) && TOKEN_MARKS.indexOf(c) < 0) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static boolean isLetterOrDigit(char c) {
    return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
  }

  static BadRequest bad(String message) {
    return new BadRequest(400, message);
  }
}
