package io.mirrorneuron.store.bundle;

import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The SHA-256 of all that is written to it. */
final class Fingerprint extends OutputStream {
  private final MessageDigest digest;

  Fingerprint() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void write(int one) {
    digest.update((byte) one);
  }

  @Override
  public void write(byte[] bytes, int from, int length) {
    digest.update(bytes, from, length);
  }

  /** What is written to the answer arrives here and there. */
  OutputStream and(OutputStream there) {
    return new DigestOutputStream(there, digest);
  }

  /** In 64 digits. To be asked once. */
  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
