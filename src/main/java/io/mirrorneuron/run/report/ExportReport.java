package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;

/**
 * What the check of an exported run has found.
 *
 * @param runId as the file says; empty when it does not say so
 * @param head the end of the chain, as the file says; worth a comparison with one noted elsewhere
 * @param entries that were found right
 * @param records that were found right
 * @param firstBroken null when all is as it was exported
 */
public record ExportReport(
    String runId, String head, long entries, long records, Broken firstBroken) {

  /**
   * The first place where the file is not what was exported.
   *
   * @param entry of the zip
   * @param record number of the line in it, from 1; 0 when it is not one line
   */
  public record Broken(String entry, long record, String reason) {

    /** {@code run/events.jsonl, record 7, was changed}: for people. */
    @Override
    public String toString() {
      return entry + (record == 0 ? " " : ", record " + record + ", ") + reason;
    }
  }

  public boolean ok() {
    return firstBroken == null;
  }

  /** {@code {ok, run_id, head, entries, records, first_broken?: {entry, record?, reason}}}. */
  public ObjectNode json() {
    ObjectNode json =
        Json.object()
            .put("ok", ok())
            .put("run_id", runId)
            .put("head", head)
            .put("entries", entries)
            .put("records", records);
    if (firstBroken != null) {
      ObjectNode broken = json.putObject("first_broken").put("entry", firstBroken.entry());
      if (firstBroken.record() > 0) {
        broken.put("record", firstBroken.record());
      }
      broken.put("reason", firstBroken.reason());
    }
    return json;
  }
}
