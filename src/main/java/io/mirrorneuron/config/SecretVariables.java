package io.mirrorneuron.config;

import java.util.regex.Pattern;

/** Which variables of an environment hold what nobody else may know, ours and those of others. */
public final class SecretVariables {
  private static final Pattern NAME =
      Pattern.compile(
          ".*(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|COOKIE).*|.*(_|API)KEYS?(_.*)?"
              + "|(MN|MIRROR_NEURON)_.*(KEY|REDIS).*|REDIS(CLI)?_(URL|AUTH)",
          Pattern.CASE_INSENSITIVE);

  /** An address with a password in it. */
  private static final Pattern ADDRESS = Pattern.compile("://[^/@\\s]*:[^/@\\s]+@");

  private SecretVariables() {}

  public static boolean isSecret(String name, String value) {
    return NAME.matcher(name).matches() || ADDRESS.matcher(value).find();
  }
}
