package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.HumanAct;
import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.HumanType;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunHeader;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * Makes human records of one run and writes them. The caller must hold the folder's lock.
 *
 * @param ids unique texts
 */
record HumanRecords(RunFolder folder, HumanState state, Instant now, Supplier<String> ids) {

  HumanRecord record(HumanType type, ObjectNode payload) {
    RunHeader run = RunHeader.ofRun(folder);
    ObjectNode record = Json.object();
    record.put("ts", Json.timestamp(now));
    record.put("run_id", folder.runId());
    record.put("blueprint_id", run.blueprintIdOrNull());
    record.put("trace_id", traceId(run));
    record.put("span_id", "spn_" + ids.get());
    record.put("channel", "human");
    record.put("type", type.word());
    record.set("payload", payload);
    return HumanRecord.of(record);
  }

  /** A run has one; where nobody made it, the first human record does. */
  private String traceId(RunHeader run) {
    return !run.traceId().isEmpty()
        ? run.traceId()
        : state.records().stream()
            .map(record -> record.traceId())
            .filter(id -> !id.isEmpty())
            .findFirst()
            .orElseGet(() -> "trc_" + ids.get());
  }

  /** Makes records of these and writes them. */
  HumanRecord writeAll(List<HumanAct.Entry> entries) {
    return write(entries.stream().map(entry -> record(entry.type(), entry.payload())).toList());
  }

  /**
   * Writes them at once; whoever reads the file afterwards sees all of them.
   *
   * @return the last; with a {@code warning} when it is not in all logs of the run yet
   * @throws MnException TOO_LARGE when one would not be stored whole
   */
  HumanRecord write(List<HumanRecord> records) {
    for (HumanRecord record : records) {
      if (Json.canonical(record.json()).length > Records.MAX_BYTES) {
        throw new MnException(
            ErrorCode.TOO_LARGE,
            "record_too_large",
            "what is recorded may have %d bytes".formatted(Records.MAX_BYTES));
      }
    }
    String missing = HumanCopies.write(folder, records.stream().map(HumanRecord::json).toList());
    HumanRecord last = records.getLast();
    if (missing == null) {
      return last;
    }
    String warning = "recorded, but not yet in all logs of the run: " + missing;
    return HumanRecord.of(last.json().deepCopy().put("warning", warning));
  }
}
