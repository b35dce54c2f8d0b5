package io.mirrorneuron.config;

import java.util.Optional;
import java.util.regex.Pattern;

/** A setting that is not as by default, or cannot be as it is, in words for people. */
final class ChangedSetting {
  private static final Pattern SECRET = Pattern.compile("(.*[._])?(token|password|secret)");

  /** An address with somebody's name, or a parameter that may be a secret. */
  private static final Pattern ADDRESS =
      Pattern.compile(
          "://[^/?#\\s]*@|[?&][^=&\\s]*(token|key|secret|passw|sig)[^=&\\s]*=",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern PATH = Pattern.compile("[/~.$].*");
  private static final int LONGEST = 120;

  private ChangedSetting() {}

  /**
   * @param value as text, or JSON of a list or an object
   * @param origin who has set it, for example {@code MN_API_PORT}
   */
  static String told(String key, String value, String origin) {
    return "setting %s is %s, by %s".formatted(key, shown(key, value).orElse("(hidden)"), origin);
  }

  /**
   * That a value does not fit, and which it is, save secrets. Of a file that holds one the name is
   * told, unless somebody has put the secret there instead.
   *
   * @param expected what the value must be
   */
  static String unfit(String key, String expected, String value, String origin) {
    boolean mayBeSecret = key.endsWith("_file") && !PATH.matcher(value).matches();
    boolean isTold = expected.contains(", unlike ");
    Optional<String> shown =
        value.isEmpty() || mayBeSecret || isTold ? Optional.empty() : shown(key, value);
    String actual =
        shown
            .map(text -> text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...")
            .map(text -> text.matches("[\\[{].*") ? "; it is " + text : "; it is \"" + text + '"')
            .orElse("");
    return key + " (" + origin + ") must be " + expected + actual;
  }

  private static Optional<String> shown(String key, String value) {
    boolean isRedis = key.startsWith("redis.");
    if (SECRET.matcher(key).matches()
        || ADDRESS.matcher(value).find()
        || isRedis && value.indexOf('@') >= 0) {
      return Optional.empty();
    }
    String text = key.equals("redis.url") ? RedisUrl.shown(value) : value;
    return Optional.of(text.replaceAll("\\p{Cntrl}+", " "));
  }
}
