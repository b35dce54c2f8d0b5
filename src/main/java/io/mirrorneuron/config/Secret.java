package io.mirrorneuron.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A token or password: never printed, compared in constant time. Empty means not set. */
public record Secret(String value) {
  public static final Secret NONE = new Secret("");

  public boolean isSet() {
    return !value.isEmpty();
  }

  /** Whether {@code candidate} is this secret; false when none is set. */
  public boolean matches(String candidate) {
    return isSet()
        && candidate != null
        && MessageDigest.isEqual(
            value.getBytes(StandardCharsets.UTF_8), candidate.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return isSet() ? "[REDACTED]" : "";
  }
}
