package io.mirrorneuron.security;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.time.Instant;

/**
 * The authenticated caller.
 *
 * @param subject the name that the caller's token vouches for; null when it vouches for none, as
 *     shared tokens do
 * @param role what the caller may do
 * @param expiry when the proof ends; null when it does not end by itself
 */
public record Principal(String subject, Role role, Instant expiry) {

  /** A caller without a name: one with a shared token, or one on this machine. */
  public static Principal unnamed(Role role) {
    return new Principal(null, role, null);
  }

  /**
   * @throws MnException FORBIDDEN
   */
  public void requireRole(Role needed) {
    if (!role.reaches(needed)) {
      throw new MnException(
          ErrorCode.FORBIDDEN,
          "forbidden",
          "this operation needs the role "
              + needed.word()
              + "; the token gives the role "
              + role.word());
    }
  }
}
