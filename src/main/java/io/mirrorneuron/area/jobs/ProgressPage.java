package io.mirrorneuron.area.jobs;

import io.mirrorneuron.area.jobs.view.ClockTemplate;
import io.mirrorneuron.area.jobs.view.JobRecord;
import io.mirrorneuron.area.jobs.view.JobStory;
import io.vertx.core.buffer.Buffer;

/**
 * The progress of a job at one moment.
 *
 * @param seq grows with each event of the job
 * @param isFinal no change follows
 */
record ProgressPage(ClockTemplate document, long seq, boolean isFinal) {

  static ProgressPage of(JobStory story, JobRecord record) {
    return new ProgressPage(story.progress(record), story.version(), story.isFinal(record));
  }

  /**
   * {@code {data, next, ended}}; {@code data} is empty for a reader that has this state.
   *
   * @param after the {@code next} of the reader's last page
   * @param now in milliseconds since 1970
   */
  Buffer page(long after, long now) {
    Buffer page = Buffer.buffer("{\"data\":[");
    if (seq > after) {
      page.appendBytes(document.at(now));
    }
    return page.appendString("],\"next\":" + Math.max(seq, after) + ",\"ended\":" + isFinal + "}");
  }
}
