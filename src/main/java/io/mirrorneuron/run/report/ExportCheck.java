package io.mirrorneuron.run.report;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.LineReader;
import io.mirrorneuron.run.report.ExportReport.Broken;
import io.mirrorneuron.run.report.ExportReport.ExportHeader;
import io.mirrorneuron.run.report.ExportReport.ExportHeader.Counts;
import io.mirrorneuron.run.report.ExportReport.ExportLimits;
import io.mirrorneuron.run.report.RecordChain.ChainLink;
import io.mirrorneuron.wire.ZipNames;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
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
 * Follows the chain of an exported run from its first entry to its head. The file is not trusted,
 * and memory does not grow with it.
 */
public final class ExportCheck {
  static final String CHAIN = "chain.jsonl";
  static final String HEADER = "export.json";
  static final String FILES = "run/";
  static final String SUMS = "records/";

  private final ExportFile file;
  private ExportHeader header = new ExportHeader("", "", "", new Counts(0, 0), List.of(), "");
  private long entries;
  private long records;
  private long claimed;

  private ExportCheck(ExportFile file) {
    this.file = file;
  }

  /**
   * @throws MnException MALFORMED when the file is no zip of ours at all, NOT_FOUND when there is
   *     none
   */
  public static ExportReport verify(Path path) {
    try (ExportFile file = ExportFile.open(path)) {
      return new ExportCheck(file).report();
    } catch (NoSuchFileException e) {
      throw MnException.notFound("file", path.toString());
    } catch (IOException e) {
      throw MnException.malformed("the file cannot be read: " + e.getMessage());
    }
  }

  private ExportReport report() throws IOException {
    Broken broken = null;
    try {
      follow();
    } catch (BrokenLink e) {
      broken = e.where;
    }
    return new ExportReport(header.runId(), header.head(), entries, records, broken);
  }

  private static final class BrokenLink extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Broken where;

    BrokenLink(String entry, long record, String reason) {
      super(reason);
      this.where = new Broken(entry, record, reason);
    }
  }

  private void follow() throws IOException, BrokenLink {
    Broken fault = file.fault();
    if (fault != null) {
      throw new BrokenLink(fault.entry(), fault.record(), fault.reason());
    }
    header = header();
    try (LineReader chain = LineReader.of(file.read(CHAIN))) {
      String prev = header.genesis();
      int links = 0;
      for (ZipArchiveEntry entry : file.entries()) {
        if (!entry.getName().equals(CHAIN) && !entry.getName().equals(HEADER)) {
          prev = follow(link(chain.next(), links++, prev, entry.getName()));
        }
      }
      end(chain.next(), links, prev);
    }
  }

  private ExportHeader header() throws IOException, BrokenLink {
    List<ZipArchiveEntry> all = file.entries();
    for (String needed : List.of(CHAIN, HEADER)) {
      if (!file.has(needed)) {
        throw new BrokenLink(needed, 0, "is missing");
      }
    }
    if (!all.getLast().getName().equals(HEADER)
        || !all.get(all.size() - 2).getName().equals(CHAIN)) {
      throw new BrokenLink(HEADER, 0, "is not the last entry, behind " + CHAIN);
    }
    try (InputStream in = file.read(HEADER)) {
      ExportHeader found = ExportHeader.parse(in.readNBytes(ExportLimits.DOCUMENT_BYTES));
      if (found == null) {
        throw new BrokenLink(HEADER, 0, "was changed");
      }
      return found;
    }
  }

  /** The link that must belong to this entry. */
  private ChainLink link(byte[] line, int index, String prev, String entry) throws BrokenLink {
    if (line == null) {
      throw index < header.counts().entries()
          ? new BrokenLink(CHAIN, index + 1, "is missing")
          : new BrokenLink(entry, 0, "is in no link of " + CHAIN);
    }
    ChainLink link = ChainLink.parse(line);
    if (link == null || !link.holds() || link.index() != index) {
      throw new BrokenLink(CHAIN, index + 1, "was changed");
    }
    if (!link.prev().equals(prev)) {
      throw index == 0
          ? new BrokenLink(HEADER, 0, "was changed, or the chain is of another export")
          : new BrokenLink(CHAIN, index + 1, "is not tied to the one before it");
    }
    if (!link.path().equals(entry)) {
      throw file.has(link.path())
          ? new BrokenLink(entry, 0, "lies where " + link.path() + " was")
          : new BrokenLink(link.path(), 0, "is missing");
    }
    return link;
  }

  private void end(byte[] line, int links, String last) throws BrokenLink {
    if (line != null) {
      ChainLink link = ChainLink.parse(line);
      throw link == null
          ? new BrokenLink(CHAIN, links + 1, "was changed")
          : new BrokenLink(link.path(), 0, "is missing");
    }
    if (!header.head().equals(last)) {
      throw new BrokenLink(HEADER, 0, "has another head than the chain");
    }
    if (!header.counts().equals(new Counts(entries, records))) {
      throw new BrokenLink(HEADER, 0, "counts other entries or records");
    }
  }

  /** Compares the entry with its link; returns the hash that the next one is tied to. */
  private String follow(ChainLink link) throws IOException, BrokenLink {
    claimed += link.size();
    if (link.size() < 0 || claimed > ExportLimits.EXPANDED_BYTES) {
      throw new BrokenLink(link.path(), 0, "claims more bytes than an exported run may have");
    }
    String sums = SUMS + link.path().substring(link.path().indexOf('/') + 1);
    boolean isLines = link.path().startsWith(FILES) && file.has(sums);
    try (HashingStream in = new HashingStream(file.read(link.path()))) {
      Broken record = isLines ? firstBrokenRecord(link.path(), in, sums) : null;
      in.readUpTo(link.size());
      boolean right = in.size() == link.size() && in.sha256().equals(link.sha256());
      if (record != null) {
        throw right
            ? new BrokenLink(sums, record.record(), "is not the sum of the record")
            : new BrokenLink(record.entry(), record.record(), record.reason());
      }
      if (!right) {
        throw new BrokenLink(link.path(), 0, "was changed");
      }
    } catch (IOException e) {
      throw new BrokenLink(link.path(), 0, "was changed: " + e.getMessage());
    }
    entries++;
    return link.hash();
  }

  /** The first line that does not fit its sum, or null. */
  private Broken firstBrokenRecord(String path, InputStream in, String sums) throws IOException {
    RecordChain chain = new RecordChain(header.runId(), path);
    LineReader lines = LineReader.of(in);
    try (LineReader expected = LineReader.of(file.read(sums))) {
      byte[] line = lines.next();
      for (; line != null; line = lines.next()) {
        byte[] sum = expected.next();
        String found = chain.next(line);
        if (sum == null || !found.equals(new String(sum, StandardCharsets.US_ASCII))) {
          return new Broken(path, chain.records(), "was changed, removed or put in");
        }
        records++;
      }
      return expected.next() == null ? null : new Broken(path, chain.records() + 1, "is missing");
    }
  }

  /**
   * An untrusted zip. An export has its entries in the order of the central directory, and nothing
   * before, between or behind them.
   */
  private static final class ExportFile implements AutoCloseable {
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
      return next == directoryAt
          ? null
          : new Broken("chain.jsonl", 0, "is followed by hidden bytes");
    }

    /**
     * The unpacked bytes; reading them fails when all entries together expand beyond all bounds.
     */
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
}
