package io.mirrorneuron.gateway.security;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;

/** Says who a caller is. Runs on the event loop before a byte of the body is read. */
@FunctionalInterface
public interface Auth {

  /** Somebody with a role. */
  record Principal(String name, Role role) {
    public void mustReach(Role needed) {
      if (!role.reaches(needed)) {
        throw new MnException(
            ErrorCode.FORBIDDEN, "forbidden", "this operation needs the role " + needed.word());
      }
    }
  }

  /**
   * @param authorization the header's value, or null
   * @throws MnException UNAUTHENTICATED
   */
  Principal authenticate(String authorization);

  /** Everybody is the administrator. */
  Auth NOBODY_ASKS = authorization -> new Principal("anonymous", Role.ADMIN);

  /** Without a token everybody is the administrator: for servers that only this machine reaches. */
  static Auth of(Secret token) {
    return token.isSet() ? bearer(token) : NOBODY_ASKS;
  }

  /** The header must be exactly {@code Bearer <token>}; whoever has the token is administrator. */
  private static Auth bearer(Secret token) {
    Principal owner = new Principal("token", Role.ADMIN);
    Secret expected = new Secret("Bearer " + token.value());
    return authorization -> {
      if (!expected.matches(authorization)) {
        throw new MnException(
            ErrorCode.UNAUTHENTICATED, "unauthenticated", "missing or invalid bearer token");
      }
      return owner;
    };
  }
}
