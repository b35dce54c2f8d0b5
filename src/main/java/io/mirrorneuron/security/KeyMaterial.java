package io.mirrorneuron.security;

import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm.Family;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;

/** What signatures are checked with. */
sealed interface KeyMaterial {

  record Public(PublicKey key) implements KeyMaterial {}

  /** A secret that issuer and server share. */
  record Shared(byte[] secret) implements KeyMaterial {}

  /** Shorter keys are considered breakable. */
  int MIN_RSA_BITS = 2048;

  /** Longer keys make each verification too expensive. */
  int MAX_RSA_BITS = 8192;

  /** Why this cannot be used for the algorithm; null when it can. */
  default String unfitFor(JwtAlgorithm algorithm) {
    return switch (this) {
      case Shared shared when algorithm.family() != Family.SECRET -> "it is a secret";
      case Shared shared when shared.secret().length < algorithm.bytes() ->
          "it has "
              + shared.secret().length
              + " bytes where "
              + algorithm.bytes()
              + " are the least";
      case Shared shared -> null;
      case Public(RSAPublicKey key) when algorithm.family() == Family.RSA -> size(key);
      case Public(RSAPublicKey key) -> "it is a public RSA key";
      case Public(ECPublicKey key) when algorithm.family() == Family.CURVE ->
          Curve.of(algorithm).has(key)
              ? null
              : "it is no point of the curve " + Curve.of(algorithm).label();
      case Public(ECPublicKey key) -> "it is a public key on a curve";
      case Public other -> "it is neither an RSA key nor one on a curve";
    };
  }

  private static String size(RSAPublicKey key) {
    int bits = key.getModulus().bitLength();
    return bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS
        ? null
        : "it has " + bits + " bits where " + MIN_RSA_BITS + " to " + MAX_RSA_BITS + " are wanted";
  }
}
