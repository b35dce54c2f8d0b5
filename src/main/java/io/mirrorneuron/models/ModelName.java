package io.mirrorneuron.models;

import java.util.Locale;

/** Names of models that mean the same. */
public final class ModelName {
  private static final String NAMESPACE = "ai/";
  private static final String LATEST = ":latest";

  private ModelName() {}

  /**
   * Equal for equal models: without a registry, {@code ai/} and {@code :latest}, in small letters.
   */
  public static String key(String name) {
    String key = name.strip().toLowerCase(Locale.ROOT);
    int slash = key.indexOf('/');
    if (slash > 0 && isRegistry(key.substring(0, slash))) {
      key = key.substring(slash + 1);
    }
    if (key.startsWith(NAMESPACE)) {
      key = key.substring(NAMESPACE.length());
    }
    return key.endsWith(LATEST) ? key.substring(0, key.length() - LATEST.length()) : key;
  }

  private static boolean isRegistry(String word) {
    return word.contains(".") || word.contains(":") || word.equals("localhost");
  }
}
