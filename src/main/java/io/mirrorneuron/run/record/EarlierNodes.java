package io.mirrorneuron.run.record;

import io.mirrorneuron.run.folder.EventLog;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.RunRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * Says in the log of a run what is missing there: a job that came from another node left behind
 * what its programs had printed, and the files that they wrote into the folder of the run. The
 * folder that has the events from before the move is that of the other node, and lacks nothing.
 * Used by one thread.
 */
final class EarlierNodes {
  private static final String MOVED = "job_scheduler_replanned";
  private static final String PROGRAM = "executor_lease_acquired";

  private final EventRecords records;
  private final String jobId;
  private boolean hadPrograms;
  private boolean isBeforeNew;

  EarlierNodes(EventRecords records, String jobId) {
    this.records = records;
    this.jobId = jobId;
  }

  /**
   * Must be given all events of the job from the first, before the log of events has them.
   *
   * @param written which events the folder has
   */
  void append(RunFolder into, List<RecordedEvent> events, EventLog written) {
    List<RunRecord> told = new ArrayList<>();
    for (RecordedEvent event : events) {
      if (event.type().equals(MOVED) && hadPrograms && isBeforeNew) {
        told.add(record(event));
      }
      hadPrograms |= event.type().equals(PROGRAM);
      isBeforeNew = written.lacks(event.seq());
    }
    if (!told.isEmpty()) {
      EventLog log = new EventLog(RunLog.LOGS, jobId);
      log.look(into);
      log.append(into, told);
    }
  }

  private RunRecord record(RecordedEvent event) {
    String node = event.json().at("/excluded_nodes/0").asText("another node");
    String message =
        "until %s the programs of this run belonged to %s: what they printed and the files that they wrote into the folder of the run are there, not here"
            .formatted(event.timestamp(), node);
    return new RunRecord(
        records.head(event).put("type", "log").put("level", "WARNING").put("message", message));
  }
}
