package io.mirrorneuron.run.record;

import io.mirrorneuron.model.RunId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Of jobs that are not recorded to their end. Confined to one thread, but for {@link #runOf}. */
final class OpenRecordings {
  private final Map<String, Recording> recordings = new HashMap<>();

  /** The runs of these jobs that are not named after them. */
  private final Map<String, String> named = new ConcurrentHashMap<>();

  /** The run of the job, as far as it is known. Any thread. */
  String runOf(String job) {
    return named.getOrDefault(job, RunId.of(job));
  }

  /** Null when there is none. */
  Recording get(String job) {
    return recordings.get(job);
  }

  /** The number of the last event that is recorded; -1 when there is no recording. */
  long recorded(String job) {
    Recording known = recordings.get(job);
    return known == null ? -1 : known.recorded();
  }

  Recording of(RecordedJob job, Supplier<Recording> begin) {
    Recording known = recordings.get(job.jobId());
    if (known == null) {
      known = begin.get();
      recordings.put(job.jobId(), known);
      if (!job.runId().equals(RunId.of(job.jobId()))) {
        named.put(job.jobId(), job.runId());
      }
    }
    return known;
  }

  /** Whether programs may be writing into one of the folders. */
  boolean havePrograms() {
    return recordings.values().stream().anyMatch(Recording::hasPrograms);
  }

  /**
   * See {@link Recording#journalLogs}.
   *
   * @param failed is given the job and what is wrong with it
   */
  void journalLogs(BiConsumer<String, RuntimeException> failed) {
    new ArrayList<>(recordings.entrySet())
        .forEach(
            recording -> {
              try {
                recording.getValue().journalLogs();
              } catch (RuntimeException e) {
                failed.accept(recording.getKey(), e);
              }
            });
  }

  /** How far it has come is not known any more. */
  void forget(String job) {
    recordings.remove(job);
  }

  /** They are recorded to their end. */
  void close(Collection<String> jobs) {
    recordings.keySet().removeAll(jobs);
    named.keySet().removeAll(jobs);
  }
}
