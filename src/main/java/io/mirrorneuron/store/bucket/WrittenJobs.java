package io.mirrorneuron.store.bucket;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.NewJob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Remembers of open jobs what was written of them since they were made, so that they can be packed
 * when they end without being read again. A job that is large, has values of its own beside the
 * state, or was not followed from its beginning is not remembered, and is kept as it is when it
 * ends. Thread-safe, but for two calls at once about one job.
 */
public final class WrittenJobs {
  /** Characters of one job; compressing as many takes less than a millisecond. */
  private static final int MOST_OF_ONE = 65_536;

  /** Characters of all; the rest is not remembered. */
  private static final long MOST = 8L << 20;

  private final int mostEvents;
  private final Cache<String, Written> jobs =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumWeight(MOST)
          .weigher((String jobId, Written written) -> written.length)
          .build();

  /**
   * @param mostEvents a job that has more of them is not packed, as the oldest may have gone
   */
  public WrittenJobs(int mostEvents) {
    this.mostEvents = mostEvents;
  }

  /** What is known of one job. */
  private static final class Written {
    private final String owner;
    private String manifest;
    private final Map<String, String> fields = new LinkedHashMap<>();
    private final List<String> events = new ArrayList<>();
    private long lastSeq;
    private int length;

    Written(String owner, String manifest) {
      this.owner = owner;
      this.manifest = manifest;
      this.length = owner.length() + manifest.length();
    }

    void add(Commit commit) {
      commit.set().forEach(this::put);
      if (commit.manifest() != null) {
        length += commit.manifest().length() - manifest.length();
        manifest = commit.manifest();
      }
      for (String field : commit.delete()) {
        String gone = fields.remove(field);
        length -= gone == null ? 0 : field.length() + gone.length();
      }
      for (String event : commit.events()) {
        events.add(event);
        length += event.length() + 1;
      }
      lastSeq = commit.lastSeq();
    }

    private void put(String field, String value) {
      String before = fields.put(field, value);
      length += value.length() - (before == null ? -field.length() : before.length());
    }

    PackedJob with(String row) {
      return new PackedJob(row, owner, lastSeq, String.join("\n", events), manifest, fields);
    }
  }

  /** A job was made and is open. */
  public void made(NewJob job, Commit first) {
    Written written = new Written(job.owner(), job.manifest());
    if (isPackable(written, first)) {
      jobs.put(first.jobId(), written);
    }
  }

  /** The job as it is packed when it is made and has ended at once; null when it is not. */
  public byte[] endedAtOnce(NewJob job, Commit only) {
    Written written = new Written(job.owner(), job.manifest());
    return isPackable(written, only) ? written.with(only.row()).pack() : null;
  }

  /** A turn of an open job was written. */
  public void went(Commit turn) {
    Written written = jobs.getIfPresent(turn.jobId());
    if (written != null && isPackable(written, turn)) {
      jobs.put(turn.jobId(), written); // it has another weight now
    } else {
      jobs.invalidate(turn.jobId());
    }
  }

  /** The job as it is packed when this turn ends it; null when it is not. It is forgotten. */
  public byte[] ended(Commit last) {
    Written written = jobs.asMap().remove(last.jobId());
    return written != null && last.allocations().given().isEmpty() && isPackable(written, last)
        ? written.with(last.row()).pack()
        : null;
  }

  /** Nobody knows any more what is written of the job. */
  public void forget(String jobId) {
    jobs.invalidate(jobId);
  }

  /** Adds the commit. */
  private boolean isPackable(Written written, Commit commit) {
    long first = commit.lastSeq() - commit.events().size();
    if (!written.events.isEmpty() && first != written.lastSeq || !commit.blobs().isEmpty()) {
      return false;
    }
    written.add(commit);
    return written.length <= MOST_OF_ONE && written.events.size() <= mostEvents;
  }
}
