package io.mirrorneuron.security;

import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.util.Arrays;
import java.util.Optional;

/**
 * A curve of RFC 7518.
 *
 * @param label as key documents call it
 */
record Curve(JwtAlgorithm algorithm, String label, ECParameterSpec parameters) {
  private static final Curve[] ALL = {
    named(JwtAlgorithm.ES256, "P-256", "secp256r1"),
    named(JwtAlgorithm.ES384, "P-384", "secp384r1"),
    named(JwtAlgorithm.ES512, "P-521", "secp521r1")
  };

  private static Curve named(JwtAlgorithm algorithm, String label, String standard) {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec(standard));
      return new Curve(algorithm, label, parameters.getParameterSpec(ECParameterSpec.class));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM does not know the curve " + label, e);
    }
  }

  /** The one that an algorithm on curves is for. */
  static Curve of(JwtAlgorithm algorithm) {
    return Arrays.stream(ALL)
        .filter(curve -> curve.algorithm == algorithm)
        .findFirst()
        .orElseThrow();
  }

  static Optional<Curve> labelled(String label) {
    return Arrays.stream(ALL).filter(curve -> curve.label.equals(label)).findFirst();
  }

  /** Whether the key was made for this curve and its point lies on it. */
  boolean has(ECPublicKey key) {
    return key.getParams().getCurve().equals(parameters.getCurve()) && has(key.getW());
  }

  private boolean has(ECPoint point) {
    BigInteger p = ((ECFieldFp) parameters.getCurve().getField()).getP();
    BigInteger x = point.getAffineX();
    BigInteger y = point.getAffineY();
    if (x.signum() < 0 || y.signum() < 0 || x.compareTo(p) >= 0 || y.compareTo(p) >= 0) {
      return false;
    }
    BigInteger right =
        x.pow(3)
            .add(x.multiply(parameters.getCurve().getA()))
            .add(parameters.getCurve().getB())
            .mod(p);
    return y.pow(2).mod(p).equals(right);
  }
}
