package io.mirrorneuron.runtime.exec.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Bytes in which secrets are replaced while they are read, also those across two readings. */
final class HidingStream extends InputStream {
  private static final int CHUNK = 64 << 10;

  private final InputStream source;
  private final List<String> secrets;
  private final int longest;

  /** A character for each byte. */
  private String window = "";

  private byte[] bytes = {};
  private int at;
  private boolean ended;

  /**
   * @param secrets the longer ones first
   */
  HidingStream(InputStream source, List<String> secrets) {
    this.source = source;
    this.secrets =
        secrets.stream()
            .map(
                secret ->
                    new String(
                        secret.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))
            .toList();
    this.longest = this.secrets.stream().mapToInt(String::length).max().orElse(1);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (at == bytes.length) {
      if (ended) {
        return -1;
      }
      fill();
    }
    int count = Math.min(length, bytes.length - at);
    System.arraycopy(bytes, at, into, offset, count);
    at += count;
    return count;
  }

  /** What may be the beginning of a secret stays in the window. */
  private void fill() throws IOException {
    byte[] next = source.readNBytes(CHUNK);
    ended = next.length == 0;
    window += new String(next, StandardCharsets.ISO_8859_1);
    for (String secret : secrets) {
      window = window.replace(secret, StoredText.REDACTED);
    }
    int sure = ended ? window.length() : Math.max(0, window.length() - (longest - 1));
    bytes = window.substring(0, sure).getBytes(StandardCharsets.ISO_8859_1);
    at = 0;
    window = window.substring(sure);
  }
}
