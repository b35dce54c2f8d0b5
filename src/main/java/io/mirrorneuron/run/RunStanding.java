package io.mirrorneuron.run;

import io.mirrorneuron.model.RunId;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunHeader;
import io.mirrorneuron.run.summary.ObservabilitySummary;
import java.util.Set;
import java.util.function.Predicate;

/**
 * How a run stands: as its folder says, unless that was left open by a job that is not known any
 * more.
 *
 * @param known whether a job is known; may block
 */
record RunStanding(RunFolder folder, Predicate<String> known) {
  /** The status that is told where it is doubtful. */
  static final String UNKNOWN = RunStatus.UNKNOWN.word();

  /** The documents that tell it. */
  private static final Set<String> DOCUMENTS =
      Set.of("run.json", "job.json", ObservabilitySummary.FILE);

  /** Whether nothing is written any more. */
  boolean isOver() {
    return folder.isOver() || !isHeardOf();
  }

  /** Whether somebody may still write the folder: the job is known, or a program alone made it. */
  private boolean isHeardOf() {
    if (RunId.job(folder.runId()).filter(known).isPresent()) {
      return true; // the usual case; reads no file
    }
    String job = RunHeader.ofJob(folder).jobId();
    return job.isEmpty() || known.test(job);
  }

  /**
   * Whether what a document says of it is not known to be so any more.
   *
   * @param status as the document has it
   */
  boolean isDoubtful(String document, String status) {
    return DOCUMENTS.contains(document)
        && !status.isEmpty()
        && !RunStatus.ofAnyCase(status).isFinal()
        && !folder.isOver()
        && !isHeardOf();
  }
}
