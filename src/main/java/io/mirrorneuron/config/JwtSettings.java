package io.mirrorneuron.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * Whose tokens are accepted beside the static one, and what is made of them.
 *
 * @param algorithms by which they may be signed; empty when none is accepted
 * @param keyFile what signatures are checked with, or null when {@code jwksUrl} has it
 * @param jwksRefresh between two looks at that address
 * @param leeway how far the clocks of issuer and server may differ
 * @param roleClaim the name of a claim, or names with dots between
 * @param roleNames roles by the issuer's words for them; empty when the words are ours
 * @param subjectClaim as {@code roleClaim}
 */
public record JwtSettings(
    Set<JwtAlgorithm> algorithms,
    Path keyFile,
    URI jwksUrl,
    Duration jwksRefresh,
    String issuer,
    String audience,
    Duration leeway,
    String roleClaim,
    Map<String, String> roleNames,
    String subjectClaim) {

  public JwtSettings {
    algorithms = Set.copyOf(algorithms);
    roleNames = Map.copyOf(roleNames);
  }

  /** Whether any token of an issuer is accepted. */
  public boolean isOn() {
    return !algorithms.isEmpty();
  }

  /** How a JWT may be signed: the names of RFC 7518, and what each asks of a key. */
  public enum JwtAlgorithm {
    HS256(Family.SECRET, 256),
    HS384(Family.SECRET, 384),
    HS512(Family.SECRET, 512),
    RS256(Family.RSA, 256),
    RS384(Family.RSA, 384),
    RS512(Family.RSA, 512),
    PS256(Family.RSA, 256),
    PS384(Family.RSA, 384),
    PS512(Family.RSA, 512),
    ES256(Family.CURVE, 256),
    ES384(Family.CURVE, 384),
    ES512(Family.CURVE, 521);

    /** Which keys an algorithm works with. */
    public enum Family {
      /** Both sides share it, so whoever checks could also sign. */
      SECRET,
      RSA,
      CURVE
    }

    private final Family family;
    private final int bits;

    JwtAlgorithm(Family family, int bits) {
      this.family = family;
      this.bits = bits;
    }

    public Family family() {
      return family;
    }

    /** Of the hash; of a number on the curve where there is one. */
    public int bits() {
      return bits;
    }

    /** The same in whole bytes. */
    public int bytes() {
      return (bits + 7) / 8;
    }
  }

  /**
   * Files in PEM form for connections by TLS with certificates of both sides.
   *
   * @param key of this side
   * @param cert of this side, which the other one asks for
   * @param ca who signed the certificates of both
   */
  public record PemFiles(Path key, Path cert, Path ca) {}
}
