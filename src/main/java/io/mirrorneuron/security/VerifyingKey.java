package io.mirrorneuron.security;

import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.security.KeySet.NamedKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.security.PublicKey;
import java.security.interfaces.RSAKey;
import java.util.Base64;

/**
 * Verifies signatures with one key for one algorithm. The library behind it checks nothing but the
 * signature.
 */
final class VerifyingKey {
  private final String id;
  private final JwtAlgorithm algorithm;
  private final int signatureBytes;
  private final JWTAuth library;

  private VerifyingKey(Vertx vertx, NamedKey key, int signatureBytes, Buffer material) {
    this.id = key.id();
    this.algorithm = key.algorithm();
    this.signatureBytes = signatureBytes;
    this.library =
        JWTAuth.create(
            vertx,
            new JWTAuthOptions()
                .addPubSecKey(
                    new PubSecKeyOptions().setAlgorithm(algorithm.name()).setBuffer(material))
                // The library would use the system clock; ClaimRules uses the injected one.
                .setJWTOptions(new JWTOptions().setIgnoreExpiration(true)));
  }

  static VerifyingKey of(Vertx vertx, NamedKey key) {
    return switch (key.material()) {
      case KeyMaterial.Shared(byte[] secret) ->
          new VerifyingKey(vertx, key, key.algorithm().bytes(), Buffer.buffer(secret));
      case KeyMaterial.Public(PublicKey shown) ->
          new VerifyingKey(vertx, key, signatureBytes(key.algorithm(), shown), pem(shown));
    };
  }

  private static int signatureBytes(JwtAlgorithm algorithm, PublicKey key) {
    return key instanceof RSAKey rsa
        ? (rsa.getModulus().bitLength() + 7) / 8
        : 2 * algorithm.bytes();
  }

  private static Buffer pem(PublicKey key) {
    return Buffer.buffer(
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
            + "\n-----END PUBLIC KEY-----\n");
  }

  /** Null when it has no name. */
  String id() {
    return id;
  }

  JwtAlgorithm algorithm() {
    return algorithm;
  }

  /** Fails when this key did not sign the token. */
  Future<Void> verify(Token token) {
    // The library pads short signatures, and accepts other forms than the RFC defines.
    if (token.algorithm() != algorithm || token.signature().length != signatureBytes) {
      return Future.failedFuture("the signature has another form");
    }
    try {
      return library.authenticate(new TokenCredentials(token.text())).mapEmpty();
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }
}
