package io.mirrorneuron.run.report;

import io.mirrorneuron.model.Sha256;

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
}
