package io.mirrorneuron.store.bundle;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.bundle.BundleStore.Fingerprint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Restores files from the bytes that {@link BundleFiles} writes. The caller must check the
 * fingerprint with {@link #isOf}; fingerprints of older builds ignore executable modes.
 */
final class BundleReader {
  private static final int LONGEST_HEAD = 8192;
  private static final int BUFFER = 65_536;

  private final Fingerprint full = new Fingerprint();

  /** Fingerprint of the same files by older builds. */
  private final Fingerprint older = new Fingerprint();

  private final byte[] buffer = new byte[BUFFER];

  /**
   * @param folder for the files
   * @throws IOException also for bytes of another format
   */
  void read(InputStream in, Path folder) throws IOException {
    String path = text(in);
    while (path != null) {
      String reported = text(in);
      boolean isExecutable = reported != null && reported.startsWith("x");
      long length = length(isExecutable ? reported.substring(1) : reported);
      note(path + '\0' + reported + '\0', path + '\0' + length + '\0');
      write(in, place(folder, path), length, isExecutable);
      path = text(in);
    }
  }

  private void note(String head, String olderHead) {
    byte[] now = head.getBytes(StandardCharsets.UTF_8);
    byte[] before = olderHead.getBytes(StandardCharsets.UTF_8);
    full.write(now, 0, now.length);
    older.write(before, 0, before.length);
  }

  /** Whether the bytes have this fingerprint. Call it once. */
  boolean isOf(String fingerprint) {
    String first = full.hex();
    String second = older.hex();
    return fingerprint.equals(first) || fingerprint.equals(second);
  }

  private static long length(String text) throws IOException {
    if (text == null || !text.matches("\\d{1,18}")) {
      throw new IOException("no length where one is expected");
    }
    return Long.parseLong(text);
  }

  /** The text before the next NUL; null at the end. */
  private static String text(InputStream in) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    int next = in.read();
    if (next < 0) {
      return null;
    }
    while (next > 0 && text.size() < LONGEST_HEAD) {
      text.write(next);
      next = in.read();
    }
    if (next != 0) {
      throw new IOException("it ends within a path or a length");
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  /**
   * @throws MnException (INVALID) when the path leads out of the folder
   */
  static Path place(Path folder, String path) {
    Path place = folder.resolve(path).normalize();
    if (!place.startsWith(folder) || place.equals(folder)) {
      throw MnException.invalid(
          "payload path must be relative and stay inside payloads/: \"" + path + "\"");
    }
    return place;
  }

  private void write(InputStream in, Path file, long length, boolean isExecutable)
      throws IOException {
    try (OutputStream out = create(file)) {
      copy(in, out, length);
    }
    mode(file, isExecutable);
  }

  /** Opens a new file; creates its folders. */
  static OutputStream create(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.newOutputStream(file);
  }

  static void mode(Path file, boolean isExecutable) throws IOException {
    String mode = isExecutable ? "rwxr-xr-x" : "rw-r--r--";
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private void copy(InputStream in, OutputStream out, long length) throws IOException {
    for (long left = length; left > 0; ) {
      int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (read < 0) {
        throw new IOException("it ends within a file");
      }
      full.write(buffer, 0, read);
      older.write(buffer, 0, read);
      out.write(buffer, 0, read);
      left -= read;
    }
  }
}
