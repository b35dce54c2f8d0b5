package io.mirrorneuron.config;

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
