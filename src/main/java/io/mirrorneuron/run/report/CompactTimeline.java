package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.LogLines;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.RunRecord;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.util.ArrayDeque;
import java.util.Deque;

/** The end of a run's timeline as one document, {@code mn.timeline.compact.v1}. */
public final class CompactTimeline {
  /** The file in which a run keeps it. */
  public static final String FILE = "timeline.json";

  private static final int MOST_RECORDS = 500;
  private static final int MOST_BYTES = 1 << 20;

  private final Deque<byte[]> kept = new ArrayDeque<>();
  private int keptBytes;
  private long count;

  private CompactTimeline() {}

  /**
   * {@code {schema_version, run_id, records, record_count, truncated}}: the last 500 records, fewer
   * when they are longer than a mebibyte together; secrets hidden.
   */
  public static ObjectNode of(RunFolder run) {
    var timeline = new CompactTimeline();
    LogLines.read(run, RunLog.TIMELINE, timeline::add);
    ObjectNode json =
        Json.object().put("schema_version", "mn.timeline.compact.v1").put("run_id", run.runId());
    ArrayNode records = json.putArray("records");
    timeline.kept.forEach(
        line -> {
          RunRecord record = RunRecord.parse(line);
          if (record != null) {
            records.add(Redaction.of(record.json()));
          }
        });
    return json.put("record_count", timeline.count)
        .put("truncated", timeline.count > timeline.kept.size());
  }

  /** A line that does not begin as an object is no record; others are looked at when told. */
  private void add(byte[] line) {
    if (line[0] != '{') {
      return;
    }
    count++;
    kept.add(line);
    keptBytes += line.length;
    while (kept.size() > MOST_RECORDS || keptBytes > MOST_BYTES) {
      keptBytes -= kept.remove().length;
    }
  }
}
