package io.mirrorneuron.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;

/** Builds zips in memory, honest and other ones. */
public final class Zips {
  private static final int LINK_MODE = 0120777;
  private static final int PIPE_MODE = 0010644;

  /** Where the central directory has the checksum of an entry, behind the entry's beginning. */
  private static final int CHECKSUM = 16;

  private final SeekableInMemoryByteChannel bytes = new SeekableInMemoryByteChannel();
  private final ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes);

  /** A bundle at the root of a zip, with one payload. */
  public static Zips bundle(String manifest) {
    return new Zips().file("manifest.json", manifest).file("payloads/a.txt", "a");
  }

  public Zips file(String name, String content) {
    return entry(new ZipArchiveEntry(name), content.getBytes(StandardCharsets.UTF_8));
  }

  public Zips file(String name, byte[] content) {
    return entry(new ZipArchiveEntry(name), content);
  }

  public Zips link(String name, String target) {
    ZipArchiveEntry entry = new ZipArchiveEntry(name);
    entry.setUnixMode(LINK_MODE);
    return entry(entry, target.getBytes(StandardCharsets.UTF_8));
  }

  public Zips pipe(String name) {
    ZipArchiveEntry entry = new ZipArchiveEntry(name);
    entry.setUnixMode(PIPE_MODE);
    return entry(entry, new byte[0]);
  }

  public byte[] bytes() {
    long size;
    try {
      zip.finish();
      size = bytes.size();
      zip.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Arrays.copyOf(bytes.array(), (int) size);
  }

  /** The same with a wrong checksum for one entry, as if its content were damaged. */
  public byte[] damaged(String name) {
    byte[] whole = bytes();
    String text = new String(whole, StandardCharsets.ISO_8859_1);
    int entry = text.lastIndexOf("PK\1\2", text.lastIndexOf(name));
    whole[entry + CHECKSUM] ^= 1;
    return whole;
  }

  private Zips entry(ZipArchiveEntry entry, byte[] content) {
    try {
      zip.putArchiveEntry(entry);
      zip.write(content);
      zip.closeArchiveEntry();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
