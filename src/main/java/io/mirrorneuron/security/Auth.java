package io.mirrorneuron.security;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Locale;

/** Authenticates a caller before any byte of the body or a message is read. */
@FunctionalInterface
public interface Auth {

  /**
   * Called on an event loop and must not block it. The future is complete at once unless keys have
   * to be fetched, and completes on the context of the caller.
   *
   * @param authorization the header's value, or null
   * @return fails with MnException UNAUTHENTICATED, FORBIDDEN for a token without a role of ours,
   *     UNAVAILABLE when keys cannot be had
   */
  Future<Principal> authenticate(String authorization);

  Auth NOBODY_ASKS = authorization -> Future.succeededFuture(Principal.unnamed(Role.ADMIN));

  /** Refuses all callers; the last element of a chain. */
  Auth NOBODY_ENTERS =
      authorization -> Future.failedFuture(unauthenticated("missing or invalid bearer token"));

  /**
   * The header must be exactly {@code Bearer <token>}; whoever has the token is administrator.
   *
   * @param token may be unset: then nobody has it
   * @param others asked about everything else
   */
  static Auth bearer(Secret token, Auth others) {
    if (!token.isSet()) {
      return others; // an empty token, as in ?token=, must not equal a token that was never set
    }
    Future<Principal> owner = Future.succeededFuture(Principal.unnamed(Role.ADMIN));
    Secret expected = new Secret("Bearer " + token.value());
    return authorization ->
        expected.matches(authorization) ? owner : others.authenticate(authorization);
  }

  static MnException unauthenticated(String sentence) {
    return new MnException(ErrorCode.UNAUTHENTICATED, "unauthenticated", sentence);
  }

  /** What a caller may do; each role includes the ones before it. */
  public enum Role {
    VIEWER,
    OPERATOR,
    ADMIN;

    public boolean reaches(Role needed) {
      return compareTo(needed) >= 0;
    }

    /** The word used in the contract and in tokens. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Role of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }

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
}
