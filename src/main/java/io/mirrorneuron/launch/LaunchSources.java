package io.mirrorneuron.launch;

import io.mirrorneuron.model.MnException;

/** Port: finds the bundles of launches. Blocking and thread-safe. */
@FunctionalInterface
public interface LaunchSources {

  /**
   * @throws MnException with the words of the contract, when there is no such bundle or it cannot
   *     be read, or when the order's configuration or answers do not fit it
   */
  LaunchBundle find(LaunchOrder order);

  /** Removes what was {@link LaunchBundle#place placed} for a launch that came to no job. */
  default void displace(String submission) {}
}
