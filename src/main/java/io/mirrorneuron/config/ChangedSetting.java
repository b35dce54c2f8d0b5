package io.mirrorneuron.config;

/** A setting that is not as by default, in words for a log. */
final class ChangedSetting {
  private ChangedSetting() {}

  /**
   * @param json the value
   * @param origin who has set it, for example {@code MN_API_PORT}
   */
  static String told(String key, String json, String origin) {
    String text = json.replaceAll("^\"|\"$", "");
    boolean secret = SecretVariables.isSecret(ConfigLoader.variable(key), text);
    // of a file that holds a secret the name is told, of a Redis its port
    String shown = secret && !key.matches(".*_(file|port)") ? "(hidden)" : text;
    return "setting %s is %s, by %s".formatted(key, shown.replaceAll("\\p{Cntrl}+", " "), origin);
  }
}
