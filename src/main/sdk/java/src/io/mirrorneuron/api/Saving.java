package io.mirrorneuron.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.function.Supplier;

/** Writes what a server sends to files, which are there whole or not at all. */
final class Saving {
  private static final int PIECE = 1 << 16;

  private Saving() {}

  /**
   * Writes beside the file under a name that nobody else has, and renames that in the end.
   *
   * @param opening what is to be written
   * @param what it is, for people
   * @throws ConnectionLostException when not all of it comes
   * @throws BadArgumentException when the file cannot be written
   */
  static void save(Supplier<InputStream> opening, String what, Path file) {
    Path part = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".part");
    try (InputStream content = opening.get()) {
      try {
        write(content, what, part);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException failure) {
      throw new BadArgumentException(file + " cannot be written: " + failure, failure);
    }
  }

  private static void write(InputStream content, String what, Path part) throws IOException {
    try (OutputStream out = Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      byte[] piece = new byte[PIECE];
      for (int count = read(content, what, piece); count >= 0; count = read(content, what, piece)) {
        out.write(piece, 0, count);
      }
    }
  }

  private static int read(InputStream content, String what, byte[] piece) {
    try {
      return content.read(piece);
    } catch (IOException failure) {
      throw new ConnectionLostException(what, failure);
    }
  }
}
