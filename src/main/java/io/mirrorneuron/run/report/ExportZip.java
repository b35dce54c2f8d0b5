package io.mirrorneuron.run.report;

import com.fasterxml.jackson.core.JacksonException;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.RedactedRun;
import io.mirrorneuron.run.folder.RedactedFiles;
import io.mirrorneuron.run.report.ExportReport.ExportHeader;
import io.mirrorneuron.run.report.ExportReport.ExportLimits;
import io.mirrorneuron.run.report.RecordChain.ChainLink;
import io.mirrorneuron.run.report.SpooledRecords.Spool;
import io.mirrorneuron.untrusted.OpenFolder.OpenFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.Zip64RequiredException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/**
 * Writes a run as one file. Secrets in documents and records are hidden; files that programs made
 * are as they are. The same run, once it has ended, gives the same bytes.
 */
public final class ExportZip {
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 2, 0, 0);

  /**
   * Files from this size on are stored uncompressed: they are mostly compressed already, and a
   * client waits.
   */
  private static final long STORED_FROM = 16 << 20;

  private static final int PIECE_BYTES = 128 << 10;

  private static final int MOST_LEFT_OUT = 100;

  private record Part(String path, long size, String sha256) {}

  private final RedactedRun run;
  private final Path scratch;
  private final ExportBudget allowance;
  private final ZipArchiveOutputStream zip;
  private final List<Part> parts = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();
  private long records;

  private ExportZip(
      RedactedRun run, Path scratch, ExportBudget allowance, ZipArchiveOutputStream zip) {
    this.run = run;
    this.scratch = scratch;
    this.allowance = allowance;
    this.zip = zip;
  }

  /**
   * @param createdAt of a run that has ended when that was, so that the export is always the same
   * @param tool who writes it
   * @param target written anew; its folder also takes what is needed meanwhile
   * @throws MnException TOO_LARGE when it has more files or bytes than a check would read;
   *     STORAGE_FULL when the disk has no room for it; UNAVAILABLE when nobody waits any more
   */
  public static void write(
      RedactedRun run, String createdAt, String tool, Path target, ExportBudget allowance) {
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(target)) {
      zip.setUseZip64(Zip64Mode.Never);
      Path scratch = target.toAbsolutePath().getParent();
      ExportZip export = new ExportZip(run, scratch, allowance, zip);
      export.files();
      export.chain(createdAt, tool);
    } catch (Zip64RequiredException e) {
      throw ExportBudget.tooMany();
    } catch (IOException e) {
      if (allowance.isFull()) {
        throw allowance.full(0);
      }
      throw new MnException(
          ErrorCode.INTERNAL,
          "run_store_unavailable",
          "run %s cannot be exported: %s".formatted(run.runId(), e.getMessage()),
          null,
          e);
    }
  }

  private void files() throws IOException {
    TreeMap<String, Path> files = ExportedFiles.of(run.path(), this::leaveOut);
    allowance.expect(run.runId(), files);
    try (SpooledRecords spools =
        SpooledRecords.of(run.runId(), run.journal(), scratch, allowance)) {
      TreeMap<String, Object> all = new TreeMap<>(files);
      all.putAll(spools.byName());
      if (spools.first() > 1) {
        leaveOut("records 1 to " + (spools.first() - 1));
      }
      for (Map.Entry<String, Object> one : all.entrySet()) {
        switch (one.getValue()) {
          case Spool records -> records(one.getKey(), records);
          case Path file when one.getKey().matches("[^/]*\\.json") -> document(one.getKey(), file);
          default -> file(one.getKey());
        }
      }
    }
  }

  private void records(String name, Spool spool) throws IOException {
    add(ExportCheck.FILES + name, spool.lines);
    add(ExportCheck.SUMS + name, spool.sums);
    records += spool.records();
  }

  private void file(String name) throws IOException {
    Path file = run.inside(name);
    if (file == null || name.indexOf('\\') >= 0) {
      leaveOut(name);
      return;
    }
    try (OpenFile open = UntrustedFiles.open(file, run.path())) {
      add(ExportCheck.FILES + name, open.stream(), open.size());
    } catch (NoSuchFileException e) {
      leaveOut(name);
    }
  }

  /** One that cannot be read as JSON cannot be redacted, so it stays out. */
  private void document(String name, Path file) throws IOException {
    try (OpenFile open = UntrustedFiles.open(file, run.path())) {
      byte[] text = open.stream().readNBytes(ExportLimits.DOCUMENT_BYTES + 1);
      if (text.length > ExportLimits.DOCUMENT_BYTES) {
        leaveOut(name);
        return;
      }
      byte[] bytes = RedactedFiles.document(text);
      add(ExportCheck.FILES + name, new ByteArrayInputStream(bytes), bytes.length);
    } catch (JacksonException | NoSuchFileException e) {
      leaveOut(name);
    }
  }

  private void add(String path, Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      add(path, in, Files.size(file));
    }
  }

  private void add(String path, InputStream content, long size) throws IOException {
    put(path, size > STORED_FROM);
    HashingStream in = new HashingStream(content, allowance::count);
    byte[] piece = new byte[PIECE_BYTES];
    for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
      zip.write(piece, 0, read);
    }
    zip.closeArchiveEntry();
    parts.add(new Part(path, in.size(), in.sha256()));
    if (parts.size() > ExportLimits.ENTRIES - 2) {
      throw ExportBudget.tooMany();
    }
  }

  private void put(String path, boolean stored) throws IOException {
    ZipArchiveEntry entry = new ZipArchiveEntry(path);
    entry.setMethod(stored ? ZipEntry.STORED : ZipEntry.DEFLATED);
    entry.setTimeLocal(TIME);
    zip.putArchiveEntry(entry);
  }

  private void chain(String createdAt, String tool) throws IOException {
    ExportHeader.Counts counts = new ExportHeader.Counts(parts.size(), records);
    ExportHeader header = new ExportHeader(run.runId(), createdAt, tool, counts, leftOut, "");
    String last = header.genesis();
    put(ExportCheck.CHAIN, false);
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      ChainLink link = ChainLink.of(i, part.path(), part.size(), part.sha256(), last);
      zip.write(link.line());
      last = link.hash();
    }
    zip.closeArchiveEntry();
    put(ExportCheck.HEADER, false);
    zip.write(header.withHead(last).bytes());
    zip.closeArchiveEntry();
  }

  private void leaveOut(String name) {
    if (leftOut.size() < MOST_LEFT_OUT) {
      leftOut.add(name);
    }
  }
}
