package io.mirrorneuron.run.report;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.report.ExportReport.Broken;
import io.mirrorneuron.wire.ZipNames;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * An untrusted zip. An export has its entries in the order of the central directory, and nothing
 * before, between or behind them.
 */
final class ExportFile implements AutoCloseable {
  private static final int END_BYTES = 22;
  private static final int END_MAGIC = 0x06054b50;

  /** A part of a path that unpackers pass over. */
  private static final Pattern EMPTY = Pattern.compile("(^|/)\\.?(/|$)");

  private final ZipFile zip;
  private final List<ZipArchiveEntry> entries;
  private final long directoryAt;
  private long unpacked;

  private ExportFile(ZipFile zip, long directoryAt) {
    this.zip = zip;
    this.entries = Collections.list(zip.getEntries());
    this.directoryAt = directoryAt;
  }

  /**
   * @throws MnException MALFORMED when it is no such zip
   */
  static ExportFile open(Path file) throws IOException {
    long directoryAt = directoryAt(file);
    try {
      return new ExportFile(ZipFile.builder().setPath(file).get(), directoryAt);
    } catch (ZipException | IllegalArgumentException e) {
      throw noExport();
    }
  }

  /**
   * Checks the length of the central directory before it is read, as it may claim to be of any
   * length.
   */
  private static long directoryAt(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long at = channel.size() - END_BYTES;
      ByteBuffer end = ByteBuffer.allocate(END_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      while (at >= 0 && end.hasRemaining() && channel.read(end, at + end.position()) > 0) {}
      if (end.hasRemaining() || end.getInt(0) != END_MAGIC) {
        throw noExport();
      }
      int entries = Short.toUnsignedInt(end.getShort(10));
      long bytes = Integer.toUnsignedLong(end.getInt(12));
      long start = Integer.toUnsignedLong(end.getInt(16));
      if (entries > ExportLimits.ENTRIES
          || bytes > ExportLimits.DIRECTORY_BYTES
          || start + bytes != at) {
        throw noExport();
      }
      return start;
    }
  }

  private static MnException noExport() {
    return MnException.malformed("the file is no exported run, or it is cut off");
  }

  List<ZipArchiveEntry> entries() {
    return entries;
  }

  boolean has(String name) {
    return zip.getEntry(name) != null;
  }

  /** Why the zip itself is not one of ours, or null. */
  Broken fault() {
    Set<String> names = new HashSet<>();
    long next = 0;
    for (ZipArchiveEntry entry : entries) {
      String name = entry.getName();
      if (!names.add(name)) {
        return new Broken(name, 0, "is there twice");
      }
      if (!ZipNames.isSafe(entry) || EMPTY.matcher(name).find()) {
        return new Broken(name, 0, "has a name or a kind that is not safe to unpack");
      }
      if (entry.getLocalHeaderOffset() != next || !zip.canReadEntryData(entry)) {
        return new Broken(name, 0, "does not lie where the entry before it ends");
      }
      next = entry.getDataOffset() + entry.getCompressedSize();
    }
    return next == directoryAt ? null : new Broken("chain.jsonl", 0, "is followed by hidden bytes");
  }

  /** The unpacked bytes; reading them fails when all entries together expand beyond all bounds. */
  InputStream read(String name) throws IOException {
    return new Counted(zip.getInputStream(zip.getEntry(name)));
  }

  private final class Counted extends FilterInputStream {
    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int read = super.read(bytes, from, length);
      unpacked += Math.max(0, read);
      if (unpacked > ExportLimits.EXPANDED_BYTES) {
        throw new ZipException("expands to more than an exported run may have");
      }
      return read;
    }
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
