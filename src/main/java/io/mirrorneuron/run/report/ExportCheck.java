package io.mirrorneuron.run.report;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.LineReader;
import io.mirrorneuron.run.report.ExportHeader.Counts;
import io.mirrorneuron.run.report.ExportReport.Broken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;

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
}
