package io.mirrorneuron.run.report;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.Sha256;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;

/** The hashes of the records of one line file, each tied to the one before it. */
final class RecordChain {
  private String last;
  private long records;

  RecordChain(String runId, String path) {
    last = Sha256.of("mn.run.records.v1\n" + runId + "\n" + path);
  }

  /**
   * @param record the line without its end
   */
  String next(byte[] record) {
    records++;
    last = new Sha256().add(last).add("\n").add(record).hex();
    return last;
  }

  long records() {
    return records;
  }

  /**
   * One line of {@code chain.jsonl}: what an entry of the zip holds, tied to the entry before it.
   *
   * @param index of the entry, from 0
   * @param size in bytes, unpacked
   * @param sha256 of the unpacked bytes
   * @param prev the hash of the link before; of the first one {@link
   *     ExportReport.ExportHeader#genesis()}
   * @param hash of all the others
   */
  record ChainLink(long index, String path, long size, String sha256, String prev, String hash) {
    private static final String FORM = "mn.run.link.v1\n%s\n%d\n%d\n%s\n%s";

    ChainLink {
      Stream.of(path, sha256, prev, hash).forEach(Objects::requireNonNull);
    }

    static ChainLink of(long index, String path, long size, String sha256, String prev) {
      return new ChainLink(index, path, size, sha256, prev, hash(index, path, size, sha256, prev));
    }

    private static String hash(long index, String path, long size, String sha256, String prev) {
      return Sha256.of(FORM.formatted(prev, index, size, sha256, path));
    }

    /** Whether the hash is that of the other members. */
    boolean holds() {
      return hash.equals(hash(index, path, size, sha256, prev));
    }

    byte[] line() {
      String json = Records.write(Json.MAPPER.valueToTree(this));
      return (json + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Null unless the line is exactly what {@link #line} writes for some link. */
    static ChainLink parse(byte[] line) {
      try {
        String json = new String(line, StandardCharsets.UTF_8);
        ChainLink link = Json.read(json, ChainLink.class, "link");
        byte[] exact = link.line();
        return Arrays.equals(exact, 0, exact.length - 1, line, 0, line.length) ? link : null;
      } catch (MnException e) {
        return null;
      }
    }
  }
}
