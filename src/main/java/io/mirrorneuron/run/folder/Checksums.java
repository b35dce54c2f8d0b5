package io.mirrorneuron.run.folder;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.untrusted.OpenFolder.OpenFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of files, computed again only when a file has changed. Thread-safe. */
final class Checksums {
  private static final int BUFFER = 64 << 10;

  /** Of the first {@code size} bytes: a file may grow during the read. */
  record Sum(long size, String sha256) {}

  private record State(long size, FileTime modified, Object key) {}

  private record Kept(State state, Sum sum) {}

  private final Cache<Path, Kept> kept;

  /**
   * @param limit number of cached files
   */
  Checksums(int limit) {
    kept = Caffeine.newBuilder().executor(Runnable::run).maximumSize(limit).build();
  }

  /**
   * @param within the folder in which all names of the file must lie
   * @throws RefusedFile when it may not be read
   */
  Sum of(Path file, Path within) throws IOException {
    try (OpenFile open = UntrustedFiles.open(file, within)) {
      State state = new State(open.size(), open.modified(), open.identity());
      Kept known = kept.getIfPresent(file);
      if (known != null && known.state().equals(state)) {
        return known.sum();
      }
      Sum sum = new Sum(state.size(), digest(open));
      kept.put(file, new Kept(state, sum));
      return sum;
    }
  }

  private static String digest(OpenFile file) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[(int) Math.min(BUFFER, file.size())];
    InputStream in = file.stream();
    long left = file.size();
    int read;
    while (left > 0 && (read = in.read(buffer, 0, (int) Math.min(left, buffer.length))) > 0) {
      digest.update(buffer, 0, read);
      left -= read;
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
