package io.mirrorneuron.config;

/**
 * A variable of processes that the server starts for itself and that may leave its session: they
 * are no leftovers of programs.
 */
public final class ServiceMark {
  public static final String NAME = "MN_SERVICE";

  private ServiceMark() {}

  /**
   * @param environment {@code NAME=value} entries that end with a zero character
   */
  public static boolean isIn(String environment) {
    return environment.startsWith(NAME + "=") || environment.contains('\0' + NAME + "=");
  }
}
