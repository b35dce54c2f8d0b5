package io.mirrorneuron.redis;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which server it is. Ordered by number, whoever made it. */
public record RedisVersion(Product product, int major, int minor, int patch)
    implements Comparable<RedisVersion> {
  /** Who makes it. Valkey went its own way after Redis 7.2. */
  public enum Product {
    REDIS("Redis"),
    VALKEY("Valkey");

    private final String title;

    Product(String title) {
      this.title = title;
    }

    @Override
    public String toString() {
      return title;
    }
  }

  private static final String NUMBER = "(\\d+)\\.(\\d+)\\.(\\d+)";
  private static final Pattern PRINTED = Pattern.compile("(Redis|Valkey) server v=" + NUMBER);
  private static final Pattern NAMED = Pattern.compile("(Redis|Valkey) " + NUMBER);

  /** Valkey tells the Redis that it behaves like first, so its own line is looked for first. */
  private static final Pattern VALKEY_INFO = Pattern.compile("(?m)^(valkey)_version:" + NUMBER);

  private static final Pattern REDIS_INFO = Pattern.compile("(?m)^(redis)_version:" + NUMBER);

  private static final int LAST_COMMON_LINE = 702;

  /** From what the program prints when asked with {@code --version}. */
  static Optional<RedisVersion> ofPrinted(String text) {
    return found(PRINTED.matcher(text));
  }

  /** From {@link #toString}. */
  static Optional<RedisVersion> ofName(String text) {
    return found(NAMED.matcher(text));
  }

  /** From the reply to {@code INFO server}. */
  public static Optional<RedisVersion> ofInfo(String reply) {
    return found(VALKEY_INFO.matcher(reply)).or(() -> found(REDIS_INFO.matcher(reply)));
  }

  private static Optional<RedisVersion> found(Matcher text) {
    return text.find()
        ? Optional.of(
            new RedisVersion(
                Product.valueOf(text.group(1).toUpperCase(Locale.ROOT)),
                Integer.parseInt(text.group(2)),
                Integer.parseInt(text.group(3)),
                Integer.parseInt(text.group(4))))
        : Optional.empty();
  }

  /** Major and minor as one number: 6.2 is 602. Releases of one line differ only in fixes. */
  int line() {
    return major * 100 + minor;
  }

  /**
   * Whether this server can load what the other has written: data formats only ever grow, and those
   * of Redis and Valkey have nothing to do with each other after 7.2.
   */
  boolean reads(RedisVersion writer) {
    return line() >= writer.line()
        && (product == writer.product || writer.line() <= LAST_COMMON_LINE);
  }

  @Override
  public int compareTo(RedisVersion other) {
    return Comparator.comparingInt(RedisVersion::line)
        .thenComparingInt(RedisVersion::patch)
        .compare(this, other);
  }

  /** As in {@code Redis 7.0.15}. */
  @Override
  public String toString() {
    return product + " " + major + "." + minor + "." + patch;
  }
}
