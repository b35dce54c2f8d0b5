package io.mirrorneuron.security;

import java.util.Locale;

/** What a caller may do; each role includes the ones before it. */
public enum Role {
  VIEWER,
  OPERATOR,
  ADMIN;

  public boolean reaches(Role needed) {
    return compareTo(needed) >= 0;
  }

  /** The word used in the contract and in tokens. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Role of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
