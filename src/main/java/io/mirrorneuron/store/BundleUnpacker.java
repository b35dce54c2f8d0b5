package io.mirrorneuron.store;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.store.bundle.ZipListing;
import io.mirrorneuron.store.bundle.ZipListing.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Unpacks an untrusted zip. All names and entry kinds are checked before the first byte is written;
 * bytes are counted as they are expanded, since the sizes in the zip may lie.
 */
public final class BundleUnpacker {

  /** Below this many expanded bytes the ratio is not checked. */
  private static final long RATIO_FREE_BYTES = 1 << 20;

  /** Approximate bytes that an entry takes on disk besides its content. */
  static final long ENTRY_BYTES = 4096;

  /** Bytes at the beginning of a file that identify programs. */
  private static final int MARK_BYTES = 4;

  private static final int OWNER_EXECUTES = 0100;

  private BundleUnpacker() {}

  /**
   * @param compressedBytes of the zip file
   * @param expandedBytes of all files together
   * @param ratio of expanded to compressed bytes
   */
  public record Limits(long compressedBytes, long expandedBytes, int entries, int ratio) {
    public static final Limits DEFAULT = new Limits(64L << 20, 512L << 20, 20_000, 200);
  }

  /**
   * @param isLeftOut by entry name
   * @param room called before bytes are written; throws when there is no room
   * @throws MnException MALFORMED or TOO_LARGE; the target then holds a part
   */
  static void unpack(
      Path zip, Path target, Limits limits, Predicate<String> isLeftOut, LongConsumer room)
      throws IOException {
    long size = Files.size(zip);
    if (size > limits.compressedBytes()) {
      throw tooLarge("bundle is larger than " + limits.compressedBytes() + " bytes");
    }
    try (ZipFile file = ZipFile.builder().setPath(zip).setIgnoreLocalFileHeader(true).get()) {
      Budget budget = new Budget(limits, size, room);
      for (Entry entry : ZipListing.of(file, target, limits.entries(), isLeftOut)) {
        room.accept(ENTRY_BYTES);
        write(file, entry, budget);
      }
    } catch (ZipException e) {
      throw malformed("invalid zip bundle");
    }
  }

  private static void write(ZipFile file, Entry entry, Budget budget) throws IOException {
    try {
      writeTo(file, entry, budget);
    } catch (FileSystemException e) {
      if (String.valueOf(e.getReason())
          .contains("too long")) { // on a file system with shorter names
        throw malformed(
            "bundle contains a file name that is too long for this server: " + entry.shown());
      }
      throw e;
    }
  }

  private static void writeTo(ZipFile file, Entry entry, Budget budget) throws IOException {
    if (entry.source().isDirectory()) {
      Files.createDirectories(entry.target());
      return;
    }
    Files.createDirectories(entry.target().getParent());
    byte[] begin;
    CRC32 sum = new CRC32();
    try (InputStream in = file.getInputStream(entry.source());
        OutputStream out =
            Files.newOutputStream(entry.target(), java.nio.file.StandardOpenOption.CREATE_NEW)) {
      begin = begin(in);
      budget.spend(begin.length);
      sum.update(begin);
      out.write(begin);
      byte[] buffer = new byte[16 << 10];
      int read;
      while ((read = read(in, buffer)) >= 0) {
        budget.spend(read);
        sum.update(buffer, 0, read);
        out.write(buffer, 0, read);
      }
    }
    if (sum.getValue() != entry.source().getCrc()) {
      throw malformed(
          "invalid zip bundle: the content of %s is damaged, its CRC does not match"
              .formatted(entry.shown()));
    }
    boolean program = isProgram(entry.source(), begin);
    Files.setPosixFilePermissions(
        entry.target(), PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
  }

  /** By its mode or, without one in the zip, by its first bytes. */
  private static boolean isProgram(ZipArchiveEntry entry, byte[] begin) {
    int mode = entry.getUnixMode();
    return mode == 0 ? Payloads.looksExecutable(begin) : (mode & OWNER_EXECUTES) != 0;
  }

  private static byte[] begin(InputStream in) throws ZipException {
    try {
      return in.readNBytes(MARK_BYTES);
    } catch (IOException e) {
      throw new ZipException(e.getMessage());
    }
  }

  /** Broken data is the sender's fault; failed writes are not. */
  private static int read(InputStream in, byte[] buffer) throws ZipException {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      throw new ZipException(e.getMessage());
    }
  }

  private static final class Budget {
    private final Limits limits;
    private final long ratioBytes;
    private final LongConsumer room;
    private long spent;

    Budget(Limits limits, long compressed, LongConsumer room) {
      this.limits = limits;
      this.room = room;
      this.ratioBytes = Math.max(RATIO_FREE_BYTES, compressed * limits.ratio());
    }

    void spend(int bytes) {
      spent += bytes;
      if (spent > limits.expandedBytes()) {
        throw tooLarge("bundle expands to more than " + limits.expandedBytes() + " bytes");
      }
      if (spent > ratioBytes) {
        throw tooLarge("bundle expands to more than " + limits.ratio() + " times its size");
      }
      room.accept(bytes);
    }
  }

  private static MnException malformed(String message) {
    return new MnException(ErrorCode.MALFORMED, "invalid_bundle", message);
  }

  private static MnException tooLarge(String message) {
    return new MnException(ErrorCode.TOO_LARGE, "bundle_too_large", message);
  }
}
