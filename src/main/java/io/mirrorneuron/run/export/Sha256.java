package io.mirrorneuron.run.export;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, in 64 small hexadecimal digits. */
public final class Sha256 {
  private final MessageDigest digest;

  Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  public static String of(String text) {
    return new Sha256().add(text).hex();
  }

  Sha256 add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  Sha256 add(byte[] bytes) {
    return add(bytes, 0, bytes.length);
  }

  Sha256 add(byte[] bytes, int from, int length) {
    digest.update(bytes, from, length);
    return this;
  }

  /** Of all that was added; then it is a new one. */
  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
