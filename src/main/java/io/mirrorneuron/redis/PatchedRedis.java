package io.mirrorneuron.redis;

import io.mirrorneuron.redis.RedisVersion.Product;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The floor: of each line of releases that still gets fixes, the first without a security hole that
 * is publicly known. The only place to edit when a new one is published.
 *
 * <p>As of November 2026 these are the releases of 21 July (Valkey) and 24 July 2026 (Redis), which
 * close holes that let a client that may sign in run code in the server; older ones of the same
 * kind are those of Lua (CVE-2025-49844, CVE-2024-31449), {@code RESTORE} (CVE-2026-25243) and
 * blocked clients (CVE-2026-23479). Lines that are not in the list (7.0, 8.0 of Redis) were never
 * given all of these fixes. Distributions patch without a new number, so a server that was patched
 * by one is warned of too.
 */
public final class PatchedRedis {
  private static final List<RedisVersion> FIRST_PATCHED =
      List.of(
          new RedisVersion(Product.REDIS, 6, 2, 23),
          new RedisVersion(Product.REDIS, 7, 2, 15),
          new RedisVersion(Product.REDIS, 7, 4, 10),
          new RedisVersion(Product.REDIS, 8, 2, 8),
          new RedisVersion(Product.REDIS, 8, 4, 5),
          new RedisVersion(Product.REDIS, 8, 6, 5),
          new RedisVersion(Product.REDIS, 8, 8, 1),
          new RedisVersion(Product.VALKEY, 7, 2, 14),
          new RedisVersion(Product.VALKEY, 8, 0, 10),
          new RedisVersion(Product.VALKEY, 8, 1, 9),
          new RedisVersion(Product.VALKEY, 9, 0, 5),
          new RedisVersion(Product.VALKEY, 9, 1, 1));

  private PatchedRedis() {}

  /** What is wrong with it, as a sentence for people; empty when nothing is known to be. */
  public static Optional<String> warning(RedisVersion version) {
    return isPatched(version)
        ? Optional.empty()
        : Optional.of(
            version
                + " has publicly known security holes, closed from "
                + firstPatched(Product.REDIS)
                + " and "
                + firstPatched(Product.VALKEY)
                + " on");
  }

  /** The same of a server that only this machine reaches, with a password. */
  public static Optional<String> note(RedisVersion version) {
    return warning(version)
        .map(known -> known + "; only who has the password in the home of this server reaches it");
  }

  /** A line that is newer than all that we know of began after the fixes. */
  private static boolean isPatched(RedisVersion version) {
    List<RedisVersion> same =
        FIRST_PATCHED.stream().filter(known -> known.product() == version.product()).toList();
    return same.stream()
        .filter(known -> known.line() == version.line())
        .findFirst()
        .or(() -> same.stream().max(Comparator.naturalOrder()))
        .filter(known -> version.compareTo(known) >= 0)
        .isPresent();
  }

  private static String firstPatched(Product product) {
    return FIRST_PATCHED.stream()
        .filter(known -> known.product() == product)
        .map(known -> known.major() + "." + known.minor() + "." + known.patch())
        .collect(Collectors.joining(", ", product + " ", ""));
  }
}
