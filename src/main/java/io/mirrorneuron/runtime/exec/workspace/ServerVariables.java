package io.mirrorneuron.runtime.exec.workspace;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * The environment of this server, as far as programs may have it by name.
 *
 * @param all of them
 */
public record ServerVariables(Map<String, String> all) {
  /** The server's own secrets: never handed on, whatever a manifest lists. */
  private static final Pattern SECRET =
      Pattern.compile(
          "(MN|MIRROR_NEURON)_.*(TOKEN|SECRET|PASSWORD|KEY|COOKIE|REDIS).*"
              + "|REDIS(CLI)?_(URL|AUTH|PASSWORD)|RELEASE_COOKIE",
          Pattern.CASE_INSENSITIVE);

  public ServerVariables {
    all = Map.copyOf(all);
  }

  public static boolean isSecret(String name) {
    return SECRET.matcher(name).matches();
  }

  /** The value that a program may have; null when there is none, or it is a secret. */
  public String passed(String name) {
    return isSecret(name) ? null : all.get(name);
  }
}
