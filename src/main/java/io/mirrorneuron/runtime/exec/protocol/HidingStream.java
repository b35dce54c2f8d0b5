package io.mirrorneuron.runtime.exec.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Bytes in which secrets are replaced while they are read, also those across two readings. */
final class HidingStream extends PieceStream {
  private static final int CHUNK = 64 << 10;

  private final InputStream source;
  private final List<String> secrets;
  private final int longest;

  /** A character for each byte. */
  private String window = "";

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

  /** What may be the beginning of a secret stays in the window. */
  @Override
  byte[] next() throws IOException {
    if (ended) {
      return null;
    }
    byte[] read = source.readNBytes(CHUNK);
    ended = read.length == 0;
    window += new String(read, StandardCharsets.ISO_8859_1);
    for (String secret : secrets) {
      window = window.replace(secret, StoredText.REDACTED);
    }
    int sure = ended ? window.length() : Math.max(0, window.length() - (longest - 1));
    byte[] piece = window.substring(0, sure).getBytes(StandardCharsets.ISO_8859_1);
    window = window.substring(sure);
    return piece;
  }
}
