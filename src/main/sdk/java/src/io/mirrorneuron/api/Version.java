package io.mirrorneuron.api;

/** Of this package, which is that of the server whose contract it was made of. */
public final class Version {
  /** For example 1.2.0. */
  public static final String NUMBER = "0.0.0";

  private Version() {}
}
