package io.mirrorneuron.config;

/** The section {@code executor} is known as {@code executors}, too. */
final class SecondName {
  private static final String SECTION = "executor.";
  private static final String TOO = "executors.";

  private SecondName() {}

  /** The name that the defaults have, of either. */
  static String first(String key) {
    return key.startsWith(TOO) ? SECTION + key.substring(TOO.length()) : key;
  }

  /** The other name of a key; the key itself when it has none. */
  static String of(String key) {
    return key.startsWith(SECTION) ? TOO + key.substring(SECTION.length()) : key;
  }
}
